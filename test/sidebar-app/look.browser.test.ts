import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { root } from "../support/source.ts";
import { faults, useDesk } from "./desk.ts";
import { aContext, anIncident, aRequester, nobody } from "./fixtures.ts";
import { PAYLOADS, poisoned } from "./payloads.ts";

const desk = useDesk();
/** Pictures for people to look at, taken on demand: they differ by a hair from machine to machine. */
const picture = async (page: Page, name: string) => {
  const folder = process.env.FORESTALL_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
};
const ready = (page: Page) => page.getByText("Session replays").waitFor();
const tooWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe.each([320, 400, 600])("at %i px", (width) => {
  it.each(["light", "dark"] as const)("in %s: nothing is cut, and axe finds nothing", async (scheme) => {
    const context = aContext({ incidents: [anIncident()] });
    desk.site.on("GET /requesters", () => ({ body: aRequester({ context }) }));
    const page = await desk.open({ width, scheme });
    await ready(page);

    expect(await page.locator("html").getAttribute("data-scheme")).toBe(scheme);
    expect(await tooWide(page)).toBe(0);
    expect(await faults(page)).toEqual([]);
    await picture(page, `zendesk-ticket-${width}-${scheme}`);
    await page.getByRole("heading", { name: "Score history" }).scrollIntoViewIfNeeded();
    await page.mouse.wheel(0, 420);
    await page.waitForTimeout(100);
    await picture(page, `zendesk-ticket-below-${width}-${scheme}`);
  });

  it.each(["light", "dark"] as const)("in %s: dialogs too", async (scheme) => {
    const guards = [
      { reason: "cooldown", kind: "hold", until: null, detail: "Ticket 4711 is open.", overridable: true },
    ];
    const rendered = { subject: "Slow exports", text: "Spread your calls over a minute." };
    desk.site.on("POST /deliveries", () => ({ body: { guards, verdict: "override", rendered } }));
    const page = await desk.open({ width, scheme });
    await page.getByRole("button", { name: "Send a message" }).click();
    await page.getByText("Spread your calls").waitFor();

    expect(await tooWide(page)).toBe(0);
    expect(await faults(page)).toEqual([]);
    await picture(page, `zendesk-send-${width}-${scheme}`);
  });
});

describe("other pages", () => {
  it.each(["light", "dark"] as const)("the list in %s is clean, wide and narrow", async (scheme) => {
    desk.site.session = { view: "dashboard" };
    const page = await desk.open({ width: 1000, scheme });
    await page.getByRole("table").waitFor();
    expect(await faults(page)).toEqual([]);
    await picture(page, `zendesk-list-${scheme}`);

    await page.setViewportSize({ width: 320, height: 640 });

    expect(await tooWide(page)).toBe(0);
  });

  it("the detail page is clean", async () => {
    desk.site.session = { view: "dashboard" };
    const page = await desk.open({ width: 1000 });
    await page.getByRole("button", { name: "Acme" }).click();
    await page.getByRole("heading", { name: "Open matches" }).waitFor();

    expect(await faults(page)).toEqual([]);
    await picture(page, "zendesk-detail");
  });

  it.each([
    ["loading", { body: aRequester(), after: 2_000 }, "Loading"],
    ["unknown", { body: nobody() }, "knows nothing"],
    ["away", { status: 503, body: {} }, "cannot be reached"],
    ["forbidden", { status: 403, body: {} }, "may not see this"],
  ])("the state %s is clean", async (name, answer, text) => {
    desk.site.on("GET /requesters", () => answer);
    const page = await desk.open({ scheme: "dark" });
    await page.getByText(text).waitFor({ state: "attached" });

    expect(await faults(page)).toEqual([]);
    await picture(page, `zendesk-${name}`);
  });
});

describe("the scheme", () => {
  it("follows Zendesk's while open", async () => {
    const page = await desk.open();
    await ready(page);
    const { happens } = await import("./desk.ts");
    await happens(page, "colorScheme.changed", {}, "dark");

    await expect.poll(() => page.locator("html").getAttribute("data-scheme")).toBe("dark");
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      "rgb(21, 26, 30)",
    );
  });

  it("is the system's where Zendesk names none", async () => {
    const page = await desk.open({ colorScheme: "dark", zendesk: { values: { colorScheme: null } } });
    await ready(page);
    await page.evaluate(() => document.documentElement.removeAttribute("data-scheme"));

    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      "rgb(21, 26, 30)",
    );
  });
});

describe("from right to left", () => {
  it("does not break", async () => {
    const page = await desk.open({ zendesk: { values: { currentUser: { id: 1, locale: "ar" } } } });
    await ready(page);
    await expect.poll(() => page.locator("html").getAttribute("dir")).toBe("rtl");

    expect(await tooWide(page)).toBe(0);
    const score = await page.locator(".score").boundingBox();
    expect(score?.x ?? 0).toBeGreaterThan(200);
    expect(await faults(page)).toEqual([]);
    await picture(page, "zendesk-rtl");
  });
});

describe("hostile text", () => {
  it("is 100 payloads", () => {
    expect(new Set(PAYLOADS).size).toBe(100);
  });

  it("runs no script from any field, and shows as what it is", async () => {
    const page = await desk.open({ width: 600 });
    await ready(page);
    await page.evaluate(() => {
      const told: string[] = [];
      Object.assign(window, { told, alert: (text: string) => told.push(text) });
      document.addEventListener("securitypolicyviolation", ({ violatedDirective }) =>
        told.push(violatedDirective),
      );
    });
    await expect.poll(() => desk.site.listeners()).toBe(1);
    for (const payload of PAYLOADS) {
      const { requester, timeline } = poisoned(payload);
      desk.site.on("GET /requesters", () => ({ body: requester }));
      desk.site.on("GET /persons/*", () => ({ body: { items: timeline, next: null } }));
      await page.evaluate(() => {
        const { fakeHost } = window as unknown as { fakeHost: { emit(event: string): void } };
        fakeHost.emit("ticket.requester.id.changed");
      });
      await page
        .locator("h3", { hasText: payload.slice(0, 40).trim() })
        .first()
        .waitFor();
    }

    const found = await page.evaluate(() => ({
      told: (window as unknown as { told: string[] }).told,
      // Nothing but what the views make: no element, attribute or address of a payload.
      elements: document.querySelectorAll(
        "#root :is(script, img, iframe, object, embed, style, link, base, form)",
      ).length,
      handlers: [...document.querySelectorAll("#root *")].filter((element) =>
        element.getAttributeNames().some((name) => name.startsWith("on")),
      ).length,
      links: [...document.querySelectorAll("#root a")].filter(
        (link) => !/^https?:/.test(link.getAttribute("href") ?? ""),
      ).length,
    }));
    expect(found).toEqual({ told: [], elements: 0, handlers: 0, links: 0 });
  }, 60_000);
});

it("keeps a few pictures for those who read about it", () => {
  for (const name of ["zendesk-ticket-320-light", "zendesk-ticket-400-dark", "zendesk-list-light"]) {
    expect(existsSync(join(root, `docs/screenshots/${name}.png`))).toBe(true);
  }
});
