import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY } from "../../../server/core/time.ts";
import { createPersonTokens } from "../../../server/http/person/index.ts";
import { aDelivery, NOON } from "../../builders.ts";
import { type Site, startSite } from "./setup.ts";

let site: Site;
beforeEach(async () => {
  site = await startSite();
  site.sent = [aDelivery({ status: "sent", channel: "sms" })];
});
afterEach(() => site.close());

const get = (url: string) => fetch(url, { redirect: "manual" });
const leadsTo = (answer: Response) => answer.headers.get("location") ?? "";
const claimsOf = (answer: Response) => site.tokens.read(leadsTo(answer).replace("/p/", ""), site.clock.now());

describe("the short link in an SMS", () => {
  it("leads to the page of its message, for that message's 90 days", async () => {
    const answer = await get(site.links().short);

    expect(answer.status).toBe(302);
    expect(claimsOf(answer)).toEqual({
      kind: "valid",
      claims: {
        tenant: "t1",
        person: "u1",
        delivery: "delivery-1",
        match: "match-1",
        purpose: "page",
        expiresAt: NOON + 90 * DAY,
      },
    });
    expect((await get(`${site.url}${leadsTo(answer)}`)).status).toBe(200);
  });

  it("is short, leaves no trace in browsers and names nobody", async () => {
    const link = site.links().short;
    const answer = await get(link);

    expect(link.slice(site.url.length)).toMatch(/^\/s\/[\w-]{22}$/);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("x-robots-tag")).toBe("noindex, nofollow");
  });

  it("is the same however often the message is written, and another for each message, tenant and server", () => {
    const { tokens } = site;
    const elsewhere = createPersonTokens(new Uint8Array(32).fill(8));
    const names = [
      tokens.short("t1", "d1"),
      tokens.short("t1", "d2"),
      tokens.short("t2", "d1"),
      elsewhere.short("t1", "d1"),
    ];

    expect(tokens.short("t1", "d1")).toBe(names[0]);
    expect(new Set(names).size).toBe(4);
  });

  it("opens the page of its own tenant's message where two have the same id", async () => {
    site.sent = [aDelivery({ tenant: "t2", person: "them" }), aDelivery({ tenant: "t1", person: "u1" })];

    expect(claimsOf(await get(site.links().short))).toMatchObject({ claims: { tenant: "t1", person: "u1" } });
    const theirs = `${site.url}/s/${site.tokens.short("t2", "delivery-1")}`;
    expect(claimsOf(await get(theirs))).toMatchObject({ claims: { tenant: "t2", person: "them" } });
  });

  it("follows a person who was joined with another", async () => {
    site.sent = [aDelivery({ person: "the-one-left" })];

    expect(claimsOf(await get(site.links().short))).toMatchObject({ claims: { person: "the-one-left" } });
  });

  it("says so when it is too old, when its message is gone, and when nobody had it", async () => {
    const link = site.links().short;
    site.clock.jumpTo(NOON + 90 * DAY);
    expect((await get(link)).status).toBe(410);

    site.clock.jumpTo(NOON);
    site.sent = [aDelivery({ person: null })];
    expect((await get(link)).status).toBe(410);

    site.sent = [];
    const unknown = await get(link);
    expect(unknown.status).toBe(404);
    expect(await unknown.text()).not.toMatch(/Acme|u1|delivery/);
  });

  it("cannot be made up", async () => {
    const real = site.tokens.short("t1", "delivery-1");
    const anything = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.stringMatching(/^[\w-]{22}$/),
      fc.nat(21).map((at) => real.slice(0, at) + (real[at] === "A" ? "B" : "A") + real.slice(at + 1)),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (name) => {
        fc.pre(name !== real && name !== "." && name !== "..");
        expect([400, 404]).toContain((await get(`${site.url}/s/${encodeURIComponent(name)}`)).status);
      }),
      { seed: 22, numRuns: 60 },
    );
  });

  it("changes nothing and takes nothing but looking", async () => {
    const link = site.links().short;
    expect((await fetch(link, { method: "HEAD", redirect: "manual" })).status).toBe(302);
    expect((await fetch(link, { method: "POST", redirect: "manual" })).status).toBe(404);
    expect((await get(`${link}/stop`)).status).toBe(404);
    expect(site.controls).toEqual([]);
  });

  it("can be asked for only so often from one address", async () => {
    const few = await startSite(3);
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await get(`${few.url}/s/${"a".repeat(22)}`)).status);
    await few.close();

    expect(statuses).toEqual([404, 404, 404, 429, 429]);
  });
});
