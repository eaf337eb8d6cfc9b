import { describe, expect, test } from "vitest";
import type { Served } from "../../../server/core/control.ts";
import type { Delivery } from "../../../server/core/delivery.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import { aDelivery, aMatch, aPattern, aPerson, NOON } from "../../builders.ts";
import { createWorld, type World } from "./world.ts";

const NOTHING: Served = { persons: [], matches: [], deliveries: [], alerts: [], judgements: [] };
const LADDER = aPattern({ channels: ["email", "sms"], quiet: 5 * HOUR });

/** A unit whose inputs were judged again: the replay queued an email. The tables have what is said here. */
function reconciled(served: Partial<Served>, before: (world: World) => unknown = () => undefined): World {
  const world = createWorld({ patterns: [LADDER] });
  world.trouble();
  before(world);
  world.now += MINUTE;
  world.give({ kind: "reconcile", engine: 2, served: { ...NOTHING, ...served } });
  return world;
}
const served = (changes: Parameters<typeof aDelivery>[0] = {}): Delivery =>
  aDelivery({ id: "served", match: "match-1", step: 0, ...changes });
const rows = (world: World) =>
  world.deliveries().map(({ id, channel, status }) => `${id} ${channel} ${status}`);
const pursuitOf = (world: World) => world.tracked().pursuit;
const timersOf = (world: World) =>
  world.timers().filter((timer) => /^(judge|step|human|review|doubt)/.test(timer));

describe("a message that only the replay made", () => {
  test("never was: the match is judged anew, at once", () => {
    const world = reconciled({});

    expect(rows(world)).toEqual(["delivery-2 email queued"]);
    expect(world.delivery().createdAt).toBe(NOON);
    expect(world.unit.persons.get("u1")?.messages.map(({ delivery }) => delivery)).toEqual(["delivery-2"]);
    expect(pursuitOf(world)).toMatchObject({
      state: "sent",
      step: 0,
      sentSteps: [0],
      deliveries: ["delivery-2"],
    });
  });

  test("leaves no doubt behind", () => {
    const world = reconciled({}, (made) => {
      made.claim("delivery-1");
      const result = { kind: "in_doubt", detail: "" } as const;
      made.give({ kind: "attempted", delivery: "delivery-1", fence: 1, result });
    });

    expect(world.timers().filter((timer) => timer.startsWith("doubt"))).toEqual([]);
  });

  test("is not made again where a person of ours was asked already", () => {
    const world = reconciled({}, (made) => {
      const pursuit = pursuitOf(made);
      if (pursuit !== null) pursuit.humanDone = true;
    });

    expect(rows(world)).toEqual([]);
  });

  test("belongs to another unit when its person moved there, and stays", () => {
    const world = reconciled({}, (made) => {
      made.unit.deliveries.set("moved", aDelivery({ id: "moved", unit: "account/globex" }));
    });

    expect(world.unit.deliveries.has("moved")).toBe(true);
  });
});

