import type { AttemptResult, UnitControl } from "../../server/core/control.ts";
import type { Delivery } from "../../server/core/delivery.ts";
import type { Effect } from "../../server/core/effect.ts";
import type { ContactDetails } from "../../server/core/event.ts";
import { kindOf, type TenantState } from "../../server/core/tenant.ts";
import type { PersonState } from "../../server/core/unit.ts";
import { type Committed, Overloaded } from "../../server/flow/contract.ts";
import type { DelivererDeps } from "../../server/flow/deliver/contract.ts";
import { type ChannelRow, RecordRefused, type SentCopy } from "../../server/store/contract.ts";
import { aDelivery, aPerson, aTenant } from "../builders.ts";
import type { FakeClock } from "../fake-clock.ts";

type Control = Extract<UnitControl, { readonly kind: "claim" | "attempted" | "receipt" | "preference" }>;

/**
 * An outbox and a pipeline in memory that keep to the life of a delivery as core/delivery.ts tells it. Guards are
 * reduced to what a test sets: `hold` and the facts of the claim.
 */
export interface World {
  readonly store: DelivererDeps["store"];
  readonly pipeline: DelivererDeps["pipeline"];
  readonly rows: Map<string, Delivery>;
  readonly persons: Map<string, PersonState>;
  readonly contacts: Map<string, ContactDetails>;
  readonly copies: Map<string, SentCopy>;
  readonly channels: ChannelRow[];
  /** Tenants whose channels cannot be read. */
  readonly unreadable: Set<string>;
  readonly tenants: Map<string, TenantState>;
  /** Every control, in order. */
  readonly controls: { readonly tenant: string; readonly control: Control }[];
  readonly elsewhere: Map<string, number[]>;
  add(changes: Partial<Delivery>): Delivery;
  row(id: string): Delivery;
  results(): readonly AttemptResult[];
  /** The next so many writes fail. */
  failing: number;
  /** Runs before each claim is applied. */
  onClaim: (row: Delivery) => Promise<void>;
  emit(committed: Committed): void;
}

export function createWorld(clock: FakeClock): World {
  const rows = new Map<string, Delivery>();
  const persons = new Map([["u1", aPerson()]]);
  const contacts = new Map<string, ContactDetails>([
    ["u1", { email: "u1@acme.test", phone: "+15551230001" }],
  ]);
  const copies = new Map<string, SentCopy>();
  const channels: ChannelRow[] = [];
  const tenants = new Map([["t1", aTenant()]]);
  const controls: World["controls"] = [];
  const elsewhere = new Map<string, number[]>();
  const listeners = new Set<(committed: Committed) => void>();
  let seq = 0;

  const waiting = (now: number, kinds: readonly string[]) =>
    [...rows.values()].filter(
      ({ status, notBefore, channel }) =>
        status === "queued" && notBefore <= now && kinds.includes(kindOf(channel)),
    );

  const world: World = {
    rows,
    persons,
    contacts,
    copies,
    channels,
    unreadable: new Set(),
    tenants,
    controls,
    elsewhere,
    failing: 0,
    onClaim: async () => {},
    add(changes) {
      const id = changes.id ?? `d${rows.size + 1}`;
      const row = aDelivery({ ...changes, id });
      rows.set(id, row);
      return row;
    },
    row(id) {
      const row = rows.get(id);
      if (row === undefined) throw new Error(`no row ${id}`);
      return row;
    },
    results: () => controls.flatMap(({ control }) => (control.kind === "attempted" ? [control.result] : [])),
    emit: (committed) => {
      for (const listener of listeners) listener(committed);
    },
    store: {
      dueDeliveries: async (now, limit, kinds, skip = []) =>
        waiting(now, kinds)
          .filter(
            (row) =>
              !skip.some(
                ({ tenant, kind, unlessDueBy = Number.NEGATIVE_INFINITY }) =>
                  tenant === row.tenant && kind === kindOf(row.channel) && row.dueBy > unlessDueBy,
              ),
          )
          .sort(inOrder)
          .slice(0, limit),
      releasedWaiting: async (now, kinds) => {
        const counts = Map.groupBy(
          waiting(now, kinds).filter(({ released }) => released),
          (row) => `${row.tenant} ${kindOf(row.channel)}`,
        );
        return [...counts].map(([key, all]) => {
          const [tenant = "", kind = ""] = key.split(" ");
          return { tenant, kind, count: all.length };
        });
      },
      doubtfulDeliveries: async (now, limit) =>
        [...rows.values()]
          .filter(
            ({ status, leaseUntil }) =>
              status === "in_doubt" || (status === "sending" && leaseUntil !== null && leaseUntil <= now),
          )
          .slice(0, limit),
      person: async (_tenant, id) => persons.get(id) ?? null,
      contact: async (_tenant, id) => contacts.get(id) ?? null,
      messagesElsewhere: async (_tenant, person) => elsewhere.get(person) ?? [],
      deliveries: async (_tenant, { person }) => ({
        rows: [...rows.values()].filter((row) => row.person === person),
        next: null,
      }),
      saveSentCopy: async (copy) => {
        copies.set(copy.delivery, copy);
      },
      sentCopy: async (_tenant, delivery) => copies.get(delivery) ?? null,
      channels: async (tenant) => {
        if (world.unreadable.has(tenant ?? ""))
          throw new RecordRefused("it is newer", `a channel of ${tenant}`);
        return channels.filter((row) => row.tenant === tenant);
      },
    },
    pipeline: {
      tenant: (id) => tenants.get(id) ?? null,
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      async control(tenant, _target, given) {
        const control = given as Control;
        if (control.kind === "claim") await world.onClaim(world.row(control.delivery));
        if (world.failing > 0) {
          world.failing -= 1;
          throw new Overloaded(503, 1, "the store takes no writes");
        }
        controls.push({ tenant, control });
        const effects = apply(world, control, clock.now());
        seq += 1;
        return { seq, effects };
      },
    },
  };
  return world;
}

