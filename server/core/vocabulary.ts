import type { EventData, Field, Scalar } from "./event.ts";
import { type FieldKind, isKnown, VOCABULARY } from "./event-types.ts";
import { isRecord } from "./record.ts";

export { type FieldKind, isKnown, KNOWN_TYPES, VOCABULARY } from "./event-types.ts";

const MAX_TEXT = 512;
const MAX_LIST = 50;
const MAX_RECORD = 16;
/** What a person may agree to or refuse. A phone call is one of them; the channel for it is called voice. */
export const CONSENTS = ["email", "sms", "phone", "push"] as const;
const FORBIDDEN = new Set(["__proto__", "prototype", "constructor"]);
const NUMBER = /^-?\d{1,15}(\.\d{1,10})?$/;

/** The names that `admit` gives fields: contact details become `hasEmail` and `hasPhone`. */
const ADMITTED: { readonly [type: string]: { readonly [field: string]: true } } = Object.fromEntries(
  Object.entries(VOCABULARY).map(([type, fields]) => [
    type,
    Object.fromEntries(
      Object.entries(fields).map(([name, kind]) => [admittedName(name, kind), true as const]),
    ),
  ]),
);

const TABLE: ReadonlyMap<string, readonly (readonly [string, FieldKind, string])[]> = new Map(
  Object.entries(VOCABULARY).map(([type, fields]) => [
    type,
    Object.entries(fields).map(([name, kind]) => [name, kind, admittedName(name, kind)] as const),
  ]),
);

function admittedName(name: string, kind: FieldKind): string {
  return kind === "presence" ? `has${name.charAt(0).toUpperCase()}${name.slice(1)}` : name;
}

/** True when events of this type may carry the field; `account` and `person` are attribution, not data. */
export function hasField(type: string, field: string): boolean {
  return isKnown(type) && Object.hasOwn(ADMITTED[type] ?? {}, field);
}

/**
 * What is kept of a raw payload: the allowed fields of its type that hold the right kind of value. A number sent as
 * text, or an id sent as a number, is converted, as nothing is lost; every other mismatch drops the field. Strings are
 * cut at 512 characters. Unknown types keep nothing. Never throws.
 */
export function admit(type: string, raw: unknown): EventData {
  const fields = TABLE.get(type);
  if (fields === undefined || typeof raw !== "object" || raw === null) return {};
  try {
    return pick(fields, raw as { readonly [name: string]: unknown });
  } catch {
    // Only an object with hostile getters gets here; JSON cannot express one.
    return {};
  }
}

function pick(
  fields: readonly (readonly [string, FieldKind, string])[],
  raw: { readonly [name: string]: unknown },
): EventData {
  const kept: { [name: string]: Field } = {};
  for (const [name, kind, as] of fields) {
    const given = Object.hasOwn(raw, name) ? raw[name] : undefined;
    const value = given === undefined || given === null ? undefined : read(kind, given);
    if (value !== undefined) kept[as] = value;
    else if (kind === "presence" && Object.hasOwn(raw, as) && typeof raw[as] === "boolean")
      kept[as] = raw[as];
  }
  return kept;
}

function read(kind: FieldKind, value: unknown): Field | undefined {
  switch (kind) {
    case "string":
      return readText(value);
    case "number":
      return readNumber(value);
    case "boolean":
      return readBoolean(value);
    case "url":
      return typeof value === "string" && value.length <= MAX_TEXT ? value : undefined;
    case "strings":
      return readList(value);
    case "flags":
      return readFlags(value);
    case "people":
      return readPeople(value);
    case "presence":
      return typeof value === "string" ? value.trim() !== "" : undefined;
  }
}

function readText(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value !== "string") return undefined;
  if (value.length <= MAX_TEXT) return value;
  return value.slice(0, MAX_TEXT).toWellFormed();
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" && NUMBER.test(value) ? Number(value) : undefined;
}

function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  return value === "false" ? false : undefined;
}

/** A list of texts; one text alone counts as a list of one. */
function readList(value: unknown): readonly string[] | undefined {
  const items = Array.isArray(value) ? value.slice(0, MAX_LIST) : [value];
  const texts = items.map(readText).filter((item) => item !== undefined);
  return texts.length > 0 || items.length === 0 ? texts : undefined;
}

function readFlags(value: unknown): { readonly [name: string]: boolean } | undefined {
  if (!isRecord(value)) return undefined;
  const flags: { [name: string]: boolean } = {};
  for (const name of CONSENTS) {
    const flag = Object.hasOwn(value, name) ? readBoolean(value[name]) : undefined;
    if (flag !== undefined) flags[name] = flag;
  }
  return flags;
}

function readPeople(value: unknown): { readonly [role: string]: readonly Scalar[] } | undefined {
  if (!isRecord(value)) return undefined;
  const people: { [role: string]: readonly Scalar[] } = {};
  for (const [role, ids] of Object.entries(value).slice(0, MAX_RECORD)) {
    const list = FORBIDDEN.has(role) || role.length > 64 ? undefined : readList(ids);
    if (list !== undefined) people[role] = list;
  }
  return people;
}
