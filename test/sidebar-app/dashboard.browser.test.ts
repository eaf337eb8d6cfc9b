import { describe, expect, it } from "vitest";
import { happens, REQUESTER, useDesk } from "./desk.ts";
import { ago, aLine, aRequester } from "./fixtures.ts";

const desk = useDesk();
const openList = async (width = 900) => {
  desk.site.session = { view: "dashboard" };
  const page = await desk.open({ width });
  await page.getByRole("table").waitFor();
  return page;
};
const lastList = () => desk.site.asked.filter(({ path }) => path === "/risks").at(-1);
const filters = () =>
  Object.fromEntries([...(lastList()?.query ?? [])].filter(([name]) => name !== "kind" && name !== "limit"));

describe("the list by risk", () => {
  it("shows accounts, highest first, and people on demand", async () => {
    const page = await openList();
    expect(await page.getByRole("row").nth(1).innerText()).toContain("Acme");
    expect(lastList()?.query.get("kind")).toBe("account");

    await page.getByRole("button", { name: "People" }).click();

    await expect.poll(() => lastList()?.query.get("kind")).toBe("person");
  });

  it("filters by band, pattern, owner and segment, and lets go again", async () => {
    const page = await openList();
    await page.getByLabel("Band").selectOption("critical");
    await page.getByLabel("Pattern").selectOption({ label: "API rate limit" });
    await page.getByLabel("Owner").selectOption("dana@forestall.example");
    await page.getByLabel("Segment").selectOption("enterprise");

    await expect.poll(filters).toEqual({
      band: "critical",
      pattern: "P-001",
      owner: "dana@forestall.example",
      segment: "enterprise",
    });
    await page.getByRole("button", { name: "Clear filters" }).click();
    await expect.poll(filters).toEqual({});
    expect(await page.getByLabel("Owner").inputValue()).toBe("");
    expect(await page.getByRole("button", { name: "Clear filters" }).count()).toBe(0);
  });

  it("offers the owners and segments that there are", async () => {
    const page = await openList();
    await expect
      .poll(() => page.getByLabel("Owner").locator("option").allInnerTexts())
      .toEqual(["Any", "dana@forestall.example", "omar@forestall.example"]);

    expect(await page.getByLabel("Segment").locator("option").allInnerTexts()).toEqual([
      "Any",
      "enterprise",
      "small",
    ]);
  });

  it("is there also when nobody knows what it could be narrowed by", async () => {
    desk.site.on("GET /risks/filters", () => ({ status: 503, body: {} }));
    desk.site.on("GET /patterns", () => ({ cut: true }));
    const page = await openList();

    expect(await page.getByRole("row").count()).toBe(3);
    expect(await page.getByLabel("Pattern").locator("option").allInnerTexts()).toEqual(["Any"]);
  });

  it("searches by name in the list, and by address through the exact look-up only", async () => {
    const page = await openList();
    const search = page.getByRole("searchbox");
    await search.fill("acm");
    await search.press("Enter");
    await expect.poll(filters).toEqual({ q: "acm" });
    const before = desk.site.asked.filter(({ path }) => path === "/risks").length;

    await search.fill("ines@acme.example");
    await search.press("Enter");

    await page.getByRole("button", { name: "u1" }).waitFor();
    expect(desk.site.asked.at(-1)).toMatchObject({ path: "/requesters" });
    expect(desk.site.asked.at(-1)?.query.get("email")).toBe("ines@acme.example");
    expect(desk.site.asked.filter(({ path }) => path === "/risks").length).toBe(before);
  });

  it("says when nothing is found, and when nobody is at risk", async () => {
    desk.site.on("GET /risks", () => ({ body: { items: [], next: null } }));
    desk.site.session = { view: "dashboard" };
    const page = await desk.open({ width: 900 });
    await page.getByText("Nobody is at risk right now.").waitFor();

    await page.getByLabel("Band").selectOption("critical");

    await page.getByText("Nothing found").waitFor();
  });

  it("loads further pages", async () => {
    desk.site.on("GET /risks", ({ query }) => ({
      body: query.has("after")
        ? { items: [aLine({ id: "initech", name: "Initech" })], next: null }
        : { items: [aLine()], next: "more" },
    }));
    const page = await openList();
    await page.getByRole("button", { name: "Load more" }).click();

    await page.getByRole("button", { name: "Initech" }).waitFor();
    expect(await page.getByRole("row").count()).toBe(3);
  });

  it("says that it could not be read, and tries again", async () => {
    desk.site.on("GET /risks", () => ({ status: 503, body: {} }));
    desk.site.session = { view: "dashboard" };
    const page = await desk.open({ width: 900 });
    await page.getByText("Forestall cannot be reached.").waitFor();
    expect(await page.getByText("Nobody is at risk right now.").count()).toBe(0);

    desk.site.on("GET /risks", () => ({ body: { items: [aLine()], next: null } }));
    await page.getByRole("button", { name: "Try again" }).click();

    await page.getByRole("table").waitFor();
  });

  it("follows what happens", async () => {
    const page = await openList();
    await expect.poll(() => desk.site.listeners()).toBe(1);
    desk.site.on("GET /risks", () => ({ body: { items: [aLine({ name: "Hooli" })], next: null } }));

    desk.site.tell("score", { key: "account/x", at: ago(0), score: 90, band: "critical", why: "" });

    await page.getByRole("button", { name: "Hooli" }).waitFor({ timeout: 5_000 });
  });
});

