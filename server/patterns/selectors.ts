import type { Scalar } from "../core/event.ts";
import type { Condition, Selector, Where } from "../core/pattern.ts";
import { hasField, isKnown, KNOWN_TYPES, VOCABULARY } from "../core/vocabulary.ts";
import { isRecord } from "../lib/foreign.ts";
import type { Reader } from "./reader.ts";

const NOTHING: Selector = { of: [], where: {} };
const TESTS = ["in", "not", "atLeast", "atMost", "over", "under", "exists"] as const;
const HOW = "write an event type, a list of event types, { of: ..., where: ... } or { match: <pattern id> }";

/**
 * Reads `of` and `where` that stand side by side: `of: api.request_failed, where: { status: 429 }`. Instead of `of`,
 * `match: P-002` listens to the matches of another pattern.
 */
export function readSelector(from: Reader, name = "of"): Selector {
  const source = !from.has(name) && from.has("match") ? readMatch(from) : readOf(from, name);
  return source === null ? NOTHING : { ...source, where: readWhere(from, source.of) };
}

/** Reads a selector under one name: `brokenBy: webhook.delivery_succeeded` or `missing: { of: ..., where: ... }`. */
export function readNamed(from: Reader, name: string): Selector {
  const value = from.raw(name);
  if (!isRecord(value) || Object.hasOwn(value, "match")) {
    const source = readOf(from, name);
    return source === null ? NOTHING : { ...source, where: {} };
  }
  const inner = from.inside(name, value);
  inner.only("of", "where");
  return readSelector(inner);
}

function readMatch(from: Reader): Omit<Selector, "where"> {
  return { of: [], match: from.text("match", "the id of a pattern") };
}

function readOf(from: Reader, name: string): Omit<Selector, "where"> | null {
  const value = from.raw(name);
  if (isRecord(value) && typeof value.match === "string" && Object.keys(value).length === 1) {
    return { of: [], match: value.match };
  }
  const types = Array.isArray(value) ? value : [value];
  if (types.length === 0 || !types.every((type) => typeof type === "string")) {
    from.refuse(name, HOW);
    return null;
  }
  const unknown = types.filter((type) => !isKnown(type));
  for (const type of unknown) from.refuse(name, unknownType(type));
  return unknown.length === 0 ? { of: types } : null;
}

function readWhere(from: Reader, types: readonly string[]): Where {
  if (!from.has("where")) return {};
  const given = from.part("where", "conditions by field, such as { status: 429 }");
  const conditions: { [field: string]: Condition } = {};
  for (const field of given.names()) {
    if (types.length > 0 && !anyHas(types, field)) given.refuse(field, unknownField(types, field));
    const condition = readCondition(given, field);
    if (condition !== undefined) conditions[field] = condition;
  }
  return conditions;
}

/** A value means "equal", a list means "one of". */
function readCondition(from: Reader, field: string): Condition | undefined {
  const value = from.raw(field);
  if (isScalar(value)) return value;
  if (isScalars(value)) return { in: value };
  if (isRecord(value) && Object.keys(value).length > 0 && Object.entries(value).every(isTest)) {
    return value as Condition;
  }
  from.refuse(field, "write a value, a list of values, or in, not, atLeast, atMost, over, under, exists");
  return undefined;
}

function isTest([name, value]: readonly [string, unknown]): boolean {
  switch (TESTS.find((test) => test === name)) {
    case "in":
      return isScalars(value);
    case "not":
      return isScalar(value) || isScalars(value);
    case "exists":
      return typeof value === "boolean";
    case undefined:
      return false;
    default:
      return typeof value === "number";
  }
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isScalars(value: unknown): value is readonly Scalar[] {
  return Array.isArray(value) && value.length > 0 && value.every(isScalar);
}

export function anyHas(types: readonly string[], field: string): boolean {
  return types.some((type) => hasField(type, field));
}

/** A condition on a field that no type carries could never hold: most likely a misspelling. */
export function unknownField(types: readonly string[], field: string): string {
  const known = new Set(types.flatMap((type) => Object.keys(VOCABULARY[type] ?? {})));
  return `${types.join(", ")} has no field "${field}"; write one of ${[...known].join(", ")}`;
}

function unknownType(name: string): string {
  const area = name.split(".")[0];
  const near = [...KNOWN_TYPES].filter((type) => type.split(".")[0] === area);
  const areas = new Set([...KNOWN_TYPES].map((type) => `${type.split(".")[0]}.*`));
  return `"${name}" is not an event type; write one of ${(near.length > 0 ? near : [...areas]).join(", ")}`;
}
