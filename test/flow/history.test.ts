import { describe, expect, it } from "vitest";
import type { Effect } from "../../server/core/effect.ts";
import type { Event } from "../../server/core/event.ts";
import { compileLibrary } from "../../server/core/matching/compile.ts";
import { newUnit } from "../../server/core/new-unit.ts";
import { DAY, HOUR, MINUTE, type Millis } from "../../server/core/time.ts";
import { assess } from "../../server/flow/assess.ts";
import { hashId } from "../../server/lib/ids.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import { anEvent, aTenant, NOON } from "../builders.ts";

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
