import type { Decision } from "../../../core/decision.ts";
import type { Alert, Outcome } from "../../../core/delivery.ts";
import type { Effect, FeedbackRow } from "../../../core/effect.ts";
import type { Match } from "../../../core/match.ts";
import type { AccountState, PersonState } from "../../../core/unit.ts";
import { writeAccount } from "../../shapes/account.ts";
import { writeAlert } from "../../shapes/alert.ts";
import { writeDecision } from "../../shapes/decision.ts";
import { writeFeedback } from "../../shapes/feedback.ts";
import { writeMatch } from "../../shapes/match.ts";
import { writeOutcome } from "../../shapes/outcome.ts";
import { writePerson } from "../../shapes/person.ts";
import { type Base, flag, unitNo } from "../base.ts";
import { deliveryWriter } from "./delivery-row.ts";
import { scoreWriter } from "./score-row.ts";

export type EffectWriter = (tenant: number, effect: Effect) => void;

/** Writes what assessing led to: each record replaces the one with its id. Belongs into a transaction. */
export function effectWriter(base: Base): EffectWriter {
  const match = matchWriter(base);
  const decision = decisionWriter(base);
  const delivery = deliveryWriter(base);
  const alert = alertWriter(base);
  const outcome = outcomeWriter(base);
  const feedback = feedbackWriter(base);
  const score = scoreWriter(base);
  const account = accountWriter(base);
  const person = personWriter(base);
  return (tenant, effect) => {
    switch (effect.kind) {
      case "match":
        return match(tenant, effect.row);
      case "decision":
        return decision(tenant, effect.row);
      case "delivery":
        return delivery(tenant, effect.row);
      case "alert":
        return alert(tenant, effect.row);
      case "outcome":
        return outcome(tenant, effect.row);
      case "feedback":
        return feedback(tenant, effect.row);
      case "score":
        return score(tenant, effect.row);
      case "account":
        return account(tenant, unitNo(base, tenant, effect.tenant, effect.unit), effect.row);
      case "person":
        return person.write(tenant, unitNo(base, tenant, effect.tenant, effect.unit), effect.row);
      case "person_removed":
        return person.remove(tenant, unitNo(base, tenant, effect.tenant, effect.unit), effect.person);
      case "forward":
      case "tenant":
        // Comes back as an input of its own, with a position in the log.
        return;
    }
  };
}

export const tenantOfEffect = (effect: Effect): string | null =>
  "row" in effect && "tenant" in effect.row ? effect.row.tenant : "tenant" in effect ? effect.tenant : null;

export function matchWriter(base: Base): (tenant: number, row: Match) => void {
  const upsert = base.connection.query(
    `INSERT INTO matches (tenant, id, unit, pattern, account, person, state, at, simulated, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       unit = excluded.unit, account = excluded.account, person = excluded.person,
       state = excluded.state, at = excluded.at, body = excluded.body`,
  );
  return (tenant, row) => {
    const unit = unitNo(base, tenant, row.tenant, row.unit);
    const { id, pattern, account, person, state, firedAt, simulated } = row;
    const body = writeMatch(row);
    upsert.run(tenant, id, unit, pattern, account, person, state, firedAt, flag(simulated), body);
  };
}

export function decisionWriter({ connection }: Base): (tenant: number, row: Decision) => void {
  const upsert = connection.query(
    `INSERT INTO decisions (tenant, id, match, account, person, kind, reason, at, simulated, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       account = excluded.account, person = excluded.person, kind = excluded.kind,
       reason = excluded.reason, at = excluded.at, body = excluded.body`,
  );
  return (tenant, row) => {
    const { id, match, account, person, kind, reason, at, simulated } = row;
    upsert.run(tenant, id, match, account, person, kind, reason, at, flag(simulated), writeDecision(row));
  };
}

