import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import { aMessage, anIncident, aPattern, aPerson, aTicket, NOON } from "../../builders.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

const EMAIL = aPattern({ channels: ["email", "sms", "human.l2"], quiet: 5 * HOUR });
const snoozed = { persons: [aPerson({ snoozedUntil: NOON + 2 * HOUR })] };

function troubled(options: WorldOptions = {}): World {
  const world = createWorld({ patterns: [EMAIL], ...options });
  world.trouble();
  return world;
}
const rows = (world: World) => world.deliveries().map(({ channel, status }) => `${channel} ${status}`);
const pursuitOf = (world: World) => world.tracked().pursuit;
const timersOf = (world: World) =>
  world
    .timers()
    .filter((timer) => /^(judge|step|human|review)/.test(timer))
    .map((timer) => timer.replace("match-1 ", ""));

describe("a match that may be helped", () => {
  test("gets one message, which takes a place under the cap and starts two clocks", () => {
    const world = troubled();

    expect(world.delivery()).toMatchObject({
      match: "match-1",
      decision: "decision-1",
      pattern: "P-001",
      family: "api-rate-limit",
      account: "acme",
      person: "u1",
      session: null,
      channel: "email",
      step: 0,
      template: "api-rate-limit",
      templateVersion: "v1",
      priority: 85,
      released: false,
      status: "queued",
      sentAt: null,
      simulated: false,
    });
    expect(pursuitOf(world)).toMatchObject({
      state: "sent",
      step: 0,
      sentSteps: [0],
      deliveries: ["delivery-1"],
      person: "u1",
      judgements: 1,
      lastReason: "none",
    });
    expect(world.unit.persons.get("u1")?.messages).toEqual([
      {
        delivery: "delivery-1",
        match: "match-1",
        family: "api-rate-limit",
        channel: "email",
        step: 0,
        at: NOON,
        state: "reserved",
        dry: false,
      },
    ]);
    expect(timersOf(world)).toEqual(["step 20", "human 120"]);
  });

  test("is due within five minutes when it is critical, else as its class says", () => {
    expect(troubled().delivery().dueBy).toBe(NOON + 5 * MINUTE);
    expect(troubled({ patterns: [aPattern({ risk: 70 })] }).delivery().dueBy).toBe(NOON + HOUR);
  });

  test("waits for the next step as long as its own pattern says", () => {
    expect(timersOf(troubled({ patterns: [{ ...EMAIL, stepAfter: 7 * MINUTE }] }))).toContain("step 7");
  });

  test("of a class that asks nobody sets no clock for it", () => {
    expect(timersOf(troubled({ patterns: [{ ...EMAIL, timing: "long" }] }))).toEqual(["step 1440"]);
  });

  test("in dry run ends where it would have been sent, and counts as sent there", () => {
    const world = troubled({ tenant: { rollout: { all: false, accounts: [], segments: [], percent: 0 } } });

    expect(world.delivery()).toMatchObject({ status: "dry_run", sentAt: NOON });
    expect(world.unit.persons.get("u1")?.messages).toMatchObject([{ state: "sent", dry: true }]);
  });

  test("in a backtest is taken as delivered", () => {
    const world = troubled({ assume: "delivered" });

    expect(world.delivery()).toMatchObject({ status: "sent", sentAt: NOON });
    expect(world.unit.persons.get("u1")?.messages).toMatchObject([{ state: "sent", dry: false }]);
  });

  test("of somebody without a login is shown to their session, where the pattern allows it", () => {
    const locked = aPattern({
      anonymous: true,
      channels: ["in_app.prompt"],
      when: { kind: "once", of: ["auth.locked"], where: {} },
    });
    const shownTo = (pattern: typeof locked, session: unknown) => {
      const world = createWorld({ patterns: [pattern], persons: [] });
      world.happens({ type: "auth.locked", person: null, data: { session: session as string } });
      return world.unit.deliveries.size === 0 ? world.decided() : world.delivery().session;
    };

    expect(shownTo(locked, "s1")).toBe("s1");
    expect(shownTo(locked, 7)).toBe("hold unreachable");
    expect(shownTo({ ...locked, anonymous: false }, "s1")).toBe("hold unreachable");
  });
});

