import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../server/core/time.ts";
import type {
  ActionBody,
  AlertActionBody,
  AlertBody,
  AuditBody,
  IncidentActionBody,
  ManualActionBody,
  ManualPreviewBody,
  MatchDetailBody,
  PageBody,
  PersonActionBody,
  ProblemWire,
  RiskBody,
  RolloutActionBody,
  RolloutBody,
  SwitchesActionBody,
  SwitchesBody,
} from "../../../server/http/wire.ts";
import type { TokenRole } from "../../../server/store/contract.ts";
import { NOON } from "../../builders.ts";
import { fakeStore } from "../fakes.ts";
import { ask } from "./client.ts";
import { STORES } from "./stores.ts";
import { createWorld, type World } from "./world.ts";

describe.each(STORES)("on the store %s", (_name, makeWorld) => {
  let world: World;

  beforeEach(async () => {
    world = await makeWorld();
  });
  afterEach(() => world.close());

  interface How {
    readonly as?: TokenRole;
    readonly actor?: string;
    readonly ifMatch?: string;
    readonly key?: string;
  }

  function post<Body>(path: string, body: object, { as = "agent", actor, ifMatch, key }: How = {}) {
    return ask<Body>(world, `POST ${path}`, {
      token: world.a.tokens[as],
      body: { reason: "the customer asked", ...body },
      headers: {
        ...(actor === undefined ? {} : { "forestall-actor": actor }),
        ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
    });
  }
  const get = <Body>(path: string, as: TokenRole = "admin") =>
    ask<Body>(world, `GET ${path}`, { token: world.a.tokens[as] });
  const audits = async () => (await world.store.audit("t-one", { limit: 500 })).rows;
  const newestAudit = async () => (await audits())[0];
  const inputs = () => world.store.inputs({ after: 0, limit: 10_000, tenant: "t-one" });

  describe("every write", () => {
    it("leaves one audit row with who, what, why and the token used, in the same commit", async () => {
      const before = (await audits()).length;

      const { body } = await post<PersonActionBody>(
        "/persons/u1/pause",
        { for: "2d" },
        { actor: "Zoë <zoe@example.com>" },
      );

      expect(await audits()).toHaveLength(before + 1);
      expect(await newestAudit()).toMatchObject({
        id: body.action,
        tenant: "t-one",
        at: NOON,
        actor: "agent:Zoë <zoe@example.com>",
        action: "person.pause",
        subject: "person/u1",
        reason: "the customer asked",
        detail: { token: "token-agent", target: { person: "u1" } },
        undone: false,
      });
    });

    it("takes its actor from the body when no header names one, else from the token", async () => {
      await post("/persons/u1/pause", { actor: "ana" });
      expect((await newestAudit())?.actor).toBe("agent:ana");

      await post("/persons/u1/pause", {}, { as: "ops" });
      expect((await newestAudit())?.actor).toBe("ops:token ops token");
    });

    it("cannot pass for a role that its token has not", async () => {
      await post("/persons/u1/pause", {}, { actor: "admin:root" });

      expect((await newestAudit())?.actor).toBe("agent:admin:root");
    });

    it("is in the log with the same actor and reason", async () => {
      await post("/persons/u1/stop", {}, { actor: "ana" });

      expect((await inputs()).findLast(({ unit }) => unit !== null)?.body).toMatchObject({
        control: { kind: "preference", actor: "agent:ana", reason: "the customer asked" },
      });
    });
  });

  describe("pausing, resuming and stopping a person", () => {
    it("pauses until a time, for a while, or until somebody resumes", async () => {
      const time = await post<PersonActionBody>("/persons/u1/pause", { until: "2026-03-05T10:00:00+02:00" });
      expect(time.body.controls).toMatchObject({ paused: true, pausedUntil: "2026-03-05T08:00:00.000Z" });

      const length = await post<PersonActionBody>("/persons/u1/pause", { for: "48h" });
      expect(length.body.controls.pausedUntil).toBe("2026-03-04T12:00:00.000Z");

      const open = await post<PersonActionBody>("/persons/u1/pause", {});
      expect(open.body.controls).toMatchObject({ paused: true, pausedUntil: null });

      const resumed = await post<PersonActionBody>("/persons/u1/resume", {});
      expect(resumed.body.controls).toMatchObject({ paused: false, pausedUntil: null });
    });

    it("works by another system's id", async () => {
      const { body } = await post<PersonActionBody>("/persons/-/pause?identity=zendesk:1001", {});

      expect(body.person).toBe("u1");
    });

    it("stops everything at once; resuming does not lift a stop", async () => {
      const { body } = await post<PersonActionBody>("/persons/u1/stop", {});
      expect(body.controls.stoppedAt).toBe("2026-03-02T12:00:00.000Z");

      const resumed = await post<ProblemWire>("/persons/u1/resume", {});

      expect(resumed.status).toBe(409);
      expect(resumed.body.detail).toBe(
        "All messages to this person are stopped, and only they can start them again. Where a colleague stopped them, that can be taken back for seven days.",
      );
    });

    it("stops what is queued for the person", async () => {
      const { body } = await post<PersonActionBody>("/persons/u1/stop", {});

      expect(body.effects.deliveries).toMatchObject([
        { id: world.a.delivery, status: "suppressed", detail: "opted_out" },
      ]);
    });

    it("refuses who acts on an older view, and names who was first", async () => {
      const seen = (await get<RiskBody>("/persons/u1/risk")).headers.get("etag") ?? "";
      await post("/persons/u1/pause", { for: "1d" }, { actor: "ana" });

      const { status, body } = await post<ProblemWire>(
        "/persons/u1/stop",
        {},
        { actor: "ben", ifMatch: seen },
      );

      expect(status).toBe(409);
      expect(body.first).toEqual({
        actor: "agent:ana",
        at: "2026-03-02T12:00:00.000Z",
        action: "person.pause",
      });
      expect(body.detail).toContain("ana (an agent) was first, on 2 March 2026 at 12:00 UTC.");
    });

    it("lets exactly one of many through who act on the same view at once", async () => {
      const seen = (await get<RiskBody>("/persons/u1/risk")).headers.get("etag") ?? "";

      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          post("/persons/u1/pause", { for: `${i + 1}d` }, { ifMatch: seen }),
        ),
      );

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    });

    it("goes on with the revision of the answer", async () => {
      const first = await post<PersonActionBody>("/persons/u1/pause", { for: "1d" });

      const second = await post("/persons/u1/resume", {}, { ifMatch: first.headers.get("etag") ?? "" });

      expect(second.status).toBe(200);
    });
  });

  describe("a verdict", () => {
    it("of false alarm takes the match off the score at once, and can be taken back", async () => {
      const { body } = await post<ActionBody>(`/matches/${world.a.match}/verdict`, {
        verdict: "false_alarm",
      });
      expect(body.effects.scores).toContainEqual({ key: "account/acme", score: 0, band: "normal" });
      expect((await get<RiskBody>("/accounts/acme/risk")).body.score).toBe(0);
      expect((await get<MatchDetailBody>(`/matches/${world.a.match}`)).body.silenced).toBe("false_alarm");

      const undone = await post<ActionBody>(`/actions/${body.action}/undo`, {});

      expect(undone.status).toBe(200);
      expect((await get<RiskBody>("/accounts/acme/risk")).body.score).toBeGreaterThan(80);
    });

    it("that confirms changes nothing, and leaves nothing to take back", async () => {
      const { body } = await post<ActionBody>(`/matches/${world.a.match}/verdict`, { verdict: "real" });

      expect(body.undoable).toBe(false);
      expect((await post(`/actions/${body.action}/undo`, {})).status).toBe(409);
    });
  });

  /** As the deliverer does, before it calls the provider. */
  const claim = (delivery: string, person: string) => {
    const facts = {
      switchedOff: false,
      stopped: false,
      consent: { email: true },
      channelsOff: [],
      elsewhere: [],
    };
    return world.pipeline.control("t-one", { person }, { kind: "claim", delivery, facts, leaseFor: 60_000 });
  };

  describe("a review", () => {
    // Somebody of the second account was paused while the world was made: reviews are looked at without that.
    beforeEach(() => post(`/persons/${world.a.ownPerson}/resume`, {}));

    it("lets a held message go out", async () => {
      const { status, body } = await post<ActionBody>(`/decisions/${world.a.review}/review`, {
        answer: "approve",
      });

      expect(status).toBe(200);
      expect(body.effects.decisions.at(-1)).toMatchObject({ kind: "send", channel: "email" });
      expect(body.effects.deliveries).toMatchObject([{ status: "queued", person: world.a.ownPerson }]);
    });

    it("can put other words in its place", async () => {
      const { status } = await post(`/decisions/${world.a.review}/review`, {
        answer: "edit",
        text: "We saw it too.",
      });

      expect(status).toBe(200);
      expect((await post(`/decisions/${world.a.review}/review`, { answer: "edit" })).status).toBe(400);
      expect(
        (await post(`/decisions/${world.a.review}/review`, { answer: "approve", text: "x" })).status,
      ).toBe(400);
    });

    it("is decided once: the second hears who was first", async () => {
      await post(`/decisions/${world.a.review}/review`, { answer: "reject" }, { actor: "ana" });

      const { status, body } = await post<ProblemWire>(
        `/decisions/${world.a.review}/review`,
        { answer: "approve" },
        { actor: "ben" },
      );

      expect(status).toBe(409);
      expect(body.first).toMatchObject({ actor: "agent:ana", action: "decision.reject" });
    });

    it("is not asked for by a decision with another reason", async () => {
      const { status, body } = await post<ProblemWire>(`/decisions/${world.a.decision}/review`, {
        answer: "approve",
      });

      expect([status, body.detail]).toEqual([
        409,
        "This decision does not wait for a review: nothing stood in the way.",
      ]);
    });

    it("of an approval can be taken back until the message is being sent, and says so then", async () => {
      const approve = () => post<ActionBody>(`/decisions/${world.a.review}/review`, { answer: "approve" });
      const first = await approve();
      const taken = await post<ActionBody>(`/actions/${first.body.action}/undo`, {});
      expect([taken.status, taken.body.effects.deliveries[0]?.status]).toEqual([200, "suppressed"]);

      const again = await approve();
      const delivery = again.body.effects.deliveries[0]?.id ?? "";
      await claim(delivery, world.a.ownPerson);
      const late = await post<ProblemWire>(`/actions/${again.body.action}/undo`, {});

      expect([late.status, late.body.reason]).toEqual([409, "too_late"]);
    });

    it("of a rejection can be taken back, and waits again", async () => {
      const { body } = await post<ActionBody>(`/decisions/${world.a.review}/review`, { answer: "reject" });
      await post(`/actions/${body.action}/undo`, {});

      const { status } = await post(`/decisions/${world.a.review}/review`, { answer: "approve" });

      expect(status).toBe(200);
    });
  });

  describe("an alert", () => {
    const path = () => `/alerts/${world.a.alert}`;

    it("goes through its states, with a revision that grows", async () => {
      const { headers, body } = await get<AlertBody>(path());
      expect(headers.get("etag")).toBe(`"${body.revision}"`);

      const acknowledged = await post<AlertActionBody>(
        `${path()}/acknowledge`,
        {},
        { actor: "ana", ifMatch: `"${body.revision}"` },
      );
      const assigned = await post<AlertActionBody>(`${path()}/assign`, { assignee: "ben" });
      const snoozed = await post<AlertActionBody>(`${path()}/snooze`, { for: "2h" });
      const resolved = await post<AlertActionBody>(`${path()}/resolve`, {});

      expect(acknowledged.body.alert).toMatchObject({
        state: "acknowledged",
        assignee: "agent:ana",
        revision: body.revision + 1,
      });
      expect(assigned.body.alert.assignee).toBe("ben");
      expect(snoozed.body.alert).toMatchObject({
        state: "snoozed",
        snoozedUntil: "2026-03-02T14:00:00.000Z",
      });
      expect(resolved.body.alert).toMatchObject({ state: "resolved", revision: body.revision + 4 });
      expect((await get<AlertBody>(path())).body.state).toBe("resolved");
    });

    it("is acknowledged and found under the names that both had before", async () => {
      const { status } = await post<AlertActionBody>(`${path()}/ack`, {}, { actor: "ana" });
      const found = async (state: string) =>
        (await get<PageBody<AlertBody>>(`/alerts?state=${state}`)).body.items.map(({ id }) => id);

      expect(status).toBe(200);
      expect((await get<AlertBody>(path())).body.state).toBe("acknowledged");
      expect(await found("acked")).toEqual([world.a.alert]);
      expect(await found("acknowledged")).toEqual([world.a.alert]);
      expect(await found("open")).not.toContain(world.a.alert);
      expect((await get(`${path()}/ack`)).status).toBe(405);
    });

    it("is taken by one of two; the other hears by whom", async () => {
      const { headers } = await get<AlertBody>(path());
      const ifMatch = headers.get("etag") ?? "";

      const answers = await Promise.all([
        post<ProblemWire>(`${path()}/acknowledge`, {}, { actor: "ana", ifMatch }),
        post<ProblemWire>(`${path()}/acknowledge`, {}, { actor: "ben", ifMatch }),
      ]);

      expect(answers.map(({ status }) => status)).toEqual([200, 409]);
      expect(answers[1].body.first).toMatchObject({ actor: "agent:ana", action: "alert.acknowledge" });
    });

    it("that is resolved is not resolved again", async () => {
      await post(`${path()}/resolve`, {}, { actor: "ana" });

      const { status, body } = await post<ProblemWire>(`${path()}/resolve`, {});

      expect(status).toBe(409);
      expect(body.detail).toContain("ana (an agent) was first");
    });

    it("can be reopened by taking back what was done", async () => {
      const { body } = await post<AlertActionBody>(`${path()}/resolve`, {});

      await post(`/actions/${body.action}/undo`, {});

      expect((await get<AlertBody>(path())).body.state).toBe("open");
    });

    it.each([
      ["acknowledge", {}],
      ["assign", { assignee: "ben" }],
      ["snooze", { for: "2h" }],
    ])("is as it was, and nobody's, when the first %s is taken back", async (action, body) => {
      const before = (await get<AlertBody>(path())).body;
      const done = await post<AlertActionBody>(`${path()}/${action}`, body);

      await post(`/actions/${done.body.action}/undo`, {});

      const { state, assignee, snoozedUntil } = (await get<AlertBody>(path())).body;
      expect({ state, assignee, snoozedUntil }).toEqual({
        state: before.state,
        assignee: null,
        snoozedUntil: null,
      });
    });

    it("goes back to whom it belonged", async () => {
      await post(`${path()}/assign`, { assignee: "ben" });
      const second = await post<AlertActionBody>(`${path()}/assign`, { assignee: "cleo" });

      await post(`/actions/${second.body.action}/undo`, {});

      expect((await get<AlertBody>(path())).body.assignee).toBe("ben");
    });

    it("is snoozed until some time", async () => {
      expect((await post(`${path()}/snooze`, {})).status).toBe(400);
    });
  });

  describe("a message by hand", () => {
    const message = { person: "u1", channel: "email", template: "api-rate-limit" };

    it("is shown first, with everything that stands in its way", async () => {
      const before = (await inputs()).length;

      const { status, body } = await post<ManualPreviewBody>("/deliveries?preview=1", {
        ...message,
        match: world.a.match,
      });

      expect(status).toBe(200);
      expect([body.guardResult, body.verdict]).toEqual(["override", "override"]);
      expect(body.guards.map(({ reason }) => reason)).toEqual(expect.arrayContaining(["duplicate"]));
      expect(body.rendered).toEqual({ template: "api-rate-limit", to: "u1" });
      expect(await inputs()).toHaveLength(before);
    });

    it("is refused with the list, and goes out with a reason and `override`", async () => {
      const refused = await post<ProblemWire>("/deliveries", message);
      expect(refused.status).toBe(409);
      expect(refused.body.guards?.every(({ overridable }) => overridable)).toBe(true);

      const { status, body } = await post<ManualActionBody>(
        "/deliveries",
        { ...message, override: true },
        { actor: "ana" },
      );

      expect(status).toBe(201);
      expect(body.delivery).toMatchObject({
        status: "queued",
        person: "u1",
        channel: "email",
        manual: { actor: "agent:ana", reason: "the customer asked" },
      });
      expect(await newestAudit()).toMatchObject({ action: "delivery.manual", detail: { override: true } });
    });

    it("can be taken back until it is being sent, and says so then", async () => {
      const first = await post<ManualActionBody>("/deliveries", { ...message, override: true });
      expect(first.body.undoable).toBe(true);
      const taken = await post<ActionBody>(`/actions/${first.body.action}/undo`, {});
      expect([taken.status, taken.body.effects.deliveries]).toMatchObject([
        200,
        [{ id: first.body.delivery.id, status: "suppressed", detail: "taken_back" }],
      ]);
      expect(taken.body.effects.decisions).toMatchObject([{ kind: "stop", reason: "taken_back" }]);

      const again = await post<ManualActionBody>("/deliveries", { ...message, override: true });
      await claim(again.body.delivery.id, "u1");
      const late = await post<ProblemWire>(`/actions/${again.body.action}/undo`, {});

      expect([late.status, late.body.reason]).toEqual([409, "too_late"]);
    });

    it("goes out as it is when nothing stands in its way", async () => {
      world.clock.jumpTo(NOON + 3 * HOUR);
      await post(`/persons/${world.a.ownPerson}/resume`, {});

      const { status } = await post("/deliveries", { ...message, person: world.a.ownPerson });

      expect(status).toBe(201);
    });

    it.each([
      ["a stop", "stop", "opted_out", {}],
      ["a stop, with a match", "stop", "opted_out", { match: true }],
    ])("never overrides %s", async (_name, verb, reason, { match }: { match?: boolean }) => {
      await post(`/persons/u1/${verb}`, {});
      const wanted = { ...message, override: true, ...(match === true ? { match: world.a.match } : {}) };

      const preview = await post<ManualPreviewBody>("/deliveries?preview=1", wanted);
      const { status, body } = await post<ProblemWire>("/deliveries", wanted);

      expect(preview.body.guardResult).toBe("never");
      expect(status).toBe(409);
      expect(body.guards).toContainEqual(expect.objectContaining({ reason, overridable: false }));
    });

    it.each(["voice", "push"])("never goes to %s without a recorded yes", async (channel) => {
      const { status, body } = await post<ProblemWire>("/deliveries", {
        ...message,
        channel,
        override: true,
      });

      expect(status).toBe(409);
      expect(body.guards).toContainEqual(
        expect.objectContaining({ reason: "no_consent", overridable: false }),
      );
    });

    it("never passes the kill switch", async () => {
      await post("/switches", { what: "channel", name: "email", off: true }, { as: "ops" });

      const { status, body } = await post<ProblemWire>("/deliveries", { ...message, override: true });

      expect(status).toBe(409);
      expect(body.guards).toContainEqual(
        expect.objectContaining({ reason: "switched_off", overridable: false }),
      );
    });

    it("goes out once for one Idempotency-Key", async () => {
      const wanted = { ...message, override: true };
      const first = await post<ManualActionBody>("/deliveries", wanted, { key: "click-1" });
      const again = await post<ManualActionBody>("/deliveries", wanted, { key: "click-1" });
      const other = await post<ManualActionBody>("/deliveries", wanted, { key: "click-2" });

      expect([first.status, again.status, other.status]).toEqual([201, 200, 201]);
      expect(again.body.delivery.id).toBe(first.body.delivery.id);
      expect(other.body.delivery.id).not.toBe(first.body.delivery.id);
    });

    it.each([
      [{ person: "nobody" }, 404],
      [{ template: "none-such" }, 422],
      [{ template: "../secret" }, 400],
      [{ channel: "human.csm" }, 400],
      [{ channel: "broadcast" }, 400],
      [{ match: "none-such" }, 404],
    ])("is refused when it makes no sense: %j", async (change, expected) => {
      expect((await post("/deliveries", { ...message, override: true, ...change })).status).toBe(expected);
    });

    it("is refused about a match of somebody else", async () => {
      const { status } = await post("/deliveries", {
        ...message,
        match: world.a.reviewMatch,
        override: true,
      });

      expect(status).toBe(422);
    });
  });

  describe("taking back", () => {
    it("restores what was before, and is in the audit itself", async () => {
      await post("/persons/u1/pause", { for: "7d" });
      const { body } = await post<PersonActionBody>("/persons/u1/pause", { for: "1d" });

      const undone = await post<ActionBody>(`/actions/${body.action}/undo`, {}, { actor: "ben" });

      expect(undone.body.undoable).toBe(false);
      expect((await get<RiskBody>("/persons/u1/risk")).body.controls?.pausedUntil).toBe(
        "2026-03-09T12:00:00.000Z",
      );
      const { body: audit } = await get<PageBody<AuditBody>>("/audit?subject=person/u1");
      expect(audit.items[0]).toMatchObject({
        action: "undo",
        actor: "agent:ben",
        detail: { undoes: body.action },
      });
      expect(audit.items[1]).toMatchObject({ id: body.action, undone: true, undoable: false });
    });

    it("happens once, also when two try at the same time", async () => {
      const { body } = await post<PersonActionBody>("/persons/u1/pause", {});

      const answers = await Promise.all([1, 2, 3].map(() => post(`/actions/${body.action}/undo`, {})));

      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    });

    it("is refused when something else was done since, and goes from the newest back", async () => {
      const first = await post<PersonActionBody>("/persons/u1/pause", { for: "1d" });
      const second = await post<PersonActionBody>("/persons/u1/pause", { for: "2d" }, { actor: "ben" });

      const early = await post<ProblemWire>(`/actions/${first.body.action}/undo`, {});
      expect(early.status).toBe(409);
      expect(early.body.first).toMatchObject({ actor: "agent:ben" });

      expect((await post(`/actions/${second.body.action}/undo`, {})).status).toBe(200);
      expect((await post(`/actions/${first.body.action}/undo`, {})).status).toBe(200);
      expect((await get<RiskBody>("/persons/u1/risk")).body.controls?.paused).toBe(false);
    });

    it("lifts a stop that an agent set by mistake", async () => {
      const { body } = await post<PersonActionBody>("/persons/u1/stop", {});

      expect((await post(`/actions/${body.action}/undo`, {})).status).toBe(200);
      expect((await get<RiskBody>("/persons/u1/risk")).body.controls?.stoppedAt).toBeNull();
    });

    it("never lifts a stop that the customer has said since", async () => {
      const { body } = await post<PersonActionBody>("/persons/u1/stop", {});
      await world.pipeline.control(
        "t-one",
        { person: "u1" },
        { kind: "preference", person: "u1", change: { kind: "stop" }, actor: "customer", reason: "page" },
      );

      const { status } = await post(`/actions/${body.action}/undo`, {});

      expect(status).toBe(409);
      expect((await get<RiskBody>("/persons/u1/risk")).body.controls?.stoppedAt).not.toBeNull();
    });

    it("never lifts a stop that was there before", async () => {
      await world.pipeline.control(
        "t-one",
        { person: "u1" },
        { kind: "preference", person: "u1", change: { kind: "stop" }, actor: "customer", reason: "page" },
      );
      const { body } = await post<PersonActionBody>("/persons/u1/stop", {});

      expect(body.undoable).toBe(false);
      expect((await post(`/actions/${body.action}/undo`, {})).status).toBe(409);
    });

    it("ends after a week", async () => {
      const { body } = await post<PersonActionBody>("/persons/u1/pause", {});
      world.clock.jumpTo(NOON + 7 * DAY + 1);

      expect((await post(`/actions/${body.action}/undo`, {})).status).toBe(409);
    });

    it("takes the role that the action took", async () => {
      const { body } = await post<SwitchesActionBody>(
        "/switches",
        { what: "tenant", off: true },
        { as: "ops" },
      );
      const { body: live } = await post<RolloutActionBody>("/rollout", { percent: 5 }, { as: "admin" });

      expect((await post(`/actions/${body.action}/undo`, {}, { as: "agent" })).status).toBe(403);
      expect((await post(`/actions/${live.action}/undo`, {}, { as: "ops" })).status).toBe(403);
      expect((await post(`/actions/${body.action}/undo`, {}, { as: "ops" })).status).toBe(200);
      expect((await get<SwitchesBody>("/switches")).body.tenant).toBe(false);
      expect((await post(`/actions/${live.action}/undo`, {}, { as: "admin" })).status).toBe(200);
      expect((await get<RolloutBody>("/rollout")).body.all).toBe(true);
    });

    it("of what never was is a 404", async () => {
      expect((await post("/actions/none-such/undo", {})).status).toBe(404);
    });
  });

  describe("incidents", () => {
    const ops: How = { as: "ops", actor: "ana" };

    it("are declared, decided and ended by hand", async () => {
      const declared = await post<IncidentActionBody>(
        "/incidents",
        { scope: { kind: "pattern", name: "P-001" } },
        ops,
      );
      expect(declared.status).toBe(201);
      const { id } = declared.body.incident;
      expect(declared.body.incident).toMatchObject({
        startedBy: "ops:ana",
        endedAt: null,
        broadcast: "waiting",
      });
      expect(declared.body.effects.alerts).toMatchObject([{ kind: "incident", incident: id, state: "open" }]);

      const approved = await post<IncidentActionBody>(`/incidents/${id}/approve-broadcast`, {}, ops);
      expect(approved.body.incident.broadcast).toBe("approved");

      const ended = await post<IncidentActionBody>(`/incidents/${id}/end`, {}, ops);
      expect(ended.body.incident).toMatchObject({ endedAt: "2026-03-02T12:00:00.000Z", endedBy: "ops:ana" });
    });

    it("are not declared twice", async () => {
      const scope = { kind: "all" };
      await post("/incidents", { scope }, ops);

      const { status, body } = await post<ProblemWire>("/incidents", { scope }, { as: "ops", actor: "ben" });

      expect(status).toBe(409);
      expect(body.first).toMatchObject({ actor: "ops:ana", action: "incident.declare" });
    });

    it("have their broadcast decided once, and end once", async () => {
      await post(`/incidents/${world.a.incident}/decline-broadcast`, {}, ops);
      expect((await post(`/incidents/${world.a.incident}/approve-broadcast`, {}, ops)).status).toBe(409);

      await post(`/incidents/${world.a.incident}/end`, {}, ops);
      expect((await post(`/incidents/${world.a.incident}/end`, {}, ops)).status).toBe(409);
    });

    it.each([
      [{ kind: "pattern" }, 400],
      [{ kind: "pattern", name: "P-777" }, 422],
      [{ kind: "account", name: "nobody" }, 422],
      [{ kind: "planet", name: "earth" }, 400],
    ])("are refused about what is not there: %j", async (scope, expected) => {
      expect((await post("/incidents", { scope }, ops)).status).toBe(expected);
    });
  });

  describe("switches and rollout", () => {
    it("switch off and on one by one, and keep the others", async () => {
      await post("/switches", { what: "pattern", name: "P-001", off: true }, { as: "ops" });
      await post("/switches", { what: "channel", name: "sms", off: true }, { as: "ops" });
      const { body } = await post<SwitchesActionBody>(
        "/switches",
        { what: "pattern", name: "P-001", off: false },
        { as: "ops" },
      );

      expect(body.switches).toMatchObject({ tenant: false, patterns: [], channels: ["sms"] });
      expect(world.pipeline.tenant("t-one")?.switches.channels).toEqual(["sms"]);
    });

    it.each([
      [{ what: "pattern", off: true }, 400],
      [{ what: "pattern", name: "P-777", off: true }, 422],
      [{ what: "channel", name: "pigeon", off: true }, 400],
      [{ what: "tenant", name: "t-two", off: true }, 400],
      [{ what: "tenant" }, 400],
    ])("refuse what is not there: %j", async (body, expected) => {
      expect((await post("/switches", body, { as: "ops" })).status).toBe(expected);
    });

    it("go live step by step, and name who was first", async () => {
      const seen = (await get<RolloutBody>("/rollout")).headers.get("etag") ?? "";
      const { body } = await post<RolloutActionBody>(
        "/rollout",
        { accounts: ["acme"], percent: 10 },
        { as: "admin", ifMatch: seen },
      );
      expect(body.rollout).toMatchObject({ all: false, accounts: ["acme"], percent: 10, dryRun: false });

      expect((await post("/rollout", {}, { as: "admin", ifMatch: seen })).status).toBe(409);

      const off = await post<RolloutActionBody>("/rollout", {}, { as: "admin" });
      expect(off.body.rollout.dryRun).toBe(true);
    });

    it("do not go live while nobody would hear of what needs a person", async () => {
      const settings = world.pipeline.tenant("t-one")?.settings;
      if (settings === undefined) throw new Error("no tenant");
      await world.pipeline.tenantControl("t-one", {
        kind: "settings",
        settings: { ...settings, owners: {} },
      });

      expect((await post("/rollout", { all: true }, { as: "admin" })).status).toBe(409);
      expect((await post("/rollout", {}, { as: "admin" })).status).toBe(200);
    });
  });
});

describe("a write that the store does not take", () => {
  it("leaves nothing: no audit row, and no change in memory", async () => {
    const store = fakeStore();
    const world = await createWorld(store);
    const before = store.auditRows.length;
    store.failing = true;

    const { status } = await ask(world, "POST /persons/u1/pause", {
      token: world.a.tokens.agent,
      body: { reason: "the customer asked" },
    });

    expect(status).toBe(503);
    expect(store.auditRows).toHaveLength(before);
    const unit = await world.pipeline.peek("t-one", "account/acme");
    expect(unit?.persons.get("u1")?.pausedUntil).toBeNull();
    await world.close();
  });
});
