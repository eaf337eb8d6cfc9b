import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  AuditBody,
  DecisionBody,
  DeliveryDetailBody,
  MatchDetailBody,
  PageBody,
  PatternBody,
  RiskFiltersBody,
  RiskListItem,
  SummaryBody,
  TraceBody,
} from "../../../server/http/wire.ts";
import type { TokenRole } from "../../../server/store/contract.ts";
import { ask } from "./client.ts";
import { STORES } from "./stores.ts";
import { createWorld, type World } from "./world.ts";

describe.each(STORES)("on the store %s", (_name, makeWorld) => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
  });
  afterAll(() => world.close());

  const get = <Body>(path: string, as: TokenRole = "admin") =>
    ask<Body>(world, `GET ${path}`, { token: world.a.tokens[as] });

  describe("lists", () => {
    it("come in pages that together hold everything once", async () => {
      const { body: all } = await get<PageBody<DecisionBody>>("/decisions?limit=200");
      const ids: string[] = [];
      let after = "";
      do {
        const { body } = await get<PageBody<DecisionBody>>(`/decisions?limit=1${after}`);
        ids.push(...body.items.map(({ id }) => id));
        after = body.next === null ? "" : `&after=${body.next}`;
      } while (after !== "");

      expect(ids).toEqual(all.items.map(({ id }) => id));
      expect(ids.length).toBeGreaterThan(1);
    });

    it("do not go on with another filter, another list, or a changed cursor", async () => {
      const { body } = await get<PageBody<DecisionBody>>("/decisions?limit=1");
      const next = body.next ?? "";

      for (const path of [
        `/decisions?limit=1&person=u1&after=${next}`,
        `/deliveries?limit=1&after=${next}`,
        `/decisions?limit=1&after=${next.slice(0, -1)}`,
        `/decisions?limit=1&after=x${next}`,
      ]) {
        expect((await get(path)).status).toBe(400);
      }
      expect((await get(`/decisions?limit=2&after=${next}`)).status).toBe(200);
    });

    it("narrow to a person, an account, a match and a time", async () => {
      const person = await get<PageBody<DecisionBody>>("/decisions?person=u1");
      const match = await get<PageBody<DecisionBody>>(`/decisions?match=${world.a.reviewMatch}`);
      const recent = await get<PageBody<DecisionBody>>("/decisions?since=1h");
      const none = await get<PageBody<DecisionBody>>("/decisions?since=2026-03-02T12:00:01Z");

      expect(new Set(person.body.items.map((row) => row.person))).toEqual(new Set(["u1"]));
      expect(match.body.items.some(({ reason }) => reason === "review")).toBe(true);
      expect(recent.body.items.length).toBeGreaterThan(0);
      expect(none.body.items).toEqual([]);
    });

    it("of risks can be filtered and searched", async () => {
      const all = await get<PageBody<RiskListItem>>("/risks");
      const found = await get<PageBody<RiskListItem>>("/risks?q=ACME&kind=account&band=critical");
      const none = await get<PageBody<RiskListItem>>("/risks?q=nobody");

      expect(all.body.items[0]?.score).toBeGreaterThanOrEqual(all.body.items.at(-1)?.score ?? 0);
      expect(found.body.items).toMatchObject([{ kind: "account", id: "acme", name: "Acme canary-t-one" }]);
      expect(none.body.items).toEqual([]);
    });

    it("of persons at risk have their names, for those who work with them", async () => {
      const names = async (as: TokenRole) =>
        (await get<PageBody<RiskListItem>>("/risks?kind=person", as)).body.items.map(({ name }) => name);

      expect(await names("agent")).toEqual(["Olu canary-t-one"]);
      expect(await names("analyst")).toEqual([null]);
    });

    it("of risks can be narrowed by what there is", async () => {
      const { body } = await get<RiskFiltersBody>("/risks/filters", "agent");

      expect(body).toEqual({ owners: ["owner canary-t-one"], segments: ["small"] });
    });

    it.each([
      "/alerts?state=open&account=acme",
      "/incidents",
      "/deliveries?status=queued",
      "/audit?subject=person/only-t-one",
      "/dead-letters",
      "/unknown-types",
    ])("hold what there is: %s", async (path) => {
      expect((await get<PageBody<unknown>>(path)).body.items).toHaveLength(1);
    });
  });

  describe("single things", () => {
    it("a message comes with the exact copy the person got", async () => {
      const { body } = await get<DeliveryDetailBody>(`/deliveries/${world.a.delivery}`, "agent");

      expect(body.copy?.rendered).toEqual({ subject: "About canary-t-one", text: "Here is what helps." });
      expect(body).toMatchObject({ person: "u1", match: world.a.match, status: "queued" });
    });

    it("a match says what was seen, what is done about it, and what to do first", async () => {
      const { body, headers } = await get<MatchDetailBody>(`/matches/${world.a.match}`, "analyst");

      expect(body).toMatchObject({
        pattern: "P-001",
        name: "API rate limit accumulation",
        why: "5 rate-limit errors on /v1/canary-t-one",
        silenced: null,
        help: { state: "sent" },
        firstAction: "Look at the endpoint with the most refused calls.",
      });
      expect(headers.get("etag")).toBe(`"${body.revision}"`);
    });

    it("a message is traced back to the events behind it", async () => {
      for (const id of [world.a.delivery, world.a.decision]) {
        const { body } = await get<TraceBody>(`/trace/${id}`, "privacy");

        expect(body.match?.id).toBe(world.a.match);
        expect(body.events.map((event) => event.id)).toEqual([
          "limit-0",
          "limit-1",
          "limit-2",
          "limit-3",
          "limit-4",
        ]);
        expect(body.decisions.map((row) => row.id)).toContain(world.a.decision);
      }
    });

    it.each(["/deliveries/none", "/alerts/none", "/matches/none", "/trace/none"])(
      "is a 404: %s",
      async (path) => {
        expect((await get(path)).status).toBe(404);
      },
    );
  });

  describe("what is in use", () => {
    it("lists the patterns with what they weigh and who owns them", async () => {
      const { body } = await get<PageBody<PatternBody>>("/patterns");

      expect(body.items.map(({ id }) => id)).toEqual(["P-001", "P-900"]);
      expect(body.items[0]).toMatchObject({
        halfLife: "6h",
        quiet: "15m",
        strength: "strong",
        owner: "support-ops",
      });
    });

    it("names patterns in the summary", async () => {
      const { body } = await get<SummaryBody>("/metrics/summary", "analyst");

      const first = body.patterns30d.find(({ pattern }) => pattern === "P-001");
      expect(first?.name).toBe("API rate limit accumulation");
    });

    it("shows who did what, to admin and privacy", async () => {
      const { body } = await get<PageBody<AuditBody>>("/audit", "privacy");

      expect(body.items).toMatchObject([
        { id: "setup-t-one", undoable: true, undone: false, actor: "agent:ana" },
      ]);
    });
  });
});

it("the summary reckons the prevention rate from both kinds of outcome, and asks the library for the timing", async () => {
  const world = await createWorld();

  const { body } = await ask<SummaryBody>(world, "GET /metrics/summary", { token: world.a.tokens.analyst });

  expect(body.patterns30d).toMatchObject([{ fired: 4, prevented: 3, notPrevented: 1, preventionRate: 0.75 }]);
  expect(body.byTiming24h).toEqual({ short: 1 });
  await world.close();
});
