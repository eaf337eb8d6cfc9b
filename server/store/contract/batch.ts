/* What the pipeline writes, all at once. */

import type { Actor, Control } from "../../core/control.ts";
import type { Effect } from "../../core/effect.ts";
import type { ContactDetails, Event } from "../../core/event.ts";
import type { Incident } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import type { TenancyChange } from "./tenancy.ts";

/** One record of the input log. `unit` is null for what concerns the whole tenant. */
export interface LogInput {
  /** Grows by one or more with every record, over all tenants. */
  readonly seq: number;
  readonly tenant: string;
  readonly unit: string | null;
  readonly shard: number | null;
  readonly receivedAt: Millis;
  /**
   * Of a unit's record: position of the tenant-wide record whose version it was judged under; 0 when the tenant had
   * none. Absent in records that were written before they named it.
   */
  readonly judgedUnder?: number;
  readonly body: { readonly event: Event } | { readonly control: Control };
}

/** A webhook that was accepted: what the trace leads back to. The body itself is not kept. */
export interface Reception {
  readonly id: string;
  readonly tenant: string;
  readonly system: string;
  readonly sourceId: string;
  /** SHA-256 of the body, hex. */
  readonly bodyHash: string;
  readonly bytes: number;
  readonly receivedAt: Millis;
  /** The sender's own id of the webhook, where there is one; the column `delivery_id`. */
  readonly webhookId: string | null;
}

/** Signed rightly, but not readable: kept (encrypted) for a person to look at, answered 2xx. */
export interface DeadLetter {
  readonly id: string;
  readonly tenant: string;
  readonly system: string;
  readonly sourceId: string;
  readonly receivedAt: Millis;
  readonly reason: string;
  readonly body: Uint8Array;
}

export interface ContactWrite {
  readonly tenant: string;
  readonly person: string;
  readonly details: ContactDetails;
}

/** `namespace:value` names this person or account. Values are kept as keyed hashes only. */
export interface IdentityWrite {
  readonly tenant: string;
  readonly namespace: string;
  readonly value: string;
  readonly kind: "person" | "account";
  readonly id: string;
}

/** This address wants no messages, whoever it belongs to. Kept as a keyed hash, for ever. */
export interface StopWrite {
  readonly tenant: string;
  readonly namespace: "email" | "phone";
  readonly value: string;
  readonly at: Millis;
}

/** These names are the person's no more, if they were; as `nameKeys` answers them. */
export interface Unlink {
  readonly tenant: string;
  readonly person: string;
  readonly names: readonly string[];
}

/** Which units a person is in; the newest is the default. */
export interface MembershipWrite {
  readonly tenant: string;
  readonly person: string;
  readonly unit: string;
  readonly at: Millis;
}

export interface AuditRow {
  readonly id: string;
  readonly tenant: string;
  readonly at: Millis;
  readonly actor: Actor;
  readonly action: string; // "switch.off", "alert.acknowledge", "person.erase", ...
  readonly subject: string;
  readonly reason: string;
  readonly detail: { readonly [name: string]: unknown };
  /** What takes the action back; null when nothing does. */
  readonly undo: Control | null;
  /** A later row whose detail says `undoes: <this id>` makes it true, in the same commit. */
  readonly undone: boolean;
}

export interface Batch {
  readonly inputs: readonly LogInput[];
  readonly effects: readonly Effect[];
  readonly contacts: readonly ContactWrite[];
  readonly identities: readonly IdentityWrite[];
  readonly memberships: readonly MembershipWrite[];
  readonly stops?: readonly StopWrite[];
  readonly unlinked?: readonly Unlink[];
  readonly receptions: readonly Reception[];
  readonly deadLetters: readonly DeadLetter[];
  readonly audit: readonly AuditRow[];
  /** Of tenants that were created. */
  readonly tenancy?: readonly TenancyChange[];
  readonly incidents: readonly Incident[];
  /** Unknown event types seen: tenant, source, type, count. */
  readonly unknownTypes: readonly {
    tenant: string;
    source: string;
    type: string;
    count: number;
    at: Millis;
  }[];
}
