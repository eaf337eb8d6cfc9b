import type { ScoreRow } from "../../../core/effect.ts";
import { type Match, scoredUnder } from "../../../core/match.ts";
import { LATE, type Millis, ON_TIME } from "../../../core/time.ts";
import type { Reception, Records, Trace } from "../../contract.ts";
import type { Base } from "../base.ts";
import { type Bodies, type Body, bodyOf } from "../bodies.ts";
import { eventOf } from "../log/input-row.ts";
import { newestFirst, rowsAt } from "../log/log.ts";
import { leftOut } from "../unreadable.ts";
import { byId } from "./lists.ts";

/** So many positions of a unit's log are looked at for the events of one match. */
const MOST_LOOKED_AT = 20_000;

/** From a decision or delivery back to the webhooks behind it. */
export function tracing(base: Base, scoreHistory: Records["scoreHistory"]): Pick<Records, "trace"> {
  const { connection, names, unreadable } = base;
  const ofMatch = <Of extends "decisions" | "feedback">(table: Of, tenant: number, match: string) => {
    const rows = connection
      .filtered<Body>(
        `SELECT t.no, t.body FROM ${table} t WHERE t.tenant = ? AND t.match = ? ORDER BY t.at, t.no`,
      )
      .all(tenant, match);
    const kept: readonly Bodies[Of][] = unreadable.among(rows, bodyOf(table));
    return { kept, missing: rows.length - kept.length };
  };
  return {
    async trace(tenant, id) {
      const no = names.tenant(tenant);
      const decision = byId(base, "decisions", no, id);
      const wanted = decision === null ? id : decision.delivery;
      const delivery = wanted === null ? null : byId(base, "deliveries", no, wanted);
      const matchId = decision?.match ?? delivery?.match;
      if (matchId === undefined) return null;
      const match = byId(base, "matches", no, matchId);
      // What belongs to no match shares an empty one: each row is about its own message.
      const isOwn = (row: { readonly delivery: string | null }) =>
        matchId !== "" || row.delivery === delivery?.id;
      const [decisions, feedback] = [ofMatch("decisions", no, matchId), ofMatch("feedback", no, matchId)];
      return {
        delivery,
        decisions: decisions.kept.filter(isOwn),
        match,
        scores: match === null ? [] : await scoresOf(scoreHistory, tenant, match),
        events: match === null ? [] : eventsOf(base, no, match),
        outcome: byId(base, "outcomes", no, matchId),
        feedback: feedback.kept.filter(isOwn),
        ...leftOut(matchId === "" ? 0 : decisions.missing + feedback.missing, 0),
      };
    },
  };
}

/** The steps of the key's score in which the match took part, oldest first. */
async function scoresOf(
  scoreHistory: Records["scoreHistory"],
  tenant: string,
  match: Match,
): Promise<readonly ScoreRow[]> {
  const rows = await scoreHistory(tenant, scoredUnder(match), match.firstAt, 1_000);
  return rows.filter(({ contributions }) => contributions.some((each) => each.match === match.id)).reverse();
}

/** The match names its events by id; they are in its unit's log, received between its first and a day after its last. */
function eventsOf(base: Base, tenant: number, match: Match): Trace["events"] {
  const unit = base.names.unit(tenant, match.unit);
  const missing = new Set(match.events);
  const found: Trace["events"][number][] = [];
  const start = positionAfter(base, unit, Math.max(match.lastSeen, match.noticedAt) + LATE);
  let looked = 0;
  for (const row of newestFirst(base, tenant, [unit], start)) {
    looked += 1;
    if (missing.size === 0 || looked > MOST_LOOKED_AT || row.received_at < match.firstAt - ON_TIME) break;
    if (row.type === null || !missing.has(row.name)) continue;
    const [event] = base.unreadable.among([row], (each) => eventOf(each, base.names));
    if (event === undefined) continue;
    if (event.time < match.firstAt || event.time > match.lastSeen) continue;
    missing.delete(row.name);
    found.push({ event, reception: receptionOf(base, row.seq), seq: row.seq });
  }
  return found.sort((a, b) => a.event.time - b.event.time || a.seq - b.seq);
}

/** By halving: the first position of the unit's log received after this moment; `receivedAt` never goes back in it. */
function positionAfter(base: Base, unit: number, at: Millis): number {
  let low = 0;
  let high = (base.tail.before(unit, Number.MAX_SAFE_INTEGER, 1)[0] ?? 0) + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const [seq] = base.tail.before(unit, middle, 1);
    const [row] = seq === undefined ? [] : rowsAt(base, [seq]);
    if (row === undefined || row.received_at <= at) low = middle;
    else high = middle;
  }
  return high;
}

interface ReceptionRow {
  readonly id: string;
  readonly system: string;
  readonly source_id: string;
  readonly body_hash: string;
  readonly bytes: number;
  readonly received_at: number;
  readonly delivery_id: string | null;
  readonly tenant: number;
}

/** An event keeps its reception's number, or its id when that was written in another batch. */
function receptionOf({ connection, names }: Base, seq: number): Reception | null {
  const columns = "r.id, r.system, r.source_id, r.body_hash, r.bytes, r.received_at, r.delivery_id, r.tenant";
  const row =
    connection
      .filtered<ReceptionRow>(
        `SELECT ${columns} FROM inputs i JOIN receptions r ON r.no = i.reception WHERE i.seq = ?`,
      )
      .get(seq) ??
    connection
      .filtered<ReceptionRow>(
        `SELECT ${columns} FROM inputs i JOIN receptions r ON r.tenant = i.tenant AND r.id = i.reception
         WHERE i.seq = ? AND typeof(i.reception) = 'text'`,
      )
      .get(seq);
  if (row === undefined) return null;
  return {
    id: row.id,
    tenant: names.tenantId(row.tenant),
    system: row.system,
    sourceId: row.source_id,
    bodyHash: row.body_hash,
    bytes: row.bytes,
    receivedAt: row.received_at,
    webhookId: row.delivery_id,
  };
}
