// Takes the marketplace's pictures anew, of the app beside the simulated customers. Start the demo, then:
//     npx node sidebar-app/brand/screenshots.ts http://localhost:<port of the stand-in for Zendesk>
import { writeFileSync } from "node:fs";
import type { FrameLocator, Page } from "playwright-core";
import { launchBrowser } from "../../test/browser.ts";

const [, , host] = process.argv;
if (host === undefined)
  throw new Error("Say where the demo's stand-in for Zendesk is: http://localhost:<port>");

/** What the marketplace asks for. */
const SIZE = { width: 1024, height: 768 };

const browser = await launchBrowser();
const page = await browser.newPage({ viewport: SIZE, locale: "en-US" });

/** The app, once it knows whom it is about. */
async function open(path: string): Promise<FrameLocator> {
  await page.goto(`${host}/agent/${path}?bare=1&width=360`);
  const app = page.frameLocator("#app");
  await app.locator(".panel[aria-busy=false], table").first().waitFor();
  return app;
}

const unescaped = (text: string): string => text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");

async function save(shown: Page, number: number): Promise<void> {
  await shown.waitForTimeout(500); // for what moves to come to rest
  const assets = new URL("../../assets/", import.meta.url);
  writeFileSync(new URL(`screenshot-${number}.png`, assets), await shown.screenshot());
}

/** Somebody for whom something goes wrong this very moment: the message that helps is on its way, too. */
const shown = await (await fetch(`${host}/`)).text();
const stage = JSON.parse(unescaped(/data-stage="([^"]*)"/.exec(shown)?.[1] ?? "{}"));
const { id, requester } = stage.tickets[1];
await page.goto(`${host}/agent/tickets/${id}`);
await page.evaluate((user) => fetch(`/trouble/${user}`, { method: "POST" }), requester.id);
await page.waitForTimeout(45_000);

await open(`tickets/${id}`);
await save(page, 0);

const app = await open(`tickets/${id}`);
await app.getByRole("button", { name: "Insert as draft" }).click();
await app
  .locator(".event", { has: page.locator(".kind-message") })
  .first()
  .click();
await app.getByRole("heading", { name: "Timeline" }).evaluate((heading) => heading.scrollIntoView());
await save(page, 1);

await open("apps/forestall");
await save(page, 2);

await browser.close();
