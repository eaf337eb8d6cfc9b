import { DAY } from "../../../core/time.ts";
import type { Outbox, SentCopy } from "../../contract.ts";
import { readCopy, writeCopy } from "../../shapes/personal.ts";
import type { Base } from "../base.ts";
import { type Body, bodyOf } from "../bodies.ts";
import { keyPlace, personKeys } from "../directory.ts";
import { opened } from "../sealed.ts";

type Copies = Pick<Outbox, "saveSentCopy" | "sentCopy" | "behindShortLink">;
type Deliveries = Omit<Outbox, keyof Copies | "served">;

/** An in-app message whose `dueBy` is longer past is not shown any more. */
const SHOWN_AFTER_DUE = 7 * DAY;

const deliveryOf = bodyOf("deliveries");
const alertOf = bodyOf("alerts");

export function deliveries({ connection, names, unreadable }: Base): Deliveries {
  // Index deliveries_queued gives the order; rows whose moment has not come, or whose queue is skipped, are passed over.
  const due = connection.query<Body>(
    `SELECT d.no, d.body FROM deliveries d
     WHERE d.status = 'queued' AND d.not_before <= ?1
       AND d.channel_kind IN (SELECT k.value FROM json_each(?2) k)
       AND NOT EXISTS (
         SELECT 1 FROM json_each(?3) s
         WHERE s.value ->> 0 = d.tenant AND s.value ->> 1 = d.channel_kind
           AND (s.value ->> 2 IS NULL OR d.due_by > s.value ->> 2))
     ORDER BY d.released, d.priority DESC, d.due_by LIMIT ?4`,
  );
  // Index deliveries_queued.
  const released = connection.query<{ tenant: number; kind: string; count: number }>(
    `SELECT d.tenant, d.channel_kind AS kind, count(*) AS count FROM deliveries d
     WHERE d.status = 'queued' AND d.released = 1 AND d.not_before <= ?1
       AND d.channel_kind IN (SELECT k.value FROM json_each(?2) k)
     GROUP BY d.tenant, d.channel_kind ORDER BY d.tenant, d.channel_kind`,
  );
  // Index deliveries_doubtful.
  const doubtful = connection.query<Body>(
    `SELECT d.no, d.body FROM deliveries d
     WHERE d.status IN ('sending', 'in_doubt') AND (d.status = 'in_doubt' OR d.lease_until <= ?)
     ORDER BY d.status DESC, d.lease_until, d.no LIMIT ?`,
  );
  // Index deliveries_next.
  const next = connection.query<{ at: number | null }>(
    "SELECT min(d.not_before) AS at FROM deliveries d WHERE d.status = 'queued'",
  );
  const waiting = (who: "person" | "session") =>
    connection.query<Body>(
      `SELECT d.no, d.body FROM deliveries d
       WHERE d.tenant = ?1 AND d.${who} = ?2 AND d.channel_kind IN ('in_app', 'broadcast') AND d.due_by > ?4
         AND (d.status = 'queued' AND d.not_before <= ?3 OR d.status = 'sent' AND d.seen_at IS NULL
           AND d.body ->> 'clickedAt' IS NULL)
       ORDER BY d.priority DESC, d.due_by, d.no`,
    );
  // Indexes deliveries_person and deliveries_session.
  const waitingFor = { person: waiting("person"), session: waiting("session") };
  const one = connection.query<Body>("SELECT d.no, d.body FROM deliveries d WHERE d.tenant = ? AND d.id = ?");
  // Index deliveries_provider. Two providers might give out the same id: the one whose channel it is goes first.
  const byProvider = connection.query<Body>(
    `SELECT d.no, d.body FROM deliveries d
     WHERE d.tenant = ?1 AND d.provider_id = ?2
     ORDER BY d.channel_kind IN (SELECT c.kind FROM channels c WHERE c.tenant = ?1 AND c.system = ?3) DESC,
       d.at DESC LIMIT 1`,
  );
  // Index deliveries_person.
  const elsewhere = connection.query<{ at: number }>(
    `SELECT d.counts_at AS at FROM deliveries d
     WHERE d.tenant = ? AND d.person = ? AND d.unit <> ? AND d.counts_at >= ? AND d.simulated = 0
     ORDER BY d.counts_at`,
  );
  // Index alerts_unnotified.
  const unnotified = connection.query<Body>(
    `SELECT a.no, a.body FROM alerts a
     WHERE a.notified_at IS NULL AND a.simulated = 0 AND a.state IN ('open', 'snoozed')
       AND (a.state = 'open' OR a.snoozed_until <= ?1) AND a.at <= ?1
     ORDER BY a.due_by LIMIT ?2`,
  );
  const markNotified = connection.query(
    "UPDATE alerts SET notified_at = ? WHERE tenant = ? AND id = ? AND notified_at IS NULL",
  );
  return {
    async dueDeliveries(now, limit, kinds, skip = []) {
      const queues = skip.map(({ tenant, kind, unlessDueBy }) => [
        names.tenant(tenant),
        kind,
        unlessDueBy ?? null,
      ]);
      const [wanted, skipped] = [JSON.stringify(kinds), JSON.stringify(queues)];
      return unreadable.upTo(limit, (most) => due.all(now, wanted, skipped, most), deliveryOf);
    },
    async releasedWaiting(now, kinds) {
      return released
        .all(now, JSON.stringify(kinds))
        .map(({ tenant, kind, count }) => ({ tenant: names.tenantId(tenant), kind, count }));
    },
    async doubtfulDeliveries(now, limit) {
      return unreadable.upTo(limit, (most) => doubtful.all(now, most), deliveryOf);
    },
    async nextDeliveryAt() {
      return next.get()?.at ?? null;
    },
    async waitingInApp(tenant, who, now) {
      const no = names.tenant(tenant);
      const of = (by: "person" | "session") =>
        who[by] === undefined ? [] : waitingFor[by].all(no, who[by], now, now - SHOWN_AFTER_DUE);
      return unreadable.among([...of("person"), ...of("session")], deliveryOf);
    },
    async delivery(tenant, id) {
      const found = one.get(names.tenant(tenant), id);
      return found === undefined ? null : unreadable.only(() => deliveryOf(found));
    },
    async deliveryByProviderId(tenant, system, providerId) {
      const found = byProvider.get(names.tenant(tenant), providerId, system);
      return found === undefined ? null : unreadable.only(() => deliveryOf(found));
    },
    async messagesElsewhere(tenant, person, unit, since) {
      const no = names.tenant(tenant);
      return elsewhere.all(no, person, names.unit(no, unit), since).map(({ at }) => at);
    },
    async unnotifiedAlerts(now, limit) {
      return unreadable.upTo(limit, (most) => unnotified.all(now, most), alertOf);
    },
    async markNotified(tenant, alert, at) {
      return connection.write(() => markNotified.run(at, names.tenant(tenant), alert) === 1);
    },
  };
}

