import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type * as wire from "../../server/http/wire.ts";
import { happens, REQUESTER, saidTo, useDesk } from "./desk.ts";
import {
  aContext,
  aDelivery,
  ago,
  aMessage,
  anIncident,
  aPersonRisk,
  aRequester,
  aRisk,
  aSignal,
  calm,
  nobody,
  noContext,
} from "./fixtures.ts";

const desk = useDesk();
const facts = async (page: Page) => {
  await page.locator(".facts").waitFor();
  return page.locator(".facts li").allInnerTexts();
};

/** What the page leads with; while it loads, that is its heading. */
const lead = async (page: Page) => {
  await page.locator(".facts").waitFor();
  return page.getByRole("heading", { level: 1 }).innerText();
};

describe("the first look", () => {
  it("says how bad, whose, why, what was tried and how it ended, without scrolling at 320 px", async () => {
    const page = await desk.open();

    expect(await lead(page)).toBe(
      "85 critical, from Acme: 12 rate-limit errors on /v1/export in the last hour",
    );
    expect(await facts(page)).toEqual([
      "Predicted 23 min. ago by API rate limit. Email, 21 min. ago: arrived, not opened yet",
      "No messages until Tue 2:10 PM, because of ticket #4711",
    ]);
    const box = await page.locator(".facts").boundingBox();
    expect((box?.y ?? 999) + (box?.height ?? 999)).toBeLessThan(300);
  });

  it("leads with the person where theirs is the higher score", async () => {
    const personRisk = aPersonRisk({ score: 91, unrounded: 91, band: "critical" });
    desk.site.on("GET /requesters", () => ({ body: aRequester({ personRisk }) }));
    const page = await desk.open();

    expect(await lead(page)).toBe("91 critical: login failed 3 times");
  });

  it("stays calm about who is calm", async () => {
    const body = aRequester({ personRisk: aPersonRisk(calm), accountRisk: aRisk(calm), context: noContext });
    desk.site.on("GET /requesters", () => ({ body }));
    const page = await desk.open();

    expect(await lead(page)).toBe("0 normal: nothing unusual seen");
    expect(await facts(page)).toEqual(["No message was sent in the last 30 days."]);
    expect(await page.locator(".verdict .why").innerText()).toBe("Nothing unusual seen");
    expect(await page.getByRole("heading", { level: 2 }).allInnerTexts()).toEqual(["Timeline", "Account"]);
  });

  it.each([
    ["waiting", "waiting to be sent"],
    ["opened", "seen"],
    ["clicked", "link used"],
    ["failed", "could not be delivered"],
    ["dry_run", "not sent (trial run)"],
  ] as const)("says that a message ended as %s", async (ended, words) => {
    const context = aContext({ lastMessage: aMessage({ ended }), prediction: null });
    desk.site.on("GET /requesters", () => ({ body: aRequester({ context }) }));
    const page = await desk.open();

    expect((await facts(page))[0]).toBe(`Last message: Email, 21 min. ago: ${words}`);
  });

  it("does not call sent what a channel in preview kept here", async () => {
    const lastMessage = aMessage({ ended: "sent", delivery: aDelivery({ preview: true }) });
    const context = aContext({ lastMessage, prediction: null });
    desk.site.on("GET /requesters", () => ({ body: aRequester({ context }) }));
    const page = await desk.open();

    expect((await facts(page))[0]).toBe("Last message: Email, 21 min. ago: not sent (channel in preview)");
  });

  it("tells a newer message beside the one of the prediction", async () => {
    const newer = aDelivery({ id: "d2", channel: "sms", sentAt: ago(60_000) });
    const context = aContext({ lastMessage: aMessage({ delivery: newer, ended: "sent" }) });
    desk.site.on("GET /requesters", () => ({ body: aRequester({ context }) }));
    const page = await desk.open();

    expect((await facts(page)).slice(0, 2)).toEqual([
      "Predicted 23 min. ago by API rate limit. Email, 21 min. ago: arrived, not opened yet",
      "Last message: Text message, 1 min. ago: sent",
    ]);
  });

  it.each([
    [{ reason: "opted_out", kind: "stop", until: null, ticket: null }, "This person gets no more messages"],
    [
      { reason: "quiet", kind: "hold", until: ago(-3_600_000), ticket: null },
      "No messages until Mon 1:00 PM: quiet hours",
    ],
    [
      { reason: "paused", kind: "hold", until: null, ticket: null },
      "Messages are paused until somebody resumes them",
    ],
    [
      { reason: "no_consent", kind: "stop", until: null, ticket: null },
      "No messages: no consent for this channel",
    ],
  ] as const)("says why nothing is sent: %o", async (quiet, words) => {
    const context = aContext({ quiet: { ...quiet, detail: "" } });
    desk.site.on("GET /requesters", () => ({ body: aRequester({ context }) }));
    const page = await desk.open();

    expect((await facts(page)).at(-1)).toBe(words);
  });

  it("says that a predicted ticket got no message, and why", async () => {
    const prediction = { ...aContext().prediction, message: null } as wire.PredictionBody;
    desk.site.on("GET /requesters", () => ({ body: aRequester({ context: aContext({ prediction }) }) }));
    const page = await desk.open();

    expect((await facts(page))[0]).toBe(
      "Predicted 23 min. ago by API rate limit. No message was sent: a ticket is open or recent.",
    );
  });

  it("is in the agent's language as soon as Zendesk says which that is", async () => {
    const page = await desk.open({ zendesk: { values: { currentUser: { id: 77, locale: "de" } } } });

    await page
      .getByRole("button", { name: "Nachrichten anhalten" })
      .or(page.getByText("Kritisch"))
      .first()
      .waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
    expect(await lead(page)).toMatch(/^85 kritisch/);
  });
});

