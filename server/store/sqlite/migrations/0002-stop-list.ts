import type { Migration } from "../durability/migrate.ts";

/** Addresses that were stopped, as keyed hashes: of people nobody knows yet, and of those who were erased. */
const STOP_LIST = `
  CREATE TABLE stop_list (
    tenant INTEGER NOT NULL,
    hash BLOB NOT NULL,       -- keyed, of namespace and normalised value, as in identities
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
  ) STRICT, WITHOUT ROWID;`;

export const stopList: Migration = { version: 2, name: "stop list", steps: [STOP_LIST] };
