import { describe, expect, it } from "vitest";
import type { Effect } from "../../server/core/effect.ts";
import { assess } from "../../server/core/engine/assess.ts";
import type { Event } from "../../server/core/event.ts";
import { compileLibrary } from "../../server/core/matching/compile.ts";
import { newUnit } from "../../server/core/new-unit.ts";
import { DAY, HOUR, MINUTE, type Millis } from "../../server/core/time.ts";
import { hashId } from "../../server/lib/ids.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import { anEvent, aTenant, NOON } from "../builders.ts";
import { createWorld, event as incoming } from "./world.ts";

const tenant = aTenant({ library: compileLibrary(loadShipped().patterns, "test") });
const tools = { hash: hashId, assume: "real" } as const;

/** One account that is told its history, then lives on. */
function anAccount() {
  const unit = newUnit("t1", "account/acme");
  let seq = 0;
  const take = (at: Millis, input: Parameters<typeof assess>[4]): Effect[] =>
    assess(unit, tenant, ++seq, at, input, tools);
  const event = (type: string, at: Millis, data: Event["data"] = {}): Event =>
    anEvent({ id: `e${seq}`, type, time: at, receivedAt: at, account: "acme", person: "u1", data });
  return {
    history: (type: string, at: Millis, data?: Event["data"]) =>
      take(at, { event: { ...event(type, at, data), backfill: true } }),
    live: (type: string, at: Millis, data?: Event["data"]) => take(at, { event: event(type, at, data) }),
    tick: (at: Millis) => take(at, { control: { kind: "tick" } }),
  };
}

const who = { hasEmail: true, hasPhone: true, roles: ["billing"], consent: { sms: true } };
const queued = (effects: readonly Effect[]) =>
  effects.filter((effect) => effect.kind === "delivery" && effect.row.status === "queued");
const real = (effects: readonly Effect[]) =>
  effects.filter((effect) => effect.kind === "match" && !effect.row.simulated);

describe("history that is brought in", () => {
  it("leads to no message by what a timer notices while it comes in", () => {
    const { history } = anAccount();
    history("person.identified", NOON - DAY, who);
    history("checkout.started", NOON - 20 * HOUR, { checkout: "c1" });

    const effects = history("session.started", NOON - 10 * HOUR);

    expect(effects.some((effect) => effect.kind === "match" && effect.row.pattern === "P-019")).toBe(true);
    expect(real(effects)).toEqual([]);
    expect(queued(effects)).toEqual([]);
  });

  it("leads to no message by the next step of a match out of it, though that falls into live time", () => {
    const { history, tick } = anAccount();
    history("person.identified", NOON - DAY, who);
    history("billing.payment_failed", NOON - HOUR, { recurring: true });

    const effects = [...tick(NOON), ...tick(NOON + 3 * HOUR)];

    expect(effects.some((effect) => effect.kind === "decision" && effect.row.simulated)).toBe(true);
    expect(queued(effects)).toEqual([]);
  });

  it("does not keep what happens afterwards from being helped", () => {
    const { history, live } = anAccount();
    history("person.identified", NOON - DAY, who);

    expect(queued(live("billing.payment_failed", NOON + MINUTE, { recurring: true }))).toHaveLength(1);
  });
});

describe("what falls due after the last of the history", () => {
  const started = (time: Millis, more: object = {}) =>
    incoming("checkout.started", { time, account: "acme", person: "u1", data: { checkout: "c1" }, ...more });
  const history = (time: Millis) => started(time, { backfill: true });

  it("is history too, up to the present: it leads to no message", async () => {
    const world = await createWorld();
    await world.take(history(NOON - 40 * MINUTE));

    await world.until(NOON + MINUTE);

    expect(world.matches("P-019")).toMatchObject([{ simulated: true, firedAt: NOON - 10 * MINUTE }]);
    expect(world.alerts()).toEqual([]);
    expect(world.deliveries().filter(({ status }) => status !== "dry_run")).toEqual([]);
  });

  it("is told by the log alone: a server that starts anew makes nothing else of it", async () => {
    const world = await createWorld();
    await world.take(history(NOON - 40 * MINUTE));
    const next = await world.restart();

    await next.until(NOON + MINUTE);

    expect(next.matches("P-019")).toMatchObject([{ simulated: true }]);
    expect(next.deliveries().filter(({ status }) => status !== "dry_run")).toEqual([]);
  });

  it("is real once it falls due in the present", async () => {
    const world = await createWorld();
    await world.take(history(NOON - 5 * MINUTE));

    await world.until(NOON + 40 * MINUTE);

    expect(world.matches("P-019")).toMatchObject([{ simulated: false, firedAt: NOON + 25 * MINUTE }]);
  });

  it("is real when it follows from something live that came after the history", async () => {
    const world = await createWorld();
    const before = { time: NOON - 3 * DAY, account: "acme", person: "u1", backfill: true } as const;
    await world.take(incoming("session.started", before));
    await world.take(started(NOON - MINUTE));

    await world.until(NOON + 40 * MINUTE);

    expect(world.matches("P-019").filter(({ simulated }) => !simulated)).toHaveLength(1);
  });
});