describe("a match that is held", () => {
  test("is judged again at the end of the hold, and says so in the message", () => {
    const world = troubled(snoozed);

    expect(world.decided()).toBe("hold snoozed");
    expect(pursuitOf(world)).toMatchObject({ state: "held", step: 0, heldSince: NOON, heldFor: 0 });
    expect(timersOf(world)).toEqual(["judge 120"]);
    expect(rows(world)).toEqual([]);

    world.pass(2 * HOUR);

    expect(world.decided()).toBe("send none");
    expect(world.delivery()).toMatchObject({ released: true, createdAt: NOON + 2 * HOUR });
    expect(pursuitOf(world)).toMatchObject({ heldSince: null, heldFor: 2 * HOUR });
  });

  test("has its whole time again from the end of the hold", () => {
    const world = troubled({ ...snoozed, patterns: [{ ...EMAIL, risk: 75, halfLife: 99 * DAY }] });
    world.pass(2 * HOUR);

    expect(world.delivery().dueBy).toBe(NOON + 3 * HOUR);
  });

  test("is stale when it was held for three days in all, over several holds", () => {
    const world = troubled({ ...snoozed, patterns: [{ ...EMAIL, quiet: 9 * DAY, halfLife: 99 * DAY }] });
    world.pass(HOUR);
    const change = { kind: "snooze", until: NOON + 73 * HOUR } as const;
    world.give({ kind: "preference", person: "u1", change, actor: "customer", reason: "" });
    const until = pursuitOf(world)?.heldSince;
    world.pass(72 * HOUR);

    expect(until).toBe(NOON);
    expect(world.decided()).toBe("stop stale");
    expect(pursuitOf(world)).toMatchObject({ state: "ended", lastReason: "stale" });
    expect(timersOf(world)).toEqual([]);
  });

  test("by a ticket is judged again when the ticket is solved", () => {
    const world = troubled({
      persons: [aPerson({ tickets: [aTicket({ id: "1", at: NOON - 3 * DAY })] })],
    });
    const before = world.decided();
    world.now += MINUTE;
    world.happens({ type: "ticket.updated", data: { ticket: "1" } });
    const between = world.decisions().length;
    world.happens({ type: "ticket.solved", data: { ticket: "1" } });

    expect([before, between, world.decided()]).toEqual(["hold cooldown", 1, "send none"]);
  });
});

