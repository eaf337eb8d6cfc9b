import type { Outbox } from "../../contract.ts";
import type { Base } from "../base.ts";
import { type Body, bodyOf } from "../bodies.ts";

/** What the tables have of a unit, for a unit that was judged again by another engine. */
export function served({ connection, names }: Base): Pick<Outbox, "served"> {
  const persons = connection.query<Body>(
    `SELECT p.no, p.body FROM json_each(?2) k CROSS JOIN persons p
     WHERE p.tenant = ?1 AND p.person = k.value AND p.unit = ?3 ORDER BY p.no`,
  );
  // Index matches_unit; deliveries_match beneath.
  const matches = connection.query<Body & { readonly id: string }>(
    `SELECT m.no, m.id, m.body FROM matches m
     WHERE m.unit = ?1 AND (
       m.state = 'open' OR m.id IN (SELECT k.value FROM json_each(?2) k)
       OR EXISTS (
         SELECT 1 FROM deliveries d
         WHERE d.tenant = m.tenant AND d.match = m.id AND d.status IN ('queued', 'sending', 'in_doubt')))
     ORDER BY m.no`,
  );
  // Index deliveries_match.
  const ofMatches = connection.query<Body>(
    `SELECT d.no, d.body FROM json_each(?2) k CROSS JOIN deliveries d
     WHERE d.tenant = ?1 AND d.match = k.value AND d.unit = ?3 ORDER BY d.no`,
  );
  // Those of no match: the unique index by id, and the few that are not final by deliveries_status.
  const ofNone = connection.query<Body>(
    `SELECT d.no, d.body FROM deliveries d
     WHERE d.tenant = ?1 AND d.match = '' AND d.unit = ?2 AND d.no IN (
       SELECT o.no FROM json_each(?3) k CROSS JOIN deliveries o WHERE o.tenant = ?1 AND o.id = k.value
       UNION
       SELECT o.no FROM deliveries o
       WHERE o.tenant = ?1 AND o.status IN ('queued', 'sending', 'in_doubt') AND o.match = '')
     ORDER BY d.no`,
  );
  // Index alerts_match; those of no match are few: deliveries that fail, incidents.
  const alerts = connection.query<Body>(
    `SELECT a.no, a.body FROM alerts a
     WHERE a.tenant = ?1 AND (
       a.match IN (SELECT k.value FROM json_each(?2) k)
       OR a.match IS NULL AND a.state <> 'resolved' AND a.body ->> 'unit' = ?3)
     ORDER BY a.no`,
  );
  // Index decisions_match.
  const decisions = connection.query<{ match: string; count: number }>(
    `SELECT d.match, count(*) AS count FROM json_each(?2) k CROSS JOIN decisions d
     WHERE d.tenant = ?1 AND d.match = k.value GROUP BY d.match ORDER BY d.match`,
  );
  return {
    async served(tenant, unit, known) {
      const no = names.tenant(tenant);
      const unitNo = names.unit(no, unit);
      const found = matches.all(unitNo, JSON.stringify(known.matches));
      const ids = JSON.stringify([...new Set([...known.matches, ...found.map(({ id }) => id)])]);
      const rows = [
        ...ofMatches.all(no, ids, unitNo),
        ...ofNone.all(no, unitNo, JSON.stringify(known.deliveries)),
      ];
      return {
        persons: persons.all(no, JSON.stringify(known.persons), unitNo).map(bodyOf("persons")),
        matches: found.map(bodyOf("matches")),
        deliveries: rows.map(bodyOf("deliveries")),
        alerts: alerts.all(no, ids, unit).map(bodyOf("alerts")),
        judgements: decisions.all(no, ids).map(({ match, count }) => [match, count] as const),
      };
    },
  };
}
