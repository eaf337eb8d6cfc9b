import type { ChannelKind } from "../../server/core/tenant.ts";
import { createDeliverer, type DelivererDeps } from "../../server/flow/deliver.ts";
import type { ChannelAdapter, LookUp, Outgoing, Settings } from "../../server/integrations/contract.ts";
import { previewChannel } from "../../server/integrations/preview/index.ts";
import { createKeyedLock } from "../../server/lib/keyed-lock.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { NOON } from "../builders.ts";
import { type FakeClock, fakeClock } from "../fake-clock.ts";
import { createWorld, type World } from "./outbox-world.ts";

type Send = (message: Outgoing, settings: Settings, signal: AbortSignal) => Promise<string | null>;

/** A way out in memory: what it took, and what it does next. */
export interface Mailer {
  readonly adapter: ChannelAdapter;
  readonly sent: Outgoing[];
  readonly calls: Outgoing[];
  /** What the next calls do; null and the end of the list: send. */
  behaviour: (call: number, message: Outgoing) => Send | Error | null;
  lookUp: LookUp;
  readonly lookUps: { readonly delivery: string; readonly to: string; readonly text: string }[];
}

export function aMailer(kind: ChannelKind, reconciles: ChannelAdapter["reconciles"]): Mailer {
  const mailer: Mailer = {
    sent: [],
    calls: [],
    lookUps: [],
    behaviour: () => null,
    lookUp: { kind: "unknown" },
    adapter: {
      kind,
      reconciles,
      async send(message, settings, signal) {
        mailer.calls.push(message);
        const what = mailer.behaviour(mailer.calls.length - 1, message);
        if (what instanceof Error) throw what;
        if (what !== null) return { providerId: await what(message, settings, signal) };
        mailer.sent.push(message);
        return { providerId: `provider-${message.delivery}` };
      },
      ...(reconciles === "lookup"
        ? {
            async lookUp({ delivery, to, text }) {
              mailer.lookUps.push({ delivery, to, text });
              return mailer.lookUp;
            },
          }
        : {}),
    },
  };
  return mailer;
}

export interface Setup {
  readonly clock: FakeClock;
  readonly world: World;
  readonly email: Mailer;
  readonly sms: Mailer;
  readonly troubles: Parameters<NonNullable<DelivererDeps["trouble"]>>[0][];
  readonly deps: DelivererDeps;
  readonly deliverer: ReturnType<typeof createDeliverer>;
  /** One tick now, and everything it leads to. */
  run(): Promise<void>;
  /** Ticks every second for so long. */
  runFor(ms: number): Promise<void>;
}

/** A deliverer for tenant t1 (and others that a test adds) with email and SMS; half of every wait by chance. */
export function setUp(changes: Partial<DelivererDeps> = {}): Setup {
  const clock = fakeClock(NOON);
  const world = createWorld(clock);
  const email = aMailer("email", "receipts");
  const sms = aMailer("sms", "lookup");
  const troubles: Setup["troubles"] = [];
  for (const kind of ["email", "sms"] as const) {
    world.channels.push({ tenant: "t1", kind, system: `fake-${kind}`, settings: { key: "one" } });
  }
  const deps: DelivererDeps = {
    store: world.store,
    pipeline: world.pipeline,
    adapter: (system) => ({ "fake-email": email.adapter, "fake-sms": sms.adapter })[system],
    preview: previewChannel,
    render: async (row) => ({
      kind: "email",
      subject: `About ${row.id}`,
      text: `Text of ${row.id}`,
      headers: { "List-Unsubscribe": `<https://help.test/p/${row.id}>` },
    }),
    publicUrl: "https://help.test",
    clock,
    random: () => 0.5,
    personLock: createKeyedLock(),
    log: silentLogger,
    trouble: (trouble) => troubles.push(trouble),
    ...changes,
  };
  const deliverer = createDeliverer(deps);
  const run = async () => {
    await deliverer.tick(clock.now());
    await deliverer.idle();
  };
  return {
    clock,
    world,
    email,
    sms,
    troubles,
    deps,
    deliverer,
    run,
    async runFor(ms) {
      for (let left = ms; left > 0; left -= 1_000) {
        await clock.advanceAsync(Math.min(1_000, left));
        await run();
      }
    },
  };
}