describe("the detail page", () => {
  it("shows an account with all that is known, and leads back", async () => {
    const page = await openList();
    await page.getByRole("button", { name: "Acme" }).click();
    await page.getByRole("heading", { level: 1, name: /^85 critical, from Acme/ }).waitFor();
    expect(await page.getByRole("button", { name: "Send a message" }).count()).toBe(0);
    expect(await page.getByText("by its mail domain").count()).toBe(0);

    await page.getByRole("button", { name: "Back to the list" }).click();

    await page.getByRole("table").waitFor();
  });

  it("shows a person, and from there the colleagues", async () => {
    desk.site.on("GET /risks", () => ({
      body: { items: [aLine({ kind: "person", id: "u1", name: "Ines" })], next: null },
    }));
    const page = await openList();
    await page.getByRole("button", { name: "Ines" }).click();
    await page.getByRole("button", { name: "Noor Haddad" }).click();

    await expect
      .poll(() => desk.site.asked.map(({ path }) => path).filter((path) => path.endsWith("/context")))
      .toEqual(["/persons/u1/context", "/persons/u2/context"]);
    expect(await page.getByRole("button", { name: "Insert as draft" }).count()).toBe(0);
  });
});

describe("a link into the page", () => {
  it.each([
    ["account/acme", "/accounts/acme/context"],
    [{ appName: "forestall", appRoute: "/person/u2" }, "/persons/u2/context"],
    [{ path: ["person", "u%32"] }, "/persons/u2/context"],
  ])("%j leads to whom it names", async (route, path) => {
    const page = await openList();

    await happens(page, "app.route.changed", {}, route);

    await expect.poll(() => desk.site.asked.some((asked) => asked.path === path)).toBe(true);
    await page.getByRole("button", { name: "Back to the list" }).waitFor();
  });

  it("to an account shows its name as soon as that is known", async () => {
    const page = await openList();
    await happens(page, "app.route.changed", {}, "account/acme");

    await page.locator(".detail-head strong", { hasText: "Acme" }).waitFor();
  });

  it.each([null, "", "elsewhere/x", "account/", { appRoute: 7 }, "person/%E0%A4%A"])(
    "%j leads nowhere, and does no harm",
    async (route) => {
      const page = await openList();
      await happens(page, "app.route.changed", {}, route);

      expect(await page.getByRole("table").count()).toBe(1);
      expect(desk.site.asked.some(({ path }) => path.endsWith("/context"))).toBe(false);
    },
  );

  it("to nobody says so, and the list is one step away", async () => {
    desk.site.on("GET /accounts/gone/context", () => ({ status: 404, body: {} }));
    const page = await openList();
    await happens(page, "app.route.changed", {}, "account/gone");
    await page.getByText("This is not there any more.").waitFor();

    await page.getByRole("button", { name: "Back to the list" }).click();

    await page.getByRole("table").waitFor();
  });
});

describe("with the keyboard alone", () => {
  it("somebody's page is entered and left, and the focus goes along", async () => {
    const page = await openList();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await page.getByRole("button", { name: "Globex" }).focus();
    desk.site.on("GET /accounts/globex/context", () => ({ body: aRequester({ person: null }) }));
    await page.keyboard.press("Enter");
    await expect.poll(focused).toBe("Back to the list");

    await page.keyboard.press("Enter");

    await expect.poll(focused).toBe("Globex");
  });

  it("filters are chosen and let go", async () => {
    const page = await openList();
    await page.getByLabel("Band").focus();
    await page.keyboard.press("c");
    await expect.poll(filters).toEqual({ band: "critical" });
  });
});

describe("the page of a user", () => {
  it("shows them without a ticket: nothing is put into a ticket that is not there", async () => {
    desk.site.session = { view: "user" };
    const page = await desk.open();
    await page.locator(".facts").waitFor();

    expect(Object.fromEntries(desk.site.asked[0]?.query ?? [])).toEqual({
      zendeskId: String(REQUESTER.id),
      email: REQUESTER.email,
    });
    expect(await page.getByRole("button", { name: "Copy as internal note" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Insert as draft" }).count()).toBe(0);
    await page.getByText(aRequester().context.next?.firstAction ?? "?").waitFor();
  });
});
