import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY } from "../../../server/core/time.ts";
import { createPersonTokens, personLinks } from "../../../server/http/person/index.ts";
import type { PersonClaims, Purpose } from "../../../server/http/person/token.ts";
import { aDelivery, aPerson, NOON } from "../../builders.ts";
import { type Site, startSite } from "./setup.ts";

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.close());

const FORM = "application/x-www-form-urlencoded";
const get = (url: string) => fetch(url, { redirect: "manual" });
const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: "POST", body, redirect: "manual", headers: { "content-type": FORM, ...headers } });
const ONE_CLICK = "List-Unsubscribe=One-Click";

describe("the one-click POST of RFC 8058", () => {
  it("stops at once, without cookies, with 200 and no redirect", async () => {
    const answer = await post(site.links().oneClick, ONE_CLICK);

    expect(answer.status).toBe(200);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(site.controls.map(({ control }) => control)).toEqual([
      {
        kind: "preference",
        person: "u1",
        change: { kind: "stop" },
        actor: "customer",
        reason: "on the page behind message delivery-1",
      },
    ]);
  });

  it("works as multipart too, as some mail programs send it", async () => {
    const body = `--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n`;

    const answer = await post(site.links().oneClick, body, {
      "content-type": "multipart/form-data; boundary=x",
    });

    expect(answer.status).toBe(200);
    expect(site.controls).toHaveLength(1);
  });

  it("is taken from a mail program that runs in another website", async () => {
    const answer = await post(site.links().oneClick, ONE_CLICK, {
      "sec-fetch-site": "cross-site",
      origin: "https://mail.example",
    });

    expect(answer.status).toBe(200);
    expect(site.controls).toHaveLength(1);
  });

  it("stops once, however often it is sent", async () => {
    for (let i = 0; i < 3; i++) expect((await post(site.links().oneClick, ONE_CLICK)).status).toBe(200);

    expect(site.controls).toHaveLength(1);
  });

  it("is the only body that stops: anything else changes nothing", async () => {
    for (const body of ["", "List-Unsubscribe=Two-Click", "one-click", "x=List-Unsubscribe%3DOne-Click"]) {
      expect((await post(site.links().oneClick, body)).status).toBe(400);
    }

    expect(site.controls).toEqual([]);
  });

  it("is not made by looking: mail scanners open every address", async () => {
    for (const method of ["GET", "HEAD"]) await fetch(site.links().oneClick, { method });

    expect(site.controls).toEqual([]);
  });

  it("gives no way to anything but stopping: the address stands in the headers of the email", async () => {
    const link = site.links().oneClick;

    for (const action of ["feedback", "snooze", "channels", "stop"]) {
      expect((await post(`${link}/${action}`, "for=1d&answer=yes")).status).toBe(404);
    }
    expect(await (await get(link)).text()).not.toContain("rate-limit");
  });
});

describe("a link", () => {
  const claims: PersonClaims = {
    tenant: "t1",
    person: "u1",
    delivery: "delivery-1",
    match: "match-1",
    purpose: "page",
    expiresAt: NOON + DAY,
  };

  it("that was changed in any one place is nobody's", () => {
    const { tokens } = site;
    const token = tokens.sign(claims);
    const characters = "ABCZabcz019-_.=%";
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...characters), (at, character) => {
        fc.pre(token[at] !== character);
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        return tokens.read(changed, NOON).kind === "bad";
      }),
      { seed: 21, numRuns: 2_000 },
    );
  });

  it("says again whatever was signed into it", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 60 });
    const purpose = fc.constantFrom<Purpose>("page", "unsubscribe");
    fc.assert(
      fc.property(text, text, text, text, purpose, (tenant, person, delivery, match, use) => {
        const signed = { tenant, person, delivery, match, purpose: use, expiresAt: NOON + DAY };
        const reading = site.tokens.read(site.tokens.sign(signed), NOON);
        return reading.kind === "valid" && JSON.stringify(reading.claims) === JSON.stringify(signed);
      }),
      { seed: 22, numRuns: 500 },
    );
  });

  it("of another server is nobody's here", () => {
    const other = createPersonTokens(new Uint8Array(32).fill(8));

    expect(site.tokens.read(other.sign(claims), NOON)).toEqual({ kind: "bad" });
  });

  it("works for 90 days from the message", async () => {
    const { why } = site.links();

    site.clock.jumpTo(NOON + 90 * DAY - 1);
    expect((await get(why)).status).toBe(200);
    site.clock.jumpTo(NOON + 90 * DAY);

    const answer = await get(why);
    expect(answer.status).toBe(410);
    expect(await answer.text()).toContain("This link is too old");
  });

  it("that is wrong is answered without a word about anybody", async () => {
    for (const path of ["x", "x.y", `${site.tokens.sign(claims)}x`, "%00", "..%2f..%2f", "a".repeat(5_000)]) {
      const answer = await get(`${site.url}/p/${path}`);
      const text = await answer.text();
      expect(answer.status).toBe(404);
      expect(text).toContain("This link does not work");
      expect(text).not.toMatch(/Acme|u1|stack|Error/);
    }
  });

  it("of somebody who was erased, or of a tenant that is gone, is too old", async () => {
    const unknown = site.tokens.sign({ ...claims, tenant: "t2" });
    expect((await get(`${site.url}/p/${unknown}`)).status).toBe(410);
    site.person = null;

    expect((await get(site.links().why)).status).toBe(410);
    expect((await post(site.links().oneClick, ONE_CLICK)).status).toBe(410);
  });

  it("is not made for a message that goes to nobody known", () => {
    expect(personLinks(site.tokens, site.url, aDelivery({ person: null }))).toBeNull();
  });
});

