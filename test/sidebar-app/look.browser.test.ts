import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { faults, happens, tooWide, useDesk } from "./desk.ts";
import { PAYLOADS, poisoned } from "./payloads.ts";

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
    expect(await faults(page)).toEqual([]);
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
