import { type Command, InvalidArgumentError, Option } from "commander";
import { DAY, HOUR, MINUTE, parseDuration } from "../core/time.ts";
import { PlainError } from "../lib/errors.ts";
import { isRecord } from "../lib/foreign.ts";

/** Options that several commands have, and how what people write is read. */
export const tenantOption = () =>
  new Option("--tenant <id>", "which tenant; not needed while there is only one");
export const jsonOption = () => new Option("--json", "print JSON, for programs");
export const reasonOption = () => new Option("--reason <text>", "why, for the audit");

/** A command's help ends with an example that can be copied. */
export function example(command: Command, ...lines: readonly string[]): Command {
  const shown = lines.map((line) => `  $ npx forestall ${line}`).join("\n");
  return command.addHelpText("after", `\nExample${lines.length > 1 ? "s" : ""}:\n${shown}`);
}

export function list(text: string, before: readonly string[] = []): readonly string[] {
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length === 0) throw new InvalidArgumentError("Write one or more names, separated by commas.");
  return [...before, ...items];
}

/** Several times the same option: one value each. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function percent(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0 && number <= 100)) {
    throw new InvalidArgumentError("Write a number from 0 to 100.");
  }
  return number;
}

/** A moment, as ISO 8601: a date and time with zone, or a date (its start in UTC). */
export function moment(text: string): number {
  const spelled = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = spelled ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError("Write a time such as 2026-03-02T10:00:00Z.");
  return time;
}

/** A length of time such as 90d, or a moment: answers the moment, in ISO 8601. */
export function ahead(text: string, now: number): string {
  try {
    return new Date(now + parseDuration(text)).toISOString();
  } catch {
    // Not a length, so it has to be a moment.
  }
  try {
    return new Date(moment(text)).toISOString();
  } catch {
    throw new PlainError(
      `"${text}" is neither a length such as 8h or 90d nor a time such as 2026-03-02T10:00:00Z.`,
    );
  }
}

export function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError("Write a length such as 30m, 8h or 7d.");
  }
}

/**
 * `--set product.name=Acme --set quiet.from=21:00` as nested settings. `true`, `false`, `null`, lists, objects and
 * quoted texts are read as JSON, everything else is text: a token may consist of digits.
 */
export function assignments(given: readonly string[]): { readonly [name: string]: unknown } {
  const settings: { [name: string]: unknown } = {};
  for (const text of given) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new PlainError(`"${text}" sets nothing; write it as name=value.`);
    const names = text.slice(0, equals).split(".");
    if (names.includes("__proto__")) throw new PlainError(`"${text}" names nothing that can be set.`);
    put(settings, names, readValue(text.slice(equals + 1)));
  }
  return settings;
}

function put(
  into: { [name: string]: unknown },
  [name = "", ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  const inner = Object.hasOwn(into, name) ? into[name] : undefined;
  const next: { [name: string]: unknown } = isRecord(inner) ? inner : {};
  into[name] = next;
  put(next, rest, value);
}

function readValue(text: string): unknown {
  if (!/^(?:true$|false$|null$|[[{"])/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `3 min ago`, for people. */
export function ago(iso: string | null, now: number): string {
  if (iso === null) return "never";
  const length = now - Date.parse(iso);
  if (length < MINUTE) return "just now";
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min ago`;
  return length < 2 * DAY ? `${Math.floor(length / HOUR)} h ago` : `${Math.floor(length / DAY)} days ago`;
}
