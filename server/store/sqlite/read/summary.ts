import { DAY, type Millis } from "../../../core/time.ts";
import type { Records, Summary } from "../../contract.ts";
import type { Base } from "../base.ts";
import type { Value } from "../durability/connection.ts";

interface Counted {
  readonly name: string;
  readonly n: number;
}

/**
 * Counts for a tenant's overview. Accounts are the customers that are counted; without any, persons are. Whoever has a
 * unit is watched, whether or not anything but events is known of them. What came of a
 * backfill (`simulated`) counts in outcomes and patterns, but not among what was sent.
 */
export function summary({ connection, names }: Base): Pick<Records, "summary"> {
  const counts = (sql: string, ...values: Value[]): { readonly [name: string]: number } =>
    Object.fromEntries(
      connection
        .filtered<Counted>(sql)
        .all(...values)
        .map(({ name, n }) => [name, n]),
    );
  const one = (sql: string, ...values: Value[]): number =>
    connection.filtered<{ n: number }>(sql).get(...values)?.n ?? 0;
  return {
    async summary(tenant, now) {
      const no = names.tenant(tenant);
      // Scores and profiles belong to units: counting those counts all. The key of `units` is in order of names.
      const accounts = one(UNITS_BETWEEN, no, "account/", "account0");
      const kind = accounts > 0 ? "account" : "person";
      const persons = "SELECT count(DISTINCT p.person) AS n FROM persons p WHERE p.tenant = ?";
      const monitored = accounts > 0 ? accounts : one(UNITS_BETWEEN, no, "person/", "person0");
      // Index scores_rank.
      const bands = counts(
        `SELECT s.band AS name, count(*) AS n FROM scores s
         WHERE s.tenant = ? AND s.kind = ? AND s.band <> 'normal' GROUP BY s.band`,
        no,
        kind,
      );
      const { watch = 0, alert = 0, critical = 0 } = bands;
      const sent = sentSince(counts, no, now - DAY);
      return {
        at: now,
        monitored,
        bands: { normal: Math.max(0, monitored - watch - alert - critical), watch, alert, critical },
        sent24h: Object.values(sent.byChannel).reduce((sum, n) => sum + n, 0),
        byPattern24h: sent.byPattern,
        byChannel24h: sent.byChannel,
        // Index decisions_at.
        byReason24h: counts(
          `SELECT d.reason AS name, count(*) AS n FROM decisions d
           WHERE d.tenant = ? AND d.at > ? AND d.kind <> 'send' AND d.simulated = 0 GROUP BY d.reason`,
          no,
          now - DAY,
        ),
        patterns30d: patternsSince(connection, no, now - 30 * DAY),
        // Index outcomes_at.
        outcomes30d: counts(
          "SELECT o.kind AS name, count(*) AS n FROM outcomes o WHERE o.tenant = ? AND o.at > ? GROUP BY o.kind",
          no,
          now - 30 * DAY,
        ),
        // Index persons_stopped.
        optedOut: one(`${persons} AND p.stopped = 1`, no),
        csat: csatSince(connection, no, now - 30 * DAY),
      };
    },
  };
}

/** "0" comes right after "/": from `account/` to `account0` are all accounts. */
const UNITS_BETWEEN = "SELECT count(*) AS n FROM units u WHERE u.tenant = ? AND u.name > ? AND u.name < ?";

type Counts = (sql: string, ...values: Value[]) => { readonly [name: string]: number };

/** Index deliveries_sent. */
function sentSince(counts: Counts, tenant: number, since: Millis) {
  const where = "WHERE d.tenant = ? AND d.sent_at > ? AND d.status = 'sent' AND d.simulated = 0";
  const by = (column: string) =>
    counts(
      `SELECT ${column} AS name, count(*) AS n FROM deliveries d ${where} GROUP BY 1 ORDER BY 1`,
      tenant,
      since,
    );
  return { byChannel: by("d.body ->> 'channel'"), byPattern: by("d.body ->> 'pattern'") };
}

/** Indexes matches_at and outcomes_at. */
function patternsSince(
  connection: Base["connection"],
  tenant: number,
  since: Millis,
): Summary["patterns30d"] {
  return connection
    .filtered<{ pattern: string; fired: number; notPrevented: number; prevented: number }>(
      `SELECT m.pattern, count(*) AS fired,
         count(*) FILTER (WHERE o.kind IN ('not_prevented', 'handoff')) AS notPrevented,
         count(*) FILTER (WHERE o.kind = 'prevented') AS prevented
       FROM matches m LEFT JOIN outcomes o ON o.tenant = m.tenant AND o.id = m.id
       WHERE m.tenant = ? AND m.at > ? AND m.state <> 'retracted'
       GROUP BY m.pattern ORDER BY fired DESC, m.pattern`,
    )
    .all(tenant, since);
}

/** Index feedback_at. */
function csatSince(connection: Base["connection"], tenant: number, since: Millis): Summary["csat"] {
  const found = connection
    .filtered<{ n: number; mean: number | null }>(
      "SELECT count(f.stars) AS n, avg(f.stars) AS mean FROM feedback f WHERE f.tenant = ? AND f.at > ?",
    )
    .get(tenant, since);
  return found ?? { n: 0, mean: null };
}
