import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Delivery } from "../../server/core/delivery.ts";
import { HOUR } from "../../server/core/time.ts";
import { createDeliverer, type DelivererDeps, type DeliverOptions } from "../../server/flow/deliver.ts";
import { previewChannel } from "../../server/integrations/preview/index.ts";
import { sendgridChannel } from "../../server/integrations/sendgrid/channel.ts";
import { twilioChannel } from "../../server/integrations/twilio/channel.ts";
import { systemClock } from "../../server/lib/clock.ts";
import { createKeyedLock } from "../../server/lib/keyed-lock.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { createOutbound } from "../../server/lib/outbound-line.ts";
import type { FakeClock } from "../fake-clock.ts";
import { type Step, tooMany } from "../fakes/misbehaviour.ts";
import {
  KILL_POINTS,
  type Providers,
  startProviders,
  tally,
  tickUntil,
  withKillPoints,
} from "../faults/provider.ts";
import { sized } from "../support/size.ts";
import { createWorld, type World } from "./outbox-world.ts";

/** Enough that every fault happens to several; one number is asked about, of which a look-up reads 200. */
const MESSAGES = sized(60, 150);

/** Everything a hundred times faster than in production. */
const QUICK: Partial<DeliverOptions> = {
  callTimeout: 300,
  lease: 600,
  firstWait: 10,
  longestWait: 100,
  doubtEvery: 50,
  absentAfter: 500,
  readEvery: 5,
  breaker: { consecutive: 5, window: 20, probeAfter: 50 },
};

/** Numbers in [0, 1) that are the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

let providers: Providers;
let world: World;
let deps: DelivererDeps;

beforeAll(async () => {
  providers = await startProviders();
});
afterAll(() => providers.close());

beforeEach(() => {
  providers.misbehave(() => null);
  providers.twilio.lag = 0;
  // Only `now` is asked of it: here real time passes.
  world = createWorld(systemClock as FakeClock);
  world.channels.push(...providers.channelsOf("t1"));
  const adapters = { outbound: createOutbound({ allowLoopback: true }), clock: systemClock };
  const channels = { sendgrid: sendgridChannel(adapters), twilio: twilioChannel(adapters) };
  deps = {
    store: world.store,
    pipeline: world.pipeline,
    adapter: (system) => (system === "sendgrid" || system === "twilio" ? channels[system] : undefined),
    preview: previewChannel,
    render: async ({ id }) => ({ kind: "email", subject: "Hello", text: `See https://help.test/p/${id}` }),
    publicUrl: "https://help.test",
    clock: systemClock,
    random: chance(1),
    personLock: createKeyedLock(),
    log: silentLogger,
    options: QUICK,
  };
});

let ids = 0;
const add = (channel: "email" | "sms", count: number, changes: Partial<Delivery> = {}) => {
  const now = Date.now();
  return Array.from({ length: count }, () => {
    const times = { createdAt: now, notBefore: now, dueBy: now + HOUR };
    return world.add({ id: `${channel}-${++ids}`, channel, ...times, ...changes }).id;
  });
};
const status = (list: readonly string[], ...wanted: Delivery["status"][]) =>
  list.every((id) => wanted.includes(world.row(id).status));
const mine = (counts: ReadonlyMap<string, number>, list: readonly string[]) =>
  new Map([...counts].filter(([id]) => list.includes(id)));

describe("a provider that misbehaves in every way", () => {
  const faults: readonly Step[] = [
    tooMany(),
    tooMany("0"),
    { kind: "html", status: 503 },
    { kind: "html", status: 502, taken: true },
    { kind: "html", status: 502, taken: false },
    { kind: "reset", taken: true },
    { kind: "reset", taken: false },
    { kind: "bad_json", taken: true },
    { kind: "slow", ms: 450, taken: true },
    { kind: "stall", taken: true },
  ];
  const someFaults = (seed: number) => {
    const random = chance(seed);
    return () => (random() < 0.3 ? (faults[Math.floor(random() * faults.length)] ?? null) : null);
  };

  it("gets every SMS once, as it can be asked, although its list lags behind", async () => {
    providers.twilio.lag = 200;
    providers.misbehave(someFaults(7));
    const list = add("sms", MESSAGES);
    const deliverer = createDeliverer(deps);

    await tickUntil(deliverer, () => status(list, "sent"), 30_000);

    expect(tally(mine(providers.twilio.counts, list), list)).toMatchObject({
      taken: MESSAGES,
      doubled: [],
      missing: [],
    });
    await deliverer.stop();
  }, 60_000);

  it("gets no email twice, and what is missing is in doubt and listed", async () => {
    providers.misbehave(someFaults(8));
    const list = add("email", MESSAGES);
    const deliverer = createDeliverer(deps);

    await tickUntil(deliverer, () => status(list, "sent", "in_doubt"), 30_000);

    const { doubled, missing, unknown } = tally(mine(providers.sendgrid.counts, list), list);
    const inDoubt = list.filter((id) => world.row(id).status === "in_doubt");
    expect({ doubled, unknown }).toEqual({ doubled: [], unknown: [] });
    expect(missing.filter((id) => !inDoubt.includes(id))).toEqual([]);
    expect(inDoubt.length).toBeGreaterThan(0);
    await deliverer.stop();
  }, 60_000);

  it("is not asked again before a Retry-After has passed", async () => {
    providers.sendgrid.play([tooMany("1")]);
    const list = add("email", 1);
    const deliverer = createDeliverer(deps);
    const before = providers.sendgrid.requests.length;
    const start = Date.now();

    await tickUntil(deliverer, () => status(list, "sent"), 5_000);

    expect(Date.now() - start).toBeGreaterThanOrEqual(1_000);
    expect(providers.sendgrid.requests.length - before).toBe(2);
    await deliverer.stop();
  });
});

describe("a server that dies", () => {
  class Died extends Error {}
  const kill = (): never => {
    throw new Died("dead");
  };

  it.each(KILL_POINTS)(
    "at %s sends every SMS once after it was started again",
    async (point) => {
      const list = add("sms", 20);
      let deaths = 0;
      // A dead process writes nothing more: its pipeline is cut off.
      let dead = false;
      const cut: DelivererDeps = {
        ...deps,
        pipeline: {
          ...deps.pipeline,
          control: (...given) => (dead ? new Promise<never>(() => {}) : deps.pipeline.control(...given)),
        },
      };
      const dies = (at: string) => {
        if (at !== point || dead || providers.twilio.requests.length % 3 !== 0) return false;
        deaths += 1;
        dead = true;
        return true;
      };
      const first = createDeliverer(withKillPoints(cut, dies, kill));
      await tickUntil(first, () => dead || status(list, "sent"), 3_000);

      // Locks die with the process that held them.
      const second = createDeliverer({ ...deps, personLock: createKeyedLock() });
      await tickUntil(second, () => status(list, "sent"), 15_000);

      expect(deaths).toBe(1);
      expect(tally(mine(providers.twilio.counts, list), list)).toMatchObject({
        taken: 20,
        doubled: [],
        missing: [],
      });
      await second.stop();
    },
    30_000,
  );
});
