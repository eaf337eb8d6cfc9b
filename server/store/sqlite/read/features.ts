import type { Match } from "../../../core/match.ts";
import type { FeatureRow, Records } from "../../contract.ts";
import type { Base } from "../base.ts";

type Features = Pick<Records, "saveFeatures" | "matchesWithoutFeatures" | "unlabelledFeatures" | "pseudonym">;

export function features({ connection, names, vault }: Base): Features {
  const upsert = connection.query(
    `INSERT INTO features (tenant, id, pseudonym, at, kind, label, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       pseudonym = excluded.pseudonym, at = excluded.at, label = excluded.label, body = excluded.body`,
  );
  const mark = connection.query("UPDATE matches SET featured = 1 WHERE tenant = ? AND id = ?");
  // Index matches_unfeatured.
  const without = connection.query<{ body: string }>(
    "SELECT m.body FROM matches m WHERE m.featured = 0 ORDER BY m.no LIMIT ?",
  );
  // Index features_unlabelled.
  const unlabelled = connection.query<{ body: string }>(
    "SELECT f.body FROM features f WHERE f.label IS NULL AND f.at < ? ORDER BY f.at LIMIT ?",
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
          upsert.run(no, id, pseudonym, at, kind, label, JSON.stringify(row));
          if (kind === "match") mark.run(no, id);
        }
      });
    },
    async matchesWithoutFeatures(limit) {
      return without.all(limit).map(({ body }) => JSON.parse(body) as Match);
    },
    async unlabelledFeatures(before, limit) {
      return unlabelled.all(before, limit).map(({ body }) => JSON.parse(body) as FeatureRow);
    },
  };
}