describe("a further step", () => {
  /** The email went out and was not seen; the text message is held. */
  function secondHeld(): World {
    const world = troubled();
    world.sends();
    world.pass(20 * MINUTE);
    return world;
  }

  test("is taken when nobody saw the message, and held as a first one would be", () => {
    const world = secondHeld();

    expect(world.decided()).toBe("hold gap");
    expect(pursuitOf(world)).toMatchObject({ state: "held", step: 1, sentSteps: [0] });
  });

  test("is given up when the message before it was seen after all", () => {
    const world = secondHeld();
    world.reports("opened");
    world.pass(2 * HOUR);

    expect(rows(world)).toEqual(["email sent"]);
    expect(pursuitOf(world)).toMatchObject({ state: "sent", judgements: 3 });
  });

  test("goes out at the end of the hold when it was not seen", () => {
    const world = secondHeld();
    world.pass(100 * MINUTE);

    expect(rows(world)).toEqual(["email sent", "sms queued"]);
    expect(world.delivery()).toMatchObject({ step: 1, released: true });
  });

  test("goes out after one that was seen, where the pattern has a time of its own", () => {
    const world = troubled({
      patterns: [{ ...EMAIL, stepAfter: 3 * HOUR, halfLife: 99 * DAY }],
      tenant: { settings: { gap: 0 } },
    });
    world.sends();
    world.reports("opened");
    world.pass(3 * HOUR);

    expect(rows(world)).toEqual(["email sent", "sms queued"]);
  });

  test("that was never held has the time of the match, not a new one", () => {
    const world = troubled({
      patterns: [{ ...EMAIL, risk: 75, halfLife: 99 * DAY }],
      tenant: { settings: { gap: 0 } },
    });
    world.sends();
    world.pass(20 * MINUTE);

    expect(world.delivery()).toMatchObject({ step: 1, dueBy: NOON + HOUR });
  });

  test("takes the place of one that waits in the product, which nobody will see any more", () => {
    const world = troubled({ patterns: [{ ...EMAIL, channels: ["in_app.banner", "email"] }] });
    world.pass(20 * MINUTE);

    expect(world.deliveries()).toMatchObject([
      { channel: "in_app.banner", status: "suppressed", detail: "superseded" },
      { channel: "email", status: "queued", step: 1, released: false },
    ]);
    expect(world.unit.persons.get("u1")?.messages.map(({ state }) => state)).toEqual(["void", "reserved"]);
  });

  test("that is held leaves the one that waits in the product where it is, with its place", () => {
    const world = troubled({ patterns: [{ ...EMAIL, channels: ["in_app.banner", "email"] }] });
    const change = { kind: "snooze", until: NOON + HOUR } as const;
    world.give({ kind: "preference", person: "u1", change, actor: "customer", reason: "" });
    world.pass(20 * MINUTE);

    expect(world.decided()).toBe("hold snoozed");
    expect(rows(world)).toEqual(["in_app.banner queued"]);
    expect(world.unit.persons.get("u1")?.messages.map(({ state }) => state)).toEqual(["reserved"]);
  });

  test("on a channel that cannot be used ends the messages, not the way to a person of ours", () => {
    const world = troubled({ persons: [aPerson({ consent: {} })] });
    world.sends();
    world.pass(20 * MINUTE);

    expect(world.decided()).toBe("stop no_consent");
    expect(pursuitOf(world)).toMatchObject({ state: "sent", step: 1 });
    expect(timersOf(world)).toEqual(["human 100"]);
  });

  test.each<[string, WorldOptions]>([
    ["not_ready", { tenant: { notReady: new Map([["api-rate-limit|sms", "a link is missing"]]) } }],
    ["unreachable", { persons: [aPerson({ reach: { ...aPerson().reach, bouncedPhone: true } })] }],
    ["below", { patterns: [{ ...EMAIL, risk: 62, halfLife: HOUR }] }],
  ])("that is stopped as %s leaves the way to a person of ours as well", (reason, options) => {
    const world = troubled(options);
    world.sends();
    world.pass(20 * MINUTE);

    expect(world.decided()).toBe(`stop ${reason}`);
    expect(pursuitOf(world)).toMatchObject({ state: "sent", step: 1 });
    expect(timersOf(world)).toEqual(["human 100"]);
  });

  test("that is stopped for good ends all that is done", () => {
    const world = troubled();
    world.sends();
    world.tenant = { ...world.tenant, switches: { ...world.tenant.switches, patterns: ["P-001"] } };
    world.pass(20 * MINUTE);

    expect(pursuitOf(world)?.state).toBe("ended");
    expect(timersOf(world)).toEqual([]);
  });
});

