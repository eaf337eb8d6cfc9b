import type { Records } from "../../contract.ts";
import { writeFeature } from "../../shapes/feature.ts";
import type { Base } from "../base.ts";
import { type Body, bodyOf } from "../bodies.ts";

type Features = Pick<Records, "saveFeatures" | "matchesWithoutFeatures" | "unlabelledFeatures" | "pseudonym">;

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
    "SELECT f.rowid AS no, f.body FROM features f WHERE f.label IS NULL AND f.at < ? ORDER BY f.at LIMIT ?",
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
    async unlabelledFeatures(before, limit) {
      return unreadable.upTo(limit, (most) => unlabelled.all(before, most), bodyOf("features"));
    },
  };
}