describe("who the requester is", () => {
  it("is asked with every name that Zendesk has, and the ticket", async () => {
    const requester = { ...REQUESTER, externalId: "u-1" };
    const page = await desk.open({ zendesk: { values: { "ticket.requester": requester } } });
    await page.locator(".facts").waitFor();

    const asked = desk.site.asked.find(({ path }) => path === "/requesters");
    expect(Object.fromEntries(asked?.query ?? [])).toEqual({
      zendeskId: "501",
      externalId: "u-1",
      email: "ines@acme.example",
      ticket: "4711",
    });
  });

  it("may have no address", async () => {
    const page = await desk.open({
      zendesk: { values: { "ticket.requester": { id: 9, name: "X", email: null } } },
    });
    await page.locator(".facts").waitFor();

    expect(Object.fromEntries(desk.site.asked[0]?.query ?? [])).toEqual({ zendeskId: "9", ticket: "4711" });
  });

  it("is asked with when the ticket was opened, and without a name that cannot be one", async () => {
    const requester = { ...REQUESTER, externalId: "a\u0000b", email: `${"x".repeat(400)}@acme.example` };
    const values = { "ticket.requester": requester, "ticket.createdAt": "2026-03-02T11:58:00Z" };
    const page = await desk.open({ zendesk: { values } });
    await page.locator(".facts").waitFor();

    expect(Object.fromEntries(desk.site.asked[0]?.query ?? [])).toEqual({
      zendeskId: "501",
      ticket: "4711",
      ticketAt: "2026-03-02T11:58:00.000Z",
    });
  });

  it("can change while the answer about the one before is on its way: that one is never shown", async () => {
    desk.site.on("GET /requesters", ({ query }) =>
      query.get("zendeskId") === "501"
        ? { body: aRequester(), after: 600 }
        : { body: aRequester({ personRisk: aPersonRisk({ score: 99, unrounded: 99, band: "critical" }) }) },
    );
    const page = await desk.open();
    await page.getByText("Loading the risk").waitFor({ state: "attached" });

    await happens(page, "ticket.requester.id.changed", { "ticket.requester": { ...REQUESTER, id: 502 } });

    await expect.poll(() => page.locator(".score").innerText()).toBe("99");
    await page.waitForTimeout(700);
    expect(await page.locator(".score").innerText()).toBe("99");
  });

  it("who comes next does not find the one before on the screen", async () => {
    const page = await desk.open();
    await page.locator(".facts").waitFor();
    desk.site.on("GET /requesters", () => ({ body: aRequester(), after: 400 }));

    await happens(page, "ticket.requester.id.changed", { "ticket.requester": { ...REQUESTER, id: 502 } });

    await page.getByText("Loading the risk").waitFor({ state: "attached" });
    expect(await page.locator(".headline .why").count()).toBe(0);
  });

  it("can be nobody yet", async () => {
    const page = await desk.open({ zendesk: { values: { "ticket.requester": null } } });

    await page.getByText("This ticket has no requester yet.").waitFor();
    await happens(page, "ticket.requester.id.changed", { "ticket.requester": REQUESTER });
    await page.locator(".facts").waitFor();
  });
});

