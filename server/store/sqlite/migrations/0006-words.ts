import type { Migration } from "../durability/migrate.ts";

/**
 * Columns that say a word which is called otherwise since. Bodies stay as they were written: whoever reads one puts it
 * into the words of today (shapes/).
 */
const ALERTS = "UPDATE alerts SET state = 'acknowledged' WHERE state = 'acked'";
const DECISIONS = "UPDATE decisions SET reason = 'switched_off' WHERE reason = 'killed'";

export const words: Migration = { version: 6, name: "words", steps: [ALERTS, DECISIONS] };
