import type { ClaimFacts } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import { messagesCountFor } from "../../core/policy/spacing.ts";
import { DEFAULT_SETTINGS, kindOf, type Switches } from "../../core/tenant.ts";
import type { Clock } from "../../lib/clock.ts";
import type { KeyedLock } from "../../lib/keyed-lock.ts";
import { allOf, type Directory, type Outbox, type Records } from "../../store/contract.ts";
import type { Pipeline } from "../contract.ts";

export interface ClaimDeps {
  readonly store: Pick<Directory, "person"> & Pick<Outbox, "messagesElsewhere"> & Pick<Records, "deliveries">;
  readonly pipeline: Pick<Pipeline, "control" | "tenant">;
  readonly personLock: KeyedLock;
  readonly clock: Clock;
}

/**
 * Takes a queued row for sending: all guards are judged again with what the store says now, the cap is reserved, and
 * the row gets a lease, in one commit. Answers the row as it then is, `sending` with its fence, or null when a guard
 * held or stopped it, or somebody was first.
 *
 * Facts and claim happen under the person's lock: two messages from two units of one person are judged one after the
 * other, the second with the first already reserved.
 */
export async function claim(deps: ClaimDeps, row: Delivery, leaseFor: number): Promise<Delivery | null> {
  return deps.personLock.hold(lockKeyOf(row), async () => {
    const facts = await factsOf(deps, row);
    const control = { kind: "claim", delivery: row.id, facts, leaseFor } as const;
    const { effects } = await deps.pipeline.control(row.tenant, { unit: row.unit }, control);
    const changed = effects.findLast((effect) => effect.kind === "delivery" && effect.row.id === row.id);
    return changed?.kind === "delivery" && changed.row.status === "sending" ? changed.row : null;
  });
}

/**
 * Stops a queued row of something that is switched off. Should the switch be turned on again while this is under way,
 * the row is stopped all the same: it must not be claimed here, as nobody would send it.
 */
export async function stopSwitchedOff(deps: ClaimDeps, row: Delivery): Promise<void> {
  await deps.personLock.hold(lockKeyOf(row), async () => {
    const facts = await factsOf(deps, row);
    if (!facts.switchedOff) return;
    const control = { kind: "claim", delivery: row.id, facts, leaseFor: 0 } as const;
    await deps.pipeline.control(row.tenant, { unit: row.unit }, control);
  });
}

function lockKeyOf(row: Delivery): string {
  return JSON.stringify([row.tenant, row.person ?? row.session ?? row.id]);
}

async function factsOf({ store, pipeline, clock }: ClaimDeps, row: Delivery): Promise<ClaimFacts> {
  const at = clock.now();
  const tenant = pipeline.tenant(row.tenant);
  const switchedOff = isSwitchedOff(tenant?.switches, row);
  if (row.person === null)
    return { at, switchedOff, stopped: false, consent: {}, channelsOff: [], elsewhere: [] };
  const since = at - messagesCountFor(tenant?.settings ?? DEFAULT_SETTINGS);
  const [person, elsewhere, noticed] = await Promise.all([
    store.person(row.tenant, row.person),
    store.messagesElsewhere(row.tenant, row.person, row.unit, since),
    isNoticed({ store, pipeline }, row, row.person),
  ]);
  // Nobody by that id: erased in the meantime. Nothing may go to them.
  if (person === null) return { at, switchedOff, stopped: true, consent: {}, channelsOff: [], elsewhere };
  const { stoppedAt, consent, channelsOff } = person;
  return {
    at,
    switchedOff,
    stopped: stoppedAt !== null,
    consent,
    channelsOff,
    elsewhere,
    ...(noticed ? { noticed } : {}),
  };
}

const LEFT: ReadonlySet<string> = new Set<Delivery["status"]>(["sending", "sent", "in_doubt", "unknown"]);

/** Somebody in several accounts is told of an incident once. */
async function isNoticed(
  { store, pipeline }: Pick<ClaimDeps, "store" | "pipeline">,
  row: Delivery,
  person: string,
): Promise<boolean> {
  const { tenant, notice } = row;
  if (notice === undefined) return false;
  const incident = pipeline.tenant(tenant)?.incidents.find(({ id }) => id === notice);
  const since = incident?.startedAt ?? 0;
  const theirs = allOf(await store.deliveries(tenant, { person, since, limit: 200 }));
  return theirs.some(
    (other) =>
      other.notice === notice &&
      other.channel === row.channel &&
      other.id !== row.id &&
      LEFT.has(other.status),
  );
}

/** Whether the tenant, the pattern or the channel of a row is switched off; what tells of an incident is a broadcast. */
export function isSwitchedOff(switches: Switches | undefined, row: Delivery): boolean {
  if (switches === undefined) return true;
  const { tenant, patterns, channels } = switches;
  const kind = kindOf(row.channel);
  if (tenant || patterns.includes(row.pattern) || channels.includes(kind)) return true;
  if (kind === "broadcast") return channels.includes("in_app");
  return row.notice !== undefined && channels.includes("broadcast");
}
