import { describe, expect, it } from "vitest";
import { compileLibrary } from "../../../server/core/matching/compile.ts";
import {
  decodeCells,
  encodeCells,
  newCells,
  nextDue,
  observe,
} from "../../../server/core/matching/matcher.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import { referenceMatches } from "./reference.ts";
import { anEvent, aPattern, at, inOrder, START, selector, series, World } from "./world.ts";

const failed = selector("api.request_failed", { status: 429 });
const P001 = aPattern({ kind: "count", count: 5, ...failed, within: 15 * MINUTE }, { id: "P-001" });
const P003 = aPattern(
  {
    kind: "consecutive",
    count: 3,
    ...selector("webhook.delivery_failed"),
    brokenBy: selector("webhook.delivery_succeeded"),
  },
  { id: "P-003", per: ["account", "endpoint"] },
);
const limited = (clock: string, id?: string) =>
  anEvent("api.request_failed", at(clock), { data: { status: 429 }, ...(id === undefined ? {} : { id }) });
const hook = (result: "failed" | "succeeded", clock: string, endpoint = "https://a.example") =>
  anEvent(`webhook.delivery_${result}`, at(clock), { data: { endpoint } });

describe("count", () => {
  it("fires at the fifth failed call within exactly 15 minutes, and not at the fourth", () => {
    const world = new World([P001]).take(
      limited("10:00"),
      limited("10:05"),
      limited("10:10"),
      limited("10:14"),
    );
    expect(world.changes).toEqual([]);

    world.take(limited("10:15"));

    expect(world.kinds).toEqual(["fired"]);
    expect(world.match).toMatchObject({
      key: "account/acme",
      firstAt: at("10:00"),
      firedAt: at("10:15"),
      count: 5,
    });
  });

  it("does not fire when the fifth comes one second later", () => {
    const world = new World([P001]).take(
      limited("10:00"),
      limited("10:05"),
      limited("10:10"),
      limited("10:14"),
      limited("10:15:01"),
    );

    expect(world.changes).toEqual([]);
  });

  it("counts only what its conditions let through", () => {
    const world = new World([P001]).take(...series("api.request_failed", [0, 1, 2, 3, 4], { status: 500 }));

    expect(world.changes).toEqual([]);
  });

  it("names the newest twenty events in time order, and counts them all", () => {
    const world = new World([P001]);

    for (let i = 0; i < 30; i++) world.take(limited("10:00", `e-${String(i).padStart(2, "0")}`));

    expect(world.match.count).toBe(30);
    expect(world.match.events).toEqual(Array.from({ length: 20 }, (_, i) => `e-${i + 10}`));
  });

  it("takes the number of the account's segment, from when it is known", () => {
    const enterprise = { ...P001, segments: { enterprise: { count: 3 } } };
    const world = new World([enterprise]);

    world.take(limited("10:00"), limited("10:01"), limited("10:02"));
    expect(world.changes).toEqual([]);
    world.take(
      anEvent("account.updated", at("10:03"), { data: { segment: "enterprise" } }),
      limited("10:04"),
    );

    expect(world.match.firedAt).toBe(at("10:04"));
  });

  it("reads the segment from the plan too, and anew when a profile event comes out of order", () => {
    const enterprise = { ...P001, segments: { enterprise: { count: 3 } } };
    const world = new World([enterprise]).take(limited("10:00"), limited("10:01"), limited("10:02"));

    world.take(
      anEvent("account.signed_up", at("10:01:30"), { receivedAt: at("10:03"), data: { plan: "enterprise" } }),
    );

    expect(world.match.firedAt).toBe(at("10:02"));
  });

  it("waits for `refractory` before it fires for a key again", () => {
    const rarely = aPattern({ kind: "once", ...selector("x") }, { quiet: HOUR, refractory: DAY });
    const world = new World([rarely]);

    world.take(...series("x", [0, 120, 24 * 60 - 1, 24 * 60 + 120]));

    expect(world.seen().map(({ firedAt }) => firedAt)).toEqual([START, START + DAY + 2 * HOUR]);
  });
});

