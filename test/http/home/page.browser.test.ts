import { afterEach, beforeEach, expect, it } from "vitest";
import { faultsOf } from "../../axe.ts";
import { useBrowser } from "../../browser.ts";
import { type Site, startSite } from "./site.ts";

const browser = useBrowser();
let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.close());

it.each([
  [320, "light"],
  [1024, "dark"],
] as const)("fits %i pixels in %s, and has no fault that axe finds", async (width, colorScheme) => {
  const page = await browser.page({ viewport: { width, height: 800 }, colorScheme });
  await page.goto(site.url);

  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  expect(await faultsOf(page)).toEqual([]);
});
