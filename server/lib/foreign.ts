/**
 * Reading what others wrote. Nothing is assumed about a foreign value: each function answers with the value in our
 * shape, or with `undefined`, and none throws. Only own properties are read, so a payload cannot reach a prototype.
 */

export type Foreign = { readonly [name: string]: unknown };

const NOTHING: Foreign = {};

/** The value as an object with named members; an empty one for everything else. */
export function record(value: unknown): Foreign {
  return isRecord(value) ? value : NOTHING;
}

export function isRecord(value: unknown): value is Foreign {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Follows names down into objects: `at(payload, "data", "issue", "id")`. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here: unknown = value;
  for (const name of path) {
    if (!isRecord(here) || !Object.hasOwn(here, name)) return undefined;
    here = here[name];
  }
  return here;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text of 1 to `most` characters; whole numbers become their digits, since vendors send ids both ways. */
export function text(value: unknown, most = 256): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== "string") return undefined;
  const trimmed = value.trim();
  return trimmed === "" || trimmed.length > most ? undefined : trimmed;
}

/** A finite number, also when it was sent as text. */
export function number(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || !/^-?\d{1,15}(\.\d{1,10})?$/.test(value)) return undefined;
  return Number(value);
}

export function boolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  return value === "false" ? false : undefined;
}

/** The first that there is. */
export function first<Value>(...values: readonly (Value | undefined)[]): Value | undefined {
  return values.find((value) => value !== undefined);
}

/** An object without the members that are undefined. */
export function known<Value extends object>(
  value: Value,
): { [Name in keyof Value]?: Exclude<Value[Name], undefined> } {
  const kept: { [Name in keyof Value]?: Exclude<Value[Name], undefined> } = {};
  for (const name of Object.keys(value) as (keyof Value)[]) {
    const member = value[name];
    if (member !== undefined) kept[name] = member as Exclude<Value[typeof name], undefined>;
  }
  return kept;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?\s?(Z|z|[+-]\d\d:?\d\d)?$/;

/** As `toISOString` writes it, on a day that every month has: what most senders send. */
const USUAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * Milliseconds since 1970 of an ISO 8601 date and time. Takes any number of decimals (Zendesk sends nanoseconds) and
 * reads a time without a zone as UTC. A day that does not exist is refused, not moved into the next month.
 */
export function isoMillis(value: unknown): number | undefined {
  if (typeof value === "string" && USUAL.test(value)) return Date.parse(value);
  const found = typeof value === "string" && value.length <= 40 ? ISO.exec(value) : null;
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second = "00", fraction = "", zone = "Z"] = found;
  const millis = fraction.slice(0, 3).padEnd(3, "0");
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}${offset}`);
  const exists = Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number.isNaN(time) || !exists ? undefined : time;
}

/** Seconds of the year 2100, milliseconds of 1970: what is larger can only be milliseconds. */
const LAST_SECOND = 4_102_444_800;

/** Milliseconds since 1970 of a Unix time in seconds or milliseconds, whole or with decimals, as number or text. */
export function unixMillis(value: unknown): number | undefined {
  const given = number(value);
  if (given === undefined || given <= 0) return undefined;
  return Math.floor(given <= LAST_SECOND ? given * 1_000 : given);
}

/** Either spelling of a time. */
export function millis(value: unknown): number | undefined {
  return isoMillis(value) ?? unixMillis(value);
}
