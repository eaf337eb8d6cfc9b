import type { Migration } from "../durability/migrate.ts";
import { firstSchema } from "./0001-first-schema.ts";
import { stopList } from "./0002-stop-list.ts";
import { shortLinks } from "./0003-short-links.ts";
import { waitingEffects } from "./0004-waiting-effects.ts";
import { judgedUnder } from "./0005-judged-under.ts";
import { words } from "./0006-words.ts";

/** In order of version. One that was released is never edited again; a correction is a new one. */
export const MIGRATIONS: readonly Migration[] = [
  firstSchema,
  stopList,
  shortLinks,
  waitingEffects,
  judgedUnder,
  words,
];