describe("a match that was not worth a message", () => {
  const weak = aPattern({ risk: 40, channels: ["email"], quiet: 5 * HOUR });
  const other = aPattern({
    id: "P-002",
    family: "exports",
    when: { kind: "once", of: ["export.failed"], where: {} },
  });
  const below = (options: WorldOptions = {}) => troubled({ patterns: [weak, other], ...options });

  test("is told so, and ended", () => {
    const world = below();

    expect(world.decided()).toBe("stop below");
    expect(pursuitOf(world)).toMatchObject({ state: "ended", lastReason: "below" });
  });

  test("may be worth one once the score of its key has reached a higher band", () => {
    const world = below();
    world.now += SECOND;
    world.happens({ type: "export.failed" });

    expect(world.decisions().map(({ pattern, kind, reason }) => `${pattern} ${kind} ${reason}`)).toEqual([
      "P-001 stop below",
      "P-002 send none",
      "P-001 hold gap",
    ]);
  });

  test("the next band is enough for that", () => {
    const world = below({ patterns: [weak, { ...other, risk: 45, alertOnly: true }] });
    world.now += SECOND;
    world.happens({ type: "export.failed" });

    expect(world.decisions().filter(({ pattern }) => pattern === "P-001")).toMatchObject([
      { reason: "below", score: 40 },
      { kind: "send", score: 67 },
    ]);
  });

  test("is not judged again while the band stays", () => {
    const world = below({ patterns: [weak, { ...other, risk: 10 }] });
    world.now += SECOND;
    world.happens({ type: "export.failed" });

    expect(world.decisions().filter(({ pattern }) => pattern === "P-001")).toHaveLength(1);
  });

  test.each([
    ["is over", (world: World) => world.pass(6 * HOUR)],
    [
      "was a false alarm",
      (world: World) =>
        world.give({
          kind: "verdict",
          match: "match-1",
          verdict: "false_alarm",
          actor: "agent:ana",
          reason: "",
        }),
    ],
  ])("is left alone when it %s", (_words, end) => {
    const world = below();
    end(world);
    world.happens({ type: "export.failed" });

    expect(world.decisions().filter(({ pattern, kind }) => pattern === "P-001" && kind === "send")).toEqual(
      [],
    );
  });

  test("of an experimental pattern is judged again whenever the score is high enough", () => {
    const world = createWorld({
      patterns: [
        { ...weak, risk: 65, halfLife: 99 * DAY, status: "experimental" },
        { ...other, risk: 25 },
      ],
    });
    world.trouble();
    const before = world.decided();
    world.happens({ type: "export.failed" });

    expect(before).toBe("stop below");
    expect(world.decisions().map(({ pattern, reason, score }) => `${pattern} ${reason} ${score}`)).toEqual([
      "P-001 below 65",
      "P-002 none 74",
      "P-001 gap 74",
    ]);
  });

  test("for a person of ours alone leaves a further step held until its own time", () => {
    const world = createWorld({
      patterns: [{ ...EMAIL, risk: 70, halfLife: 2 * HOUR }, other],
      tenant: { settings: { gap: 5 * HOUR } },
    });
    world.trouble();
    world.sends();
    world.pass(2 * HOUR);
    const before = [pursuitOf(world)?.state, pursuitOf(world)?.lastReason];
    const count = world.decisions().filter(({ pattern }) => pattern === "P-001").length;
    world.happens({ type: "export.failed" });

    expect(before).toEqual(["held", "below"]);
    expect(world.decisions().filter(({ pattern }) => pattern === "P-001")).toHaveLength(count);
  });

  test("and was ended for another reason is not judged again", () => {
    const world = below({
      tenant: { settings: { holdout: { percent: 100, salt: "" } } },
      patterns: [{ ...weak, risk: 70 }, other],
    });
    world.happens({ type: "export.failed" });

    expect(world.decisions().map(({ pattern, reason }) => `${pattern} ${reason}`)).toEqual([
      "P-001 holdout",
      "P-002 holdout",
    ]);
  });
});

describe("a pattern that was changed", () => {
  const again = { ...EMAIL, version: "2" };

  test("only repeats its earlier version while that is open for the same key", () => {
    const world = troubled();
    const { library } = createWorld({ patterns: [again, { ...EMAIL, status: "paused" }] }).tenant;
    world.tenant = { ...world.tenant, library };
    world.now += MINUTE;
    world.trouble();

    expect(world.decided()).toBe("stop duplicate");
  });

  /** The earlier version waits for a review, the new one may go at once. */
  function changed(
    pattern: Partial<typeof EMAIL>,
    before: (world: World) => unknown = () => undefined,
  ): World {
    const world = troubled({ patterns: [{ ...EMAIL, sensitive: true }] });
    before(world);
    const patterns = [
      { ...again, ...pattern },
      { ...EMAIL, status: "paused" as const },
    ];
    world.tenant = { ...world.tenant, library: createWorld({ patterns }).tenant.library };
    world.now += MINUTE;
    world.trouble({ ...(pattern.per?.[0] === "person" ? { person: "u2" } : {}) });
    return world;
  }

  test("repeats it also while nothing was sent on that", () => {
    expect(changed({}).decided()).toBe("stop duplicate");
  });

  test("speaks for itself where the earlier one is over, or about something else", () => {
    const over = changed({}, (world) => {
      const tracked = world.tracked();
      tracked.match = { ...tracked.match, state: "closed", closedBy: "quiet" };
    });
    const another = changed({ per: ["person"] });

    expect([over.decided(), another.decided()]).toEqual(["send none", "hold unreachable"]);
  });
});

