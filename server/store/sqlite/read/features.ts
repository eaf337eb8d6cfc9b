import type { Records } from "../../contract.ts";
import { writeFeature } from "../../shapes/feature.ts";
import type { Base } from "../base.ts";
import { type Body, bodyOf } from "../bodies.ts";

type Features = Pick<Records, "saveFeatures" | "matchesWithoutFeatures" | "unlabelledFeatures" | "pseudonym">;

const FIRST = { at: 0, tenant: "", id: "" } as const;

export function features({ connection, names, vault, unreadable }: Base): Features {
  const upsert = connection.query(
    `INSERT INTO features (tenant, id, pseudonym, at, kind, label, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       pseudonym = excluded.pseudonym, at = excluded.at, label = excluded.label, body = excluded.body`,
  );
  const mark = connection.query("UPDATE matches SET featured = 1 WHERE tenant = ? AND id = ?");
  // Index matches_unfeatured.
  const without = connection.query<Body>(
    "SELECT m.no, m.body FROM matches m WHERE m.featured = 0 ORDER BY m.no LIMIT ?",
  );
  // Index features_unlabelled.
  const unlabelled = connection.query<Body>(
    `SELECT f.rowid AS no, f.body FROM features f
     WHERE f.label IS NULL AND f.at < ?1 AND f.at >= ?2 AND (f.at, f.tenant, f.id) > (?2, ?3, ?4)
     ORDER BY f.at, f.tenant, f.id LIMIT ?5`,
  );
  return {
    async pseudonym(tenant, key) {
      return vault.pseudonym(tenant, "feature", key);
    },
    async saveFeatures(rows) {
      connection.write(() => {
        for (const row of rows) {
          const { id, pseudonym, at, kind, label } = row;
          const no = names.giveTenant(row.tenant);
          upsert.run(no, id, pseudonym, at, kind, label, writeFeature(row));
          if (kind === "match") mark.run(no, id);
        }
      });
    },
    async matchesWithoutFeatures(limit) {
      return unreadable.upTo(limit, (most) => without.all(most), bodyOf("matches"));
    },
    async unlabelledFeatures(before, limit, after = FIRST) {
      const place = [after.at, names.tenant(after.tenant), after.id] as const;
      return unreadable.upTo(limit, (most) => unlabelled.all(before, ...place, most), bodyOf("features"));
    },
  };
}