interface CopyRow {
  readonly person: string | null;
  readonly at: number;
  readonly sealed: Uint8Array;
}

const copyPlace = (tenant: string, delivery: string) => [tenant, "sent-copy", delivery] as const;

/** What was sent, sealed with the key of the person it went to; to a person without a name, with the server's. */
export function sentCopies(base: Base): Copies {
  const { connection, names, vault } = base;
  const keys = personKeys(base);
  const upsert = connection.query(
    `INSERT INTO sent_copies (tenant, delivery, person, at, sealed, short_link) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, delivery) DO UPDATE SET
       person = excluded.person, at = excluded.at, sealed = excluded.sealed, short_link = excluded.short_link`,
  );
  const select = connection.query<CopyRow>(
    "SELECT c.person, c.at, c.sealed FROM sent_copies c WHERE c.tenant = ? AND c.delivery = ?",
  );
  // Index sent_copies_short_link.
  const behind = connection.query<{ tenant: number; delivery: string }>(
    "SELECT c.tenant, c.delivery FROM sent_copies c WHERE c.short_link = ?",
  );
  const seal = (no: number, { tenant, person, delivery, rendered }: SentCopy) => {
    const place = copyPlace(tenant, delivery);
    const copy = writeCopy(rendered);
    if (person === null) return vault.wrapJson(place, copy);
    const key = keys.give(no, tenant, person);
    return key === null ? null : vault.seal(key, keyPlace(tenant, person), place, copy);
  };
  const unseal = (no: number, tenant: string, delivery: string, { person, sealed }: CopyRow) => {
    const place = copyPlace(tenant, delivery);
    const where = `the copy of delivery ${delivery}`;
    const read = (open: () => unknown) => readCopy(opened(where, open), where);
    if (person === null) return read(() => vault.unwrapJson(place, sealed));
    const key = keys.find(no, person);
    return key === null ? null : read(() => vault.unseal(key, keyPlace(tenant, person), place, sealed));
  };
  return {
    async saveSentCopy(copy) {
      connection.write(() => {
        const no = names.giveTenant(copy.tenant);
        const sealed = seal(no, copy);
        if (sealed === null) return;
        upsert.run(no, copy.delivery, copy.person, copy.at, sealed, copy.shortLink ?? null);
      });
    },
    async sentCopy(tenant, delivery) {
      const no = names.tenant(tenant);
      const row = select.get(no, delivery);
      if (row === undefined) return null;
      const { person, at } = row;
      return { tenant, delivery, person, at, rendered: unseal(no, tenant, delivery, row) };
    },
    async behindShortLink(hash) {
      const found = behind.get(hash);
      return found === undefined ? null : { tenant: names.tenantId(found.tenant), delivery: found.delivery };
    },
  };
}
