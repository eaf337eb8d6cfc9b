import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { faultsOf } from "../axe.ts";
import { sized } from "../support/size.ts";
import { happens, tooWide, useDesk } from "./desk.ts";
import { aLine, aPattern } from "./fixtures.ts";
import { PAYLOADS, poisoned, SOME_PAYLOADS } from "./payloads.ts";

const desk = useDesk();
const ready = (page: Page) => page.getByText("Session replays").waitFor();

describe("the scheme", () => {
  it("follows Zendesk's while open", async () => {
    const page = await desk.open();
    await ready(page);
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
    expect(await faultsOf(page)).toEqual([]);
  });
});

/** From here on, whatever a script of a payload does is told. */
const listenForScripts = (page: Page) =>
  page.evaluate(() => {
    const told: string[] = [];
    Object.assign(window, { told, alert: (text: string) => told.push(text) });
    document.addEventListener("securitypolicyviolation", ({ violatedDirective }) =>
      told.push(violatedDirective),
    );
  });

/** What a payload got into the page: nothing but what the views make may be there. */
const injected = (page: Page) =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll("#root *")];
    const foreign =
      "script, img, iframe, object, embed, style, link, base, form:not(.find, dialog form), math";
    return {
      told: (window as unknown as { told: string[] }).told,
      elements: all.filter((element) => element.matches(foreign)).length,
      handlers: all.filter((each) => each.getAttributeNames().some((name) => name.startsWith("on"))).length,
      links: all.filter((each) => each.tagName === "A" && !/^https?:/.test(each.getAttribute("href") ?? ""))
        .length,
    };
  });
/** One after the other through the whole app. */
const TRIED = sized(SOME_PAYLOADS, PAYLOADS);
const NOTHING = { told: [], elements: 0, handlers: 0, links: 0 };

describe("hostile text", () => {
  it("is 100 payloads, of which the short suite tries twenty one by one", () => {
    expect(new Set(PAYLOADS).size).toBe(100);
    expect(new Set(SOME_PAYLOADS).size).toBe(20);
  });

  it("runs no script from any field, and shows as what it is", async () => {
    const page = await desk.open({ width: 600 });
    await ready(page);
    await listenForScripts(page);
    await expect.poll(() => desk.site.listeners()).toBe(1);
    for (const payload of TRIED) {
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

    expect(await injected(page)).toEqual(NOTHING);
  }, 60_000);

  it("runs no script from the list, its filters, or who is found", async () => {
    const lines = PAYLOADS.map((payload, i) =>
      aLine({ id: `${payload}${i}`, name: payload, why: payload, segment: payload, owner: payload }),
    );
    desk.site.session = { view: "dashboard" };
    desk.site.on("GET /risks", () => ({ body: { items: lines, next: null } }));
    desk.site.on("GET /risks/filters", () => ({ body: { owners: PAYLOADS, segments: PAYLOADS } }));
    const patterns = PAYLOADS.map((payload, i) => aPattern({ id: `P-${i}`, name: payload }));
    desk.site.on("GET /patterns", () => ({ body: { items: patterns, next: null } }));
    const page = await desk.open({ width: 1000 });
    await page.getByRole("table").waitFor();
    await listenForScripts(page);
    await page.getByRole("searchbox").fill(PAYLOADS[11] ?? "");
    await page.getByRole("searchbox").press("Enter");
    await expect.poll(() => page.getByLabel("Owner").locator("option").count()).toBe(101);

    expect(await page.locator("tbody tr").count()).toBe(100);
    expect(await injected(page)).toEqual(NOTHING);
  });

  it("runs no script from a dialog", async () => {
    const page = await desk.open();
    await ready(page);
    await listenForScripts(page);
    for (const payload of TRIED) {
      const guard = { reason: payload, kind: "hold", until: null, detail: payload, overridable: true };
      const rendered = { subject: payload, text: payload };
      desk.site.on("POST /deliveries", () => ({
        body: { guards: [guard], guardResult: "override", rendered },
      }));
      await page.getByRole("button", { name: "Send a message" }).click();
      await page.getByRole("dialog").locator(".exact").waitFor();
      expect(await page.getByRole("dialog").locator(".exact p").textContent()).toBe(payload);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }

    expect(await injected(page)).toEqual(NOTHING);
  }, 60_000);
});
