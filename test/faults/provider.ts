import type { DelivererDeps } from "../../server/flow/deliver/contract.ts";
import type { Deliverer } from "../../server/flow/deliver.ts";
import type { ChannelAdapter, Settings } from "../../server/integrations/contract.ts";
import type { ChannelRow } from "../../server/store/contract.ts";
import type { Step } from "../fakes/misbehaviour.ts";
import { type FakeSendgrid, startFakeSendgrid } from "../fakes/sendgrid.ts";
import { type FakeTwilio, startFakeTwilio } from "../fakes/twilio.ts";

/** Both providers on this machine, as the rows a tenant's channels are kept in. */
export interface Providers {
  readonly sendgrid: FakeSendgrid;
  readonly twilio: FakeTwilio;
  channelsOf(tenant: string): readonly ChannelRow[];
  /** Makes both misbehave: each request takes one of the steps, or behaves well, as `pick` says. */
  misbehave(pick: (request: number) => Step | null): void;
  close(): Promise<void>;
}

export async function startProviders(): Promise<Providers> {
  const [sendgrid, twilio] = await Promise.all([startFakeSendgrid(), startFakeTwilio()]);
  const email: Settings = { apiKey: sendgrid.apiKey, baseUrl: sendgrid.url };
  const { accountSid, authToken, url: baseUrl } = twilio;
  const sms: Settings = { accountSid, authToken, from: "+15550109999", baseUrl };
  return {
    sendgrid,
    twilio,
    channelsOf: (tenant) => [
      { tenant, kind: "email", system: "sendgrid", settings: email },
      { tenant, kind: "sms", system: "twilio", settings: sms },
    ],
    misbehave(pick) {
      sendgrid.play(pick);
      twilio.play(pick);
    },
    close: async () => {
      await Promise.all([sendgrid.close(), twilio.close()]);
    },
  };
}

/** What the providers took, against what should have been sent. */
export interface Tally {
  readonly taken: number;
  /** Delivery ids taken more than once. */
  readonly doubled: readonly string[];
  /** Expected, and never taken. */
  readonly missing: readonly string[];
  /** Taken, though nobody expected it. */
  readonly unknown: readonly string[];
}

export function tally(counts: ReadonlyMap<string, number>, expected: Iterable<string>): Tally {
  const wanted = new Set(expected);
  return {
    taken: [...counts.values()].reduce((sum, n) => sum + n, 0),
    doubled: [...counts].filter(([, n]) => n > 1).map(([id]) => id),
    missing: [...wanted].filter((id) => !counts.has(id)),
    unknown: [...counts.keys()].filter((id) => !wanted.has(id)),
  };
}

/** Where a process can be made to die, in the order in which a delivery passes them. */
export const KILL_POINTS = ["after_claim", "before_call", "after_call", "before_mark"] as const;
export type KillPoint = (typeof KILL_POINTS)[number];
export type Dies = (point: KillPoint, delivery: string) => boolean;

/** Kills this very process, as a power cut would: nothing runs after it. */
export function die(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;) {
    // SIGKILL needs no more than a moment; nothing else may happen in it.
  }
}

/** The same parts, in a process that dies where `dies` says so. */
export function withKillPoints(deps: DelivererDeps, dies: Dies, kill: () => never = die): DelivererDeps {
  const at = (point: KillPoint, delivery: string) => {
    if (dies(point, delivery)) kill();
  };
  const wrap = (adapter: ChannelAdapter): ChannelAdapter => ({
    ...adapter,
    async send(message, settings, signal) {
      at("before_call", message.delivery);
      const answer = await adapter.send(message, settings, signal);
      at("after_call", message.delivery);
      return answer;
    },
  });
  return {
    ...deps,
    adapter: (system) => {
      const adapter = deps.adapter(system);
      return adapter === undefined ? undefined : wrap(adapter);
    },
    pipeline: {
      tenant: (id) => deps.pipeline.tenant(id),
      subscribe: (listener) => deps.pipeline.subscribe(listener),
      async control(tenant, target, control, along) {
        if (control.kind === "attempted") at("before_mark", control.delivery);
        const answer = await deps.pipeline.control(tenant, target, control, along);
        if (control.kind === "claim") at("after_claim", control.delivery);
        return answer;
      },
    },
  };
}

/** Ticks until `done` says so or time is up; answers whether it got there. */
export async function tickUntil(
  deliverer: Deliverer,
  done: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<boolean> {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    await deliverer.tick(Date.now());
    if (await done()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