describe("a message that the tables have", () => {
  test("is the unit's, in the state it has there, and its step is not sent again", () => {
    const world = reconciled({ deliveries: [served({ status: "sent", sentAt: NOON })] });

    expect(rows(world)).toEqual(["served email sent"]);
    expect(pursuitOf(world)).toMatchObject({
      state: "sent",
      step: 0,
      sentSteps: [0],
      deliveries: ["served"],
      person: "u1",
      lastReason: "none",
    });
    expect(timersOf(world)).toEqual(["step match-1 19", "human match-1 119"]);
  });

  test("of a further step: the ladder goes on from there", () => {
    const world = reconciled({
      deliveries: [
        served({ id: "first", status: "sent", createdAt: NOON - HOUR, channel: "email" }),
        served({ id: "second", status: "sent", step: 1, channel: "sms", notBefore: NOON + 9 * MINUTE }),
      ],
    });

    expect(pursuitOf(world)).toMatchObject({ step: 1, sentSteps: [0, 1], deliveries: ["first", "second"] });
    expect(timersOf(world)).toContain("step match-1 28");
  });

  test("that was taken back frees its step, unless a later one took its place", () => {
    const steps = (detail: string) =>
      pursuitOf(
        reconciled({
          deliveries: [
            served({ id: "first", status: "suppressed", detail, createdAt: NOON - HOUR }),
            served({ id: "second", status: "sent", step: 1, channel: "sms" }),
          ],
        }),
      )?.sentSteps;

    expect([steps("superseded"), steps("snoozed")]).toEqual([[0, 1], [1]]);
  });

  test("was clicked: it helped, and nothing more is done", () => {
    const world = reconciled({ deliveries: [served({ status: "sent", clickedAt: NOON })] });

    expect(world.tracked().helped).toBe("clicked");
    expect(pursuitOf(world)?.state).toBe("ended");
    expect(timersOf(world)).toEqual([]);
  });

  test("is in doubt: it is given a day", () => {
    expect(timersOf(reconciled({ deliveries: [served({ status: "in_doubt" })] }))).toContain(
      "doubt served 1439",
    );
  });

  test("was made by hand: it is no step of the ladder", () => {
    const manual = { actor: "agent:ana", reason: "" };
    const world = reconciled({ deliveries: [served({ manual, status: "sent" })] });

    expect(pursuitOf(world)?.deliveries).toEqual([]);
    expect(world.decided()).toBe("hold gap");
  });

  test("counts against the person for three days from when it left, in the order of time", () => {
    const world = reconciled({
      deliveries: [
        served({ id: "old", status: "sent", sentAt: NOON - 3 * DAY, createdAt: NOON - 3 * DAY, match: "" }),
        served({
          id: "young",
          status: "sent",
          sentAt: NOON - 3 * DAY + 1,
          createdAt: NOON - 3 * DAY,
          match: "",
        }),
        served({
          id: "claimed",
          status: "sending",
          claimedAt: NOON - HOUR,
          createdAt: NOON - 4 * DAY,
          match: "",
        }),
        served({ id: "told of many", status: "sent", notice: "incident-1", match: "" }),
      ],
    });

    expect(world.unit.persons.get("u1")?.messages.map(({ delivery }) => delivery)).toEqual([
      "young",
      "claimed",
    ]);
  });

  test("was made in dry run: it counts while that lasts, unless it was kept back later", () => {
    const dry = (sentAt: number) =>
      reconciled({
        deliveries: [served({ status: "dry_run", createdAt: NOON, sentAt })],
      }).unit.persons.get("u1")?.messages;

    expect(dry(NOON)).toMatchObject([{ state: "sent", dry: true }]);
    expect(dry(NOON + 1)).toMatchObject([{ state: "void", dry: true }]);
  });

  test.each([
    ["queued", "reserved"],
    ["sending", "reserved"],
    ["in_doubt", "in_doubt"],
    ["unknown", "in_doubt"],
    ["sent", "sent"],
    ["failed", "void"],
    ["suppressed", "void"],
  ] as const)("is %s: it counts as %s", (status, state) => {
    const world = reconciled({ deliveries: [served({ status, match: "" })] });

    expect(world.unit.persons.get("u1")?.messages.find(({ delivery }) => delivery === "served")?.state).toBe(
      state,
    );
  });

  test("does not put off the person of ours whom the replay will ask", () => {
    const world = reconciled({
      deliveries: [served({ status: "sent", sentAt: NOON, createdAt: NOON - 30 * MINUTE })],
    });

    expect(timersOf(world)).toContain("human match-1 119");
  });

  test("of the same moment are in the order of their steps", () => {
    const world = reconciled({
      deliveries: [
        served({ id: "c", status: "sent", step: 1, channel: "sms" }),
        served({ id: "b", status: "failed", step: 0 }),
        served({ id: "a", status: "failed", step: 0 }),
      ],
    });

    expect(pursuitOf(world)?.deliveries).toEqual(["a", "b", "c"]);
  });

  test("is known to the replay as well: nothing is judged again", () => {
    const world = createWorld({ patterns: [LADDER] });
    world.trouble();
    const row = world.delivery();
    world.now += MINUTE;
    const before = world.decisions().length;
    world.give({ kind: "reconcile", engine: 2, served: { ...NOTHING, deliveries: [row] } });

    expect(world.decisions()).toHaveLength(before);
    expect(pursuitOf(world)).toMatchObject({ state: "sent", sentSteps: [0], deliveries: ["delivery-1"] });
    expect(world.unit.persons.get("u1")?.messages).toHaveLength(1);
  });

  test("is known to the replay as well, which does not know that it failed: it counts against nobody", () => {
    const world = createWorld({ patterns: [LADDER] });
    world.trouble();
    const row: Delivery = { ...world.delivery(), status: "failed" };
    expect(world.unit.persons.get("u1")?.messages).toMatchObject([{ state: "reserved" }]);
    world.give({ kind: "reconcile", engine: 2, served: { ...NOTHING, deliveries: [row] } });

    expect(world.unit.persons.get("u1")?.messages).toMatchObject([{ delivery: "delivery-1", state: "void" }]);
  });
});

describe("a match that only the tables have", () => {
  const gone = (changes: Parameters<typeof aMatch>[0], row: Parameters<typeof aDelivery>[0] = {}) =>
    reconciled({
      matches: [aMatch({ id: "gone", ...changes })],
      deliveries: [served({ id: "row", match: "gone", ...row })],
    }).unit.tracked.get("gone");

  test("is retracted, and what is queued is taken back", () => {
    const world = reconciled({
      matches: [aMatch({ id: "gone" })],
      deliveries: [served({ id: "row", match: "gone" })],
      judgements: [["gone", 7]],
    });

    expect(world.unit.tracked.get("gone")).toMatchObject({
      match: { state: "retracted" },
      pursuit: { state: "ended", lastReason: "retracted", deliveries: ["row"], person: "u1", judgements: 8 },
    });
    expect(world.unit.deliveries.get("row")).toMatchObject({ status: "suppressed", detail: "retracted" });
    expect(world.timers()).toContain(`outcome gone ${DAY / MINUTE - 1}`);
  });

  test("is left alone when it is over and nothing of it waits", () => {
    expect(gone({ state: "retracted" })).toBeUndefined();
    expect(gone({ state: "closed" }, { status: "sent" })).toBeUndefined();
    expect(gone({ pattern: "P-999" })).toBeUndefined();
    expect(gone({ state: "closed" }, { status: "queued" })).toBeDefined();
  });

  test("and is known to the replay as well stays as it is", () => {
    const world = reconciled({ matches: [aMatch({ id: "match-1" })] });

    expect(world.match()).toMatchObject({ id: "match-1", state: "open" });
    expect(world.unit.tracked.size).toBe(1);
  });
});

