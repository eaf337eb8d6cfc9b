import type { z } from "zod";
import { isRecord } from "../../lib/foreign.ts";
import { checkOf } from "./check.ts";
import { RecordDoesNotFit, RecordIsNewer, type Where } from "./refused.ts";
import type { Same } from "./same.ts";

/** From shape n to n + 1: a pure function of what was stored. What it makes is checked, so it may be written plainly. */
export type Upgrade = (older: unknown) => unknown;

interface Declared<Schema> {
  /** With its article, as a sentence says it: `a decision`. */
  readonly kind: string;
  /** The shape that is written today. 1 is written without saying so. */
  readonly version: number;
  /** One for each older shape, from the first on. */
  readonly upgrades: readonly Upgrade[];
  readonly schema: Schema;
  /**
   * Fills in what a record of this very shape may lack, as it was written before a field was thought of that has a
   * default. Only asked when the record does not fit as it is.
   */
  readonly complete?: (lacking: unknown) => unknown;
  /** Kinds whose records stand inside this one, with the shape of them that it holds: raised there, raised here. */
  readonly holds?: readonly (readonly [held: Shape<unknown>, version: number])[];
}

export interface Shape<Kept> {
  readonly kind: string;
  readonly version: number;
  readonly schema: z.core.$ZodType;
  /**
   * A record out of its JSON. It is looked at, not copied: fields that this version does not know stay, in their place,
   * so that what is read and written again loses nothing, and what is rebuilt from it is the same to the byte.
   * @throws RecordIsNewer, RecordDoesNotFit
   */
  read(json: string, where: Where): Kept;
  /** The same for what is parsed already. */
  from(value: unknown, where: Where): Kept;
  /** As JSON, with the version of its shape where that is not 1. */
  write(record: Kept): string;
  /** What `write` puts into text, for what is sealed. */
  wrap(record: Kept): unknown;
}

/** The type that a schema says, where that is the type of the core; else something that no schema is. */
type Exactly<Schema extends z.core.$ZodType, Kept> =
  Same<z.core.output<Schema>, Kept> extends true
    ? Schema
    : { readonly "the schema and the type of the core differ": z.core.output<Schema> };

/**
 * How a kind of record is stored: `shape<Decision>()({ ... })`. The schema must say exactly the type of the core, in
 * both directions: a field that is added to the one and not to the other does not compile.
 */
export function shape<Kept>() {
  return <Schema extends z.core.$ZodType>(
    declared: Declared<Schema> & { readonly schema: Exactly<Schema, Kept> },
  ): Shape<Kept> => {
    const { kind, version, upgrades, complete = same } = declared;
    const schema: z.core.$ZodType = declared.schema;
    if (upgrades.length !== version - 1)
      throw new TypeError(`${kind} needs an upgrade from each older shape`);
    for (const [held, known] of declared.holds ?? []) {
      if (held.version !== known) {
        throw new TypeError(`${kind} holds ${held.kind}, which has another shape now: raise its own`);
      }
    }
    const check = checkOf(schema);
    // What `check` lets pass has the type that `Exactly` compared.
    const fits = (value: unknown): value is Kept => check(value) === null;
    const from = (stored: unknown, where: Where): Kept => {
      const value = upgraded(declared, stored, where);
      if (fits(value)) return value;
      const completed = attempt(declared, () => complete(value), where);
      if (fits(completed)) return completed;
      throw new RecordDoesNotFit(kind, where, check(completed) ?? "");
    };
    const wrap = (record: Kept) => marked(declared, record);
    return {
      kind,
      version,
      schema,
      from,
      read: (json, where) => from(parsed(kind, json, where), where),
      wrap,
      write: (record) => JSON.stringify(wrap(record)),
    };
  };
}

const same = (value: unknown): unknown => value;

/*
 * The version is a field of the record, `shape`, that no kind has of its own. What has no fields of its own (a list, a
 * text, a map with keys that somebody chose) stands beside it, in the field `of`. Neither is there in the first shape.
 */

const hasFields = (schema: z.core.$ZodType): boolean =>
  ["object", "union"].includes((schema as z.core.$ZodTypes)._zod.def.type);

function marked({ version, schema }: Declared<z.core.$ZodType>, record: unknown): unknown {
  if (version === 1) return record;
  return hasFields(schema) && isRecord(record)
    ? { shape: version, ...record }
    : { shape: version, of: record };
}

function upgraded(declared: Declared<z.core.$ZodType>, stored: unknown, where: Where): unknown {
  if (!isRecord(stored) || stored.shape === undefined) return since(declared, 1, stored, where);
  const { shape: written, ...record } = stored;
  if (!hasFields(declared.schema) && !("of" in record)) return since(declared, 1, stored, where);
  if (!isVersion(written)) throw new RecordDoesNotFit(declared.kind, where, "shape");
  return since(declared, written, "of" in record ? record.of : record, where);
}

function since(declared: Declared<unknown>, written: number, stored: unknown, where: Where): unknown {
  const { kind, version, upgrades } = declared;
  if (written > version) throw new RecordIsNewer(kind, where, written, version);
  let value = stored;
  for (const upgrade of upgrades.slice(written - 1)) value = attempt(declared, () => upgrade(value), where);
  return value;
}

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

/** What `JSON.parse` says repeats what it read: it is not passed on. */
function parsed(kind: string, json: string, where: Where): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new RecordDoesNotFit(kind, where, "");
  }
}

/** An upgrade may stumble over what nothing ever wrote, and say what. */
function attempt<Result>({ kind }: Declared<unknown>, step: () => Result, where: Where): Result {
  try {
    return step();
  } catch {
    throw new RecordDoesNotFit(kind, where, "");
  }
}