describe("distinct", () => {
  const breadth = aPattern(
    {
      kind: "distinct",
      distinct: "person",
      count: 3,
      of: [],
      match: "P-002",
      where: {},
      within: 30 * MINUTE,
    },
    { id: "P-008" },
  );
  const lockout = aPattern(
    { kind: "count", count: 3, ...selector("auth.login_failed"), within: 10 * MINUTE },
    { id: "P-002", per: ["person"] },
  );
  const fails = (person: string, clock: string, id = `${person}-${clock}`) =>
    anEvent("auth.login_failed", at(clock), { person, id });
  const lockOut = (person: string, hour: string) => [
    fails(person, `${hour}:00`),
    fails(person, `${hour}:01`),
    fails(person, `${hour}:02`),
  ];

  it("fires when the third team member is locked out within the window", () => {
    const world = new World([breadth, lockout]);

    world.take(
      ...["10:0", "10:1", "10:2"].flatMap((ten, i) =>
        lockOut(`u${i}`, ten.slice(0, 2)).map((event) => ({
          ...event,
          time: event.time + i * 10 * MINUTE,
          receivedAt: event.time + i * 10 * MINUTE,
        })),
      ),
    );

    const team = world.seen().find(({ pattern }) => pattern === "P-008");
    expect(team).toMatchObject({ key: "account/acme", firedAt: at("10:22"), firstAt: at("10:02"), count: 3 });
    expect(team?.events).toEqual(["u0-10:02", "u1-10:02", "u2-10:02"]);
  });

  it("counts a person who is locked out twice once", () => {
    const world = new World([breadth, { ...lockout, quiet: 0 }]);

    world.take(...lockOut("u0", "10"), fails("u0", "10:03"), fails("u0", "10:04"), fails("u0", "10:05"));
    world.take(fails("u1", "10:06"), fails("u1", "10:07"), fails("u1", "10:08"));

    expect(world.seen().filter(({ pattern }) => pattern === "P-002")).toHaveLength(3);
    expect(world.seen().filter(({ pattern }) => pattern === "P-008")).toEqual([]);
  });

  it("takes its match back when one of the matches it rests on turns out not to be", () => {
    const once = aPattern({ kind: "once", of: [], match: "P-002", where: {} }, { id: "P-100" });
    const consecutive = aPattern(
      {
        kind: "consecutive",
        count: 3,
        ...selector("auth.login_failed"),
        brokenBy: selector("auth.login_succeeded"),
      },
      { id: "P-002", per: ["person"] },
    );
    const world = new World([once, consecutive]).take(...lockOut("u0", "10"));
    expect(world.seen()).toHaveLength(2);

    world.take(anEvent("auth.login_succeeded", at("10:01:30"), { person: "u0", receivedAt: at("10:03") }));

    expect(world.seen()).toEqual([]);
    expect(world.kinds).toEqual(["fired", "fired", "retracted", "retracted"]);
  });
});

describe("consecutive", () => {
  it("fires at the third failure in a row to one endpoint", () => {
    const world = new World([P003]).take(
      hook("failed", "10:00"),
      hook("failed", "11:00"),
      hook("failed", "12:00"),
    );

    expect(world.match).toMatchObject({
      key: "account/acme;endpoint=https://a.example",
      firedAt: at("12:00"),
    });
  });

  it("does not fire with a success in between, nor over two endpoints", () => {
    const world = new World([P003]).take(
      hook("failed", "10:00"),
      hook("failed", "10:01"),
      hook("succeeded", "10:02"),
      hook("failed", "10:03"),
      hook("failed", "10:04", "https://b.example"),
    );

    expect(world.changes).toEqual([]);
  });

  it("does not fire when the success arrives last but happened in between, and says so when it had fired", () => {
    const world = new World([P003]).take(
      hook("failed", "10:00"),
      hook("failed", "10:01"),
      hook("failed", "10:02"),
    );

    world.take({ ...hook("succeeded", "10:01:30"), receivedAt: at("10:05") });

    expect(world.kinds).toEqual(["fired", "retracted"]);
  });

  it("is closed by the success, as broken", () => {
    const world = new World([P003]).take(
      ...["10:00", "10:01", "10:02"].map((clock) => hook("failed", clock)),
      hook("succeeded", "10:30"),
    );

    expect(world.match).toMatchObject({ state: "closed", closedAt: at("10:30"), closedBy: "broken" });
  });

  it("ignores events without the endpoint", () => {
    const nameless = ["10:00", "10:01", "10:02"].map((clock) => ({ ...hook("failed", clock), data: {} }));

    expect(new World([P003]).take(...nameless).changes).toEqual([]);
  });
});

