import type { Migration } from "../durability/migrate.ts";

/** The tenant-wide version that a record of a unit was judged under; null in those written before (input-row.ts). */
const JUDGED_UNDER = "ALTER TABLE inputs ADD COLUMN judged_under INTEGER;";

export const judgedUnder: Migration = { version: 5, name: "judged under", steps: [JUDGED_UNDER] };