describe("what the tables have besides", () => {
  test("numbers of judgements go on above theirs", () => {
    expect(pursuitOf(reconciled({ judgements: [["match-1", 9]] }))?.judgements).toBe(10);
    expect(pursuitOf(reconciled({ judgements: [["another", 9]] }))?.judgements).toBe(2);
  });

  test("a stop and a refusal hold", () => {
    const world = reconciled({ persons: [aPerson({ stoppedAt: NOON - HOUR, consent: { sms: false } })] });

    expect(world.unit.persons.get("u1")).toMatchObject({ stoppedAt: NOON - HOUR, consent: { sms: false } });
    expect(rows(world)).toEqual([]);
  });

  test("an alert stays what people made of it; one that only the replay raised is raised now", () => {
    const before = createWorld({ patterns: [LADDER] });
    before.trouble();
    const [alert] = before.alerts();
    if (alert === undefined) throw new Error("there is no alert");
    const taken = { ...alert, assignee: "kim", revision: 2 };
    const told = (alerts: Served["alerts"]) => {
      const world = createWorld({ patterns: [LADDER] });
      world.trouble();
      const effects = world.give({ kind: "reconcile", engine: 2, served: { ...NOTHING, alerts } });
      return {
        assignee: world.unit.alerts.get("alert-1")?.assignee,
        raised: effects.filter(({ kind }) => kind === "alert").length,
      };
    };

    expect(told([taken])).toEqual({ assignee: "kim", raised: 0 });
    expect(told([{ ...taken, revision: 0 }])).toEqual({ assignee: null, raised: 0 });
    expect(told([])).toEqual({ assignee: null, raised: 1 });
    expect(told([{ ...taken, id: "over", state: "resolved" }]).raised).toBe(1);
  });

  test("whoever was asked there is not asked again", () => {
    const before = createWorld({ patterns: [LADDER] });
    before.trouble();
    const [alert] = before.alerts();
    if (alert === undefined) throw new Error("there is no alert");
    const pursuit = (kind: string, match: string) => {
      const made = reconciled({ alerts: [{ ...alert, id: "theirs", kind, match }] }, (world) => {
        const own = pursuitOf(world);
        if (own !== null) own.alerted = false;
      });
      return pursuitOf(made);
    };

    expect(pursuit("human.l2", "match-1")?.humanDone).toBe(true);
    expect(pursuit("human.l2", "another")?.humanDone).toBe(false);
    expect(pursuit("delivery", "match-1")?.humanDone).toBe(false);
  });

  test("an owner who heard of it as critical does not hear of it again", () => {
    const before = createWorld({ patterns: [LADDER] });
    before.trouble();
    const [alert] = before.alerts();
    if (alert === undefined) throw new Error("there is no alert");
    /** The replay made less of it; in the tables the alert is resolved. */
    const raised = (kind: string) => {
      const world = reconciled({ alerts: [{ ...alert, kind, state: "resolved" }] }, (made) => {
        made.unit.alerts.clear();
        const own = pursuitOf(made);
        if (own !== null) own.alerted = false;
        made.effects.length = 0;
      });
      return world.alerts().map((each) => each.kind);
    };

    expect(raised("critical")).toEqual([]);
    expect(raised("review")).toEqual(["critical"]);
  });

  test("the scores of the tables that nothing bears any more are let down, those of the account with them", () => {
    const keys = (id: string, matches: Served["matches"]) => {
      const world = createWorld({ id, patterns: [LADDER] });
      const effects = world.give({ kind: "reconcile", engine: 2, served: { ...NOTHING, matches } });
      return effects.flatMap((effect) =>
        effect.kind === "score" ? [`${effect.row.key} ${effect.row.score}`] : [],
      );
    };
    const personal = aMatch({ key: "person/u1", state: "retracted" });

    expect(keys("account/acme", [personal])).toEqual(["person/u1 0", "account/acme 0"]);
    expect(keys("person/u1", [personal])).toEqual(["person/u1 0"]);
    expect(keys("person/u1", [{ ...personal, key: "person/u0", person: "u0" }])).toEqual(["person/u0 0"]);
    expect(keys("account/acme", [])).toEqual([]);
  });

  test("they are told all that the unit has", () => {
    const world = createWorld({ patterns: [LADDER] });
    world.trouble();
    const row = world.delivery();
    const effects = world.give({ kind: "reconcile", engine: 2, served: { ...NOTHING, deliveries: [row] } });

    expect(effects.map(({ kind }) => kind)).toEqual(["account", "person", "match", "alert", "score"]);
  });
});