describe("review", () => {
  const sensitive = { ...EMAIL, sensitive: true };
  const inReview = () => troubled({ patterns: [sensitive] });
  const answer = (world: World, changes: object) =>
    world.give({
      kind: "review",
      match: "match-1",
      answer: "approve",
      actor: "agent:ana",
      reason: "",
      ...changes,
    });

  test("a delicate match waits for a colleague until it is due, and an alert asks for one", () => {
    const world = inReview();

    expect(world.decided()).toBe("hold review");
    expect(pursuitOf(world)?.state).toBe("review");
    expect(timersOf(world)).toEqual(["review 60"]);
    expect(world.alerts().find(({ kind }) => kind === "review")).toMatchObject({ dueBy: NOON + HOUR });
  });

  test("approved, it goes out at once", () => {
    const world = inReview();
    world.now += MINUTE;
    answer(world, {});

    expect(rows(world)).toEqual(["email queued"]);
    expect(world.delivery().released).toBe(false);
    expect(timersOf(world)).toEqual(["step 20", "human 120"]);
  });

  test("edited, it goes out with the text, and the match remembers it", () => {
    const world = inReview();
    answer(world, { answer: "edit", text: "Hello" });

    expect(world.match().data.editedText).toBe("Hello");
    expect(rows(world)).toEqual(["email queued"]);
    world.now += MINUTE;
    world.happens();

    expect(world.match()).toMatchObject({ count: 6, data: { editedText: "Hello" } });
  });

  test("a text beside a plain approval is not taken", () => {
    const world = inReview();
    answer(world, { text: "Hello" });

    expect(world.match().data.editedText).toBeUndefined();
  });

  test("edited without a text, it goes out as it is", () => {
    const world = inReview();
    const before = world.effects.filter(({ kind }) => kind === "match").length;
    answer(world, { answer: "edit" });

    expect(world.effects.filter(({ kind }) => kind === "match")).toHaveLength(before);
    expect(rows(world)).toEqual(["email queued"]);
  });

  test("of a match that nobody knows, or that is only logged, there is nothing to answer", () => {
    const world = troubled({ patterns: [{ ...EMAIL, logOnly: true }] });

    expect(answer(world, {})).toEqual([]);
    expect(answer(world, { match: "another" })).toEqual([]);
  });

  test("rejected, nothing goes out", () => {
    const world = inReview();
    answer(world, { answer: "reject" });

    expect(world.decided()).toBe("stop review_rejected");
    expect(pursuitOf(world)).toMatchObject({ state: "ended", lastReason: "review_rejected" });
    expect(timersOf(world)).toEqual([]);
  });

  test("an answer that comes later changes nothing", () => {
    const world = inReview();
    answer(world, { answer: "reject" });
    answer(world, {});

    expect(rows(world)).toEqual([]);
  });

  test("without an answer, nothing goes out and ops hear of it", () => {
    const world = inReview();
    world.pass(HOUR);

    expect(world.decided()).toBe("stop review_expired");
    expect(pursuitOf(world)).toMatchObject({ state: "ended", lastReason: "review_expired" });
    expect(world.alerts().find(({ kind }) => kind === "review_expired")).toMatchObject({
      owner: "ops@example.com",
      dueBy: NOON + 2 * HOUR,
      why: expect.stringContaining("No message went out"),
    });
  });

  test("an approval can be taken back until the message is being sent", () => {
    const world = inReview();
    answer(world, {});
    answer(world, { undo: true });

    expect(world.deliveries()).toMatchObject([{ status: "suppressed", detail: "review" }]);
    expect(world.decided()).toBe("hold review");
    expect(pursuitOf(world)).toMatchObject({ state: "review", approved: false, sentSteps: [] });
  });

  test("also when its row has been forgotten", () => {
    const world = inReview();
    answer(world, {});
    world.unit.deliveries.clear();
    answer(world, { undo: true });

    expect(pursuitOf(world)).toMatchObject({ state: "review", approved: false });
  });

  test("and not any more once it is", () => {
    const world = inReview();
    answer(world, {});
    world.claim(world.delivery().id);
    answer(world, { undo: true });

    expect(rows(world)).toEqual(["email sending"]);
    expect(pursuitOf(world)).toMatchObject({ state: "sent", approved: true });
  });

  test("one that was taken back can be approved and taken back again", () => {
    const world = inReview();
    for (const changes of [{}, { undo: true }, {}, { undo: true }]) answer(world, changes);

    expect(rows(world)).toEqual(["email suppressed", "email suppressed"]);
    expect(pursuitOf(world)?.state).toBe("review");
  });
});

