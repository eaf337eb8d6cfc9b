import type { Migration } from "../durability/migrate.ts";

/** What small commits led to, until it stands in the tables it belongs to (waiting-effects.ts): a JSON list of effects. */
const WAITING_EFFECTS = "CREATE TABLE waiting_effects (no INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;";

export const waitingEffects: Migration = { version: 4, name: "waiting effects", steps: [WAITING_EFFECTS] };