const inOrder = (a: Delivery, b: Delivery) =>
  Number(a.released) - Number(b.released) || b.priority - a.priority || a.dueBy - b.dueBy;

function apply(world: World, control: Control, now: number): Effect[] {
  if (control.kind === "preference") {
    const person = world.persons.get(control.person);
    if (person !== undefined && control.change.kind === "stop") person.stoppedAt = now;
    return [];
  }
  const row = world.row(control.delivery);
  const change = changeOf(row, control, now);
  if (change === null) return [];
  const next = { ...row, ...change };
  world.rows.set(row.id, next);
  return [{ kind: "delivery", row: next }];
}

function changeOf(row: Delivery, control: Control, now: number): Partial<Delivery> | null {
  if (control.kind === "claim") {
    if (row.status !== "queued") return null;
    if (row.attempts > 0 && now > row.dueBy) return { status: "failed", detail: "its deadline passed" };
    const { facts } = control;
    if (facts?.switchedOff) return { status: "suppressed", detail: "switched_off" };
    if (facts?.stopped) return { status: "suppressed", detail: "opted_out" };
    if ((facts?.elsewhere.length ?? 0) >= 2) return { notBefore: now + 3_600_000, released: true };
    const lease = { claimedAt: now, leaseUntil: now + control.leaseFor };
    return { status: "sending", attempts: row.attempts + 1, fence: row.fence + 1, ...lease };
  }
  if (control.kind === "receipt") {
    if (control.receipt === "unknown") return row.status === "in_doubt" ? { status: "unknown" } : null;
    return { status: "sent", sentAt: now, providerId: control.providerId ?? row.providerId };
  }
  return control.kind === "attempted" ? afterAttempt(row, control, now) : null;
}

function afterAttempt(
  row: Delivery,
  { fence, result }: Extract<Control, { readonly kind: "attempted" }>,
  now: number,
): Partial<Delivery> | null {
  if (row.fence !== fence) return null;
  const settles = row.status === "in_doubt" && (result.kind === "sent" || result.kind === "retry");
  if (row.status !== "sending" && !settles) return null;
  if (result.kind === "retry") {
    if (result.at > row.dueBy) return { status: "failed", detail: result.detail };
    return { status: "queued", notBefore: result.at, detail: result.detail, leaseUntil: null };
  }
  if (result.kind === "sent") {
    return { status: "sent", sentAt: now, providerId: result.providerId, preview: result.preview };
  }
  return { status: result.kind, detail: result.detail, leaseUntil: null };
}
