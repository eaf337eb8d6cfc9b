import type { Delivery } from "../../../core/delivery.ts";
import { kindOf } from "../../../core/tenant.ts";
import type { Millis } from "../../../core/time.ts";
import { writeDelivery } from "../../shapes/delivery.ts";
import { type Base, flag, unitNo } from "../base.ts";

/**
 * The row of a message. `body` is the whole of it, as the unit judged it (core/delivery.ts tells its life); the columns
 * beside it repeat what the outbox is asked for, and are written anew with every change. Nothing changes a row but an
 * effect of its unit, in one commit with the input that caused it: there is no claim that is not in the log. (Erasing a
 * person takes out of it what it says of them.)
 *
 * What the columns mean in each status:
 *
 * - `queued`. Due from `not_before` on; `released` says that it came out of a hold, and then it goes after the others.
 *   `lease_until` is null. The person's cap counts it in the unit itself, not here: `counts_at` is null. After an
 *   attempt that may be made again it is queued once more, later.
 * - `sending`. Claimed: the guards were judged again, and `body.fence` has grown by one. The claim is the lease: until
 *   `lease_until` the one deliverer that made it may call the provider, and nobody else takes the row up, as it is not
 *   among the due ones. `counts_at` is set from the claim on, so that a message from another unit of the same person is
 *   judged with this one counted; not so a message to many, and what a colleague is to do, which take no place. The
 *   copy of the message is on disk before the provider is called, with the fence in it. A result carries the fence of
 *   its claim, and one with an older fence is ignored: an answer that comes late cannot decide about a claim that came
 *   after.
 * - `sending`, and `lease_until` is past, or the process is another one. Nobody knows whether the provider was called:
 *   `doubtfulDeliveries` finds it, and it becomes in doubt. It never goes back to the queue by itself.
 * - `in_doubt`. Without a lease; still counted. A copy without this fence shows that the provider was never called, and
 *   a look-up may show that it has no such message: then it is queued again. A receipt or look-up that knows it makes
 *   it `sent`. After a day it is `unknown`, and stays counted.
 * - `sent`. `sent_at` is when the provider took it, `provider_id` what later receipts name it by. `seen_at` comes with
 *   a receipt, and for a message in the product it is the moment that counts.
 * - `failed`, `suppressed`, `dry_run`. The end: no lease, and not counted.
 */
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