describe("once", () => {
  const setup = aPattern(
    { kind: "once", ...selector("config.save_failed"), sinceSignup: 48 * HOUR, unless: "onboarded" },
    { per: ["person"] },
  );
  const signedUp = anEvent("account.signed_up", START, { person: null });

  it("needs a known sign-up, at most so long ago", () => {
    expect(new World([setup]).take(...series("config.save_failed", [1])).changes).toEqual([]);
    expect(new World([setup]).take(signedUp, ...series("config.save_failed", [48 * 60])).kinds).toEqual([
      "fired",
    ]);
    expect(new World([setup]).take(signedUp, ...series("config.save_failed", [48 * 60 + 1])).kinds).toEqual(
      [],
    );
  });

  it("does not fire once onboarding is completed", () => {
    const world = new World([setup]).take(signedUp, anEvent("onboarding.completed", START + HOUR));

    expect(world.take(...series("config.save_failed", [61])).changes).toEqual([]);
  });

  it("takes it back when onboarding turns out to have been completed just before", () => {
    const world = new World([setup]).take(signedUp, ...series("config.save_failed", [10]));

    world.take(anEvent("onboarding.completed", START + 9 * MINUTE, { receivedAt: START + 12 * MINUTE }));

    expect(world.kinds).toEqual(["fired", "retracted"]);
  });

  it("knows a sign-up that was brought in as history", () => {
    const old = { ...signedUp, receivedAt: START + 30 * HOUR };

    expect(new World([setup]).take(old, ...series("config.save_failed", [31 * 60])).kinds).toEqual(["fired"]);
  });
});

describe("absence", () => {
  const unfinished = aPattern({
    kind: "absence",
    after: selector("checkout.started"),
    missing: selector("checkout.completed"),
    for: 30 * MINUTE,
  });

  it("fires for the due time, when five more minutes have passed without an answer", () => {
    const world = new World([unfinished]).take(...series("checkout.started", [0]));
    expect(nextDue(world.cells)).toBe(START + 35 * MINUTE);

    expect(world.tick(START + 35 * MINUTE - 1).changes).toEqual([]);
    world.tick(START + 35 * MINUTE);

    expect(world.match).toMatchObject({
      firedAt: START + 30 * MINUTE,
      firstAt: START,
      state: "open",
      count: 1,
    });
  });

  it("is answered by an event at the due time that arrives five minutes late", () => {
    const world = new World([unfinished]).take(...series("checkout.started", [0]));

    world.take(anEvent("checkout.completed", START + 30 * MINUTE, { receivedAt: START + 35 * MINUTE }));

    expect(world.tick(START + DAY).seen()).toEqual([]);
    expect(nextDue(world.cells)).toBe(Number.POSITIVE_INFINITY);
  });

  it("fires once per arming and is closed by the answer only", () => {
    const world = new World([unfinished]).take(...series("checkout.started", [0])).tick(START + 30 * DAY);
    expect(world.match.state).toBe("open");

    world.take(anEvent("checkout.completed", START + 31 * DAY));

    expect(world.match).toMatchObject({ closedAt: START + 31 * DAY, closedBy: "answered" });
    expect(world.kinds).toEqual(["fired", "changed"]);
  });

  it("lets an event that is both answer first, then arm", () => {
    const silence = aPattern({
      kind: "absence",
      after: selector("session.started"),
      missing: selector("session.started"),
      for: HOUR,
    });
    const world = new World([silence])
      .take(...series("session.started", [0, 50, 100]))
      .tick(START + 165 * MINUTE);

    expect(world.match.firedAt).toBe(START + 160 * MINUTE);
    world.take(...series("session.started", [200])).tick(START + 265 * MINUTE);

    expect(world.seen().map(({ state, firedAt }) => [state, (firedAt - START) / MINUTE])).toEqual([
      ["closed", 160],
      ["open", 260],
    ]);
  });

  it("is kept from firing by an answer that comes ten minutes late", () => {
    const world = new World([unfinished]).take(...series("checkout.started", [0]));

    world.take(anEvent("checkout.completed", START + 10 * MINUTE, { receivedAt: START + 20 * MINUTE }));

    expect(world.tick(START + DAY).seen()).toEqual([]);
  });
});