describe("states that are told honestly", () => {
  it("loading", async () => {
    desk.site.on("GET /requesters", () => ({ body: aRequester(), after: 500 }));
    const page = await desk.open();

    expect(await page.getByRole("status").filter({ hasText: "Loading" }).count()).toBe(1);
    await page.locator(".facts").waitFor();
  });

  it("nothing known", async () => {
    desk.site.on("GET /requesters", () => ({ body: nobody() }));
    const page = await desk.open();

    await page.getByText("Forestall knows nothing about this requester yet.").waitFor();
    expect(await page.getByRole("button").allInnerTexts()).toEqual(["Link to a known person"]);
  });

  it("only the company known", async () => {
    const body = aRequester({ person: null, personRisk: null, matchedBy: "domain", context: noContext });
    desk.site.on("GET /requesters", () => ({ body }));
    const page = await desk.open();

    await page.getByText("Only the company is known, by its mail domain.").waitFor();
    expect(await page.getByRole("button", { name: "Send a message" }).count()).toBe(0);
  });

  it("the backend away before anything was read, and back again", async () => {
    desk.site.on("GET /requesters", () => ({ status: 503, body: {} }));
    const page = await desk.open();
    await page.getByText("Forestall cannot be reached.").waitFor();

    desk.site.on("GET /requesters", () => ({ body: aRequester() }));
    await page.getByRole("button", { name: "Try again" }).click();

    await page.locator(".facts").waitFor();
  });

  it("the backend away later: the last that is known, with its time", async () => {
    const page = await desk.open();
    await page.locator(".facts").waitFor();
    await expect.poll(() => desk.site.listeners()).toBe(1);
    desk.site.on("GET /requesters", () => ({ cut: true }));
    desk.site.tell("reset", { reason: "test" });

    await page.getByText("Forestall cannot be reached. Shown as of Mon 12:00 PM.").waitFor();
    expect(await page.locator(".score").innerText()).toBe("85");
  });

  it("no permission", async () => {
    desk.site.on("GET /requesters", () => ({ status: 403, body: {} }));
    const page = await desk.open();

    await page.getByText("You may not see this. Ask an admin.").waitFor();
  });

  it("not connected", async () => {
    desk.site.session = null;
    const page = await desk.open();

    await page
      .getByText("This Zendesk account is not connected to Forestall yet. An admin can connect it.")
      .waitFor();
  });

  it("opened outside Zendesk", async () => {
    const page = await desk.open({ zendesk: { absent: true } });

    await page.getByText("Open this app inside Zendesk.").waitFor();
  });

  it("Zendesk refusing to say who the requester is", async () => {
    const page = await desk.open({ zendesk: { errors: { "ticket.requester": "forbidden" } } });

    await page.getByText("Zendesk does not answer. Reload the page.").waitFor();
    expect(await page.getByText("This ticket has no requester yet.").count()).toBe(0);
  });

  it("Zendesk not answering", async () => {
    const page = await desk.open({ zendesk: { silent: true } });

    await page.getByText("Zendesk does not answer. Reload the page.").waitFor({ timeout: 12_000 });
  });

  it("a bearer that ended is changed for a new one without a word", async () => {
    desk.site.refused.add("first");
    desk.site.refresh = () => ({ body: { bearer: "second", expiresAt: ago(-900_000) } });
    const page = await desk.open();

    await page.locator(".facts").waitFor();
    expect(desk.site.asked[0]?.headers.authorization).toBe("Bearer second");
  });

  it("a session that is over", async () => {
    desk.site.refused.add("first");
    const page = await desk.open();

    await page.getByText("Your session ended. Reload the page to go on.").waitFor();
  });
});