describe("review of the second message", () => {
  const answer = (world: World, changes: object) =>
    world.give({
      ...{ kind: "review", match: "match-1", answer: "approve", actor: "agent:ana", reason: "" },
      ...changes,
    });
  const takeBack = { undo: true, step: 1 } as const;
  /** The first message went without a question; from then on colleagues are asked about everything. */
  const inReview = () => {
    const world = troubled({ patterns: [{ ...EMAIL, risk: 70 }] });
    world.sends();
    world.tenant = { ...world.tenant, settings: { ...world.tenant.settings, reviewUnder: 2, gap: 0 } };
    world.pass(20 * MINUTE);
    return world;
  };

  test("waits while the first one is out", () => {
    const world = inReview();

    expect(rows(world)).toEqual(["email sent"]);
    expect(pursuitOf(world)).toMatchObject({ state: "review", step: 1 });
  });

  test("an approval can be taken back: the second message waits for a review again, the first one stays", () => {
    const world = inReview();
    answer(world, {});
    expect(rows(world)).toEqual(["email sent", "sms queued"]);
    answer(world, takeBack);

    expect(rows(world)).toEqual(["email sent", "sms suppressed"]);
    expect(world.decided()).toBe("hold review");
    expect(pursuitOf(world)).toMatchObject({ state: "review", step: 1, approved: false, sentSteps: [0] });
  });

  test("and not any more once the second one is being sent", () => {
    const world = inReview();
    answer(world, {});
    world.claim(world.delivery().id);
    answer(world, takeBack);

    expect(rows(world)).toEqual(["email sent", "sms sending"]);
    expect(pursuitOf(world)).toMatchObject({ state: "sent", approved: true });
  });

  test("a rejection can be taken back, and the message approved after all", () => {
    const world = inReview();
    answer(world, { answer: "reject" });
    answer(world, { answer: "reject", ...takeBack });

    expect(pursuitOf(world)).toMatchObject({ state: "review", step: 1, sentSteps: [0] });
    answer(world, {});
    expect(rows(world)).toEqual(["email sent", "sms queued"]);
  });

  test("taking an answer back leaves the first message alone where that is still in the queue", () => {
    const world = troubled({ patterns: [{ ...EMAIL, risk: 70, channels: ["in_app.banner", "sms"] }] });
    world.tenant = { ...world.tenant, settings: { ...world.tenant.settings, reviewUnder: 2, gap: 0 } };
    world.pass(20 * MINUTE);
    answer(world, { answer: "reject" });
    answer(world, { answer: "reject", ...takeBack });

    expect(rows(world)).toEqual(["in_app.banner queued"]);
    expect(pursuitOf(world)).toMatchObject({ state: "review", step: 1 });
  });
});