describe("level", () => {
  const usage = aPattern(
    { kind: "level", value: "used", limit: "limit", at: 0.9, clear: 0.85, ...selector("usage.reported") },
    { per: ["account", "metric"] },
  );
  const report = (minute: number, used: number, limit: number | undefined = 100, metric = "seats") =>
    anEvent("usage.reported", START + minute * MINUTE, {
      data: { metric, used, ...(limit === undefined ? {} : { limit }) },
    });

  it("fires when the share is reached, first seen or rising, per metric", () => {
    const world = new World([usage]).take(
      report(0, 90),
      report(1, 10, 100, "calls"),
      report(2, 95, 100, "calls"),
    );

    expect(world.seen().map(({ key, firedAt }) => [key, (firedAt - START) / MINUTE])).toEqual([
      ["account/acme;metric=calls", 2],
      ["account/acme;metric=seats", 0],
    ]);
  });

  it("stays open between the two shares and closes below the lower one", () => {
    const world = new World([usage]).take(report(0, 95), report(1, 86), report(2, 91), report(3, 84));

    expect(world.match).toMatchObject({ count: 2, closedAt: START + 3 * MINUTE, closedBy: "cleared" });
  });

  it("ignores a missing limit and one that is not positive", () => {
    const world = new World([usage]).take(
      report(0, 95, 0),
      report(1, 95, -1),
      anEvent("usage.reported", START),
    );

    expect(world.changes).toEqual([]);
  });

  it("does not go quiet", () => {
    expect(new World([usage]).take(report(0, 95)).tick(START + 90 * DAY).match.state).toBe("open");
  });
});

describe("spike", () => {
  const surge = aPattern({
    kind: "spike",
    bucket: HOUR,
    over: 3,
    factor: 3,
    minimum: 6,
    ...selector("feature.used"),
  });
  const hour = (hours: number, count: number) =>
    series(
      "feature.used",
      Array.from({ length: count }, (_, i) => hours * 60 + i),
    );

  it("fires at the event that takes the hour to three times the median of the last hours", () => {
    const world = new World([surge]).take(...hour(0, 2), ...hour(1, 3), ...hour(2, 4), ...hour(3, 8));
    expect(world.changes).toEqual([]);

    world.take(...series("feature.used", [3 * 60 + 30]));

    expect(world.match).toMatchObject({ firedAt: START + 3.5 * HOUR, firstAt: START + 3 * HOUR, count: 9 });
  });

  it("does not fire before there are enough complete buckets, nor below the minimum", () => {
    expect(new World([surge]).take(...hour(0, 1), ...hour(1, 1), ...hour(2, 30)).changes).toEqual([]);
    expect(
      new World([surge]).take(...hour(0, 1), ...hour(1, 1), ...hour(2, 1), ...hour(3, 5)).changes,
    ).toEqual([]);
  });

  it("closes at the end of the first ordinary bucket", () => {
    const world = new World([surge]).take(...hour(0, 2), ...hour(1, 2), ...hour(2, 2), ...hour(3, 10));

    world.tick(START + 5 * HOUR + 4 * MINUTE);
    expect(world.match.state).toBe("open");
    world.tick(START + 5 * HOUR + 5 * MINUTE);

    expect(world.match).toMatchObject({ closedAt: START + 5 * HOUR, closedBy: "ordinary" });
  });

  it("compares with the same weekday once it knows fourteen days", () => {
    const daily = aPattern({ kind: "spike", bucket: DAY, over: 2, factor: 2, minimum: 1, ...selector("x") });
    const days = (count: (day: number) => number, from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => from + i).flatMap((day) =>
        series(
          "x",
          Array.from({ length: count(day) }, (_, i) => day * 24 * 60 + i),
        ),
      );
    // START is a Monday: every Monday is busy, so the third one is nothing special.
    const world = new World([daily]).take(...days((day) => (day % 7 === 0 ? 10 : 1), 0, 14));
    const before = world.changes.length;

    world.take(...days(() => 10, 14, 15));
    expect(world.changes.slice(before).filter(({ kind }) => kind === "fired")).toEqual([]);
    world.take(...days(() => 10, 15, 16));

    expect(world.changes.slice(before).filter(({ kind }) => kind === "fired")).toHaveLength(1);
  });

  it.each([
    ["no match when history knows as much", 9, []],
    ["a match when history knows less", 1, ["fired"]],
  ])("compares with what was brought in late: %s", (_, usual, kinds) => {
    const daily = aPattern({ kind: "spike", bucket: DAY, over: 3, factor: 3, minimum: 6, ...selector("x") });
    const history = [-4, -3, -2].flatMap((day) =>
      Array.from({ length: usual }, (_, i) => anEvent("x", START + day * DAY + i, { receivedAt: START })),
    );

    expect(new World([daily]).take(...history, ...series("x", [0, 1, 2, 3, 4, 5])).kinds).toEqual(kinds);
  });
});

