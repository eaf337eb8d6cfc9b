import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { faultsOf } from "../../axe.ts";
import { useBrowser } from "../../browser.ts";
import { aDelivery, aMatch, anIncident, NOON } from "../../builders.ts";
import { aDecision, fill, PROMPT, type Site, startSite } from "./site.ts";

const browser = useBrowser();
let site: Site;
beforeEach(async () => {
  site = await startSite();
  fill(site);
});
afterEach(() => site.close());

const open = async (path = "/", options = {}) => {
  const page = await browser.page({ viewport: { width: 1280, height: 900 }, ...options });
  const streaming = page.waitForResponse(/\/demo\/live$/);
  await page.goto(site.url + path);
  if (path === "/") await streaming;
  return page;
};
const lines = (page: Page) => page.locator("#decisions > li");
/** A decision that was just committed. */
const decide = (id: string) => {
  const row = aDecision({ id, match: `m-${id}`, at: NOON + 1_000 });
  site.commit([
    { kind: "match", row: aMatch({ id: row.match }) },
    { kind: "decision", row },
  ]);
};

describe("while somebody looks on", () => {
  it("shows a decision as soon as it is made, and the same one once", async () => {
    const page = await open();
    await expect.poll(() => lines(page).count()).toBe(4);

    decide("new");
    decide("new");

    await expect.poll(() => lines(page).count()).toBe(5);
    expect(await lines(page).first().innerText()).toContain("rate-limit errors");
  });

  it("does not move the list under the keyboard, and says how many wait", async () => {
    const page = await open();
    await lines(page).first().locator("a").focus();

    decide("one");
    decide("two");
    const waiting = page.getByRole("button", { name: "Show 2 new decisions" });
    await waiting.waitFor();

    expect(await lines(page).count()).toBe(4);
    await waiting.click();
    expect(await lines(page).count()).toBe(6);
  });

  it("can be paused and goes on", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Pause updates" }).click();

    decide("paused");
    await page.getByRole("button", { name: "Show 1 new decision" }).waitFor();
    await page.getByRole("button", { name: "Go on with updates" }).click();

    await expect.poll(() => lines(page).count()).toBe(5);
  });

  it("shows only what is asked for", async () => {
    const page = await open();

    await page.getByRole("radio", { name: "Hold" }).check();

    expect(await lines(page).filter({ visible: true }).count()).toBe(1);
  });

  it("brings accounts, messages and incidents up to date", async () => {
    const page = await open();
    site.risks = site.risks.map((row) => ({ ...row, name: "Somebody new" }));
    site.deliveries = [...site.deliveries, aDelivery({ id: "later", channel: "in_app.prompt" })];
    site.rendered.set("later", PROMPT);
    site.incidents = [anIncident()];

    site.commit([
      { kind: "delivery", row: aDelivery() },
      { kind: "tenant", control: { kind: "incident", incident: anIncident() } },
      {
        kind: "score",
        row: {
          tenant: "t1",
          unit: "account/acme",
          key: "account/acme",
          at: NOON,
          score: 94,
          band: "critical",
          contributions: [],
          why: "",
          history: true,
        },
      },
    ]);

    await page.getByText("Somebody new").first().waitFor();
    await page.getByText("60 troubles at 12 accounts").waitFor();
    await expect.poll(() => page.getByText("waits until they are there").count()).toBe(1);
  });

  it("says that the server does not answer, and recovers by itself", async () => {
    const page = await open();

    await page.context().setOffline(true);
    site.commit([]);
    await page.evaluate(() => dispatchEvent(new Event("offline")));
    await page.context().setOffline(false);

    decide("after");
    await expect.poll(() => lines(page).count()).toBe(5);
  });

  it("starts an incident on request", async () => {
    const page = await open();

    await page.getByRole("button", { name: "Start an incident" }).click();

    await page.getByText("60 customers failed. Watch the banner.").waitFor();
    expect(site.incidentsStarted).toBe(1);
  });
});

describe("a trace", () => {
  it("opens over the page by keyboard, and gives the focus back when it closes", async () => {
    const page = await open();
    const link = lines(page).first().locator("a");
    await link.focus();
    await page.keyboard.press("Enter");

    const dialog = page.getByRole("dialog");
    await dialog.getByText("sentry-delivery-7").waitFor();
    expect(await dialog.innerText()).toContain("ab".repeat(32));
    await page.keyboard.press("Escape");

    expect(await dialog.isVisible()).toBe(false);
    expect(await link.evaluate((node) => node === document.activeElement)).toBe(true);
  });

  it("opens from a message too", async () => {
    const page = await open();

    await page
      .getByRole("link", { name: /Where it came from/ })
      .first()
      .click();

    await page.getByRole("dialog").getByText("Webhook from Sentry").waitFor();
  });

  it("says that it cannot be read when the server does not answer", async () => {
    const page = await open();
    await page.route("**/demo/trace/**", (route) => route.abort());

    await lines(page).first().locator("a").click();

    await page.getByRole("heading", { name: "The trace cannot be read" }).waitFor();
  });
});

describe("a message", () => {
  it("runs no script of its own, and looks as it was made", async () => {
    const page = await open();
    const frame = page.frameLocator("iframe").first();

    await frame.getByText("Hello Ada").waitFor();

    expect(await frame.locator("#text").evaluate((node) => getComputedStyle(node).color)).toBe(
      "rgb(0, 128, 0)",
    );
    expect(await page.title()).toBe("Forestall: what is happening");
  });
});

describe("without script", () => {
  it("shows everything, leads to a trace and starts an incident", async () => {
    const page = await browser.page({ javaScriptEnabled: false });
    await page.goto(site.url);

    expect(await page.innerText("main")).toContain("it is night where they are");
    await page.getByRole("button", { name: "Start an incident" }).click();
    expect(site.incidentsStarted).toBe(1);
    await lines(page).first().locator("a").click();
    expect(await page.innerText("main")).toContain("sentry-delivery-7");
  });
});

describe("for everybody", () => {
  const widths = [320, 1280] as const;
  const schemes = ["light", "dark"] as const;

  it.each(widths.flatMap((width) => schemes.map((scheme) => [width, scheme] as const)))(
    "fits %i pixels in %s, and has no accessibility fault that axe finds",
    async (width, colorScheme) => {
      site.incidents = [anIncident()];
      const page = await open("/", { viewport: { width, height: 900 }, colorScheme });
      await page.getByText("Hello Ada").or(page.locator("iframe")).first().waitFor();

      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect(await faultsOf(page, { iframes: false })).toEqual([]);
      await shoot(page, `home-${width}-${colorScheme}`);
      await lines(page).first().locator("a").click();
      await page.getByRole("dialog").getByText("sentry-delivery-7").waitFor();
      expect(await faultsOf(page, { iframes: false })).toEqual([]);
      await shoot(page, `trace-${width}-${colorScheme}`);
    },
  );
});

/** Pictures for people to look at, where a folder for them is named. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: !name.startsWith("trace") });
}