describe("when a person of ours is asked", () => {
  test("two hours after the first message that did not help, with an alert", () => {
    const world = troubled();
    world.sends();
    world.pass(2 * HOUR);

    expect(world.alerts().find(({ kind }) => kind === "human.l2")).toMatchObject({
      createdAt: NOON + 2 * HOUR,
      owner: "ops@example.com",
    });
    expect(world.decisions().find(({ channel }) => channel === "human.l2")).toMatchObject({
      kind: "send",
      delivery: null,
      step: 2,
    });
    expect(pursuitOf(world)?.humanDone).toBe(true);
  });

  test("not when the message was seen and nothing came after it", () => {
    const world = troubled();
    world.sends();
    world.reports("opened");
    world.pass(3 * HOUR);

    expect(world.alerts().map(({ kind }) => kind)).toEqual(["critical"]);
  });

  test("later, when an incident holds it", () => {
    const world = troubled();
    world.sends();
    world.tenant = { ...world.tenant, incidents: [anIncident({ startedAt: NOON + 115 * MINUTE })] };
    world.pass(2 * HOUR);

    expect(world.decided()).toBe("hold incident");
    expect(timersOf(world)).toContain("human 10");
    expect(pursuitOf(world)?.humanDone).toBe(false);
  });

  test("at once where there is no message at all", () => {
    const world = troubled({ patterns: [aPattern({ channels: ["human.csm"] })] });

    expect(rows(world)).toEqual([]);
    expect(world.alerts().map(({ kind }) => kind)).toEqual(["human.csm"]);
    expect(pursuitOf(world)).toMatchObject({ state: "sent", humanDone: true });
  });

  test("not where that is switched off: nothing more is done", () => {
    const world = troubled({
      patterns: [aPattern({ channels: ["human.csm"] })],
      tenant: { switches: { tenant: false, patterns: [], channels: ["human"] } },
    });

    expect(world.alerts()).toEqual([]);
    expect(pursuitOf(world)?.state).toBe("ended");
  });

  describe("by a pattern that only ever alerts", () => {
    const alerting = aPattern({ alertOnly: true, channels: ["human.csm"], halfLife: 99 * DAY });

    test("once", () => {
      const world = troubled({ patterns: [alerting] });

      expect(world.alerts()).toMatchObject([{ kind: "human.csm", dueBy: NOON + HOUR, score: 85 }]);
      expect(world.decisions()).toMatchObject([
        { kind: "stop", reason: "alert_only", channel: "human.csm", step: 0 },
      ]);
      expect(pursuitOf(world)).toMatchObject({ state: "ended", lastReason: "alert_only", humanDone: true });
    });

    test("after the weekend, when somebody would have to call", () => {
      const world = createWorld({ patterns: [alerting] });
      world.now = NOON + 5 * DAY;
      world.trouble();
      const before = [world.decided(), timersOf(world).length];
      world.pass(44 * HOUR);

      expect(before).toEqual(["hold quiet", 1]);
      expect(world.alerts().map(({ kind }) => kind)).toEqual(["human.csm"]);
    });

    test("not when it is too little", () => {
      const world = troubled({ patterns: [{ ...alerting, risk: 20 }] });

      expect(world.decided()).toBe("stop below");
      expect(pursuitOf(world)?.state).toBe("ended");
      expect(world.alerts()).toEqual([]);
    });
  });
});

describe("the owner of a critical match hears of it once, whatever else is done", () => {
  const kinds = (world: World) => world.alerts().map(({ kind }) => kind);

  test("also when no message may go out", () => {
    expect(kinds(troubled({ persons: [aPerson({ stoppedAt: NOON })] }))).toEqual(["critical"]);
  });

  test("and that they did is known of the match", () => {
    expect([85, 80].map((risk) => pursuitOf(troubled({ patterns: [{ ...EMAIL, risk }] }))?.alerted)).toEqual([
      true,
      false,
    ]);
  });

  test("and is given five minutes", () => {
    expect(troubled().alerts()[0]?.dueBy).toBe(NOON + 5 * MINUTE);
  });

  test("but not of one that is less than critical", () => {
    expect(kinds(troubled({ patterns: [{ ...EMAIL, risk: 80 }] }))).toEqual([]);
  });

  test.each<[string, WorldOptions]>([
    ["it is switched off", { tenant: { switches: { tenant: true, patterns: [], channels: [] } } }],
    ["an incident tells of it", { tenant: { incidents: [anIncident()] } }],
    ["they say that it is not theirs", { persons: [aPerson({ muted: { "api-rate-limit": NOON + 1 } })] }],
    [
      "it was written about already",
      { persons: [aPerson({ messages: [aMessage({ family: "api-rate-limit", at: NOON - HOUR })] })] },
    ],
  ])("nor when %s", (_words, options) => {
    expect(kinds(troubled(options))).toEqual([]);
  });
});
