// Draws the logo set anew after `mark.svg` was changed: npx node sidebar-app/brand/draw.ts
import { readFileSync, writeFileSync } from "node:fs";
import { launchBrowser } from "../../test/browser.ts";
import { logosFrom } from "./logos.ts";

const assets = new URL("../../assets/", import.meta.url);
const { tile, square, icon } = logosFrom(readFileSync(new URL("mark.svg", import.meta.url), "utf8"));

writeFileSync(new URL("logo.svg", assets), tile);
writeFileSync(new URL("icon_nav_bar.svg", assets), icon);

const browser = await launchBrowser();
for (const [name, markup, size] of [
  ["logo.png", square, 320],
  ["logo-small.png", tile, 128],
] as const) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${markup}`);
  writeFileSync(new URL(name, assets), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