describe("while it is open", () => {
  it("follows the score, and says so to who cannot see it", async () => {
    const page = await desk.open();
    await page.locator(".facts").waitFor();
    await expect.poll(() => desk.site.listeners()).toBe(1);
    desk.site.on("GET /requesters", () => ({
      body: aRequester({ accountRisk: aRisk({ score: 61, unrounded: 61, band: "alert" }) }),
    }));

    desk.site.tell("score", { key: "account/acme", at: ago(0), score: 61, band: "alert", why: "recovered" });

    await page.getByText("Risk changed from 85 to 61").waitFor({ state: "attached" });
    expect(await page.locator(".score").innerText()).toBe("61");
  });

  it("does not ask again for what is about somebody else", async () => {
    const page = await desk.open();
    await page.locator(".facts").waitFor();
    await expect.poll(() => desk.site.listeners()).toBe(1);
    const before = desk.site.asked.length;

    desk.site.tell("score", { key: "account/globex", at: ago(0), score: 1, band: "normal", why: "" });
    await page.waitForTimeout(500);

    expect(desk.site.asked.length).toBe(before);
  });

  it("is silent behind another tab, and reads again when it comes back", async () => {
    const page = await desk.open();
    await page.locator(".facts").waitFor();
    await expect.poll(() => desk.site.listeners()).toBe(1);

    await happens(page, "app.deactivated");
    await expect.poll(() => desk.site.listeners()).toBe(0);
    const before = desk.site.asked.length;
    await happens(page, "app.activated");

    await expect.poll(() => desk.site.listeners()).toBe(1);
    await expect.poll(() => desk.site.asked.length).toBeGreaterThan(before);
  });

  it("shows a known incident above everything else", async () => {
    const context = aContext({ incidents: [anIncident()] });
    desk.site.on("GET /requesters", () => ({ body: aRequester({ context }) }));
    const page = await desk.open();

    await page.getByText("Known incident since Mon 11:20 AM: 14 accounts affected.").waitFor();
  });

  it("tells Zendesk how high it is, within limits", async () => {
    const page = await desk.open();
    await page.locator(".facts").waitFor();

    await expect.poll(() => saidTo(page)).toContainEqual(["resize", { width: "100%", height: "600px" }]);
  });
});

