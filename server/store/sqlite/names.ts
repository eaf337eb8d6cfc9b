import { RecentMap } from "../../lib/recent-map.ts";
import type { Connection, Query } from "./durability/connection.ts";

export interface UnitName {
  readonly tenant: number;
  readonly name: string;
  readonly shard: number | null;
}

/** The unit that stands for what concerns the whole tenant. */
export const TENANT_WIDE = "";

/** Above this many, a word is kept as text: senders choose event types and sources, and must not fill the memory. */
const MAX_WORDS = 10_000;
const MAX_CACHED = 100_000;

type Numbered = { readonly no: number };

/**
 * The numbers that stand for tenants, units and words in the tables. `give...` hands out a new number and belongs
 * into a transaction; the others answer 0, which no row has, for a name that was never seen.
 */
export class Names {
  readonly #tenants = new Map<string, number>();
  readonly #tenantIds = new Map<number, string>();
  /** By tenant, then by name. */
  readonly #units = new Map<number, RecentMap<string, number>>();
  readonly #unitNames = new RecentMap<number, UnitName>(MAX_CACHED);
  readonly #words = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  #newestWord: number | null = null;

  readonly #sql: {
    readonly findTenant: Query<Numbered>;
    readonly addTenant: Query<Numbered>;
    readonly tenantId: Query<{ id: string }>;
    readonly findUnit: Query<Numbered>;
    readonly addUnit: Query<Numbered>;
    readonly unitName: Query<UnitName>;
    readonly findWord: Query<Numbered>;
    readonly newestWord: Query<Numbered>;
    readonly addWord: Query<Numbered>;
    readonly text: Query<{ text: string }>;
  };

  constructor(connection: Connection) {
    this.#sql = {
      findTenant: connection.query("SELECT t.no FROM tenant_numbers t WHERE t.id = ?"),
      addTenant: connection.query("INSERT INTO tenant_numbers (id) VALUES (?) RETURNING no"),
      tenantId: connection.query("SELECT t.id FROM tenant_numbers t WHERE t.no = ?"),
      findUnit: connection.query("SELECT u.no FROM units u WHERE u.tenant = ? AND u.name = ?"),
      addUnit: connection.query("INSERT INTO units (tenant, name, shard) VALUES (?, ?, ?) RETURNING no"),
      unitName: connection.query("SELECT u.tenant, u.name, u.shard FROM units u WHERE u.no = ?"),
      findWord: connection.query("SELECT w.no FROM words w WHERE w.text = ?"),
      newestWord: connection.query("SELECT coalesce(max(w.no), 0) AS no FROM words w"),
      addWord: connection.query("INSERT INTO words (text) VALUES (?) RETURNING no"),
      text: connection.query("SELECT w.text FROM words w WHERE w.no = ?"),
    };
    // A number that was given in a transaction that failed belongs to nobody.
    connection.onRollback(() => this.forget());
  }

  tenant(id: string): number {
    return recall(this.#tenants, id, () => this.#sql.findTenant.get(id)?.no) ?? 0;
  }

  giveTenant(id: string): number {
    return (
      this.#tenants.get(id) ??
      recall(this.#tenants, id, () => (this.#sql.findTenant.get(id) ?? this.#sql.addTenant.get(id))?.no) ??
      lost()
    );
  }

  tenantId(no: number): string {
    return recall(this.#tenantIds, no, () => this.#sql.tenantId.get(no)?.id) ?? lost();
  }

  unit(tenant: number, name: string): number {
    const units = this.#unitsOf(tenant);
    const known = units.get(name);
    if (known !== undefined) return known;
    const found = this.#sql.findUnit.get(tenant, name)?.no ?? 0;
    if (found !== 0) units.set(name, found);
    return found;
  }

  giveUnit(tenant: number, name: string, shard: number | null): number {
    const known = this.unit(tenant, name);
    if (known !== 0) return known;
    const given = this.#sql.addUnit.get(tenant, name, shard)?.no ?? lost();
    this.#unitsOf(tenant).set(name, given);
    this.#unitNames.set(given, { tenant, name, shard });
    return given;
  }

  #unitsOf(tenant: number): RecentMap<string, number> {
    const known = this.#units.get(tenant);
    if (known !== undefined) return known;
    const units = new RecentMap<string, number>(MAX_CACHED);
    this.#units.set(tenant, units);
    return units;
  }

  unitName(no: number): UnitName {
    const known = this.#unitNames.get(no);
    if (known !== undefined) return known;
    const found = this.#sql.unitName.get(no) ?? lost();
    this.#unitNames.set(no, found);
    return found;
  }

  /** The word's number, or the word itself once there are too many. */
  giveWord(text: string): number | string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    return recall(this.#words, text, () => (this.#sql.findWord.get(text) ?? this.#addWord(text))?.no) ?? text;
  }

  word(stored: number | string): string {
    if (typeof stored === "string") return stored;
    return recall(this.#texts, stored, () => this.#sql.text.get(stored)?.text) ?? lost();
  }

  /** Forgets what is remembered, after names were changed or taken back; the tables still know. */
  forget(): void {
    for (const cache of [this.#tenants, this.#units, this.#words]) cache.clear();
    for (const cache of [this.#tenantIds, this.#unitNames, this.#texts]) cache.clear();
    this.#newestWord = null;
  }

  #addWord(text: string): Numbered | undefined {
    this.#newestWord ??= this.#sql.newestWord.get()?.no ?? 0;
    if (this.#newestWord >= MAX_WORDS) return undefined;
    const added = this.#sql.addWord.get(text);
    this.#newestWord = added?.no ?? null;
    return added;
  }
}

/** From the cache, else found and remembered; what was not found is asked for again next time. */
function recall<Key, Found>(cache: Map<Key, Found>, key: Key, find: () => Found | undefined): Found | null {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const found = find();
  if (found === undefined) return null;
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, found);
  return found;
}

function lost(): never {
  throw new Error("a row names a tenant, unit or word that has no row of its own");
}