describe("drop", () => {
  const fall = aPattern({ kind: "drop", bucket: DAY, over: 3, factor: 0.5, minimum: 4, ...selector("x") });
  const midnight = START - 10 * HOUR;
  const day = (number: number, count: number) =>
    Array.from({ length: count }, (_, i) => anEvent("x", midnight + number * DAY + i * MINUTE));

  it("fires at the end of the day that fell to half, shown five minutes later", () => {
    const world = new World([fall]).take(...day(0, 6), ...day(1, 6), ...day(2, 6), ...day(3, 3));

    expect(world.tick(midnight + 4 * DAY + 5 * MINUTE - 1).changes).toEqual([]);
    world.tick(midnight + 4 * DAY + 5 * MINUTE);

    expect(world.match).toMatchObject({ firedAt: midnight + 4 * DAY, firstAt: midnight + 3 * DAY, count: 3 });
  });

  it("notices a day without any event, and closes at the first ordinary day", () => {
    const world = new World([fall]).take(...day(0, 6), ...day(1, 6), ...day(2, 6)).tick(midnight + 4.5 * DAY);
    expect(world.match).toMatchObject({ count: 0, events: [], person: null });

    world.take(...day(4, 6)).tick(midnight + 5.5 * DAY);

    expect(world.match).toMatchObject({ closedAt: midnight + 5 * DAY, closedBy: "ordinary" });
  });

  it("says nothing about a key that never had much, and asks for no timer when all is forgotten", () => {
    const world = new World([fall]).take(...day(0, 2), ...day(1, 2), ...day(2, 2)).tick(midnight + 200 * DAY);

    expect(world.changes).toEqual([]);
    expect(nextDue(world.cells)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("sequence", () => {
  const leaving = aPattern({
    kind: "sequence",
    first: selector("page.viewed", { page: "/billing" }),
    // biome-ignore lint/suspicious/noThenProperty: "first, then" is how people say it; nobody awaits a pattern.
    then: selector("plan.cancel_viewed"),
    within: 30 * MINUTE,
  });
  const billing = (minute: number) => series("page.viewed", [minute], { page: "/billing" });
  const cancel = (minute: number) => series("plan.cancel_viewed", [minute]);

  it("fires at B, with the latest A before it at most so long ago", () => {
    const world = new World([leaving]).take(...billing(0), ...billing(10), ...cancel(40));

    expect(world.match).toMatchObject({
      firstAt: START + 10 * MINUTE,
      firedAt: START + 40 * MINUTE,
      count: 2,
    });
    expect(new World([leaving]).take(...billing(0), ...cancel(31)).changes).toEqual([]);
    expect(new World([leaving]).take(...cancel(0), ...billing(1)).changes).toEqual([]);
  });

  it("uses no A again from before its match closed", () => {
    const world = new World([{ ...leaving, quiet: 5 * MINUTE }]);

    world.take(...billing(0), ...cancel(1), ...cancel(10), ...billing(11), ...cancel(12));

    expect(world.seen().map(({ firedAt }) => (firedAt - START) / MINUTE)).toEqual([1, 12]);
  });
});

describe("score", () => {
  it("fires beyond its bound only", () => {
    const angry = aPattern({ kind: "score", field: "score", under: -0.7, ...selector("message.sentiment") });
    const says = (score: number | string) => series("message.sentiment", [0], { score });

    expect(new World([angry]).take(...says(-0.7), ...says("-0.9"), ...says(0.9)).changes).toEqual([]);
    expect(new World([angry]).take(...says(-0.71)).kinds).toEqual(["fired"]);
  });
});

describe("opening and closing", () => {
  const twice = aPattern(
    { kind: "count", count: 2, ...selector("x"), within: 10 * MINUTE },
    { recovers: selector("fixed") },
  );

  it("extends a match with an event exactly `quiet` after the last one", () => {
    const world = new World([twice]).take(...series("x", [0, 1, 11]));

    expect(world.match).toMatchObject({ count: 3, lastSeen: START + 11 * MINUTE, state: "open" });
  });

  it("closes it when the next one comes later, which then is the first of a new count", () => {
    const world = new World([twice]).take(...series("x", [0, 1, 12]));
    expect(world.match).toMatchObject({ closedAt: START + 11 * MINUTE, closedBy: "quiet", count: 2 });

    world.take(...series("x", [13]));

    expect(world.seen()[1]).toMatchObject({ episode: 1, firstAt: START + 12 * MINUTE, count: 2 });
  });

  it("notices by a timer five minutes later that a match went quiet", () => {
    const world = new World([twice]).take(...series("x", [0, 1]));
    expect(nextDue(world.cells)).toBe(START + 16 * MINUTE);

    expect(world.tick(START + 16 * MINUTE - 1).match.state).toBe("open");
    expect(world.tick(START + 16 * MINUTE).match).toMatchObject({ closedAt: START + 11 * MINUTE });
    expect(nextDue(world.cells)).toBe(Number.POSITIVE_INFINITY);
  });

  it("closes at the recovery's own time and uses no older event again", () => {
    const world = new World([twice]).take(
      ...series("x", [0, 1]),
      ...series("fixed", [2]),
      ...series("x", [3]),
    );

    expect(world.match).toMatchObject({ closedAt: START + 2 * MINUTE, closedBy: "recovery", count: 2 });
    world.take(...series("x", [4]));
    expect(world.seen()[1]).toMatchObject({ firstAt: START + 3 * MINUTE });
  });

  it("names the person in most events, the newest on a tie", () => {
    const by = (person: string | null, minute: number) => anEvent("x", START + minute * MINUTE, { person });
    const world = new World([twice]).take(by("u1", 0), by("u2", 1));
    expect(world.match.person).toBe("u2");

    expect(world.take(by("u1", 2)).match.person).toBe("u1");
    expect(world.take(by(null, 3), by("u2", 4)).match.person).toBe("u2");
  });

  it("carries the data of the newest evidence, also when that did not arrive last", () => {
    const world = new World([twice]).take(...series("x", [0], { n: 0 }), ...series("x", [2], { n: 2 }));

    world.take(anEvent("x", START + MINUTE, { data: { n: 1 }, receivedAt: START + 3 * MINUTE }));

    expect(world.match.data).toEqual({ n: 2 });
  });
});

describe("order", () => {
  it("is by time, then source, then id", () => {
    const world = new World([P003]);
    const same = (type: "failed" | "succeeded", source: string, id: string) => ({
      ...hook(type, "10:02"),
      source,
      id,
    });

    world.take(hook("failed", "10:00"), hook("failed", "10:01"));
    world.take(same("failed", "b", "1"), same("succeeded", "a", "9"));

    expect(world.seen()).toEqual([]);
  });

  it("moves a match when an earlier event of it arrives, and keeps its number", () => {
    const world = new World([P001]).take(
      ...["10:02", "10:03", "10:04", "10:05", "10:06"].map((clock) => limited(clock)),
    );
    expect(world.match.firedAt).toBe(at("10:06"));

    world.take({ ...limited("10:01:30"), receivedAt: at("10:06:30") });

    expect(world.kinds).toEqual(["fired", "changed"]);
    expect(world.match).toMatchObject({
      episode: 0,
      firstAt: at("10:01:30"),
      firedAt: at("10:05"),
      count: 6,
    });
  });

  it("counts an event that is exactly five minutes late, even from a log that was cleaned meanwhile", () => {
    const twice = aPattern({ kind: "count", count: 2, ...selector("x"), within: 10 * MINUTE });
    const other = aPattern({ kind: "count", count: 50, ...selector("y"), within: MINUTE }, { id: "P-901" });
    const world = new World([twice, other]).take(...series("x", [0]));
    world.take(...series("y", [1, 2, 3, 4, 11, 12, 13, 14, 14.2, 14.4, 14.6, 14.8, 14.9]));

    world.take(anEvent("x", START + 10 * MINUTE, { receivedAt: START + 15 * MINUTE }));

    expect(world.match).toMatchObject({ firstAt: START, firedAt: START + 10 * MINUTE });
  });

  it("takes firings out of a crowd of others one by one", { timeout: 120_000 }, () => {
    const inner = aPattern(
      { kind: "consecutive", count: 2, ...selector("x"), brokenBy: selector("y") },
      { id: "P-1", per: ["person"] },
    );
    const outer = aPattern(
      { kind: "count", count: 2, of: [], match: "P-1", where: {}, within: HOUR },
      { id: "P-2", quiet: 400 },
    );
    const events = Array.from({ length: 300 }, (_, i) => {
      const by = (type: string, time: number, receivedAt = time) =>
        anEvent(type, START + time, { person: `u${i}`, receivedAt: START + receivedAt });
      return {
        fails: [by("x", i * 300), by("x", i * 300 + 200)],
        works: by("y", i * 300 + 100, 120_000 + i),
      };
    });
    const arrivals = [...events.flatMap(({ fails }) => fails)].sort((a, b) => a.time - b.time);
    const world = new World([inner, outer]).take(...arrivals);

    for (const { works } of events) {
      arrivals.push(works);
      world.take(works);
      if (arrivals.length % 25 > 0) continue;
      const expected = referenceMatches([inner, outer], world.unit, arrivals, works.receivedAt);
      expect(world.seen()).toEqual(inOrder(expected));
    }
  });

  it("puts one that is out of order among the newest events of a long match where its id has its place", () => {
    const world = new World([P001]);
    const second = (i: number, id: string) =>
      anEvent("api.request_failed", START + i * 1000, { id, data: { status: 429 } });
    for (let i = 0; i < 140; i++) world.take(second(i, `m${1000 + i}`));

    world.take({ ...second(125, "a"), receivedAt: START + 140_000 });

    expect(world.match.events.slice(3, 7)).toEqual(["m1124", "a", "m1125", "m1126"]);
  });

  it("goes on from what is left when the beginning of a burst is older than five minutes", () => {
    const world = new World([P001]);
    const half = (i: number) => anEvent("api.request_failed", START + i * 500, { data: { status: 429 } });
    for (let i = 0; i < 1500; i++) {
      world.take(half(i));
      // Every now and then one that is nearly five minutes late.
      if (i > 700 && i % 50 === 0) world.take({ ...half(i - 580.5), receivedAt: START + i * 500 });
    }

    expect(world.match.count).toBe(1500 + 15);
  });

  it("corrects patterns behind each other when a fact about the customer arrives", () => {
    const big = { segments: { big: { count: 1 } }, quiet: 0 };
    const inner = aPattern(
      { kind: "count", count: 3, ...selector("x"), within: HOUR },
      { ...big, id: "P-1" },
    );
    const outer = aPattern(
      { kind: "count", count: 2, of: [], match: "P-1", where: {}, within: HOUR },
      { ...big, id: "P-2" },
    );
    const outermost = aPattern({ kind: "once", of: [], match: "P-2", where: {} }, { id: "P-3" });
    const arrivals = [
      ...["u1", "u1", "u2"].map((person, i) => anEvent("x", START + (i + 1) * SECOND, { person })),
      anEvent("account.updated", START, { receivedAt: START + 9 * SECOND, data: { segment: "big" } }),
    ];
    const library = [inner, outer, outermost];

    const world = new World(library).take(...arrivals);

    const expected = referenceMatches(library, world.unit, arrivals, START + 9 * SECOND);
    expect(world.seen()).toEqual(inOrder(expected));
    expect(expected.map(({ pattern }) => pattern)).toContain("P-3");
  });

  it("takes a few hundred steps for one that is out of order, however many events came after it", {
    timeout: 120_000,
  }, () => {
    const world = new World([P001]);
    const noise = (i: number) => anEvent("api.request_failed", START + i * 3, { data: { status: 429 } });
    for (let i = 0; i < 50_000; i++) world.take(noise(i));
    const inOrder = world.match.count;

    for (let i = 0; i < 500; i++) world.take({ ...noise(i + 0.5), receivedAt: START + 150_000 });

    expect(world.match.count).toBe(inOrder + 500);
  });
});

describe("late and old events", () => {
  const late = (type: string, minute: number, arrived: number) =>
    anEvent(type, START + minute * MINUTE, { receivedAt: START + arrived * MINUTE });
  const hourly = aPattern(
    { kind: "count", count: 2, ...selector("x"), within: HOUR },
    { recovers: selector("fixed") },
  );

  it("never open a match", () => {
    const world = new World([hourly]).take(...series("x", [0]), late("x", 1, 7), late("x", 2, 8));

    expect(world.changes).toEqual([]);
  });

  it("extend one that is open and was open then", () => {
    const world = new World([hourly]).take(...series("x", [10, 12]), late("x", 11, 30));
    expect(world.match.count).toBe(2);

    world.take(late("x", 13, 31));

    expect(world.match).toMatchObject({ count: 3, lastSeen: START + 13 * MINUTE });
  });

  it("recover it, unless trouble came after", () => {
    const world = new World([hourly]).take(...series("x", [0, 1, 20]), late("fixed", 10, 30));
    expect(world.match.state).toBe("open");

    world.take(late("fixed", 21, 31));

    expect(world.match).toMatchObject({ closedAt: START + 21 * MINUTE, closedBy: "recovery" });
  });

  it("count for nothing when more than a day old", () => {
    const patient = { ...hourly, quiet: 7 * DAY };
    const world = new World([patient]).take(...series("x", [0, 1]), late("x", 2, 24 * 60 + 3));

    expect(world.match.count).toBe(2);
  });

  it("are on time again when history is brought in on purpose", () => {
    const history = series("x", [0, 1]).map((event) => ({ ...event, backfill: true as const }));

    expect(new World([hourly]).take(...history).kinds).toEqual(["fired"]);
  });
});

describe("a library", () => {
  it("does not match paused patterns, but closes what they have open", () => {
    const active = aPattern({ kind: "once", ...selector("x") }, { quiet: HOUR, recovers: selector("fixed") });
    const world = new World([active]).take(...series("x", [0]));
    const paused = compileLibrary([{ ...active, status: "paused" }], "2");

    observe(world.cells, paused, world.unit, { ...anEvent("x", START + 2 * HOUR) }, world.apply);

    expect(world.match).toMatchObject({ closedAt: START + HOUR, closedBy: "quiet" });
  });

  it("keeps the state of a pattern that it has in the same version, and starts anew for another", () => {
    const world = new World([P001]).take(
      ...["10:00", "10:01", "10:02", "10:03"].map((clock) => limited(clock)),
    );
    const next = (version: string) => compileLibrary([{ ...P001, version }], "2");
    const firedWith = (version: string) => {
      const changes: string[] = [];
      const cells = decodeCells(encodeCells(world.cells));
      observe(cells, next(version), world.unit, limited("10:04"), ({ kind }) => changes.push(kind));
      return changes;
    };

    expect(firedWith("1")).toEqual(["fired"]);
    expect(firedWith("2")).toEqual([]);
  });

  it("finds a pattern by its id, the active one first", () => {
    const old = { ...P001, version: "0", status: "paused" as const };

    expect(compileLibrary([old, P001], "1").byId("P-001")?.version).toBe("1");
    expect(compileLibrary([P001], "1").byId("P-404")).toBeUndefined();
  });

  it("refuses patterns that wait for each other, that come twice, and keys without an owner", () => {
    const waits = (id: string, match: string) => aPattern({ kind: "once", of: [], match, where: {} }, { id });

    expect(() => compileLibrary([waits("P-1", "P-2"), waits("P-2", "P-1")], "1")).toThrow(RangeError);
    expect(() => compileLibrary([P001, P001], "1")).toThrow(RangeError);
    expect(() => compileLibrary([{ ...P001, per: ["endpoint"] }], "1")).toThrow(RangeError);
  });

  it("leaves patterns per tenant to others", () => {
    const tenantWide = aPattern({ kind: "once", ...selector("x") }, { per: ["tenant", "step"] });

    expect(new World([tenantWide]).take(...series("x", [0], { step: "a" })).changes).toEqual([]);
  });
});

describe("decoding", () => {
  it.each([
    ["nothing", null],
    ["text", "cells"],
    ["another engine", { engine: 0 }],
    ["a part of it", { engine: 1, unit: "account/acme" }],
    ["broken signals", { ...(encodeCells(newCells()) as object), signals: [[1]] }],
    ["broken cells", { ...(encodeCells(newCells()) as object), cells: [[0, "P@1", null, null, 7]] }],
  ])("refuses %s", (_, state) => {
    expect(() => decodeCells(state)).toThrow(RangeError);
  });
});

describe("a person without an account", () => {
  it("has matches of its own, and none per account", () => {
    const perPerson = aPattern({ kind: "once", ...selector("x") }, { id: "P-1", per: ["person"] });
    const perAccount = aPattern({ kind: "once", ...selector("x") }, { id: "P-2" });
    const world = new World([perPerson, perAccount], "person/u1");

    world.take(anEvent("x", START, { account: null }));

    expect(world.match.key).toBe("person/u1");
  });
});