describe("below", () => {
  it("the parts add up", async () => {
    const page = await desk.open();

    await page.getByText("67.15 of 85 points").waitFor();
    await page.getByText("The parts add up to 84.6, shown as 85").waitFor();
    await page.getByText("and 19 more of the same kind").waitFor();
  });

  it("the history is a picture with a sentence, and a list of what moved it", async () => {
    const page = await desk.open();

    await page.getByRole("img", { name: "Score over the last 3 days: from 12 to 85, at most 85" }).waitFor();
    expect(await page.locator(".moves b").allInnerTexts()).toEqual([
      "53 → 85",
      "21 → 53",
      "12 → 44",
      "0 → 12",
    ]);
    expect(await page.locator(".sparkline .dot").count()).toBe(4);
  });

  it("each open match once, with its evidence and what is done about it", async () => {
    const page = await desk.open();
    await page.getByRole("heading", { level: 3, name: "Webhook failures" }).waitFor();

    expect(await page.getByRole("heading", { level: 3, name: "API rate limit", exact: true }).count()).toBe(
      1,
    );
    await page.getByText("Help is held back: a ticket is open or recent").waitFor();
  });

  it("one timeline of everything, with the exact message and what was not sent", async () => {
    const page = await desk.open();
    const rows = page.locator(".windowed li");
    await expect.poll(() => rows.count()).toBe(9);

    expect(await page.locator(".kind").allInnerTexts()).toEqual([
      "Ticket",
      "Message",
      "Problem",
      "Signal",
      "Signal",
      "Not sent",
      "Feedback",
      "Incident",
      "Action",
    ]);
    await rows.nth(1).getByRole("button").click();
    await rows.nth(1).getByText("Your exports are being slowed down").waitFor();
    expect(await page.locator(".event-text").nth(3).innerText()).toBe("API call failed · 429, /v1/export");
    expect(await rows.nth(8).innerText()).toContain("Messages paused, by Lena Vogt, 5 hr. ago");
    expect(await rows.nth(5).innerText()).toContain(
      "Email · Held back until Tue 2:00 PM: a ticket is open or recent",
    );
  });

  it("10,000 events, of which only those in sight exist", async () => {
    desk.site.on("GET /persons/*", ({ query }) => {
      const from = Number(query.get("after") ?? 0);
      const to = Math.min(10_000, from + Number(query.get("limit")));
      const items = Array.from({ length: to - from }, (_, i) => aSignal(from + i));
      return { body: { items, next: to < 10_000 ? String(to) : null } };
    });
    const page = await desk.open();
    const box = page.locator(".windowed");
    await box.waitFor();

    await expect
      .poll(
        async () => {
          await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
          return page.locator(".windowed li").last().getAttribute("aria-posinset");
        },
        { timeout: 20_000, interval: 20 },
      )
      .toBe("10000");

    expect(await page.locator(".windowed li").count()).toBeLessThan(40);
    await page.locator(".event").last().focus();
    await page.keyboard.press("Home");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest("li")?.getAttribute("aria-posinset")))
      .toBe("1");
    expect(await box.evaluate((element) => element.scrollHeight)).toBeGreaterThan(10_000 * 40);
  });

  it("a message that waits has no words yet, and one of long ago has none any more", async () => {
    const messages = (["waiting", "delivered"] as const).map((ended, i) => ({
      ...{ kind: "message", id: `d${i}`, at: ago(i) },
      message: aMessage({ ended, text: null }),
    }));
    desk.site.on("GET /persons/*", () => ({ body: { items: messages, next: null } }));
    const page = await desk.open();
    const rows = page.locator(".windowed li");
    await rows.nth(0).getByRole("button").click();
    await rows.nth(0).getByText("It is written when it is sent.").waitFor();
    await rows.nth(1).getByRole("button").click();

    await rows.nth(1).getByText("Its text is not kept here.").waitFor();
  });

  it("a problem in the timeline opens to its evidence", async () => {
    const page = await desk.open();
    const row = page.locator(".windowed li").nth(2);
    await row.getByRole("button").click();

    await row.getByText("Open · 12 events · began 23 min. ago · last seen 2 min. ago").waitFor();
  });

  it("the next step opens to the whole playbook", async () => {
    const page = await desk.open();
    await page.getByText("Playbook", { exact: true }).click();

    await page.getByText("Compare the calls per minute with the plan.").waitFor();
  });

  it("colleagues and the account open on the page behind the icon in the navigation bar", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Noor Haddad" }).click();
    await page.getByRole("button", { name: "Acme", exact: true }).click();

    await expect.poll(() => saidTo(page)).toContainEqual(["routeTo", "nav_bar", "forestall", "person/u2"]);
    await expect.poll(() => saidTo(page)).toContainEqual(["routeTo", "nav_bar", "forestall", "account/acme"]);
  });

  it("says when Zendesk does not go where it should", async () => {
    const page = await desk.open({ zendesk: { errors: { routeTo: "unknown" } } });
    await page.getByRole("button", { name: "Open ticket #4690" }).click();

    await page.getByText("This did not work. Nothing was changed.").waitFor();
  });

  it("tickets open in Zendesk, replays elsewhere", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Open ticket #4690" }).click();

    await expect.poll(() => saidTo(page)).toContainEqual(["routeTo", "ticket", "4690"]);
    const link = page.getByRole("link", { name: /Watch the replay/ });
    expect(await link.getAttribute("rel")).toContain("noopener");
    expect(await link.getAttribute("href")).toBe("https://replay.example/s/1");
  });
});