/** A snooze makes the alert unnotified again: it comes back when the snooze ends. */
export function alertWriter({ connection }: Base): (tenant: number, row: Alert) => void {
  const upsert = connection.query(
    `INSERT INTO alerts
       (tenant, id, match, account, person, owner, state, at, due_by, snoozed_until, simulated, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       account = excluded.account, person = excluded.person, owner = excluded.owner,
       state = excluded.state, due_by = excluded.due_by, snoozed_until = excluded.snoozed_until,
       notified_at = CASE
         WHEN excluded.state = 'snoozed' AND alerts.snoozed_until IS NOT excluded.snoozed_until THEN NULL
         ELSE alerts.notified_at END,
       body = excluded.body`,
  );
  return (tenant, row) => {
    const { id, match, account, person, owner, state, createdAt, dueBy, snoozedUntil, simulated } = row;
    const who = [match, account, person, owner] as const;
    const when = [createdAt, dueBy, snoozedUntil] as const;
    upsert.run(tenant, id, ...who, state, ...when, flag(simulated), writeAlert(row));
  };
}

export function outcomeWriter({ connection }: Base): (tenant: number, row: Outcome) => void {
  const upsert = connection.query(
    `INSERT INTO outcomes (tenant, id, pattern, account, person, kind, at, simulated, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       account = excluded.account, person = excluded.person, kind = excluded.kind,
       at = excluded.at, body = excluded.body`,
  );
  return (tenant, row) => {
    const { match, pattern, account, person, kind, decidedAt, simulated } = row;
    upsert.run(tenant, match, pattern, account, person, kind, decidedAt, flag(simulated), writeOutcome(row));
  };
}

export function feedbackWriter({ connection }: Base): (tenant: number, row: FeedbackRow) => void {
  const upsert = connection.query(
    `INSERT INTO feedback (tenant, id, match, person, at, stars, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       person = excluded.person, at = excluded.at, stars = excluded.stars, body = excluded.body`,
  );
  return (tenant, row) => {
    upsert.run(tenant, row.id, row.match, row.person, row.at, row.stars, writeFeedback(row));
  };
}

/** Name, segment and owner also stand with the scores of the account's keys, and the name where it can be searched. */
function accountWriter({ connection }: Base): (tenant: number, unit: number, row: AccountState) => void {
  const upsert = connection.query<{ no: number }>(
    `INSERT INTO accounts (tenant, id, unit, name, segment, owner, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       unit = excluded.unit, name = excluded.name, segment = excluded.segment,
       owner = excluded.owner, body = excluded.body
     RETURNING no`,
  );
  const before = connection.query<Pick<AccountState, "name" | "segment" | "owner">>(
    "SELECT a.name, a.segment, a.owner FROM accounts a WHERE a.tenant = ? AND a.id = ?",
  );
  const unlist = connection.query("DELETE FROM account_names WHERE rowid = ?");
  const list = connection.query("INSERT INTO account_names (rowid, name) VALUES (?, ?)");
  const nameScores = connection.query(
    `UPDATE scores SET segment = ?, owner = ?, name = CASE kind WHEN 'account' THEN ? END WHERE unit = ?`,
  );
  return (tenant, unit, row) => {
    const { id, name, segment, owner } = row;
    const old = before.get(tenant, id);
    const no = upsert.get(tenant, id, unit, name, segment, owner, writeAccount(row))?.no ?? 0;
    if (name !== (old?.name ?? null)) {
      unlist.run(no);
      if (name !== null) list.run(no, name);
    } else if (old !== undefined && segment === old.segment && owner === old.owner) return;
    nameScores.run(segment, owner, name, unit);
  };
}

function personWriter({ connection }: Base): {
  write: (tenant: number, unit: number, row: PersonState) => void;
  remove: (tenant: number, unit: number, person: string) => void;
} {
  const upsert = connection.query(
    `INSERT INTO persons (tenant, person, unit, stopped, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (tenant, person, unit) DO UPDATE SET stopped = excluded.stopped, body = excluded.body`,
  );
  const remove = connection.query("DELETE FROM persons WHERE tenant = ? AND person = ? AND unit = ?");
  return {
    write: (tenant, unit, row) => {
      upsert.run(tenant, row.id, unit, flag(row.stoppedAt !== null), writePerson(row));
    },
    remove: (tenant, unit, person) => {
      remove.run(tenant, person, unit);
    },
  };
}