describe("a form", () => {
  it.each(["cross-site", "same-site"])("sent from a %s page changes nothing", async (from) => {
    const answer = await post(`${site.links().why}/stop`, "", { "sec-fetch-site": from });

    expect(answer.status).toBe(403);
    expect(site.controls).toEqual([]);
  });

  it("leads back to the page, where a reload does not send it again", async () => {
    const answer = await post(`${site.links().why}/stop`, "", { "sec-fetch-site": "same-origin" });

    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toMatch(/^\/p\/[\w.-]+\?done=stop$/);
  });

  it.each([
    ["feedback", ""],
    ["feedback", "answer=maybe"],
    ["feedback", "stars=6"],
    ["snooze", "for=2y"],
    ["snooze", "for=date&until=2026-03-02"],
    ["snooze", "for=date&until=2027-03-03"],
    ["snooze", "for=date&until=tomorrow"],
    ["snooze", "for=constructor"],
  ])("that makes no sense is refused: %s with %j", async (action, body) => {
    expect((await post(`${site.links().why}/${action}`, body)).status).toBe(400);
    expect(site.controls).toEqual([]);
  });

  it.each(["constructor", "__proto__", "toString", "nothing"])("to %s leads nowhere", async (action) => {
    expect((await post(`${site.links().why}/${action}`, "")).status).toBe(404);
  });

  it("cannot switch on a channel the tenant does not have, nor one the form did not show", async () => {
    const { channels } = site.tenant;
    site.tenant = { ...site.tenant, channels: { ...channels, chat: "off" } };
    site.person = aPerson({ channelsOff: ["sms", "chat"] });

    await post(`${site.links().why}/channels`, "offered=email&on=email&on=sms&on=chat&offered=chat&prefer=");

    expect(site.controls).toEqual([]);
  });

  it("that is too large is refused", async () => {
    const answer = await post(`${site.links().why}/feedback`, `answer=yes&x=${"x".repeat(20_000)}`);

    expect(answer.status).toBe(400);
  });

  it("takes the day of the person's own zone", async () => {
    site.person = aPerson({ timeZone: "America/New_York" });

    await post(`${site.links().why}/snooze`, "for=date&until=2026-03-10");

    // Daylight saving begins on the 8th: midnight is 04:00 UTC.
    expect(site.controls[0]?.control).toMatchObject({ change: { until: Date.UTC(2026, 2, 10, 4) } });
  });
});

describe("every answer", () => {
  it("may load nothing but its own style, is kept nowhere and found by nobody", async () => {
    const { headers } = await get(site.links().why);

    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none';style-src 'sha256-[\w+/=]+';img-src 'none';form-action 'self';base-uri 'none';frame-ancestors 'none'$/,
    );
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-robots-tag")).toBe("noindex, nofollow");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("set-cookie")).toBeNull();
  });

  it("asks for patience when nothing can be saved, and keeps what was there", async () => {
    site.failing = true;

    const answer = await post(`${site.links().why}/stop`, "");

    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("60");
    expect(await answer.text()).toContain("We cannot save anything right now");
  });

  it("is refused to an address that asks too often", async () => {
    const strict = await startSite(3);

    for (let i = 0; i < 3; i++) expect((await get(strict.links().why)).status).toBe(200);
    const answer = await get(strict.links().why);

    expect(answer.status).toBe(429);
    await strict.close();
  });
});
