/** A verified event in memory -> decision: `assess` with eight patterns, over many accounts. */

import { assess, type Tools } from "../server/core/engine/assess.ts";
import { newUnit } from "../server/core/new-unit.ts";
import type { TenantState } from "../server/core/tenant.ts";
import type { Unit } from "../server/core/unit.ts";
import { hashId } from "../server/lib/ids.ts";
import { type Bench, type Figure, type Options, quantile } from "./kit/figures.ts";
import { eightPatterns, eventAt, type Stream, streamOf, TENANT, tenantWith } from "./kit/world.ts";

const TOOLS: Tools = { hash: hashId, assume: "real" };
const CHUNK = 20_000;

export const decision: Bench = {
  name: "decision",
  about: "verified event in memory -> decision, 8 rules, 100k accounts",
  async run({ quick, say }: Options): Promise<readonly Figure[]> {
    const accounts = quick ? 20_000 : 100_000;
    const tenant = tenantWith(eightPatterns());
    const [runs, events] = quick ? [3, 200_000] : [5, 1_000_000];
    const world = {
      units: new Map<string, Unit>(),
      tenant,
      stream: streamOf(accounts),
      next: 0,
      decisions: 0,
    };
    throughput(world, accounts * 4); // every account has a past, and the code is warm
    const rates: number[] = [];
    const p50: number[] = [];
    const p99: number[] = [];
    for (let run = 0; run < runs; run++) {
      rates.push(throughput(world, events));
      const times = oneByOne(world, events / 4);
      p50.push(quantile(times, 0.5));
      p99.push(quantile(times, 0.99));
      say(`run ${run + 1}: ${Math.round(rates.at(-1) ?? 0)} events/s, ${world.decisions} decisions so far`);
    }
    const what = "event in memory -> decision";
    return [
      { what, unit: "events/s", bound: { atLeast: 2_000_000 }, runs: rates },
      { what: `${what}, p50`, unit: "us", bound: { atMost: 1 }, runs: p50 },
      { what: `${what}, p99`, unit: "us", bound: { atMost: 30 }, runs: p99 },
    ];
  },
};

interface World {
  readonly units: Map<string, Unit>;
  readonly tenant: TenantState;
  readonly stream: Stream;
  next: number;
  decisions: number;
}

/** Events per second of processor time; making the events is not counted. */
function throughput(world: World, count: number): number {
  let spent = 0;
  for (let done = 0; done < count; done += CHUNK) {
    const events = nextChunk(world);
    const begun = performance.now();
    for (const event of events) take(world, event);
    spent += performance.now() - begun;
  }
  return count / (spent / 1_000);
}

/** Microseconds of each event alone. */
function oneByOne(world: World, count: number): number[] {
  const times: number[] = [];
  for (let done = 0; done < count; done += CHUNK) {
    for (const event of nextChunk(world)) {
      const begun = performance.now();
      take(world, event);
      times.push((performance.now() - begun) * 1_000);
    }
  }
  return times;
}

function nextChunk(world: World) {
  const first = world.next;
  world.next += CHUNK;
  return Array.from({ length: CHUNK }, (_, i) => eventAt(first + i, world.stream));
}

function take(world: World, event: ReturnType<typeof eventAt>): void {
  const id = `account/${event.account}`;
  let unit = world.units.get(id);
  if (unit === undefined) {
    unit = newUnit(TENANT, id);
    world.units.set(id, unit);
  }
  const effects = assess(unit, world.tenant, unit.seq + 1, event.receivedAt, { event }, TOOLS);
  for (const effect of effects) if (effect.kind === "decision") world.decisions += 1;
}
