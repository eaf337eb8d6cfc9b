import type { Delivery } from "../../../core/delivery.ts";
import { kindOf } from "../../../core/tenant.ts";
import type { Millis } from "../../../core/time.ts";
import { writeDelivery } from "../../shapes/delivery.ts";
import { type Base, flag, unitNo } from "../base.ts";

export function deliveryWriter(base: Base): (tenant: number, row: Delivery) => void {
  const upsert = base.connection.query(
    `INSERT INTO deliveries
       (tenant, id, unit, match, account, person, session, channel_kind, status, at, not_before, due_by,
        priority, released, lease_until, counts_at, sent_at, seen_at, provider_id, simulated, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       unit = excluded.unit, account = excluded.account, person = excluded.person,
       session = excluded.session, status = excluded.status, not_before = excluded.not_before,
       due_by = excluded.due_by, priority = excluded.priority, released = excluded.released,
       lease_until = excluded.lease_until, counts_at = excluded.counts_at, sent_at = excluded.sent_at,
       seen_at = excluded.seen_at, provider_id = excluded.provider_id, body = excluded.body`,
  );
  return (tenant, row) => {
    upsert.run(
      tenant,
      row.id,
      unitNo(base, tenant, row.tenant, row.unit),
      row.match,
      row.account,
      row.person,
      row.session,
      kindOf(row.channel),
      row.status,
      row.createdAt,
      row.notBefore,
      row.dueBy,
      row.priority,
      flag(row.released),
      row.leaseUntil,
      countsAt(row),
      row.sentAt,
      row.seenAt,
      row.providerId,
      flag(row.simulated),
      writeDelivery(row),
    );
  };
}

/** The moment from which a message counts in a person's cap; null while it does not: not claimed, or never left. */
function countsAt(row: Delivery): Millis | null {
  if (!["sending", "sent", "in_doubt", "unknown"].includes(row.status)) return null;
  const kind = kindOf(row.channel);
  if (kind === "human" || kind === "broadcast" || row.notice !== undefined) return null;
  const shown = kind === "in_app" ? row.seenAt : null;
  return shown ?? row.sentAt ?? row.claimedAt ?? row.createdAt;
}
