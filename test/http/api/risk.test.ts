import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../server/core/time.ts";
import type { ProblemWire, RequesterBody, RiskBody } from "../../../server/http/wire.ts";
import { NOON } from "../../builders.ts";
import { ask } from "./client.ts";
import { STORES } from "./stores.ts";
import type { World } from "./world.ts";

describe.each(STORES)("on the store %s", (_name, makeWorld) => {
  let world: World;
  let token: string;

  beforeAll(async () => {
    world = await makeWorld();
    token = world.a.tokens.agent;
  });
  afterAll(() => world.close());
  beforeEach(() => world.clock.jumpTo(NOON));

  const get = <Body>(path: string) => ask<Body>(world, `GET ${path}`, { token });

  /** The score again, from nothing but what the answer shows. */
  function byHand({ contributions, asOf }: RiskBody): { alone: number[]; points: number[]; sum: number } {
    const alone = contributions.map(
      ({ risk, confidence, halfLifeMs, lastSeen }) =>
        risk * confidence * 2 ** (-Math.max(0, Date.parse(asOf) - Date.parse(lastSeen)) / halfLifeMs),
    );
    let left = 100;
    const points = alone
      .toSorted((a, b) => b - a)
      .map((c) => {
        const share = (left * c) / 100;
        left -= share;
        return share;
      });
    return { alone, points, sum: points.reduce((a, b) => a + b, 0) };
  }

  describe("an account's risk", () => {
    it("says who, how much, why and since when", async () => {
      const { status, body } = await get<RiskBody>("/accounts/acme/risk");

      expect(status).toBe(200);
      expect(body).toMatchObject({
        id: "acme",
        kind: "account",
        name: "Acme canary-t-one",
        band: "critical",
        asOf: "2026-03-02T12:00:00.000Z",
        controlGroup: false,
      });
      expect(body.headline).toBe(
        `${body.score} critical, from Acme canary-t-one: 5 rate-limit errors on /v1/canary-t-one`,
      );
      expect(body.contributions[0]).toMatchObject({
        pattern: "P-001",
        match: world.a.match,
        why: "5 rate-limit errors on /v1/canary-t-one",
        lastSeen: "2026-03-02T11:59:00.000Z",
        halfLife: "6h",
        risk: 85,
        events: 5,
      });
      expect(body.openMatches).toHaveLength(1);
      expect(body.history.at(-1)).toMatchObject({
        band: "critical",
        why: expect.stringContaining("5 rate-limit"),
      });
    });

    it.each([
      ["at once", 0],
      ["10 minutes after the match", 10 * MINUTE],
      ["5 hours after the match", 5 * HOUR],
      ["a day after the match", 24 * HOUR],
    ])("can be recomputed from its own contributions %s", async (_when, later) => {
      world.clock.jumpTo(NOON + later);

      const { body } = await get<RiskBody>("/accounts/acme/risk");

      const again = byHand(body);
      expect(body.contributions.map(({ alone }) => alone)).toEqual(again.alone);
      expect(body.contributions.map(({ points }) => points)).toEqual(again.points);
      expect(body.unrounded).toBe(again.sum);
      expect(body.score).toBe(Math.round(again.sum));
      expect(body.contributions).toHaveLength(1);
    });

    it("fades with its half-life instead of falling to 0 when the match goes quiet", async () => {
      // 15 minutes of quiet close the match; the last event was at 11:59.
      world.clock.jumpTo(NOON - MINUTE + 6 * HOUR);

      const { body } = await get<RiskBody>("/accounts/acme/risk");

      expect(body.unrounded).toBeCloseTo(42.5, 9);
      expect(body.band).toBe("watch");
    });

    it("is 0 once nothing is worth a point any more", async () => {
      world.clock.jumpTo(NOON + 10 * 24 * HOUR);

      const { body } = await get<RiskBody>("/accounts/acme/risk");

      expect(body).toMatchObject({
        score: 0,
        band: "normal",
        contributions: [],
        headline: "0 normal: nothing of concern",
      });
    });

    it("splits by tag", async () => {
      const { body } = await get<RiskBody>("/accounts/acme/risk");

      expect(body.subScores).toEqual({ churn: 0, frustration: body.score, intent: 0 });
    });
  });

  describe("a person's risk", () => {
    it("is a number of its own, not mixed with the account's", async () => {
      const { body } = await get<RiskBody>("/persons/u1/risk");

      expect(body).toMatchObject({ id: "u1", kind: "person", score: 0, name: null });
    });

    it("comes from the person's own matches, with what was set for them", async () => {
      const { body, headers } = await get<RiskBody>(`/persons/${world.a.ownPerson}/risk`);

      expect(body.score).toBeGreaterThan(80);
      expect(body.headline).toMatch(/^\d+ critical: a security alert$/);
      expect(body.controls).toMatchObject({
        paused: true,
        pausedUntil: "2026-03-03T12:00:00.000Z",
        stoppedAt: null,
      });
      expect(headers.get("etag")).toBe(`"${body.revision}"`);
      expect(body.openMatches[0]?.help).toMatchObject({ state: "review", reason: "review" });
    });

    it("is found by another system's id", async () => {
      const { body } = await get<RiskBody>("/persons/-/risk?identity=zendesk:1001");

      expect(body.id).toBe("u1");
    });

    it.each([
      ["/persons/nobody/risk", 404],
      ["/accounts/nothing/risk", 404],
      ["/persons/-/risk?identity=zendesk:9", 404],
      ["/accounts/-/risk?identity=zendesk:1001", 404],
      ["/persons/u2/risk?identity=zendesk:1001", 400],
      ["/persons/-/risk?identity=1001", 400],
      ["/persons/u1/risk?identity=zendesk:1&identity=zendesk:2", 400],
    ])("answers %s with %i", async (path, status) => {
      expect((await get<ProblemWire>(path)).status).toBe(status);
    });
  });

  describe("the requester of a ticket", () => {
    it.each([
      ["externalId=u1", "externalId"],
      ["zendeskId=1001", "zendeskId"],
      ["email=Pat@T-One-Corp.test", "email"],
      ["externalId=unknown&zendeskId=1001&email=x@y.test", "zendeskId"],
      ["externalId=u1&zendeskId=1001&email=pat@t-one-corp.test", "zendeskId"],
      ["externalId=u1&zendeskId=999&email=own@t-one-own.test", "externalId"],
      ["externalId=only-t-one&zendeskId=1001", "zendeskId"],
    ])("is found by %s", async (query, matchedBy) => {
      const { body } = await get<RequesterBody>(`/requesters?${query}`);

      expect(body).toMatchObject({ matchedBy, person: { id: "u1" }, account: { id: "acme", plan: "pro" } });
      expect(body.personRisk?.score).toBe(0);
      expect(body.accountRisk?.band).toBe("critical");
    });

    it("is the person behind a name before somebody who is known by a ticket alone", async () => {
      const { pipeline, a, clock } = world;
      const ticket = (id: string, zendeskId: string) => ({
        ...{ source: "zendesk", id, type: "ticket.created", time: clock.now() - MINUTE },
        person: { namespace: "zendesk", value: zendeskId },
        data: { ticket: id, category: "how_to" },
      });
      await pipeline.receive(a.tenant, [ticket("8801", "8801"), ticket("8802", "8802")]);

      const named = await get<RequesterBody>("/requesters?zendeskId=8801&email=pat@t-one-corp.test");
      const colleague = await get<RequesterBody>("/requesters?zendeskId=8802&email=new@t-one-corp.test");

      expect(named.body).toMatchObject({ matchedBy: "email", person: { id: "u1" } });
      expect(colleague.body).toMatchObject({
        matchedBy: "zendeskId",
        person: { id: "zendesk:8802" },
        account: { id: "acme" },
      });
    });

    it("gets the higher of the two scores as headline, which says whose it is", async () => {
      const { body } = await get<RequesterBody>("/requesters?externalId=u1");

      expect(body.headline).toMatch(/^8\d critical, from Acme canary-t-one: 5 rate-limit errors/);
    });

    it("is known by mail domain as somebody of the account, and no more", async () => {
      const { body } = await get<RequesterBody>("/requesters?email=new.colleague@t-one-corp.test");

      expect(body).toMatchObject({
        person: null,
        personRisk: null,
        matchedBy: "domain",
        account: { id: "acme" },
      });
      expect(body.headline).toContain("from Acme");
    });

    it.each(["somebody@gmail.com", "somebody@unknown.test", "not an address", "@t-one-corp.test"])(
      "is nobody by %s",
      async (email) => {
        const { status, body } = await get<RequesterBody>(`/requesters?email=${encodeURIComponent(email)}`);

        expect(status).toBe(200);
        expect(body).toMatchObject({
          person: null,
          account: null,
          matchedBy: null,
          headline: "Nothing is known about this requester.",
        });
      },
    );

    it("has to be named somehow", async () => {
      expect((await get<ProblemWire>("/requesters")).body.detail).toBe(
        "query: give at least one of email, externalId and zendeskId.",
      );
      expect((await get("/requesters?email=")).status).toBe(400);
      expect((await get("/requesters?phone=1")).status).toBe(400);
    });
  });
});
