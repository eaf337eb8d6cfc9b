import type { EventData, Field } from "./event.ts";
import type { Match } from "./match.ts";
import { type Pattern, strengthOf } from "./pattern.ts";
import { DAY, HOUR, MINUTE, type Millis } from "./time.ts";

export type Evidence = Pick<Match, "count" | "data" | "firstAt" | "lastSeen">;

/**
 * What was seen, in plain words: "12 rate-limit errors on /v1/export in the last hour".
 *
 * The pattern's `clue` is text with groups in braces. The last word of a group is a field of the evidence, or `count`,
 * `percent` (of used and limit) or `window`; the rest of the group is text that appears only when that is known.
 * With `at`, a window that ended just now reads "in the last hour"; without, or later, "within an hour".
 */
export function clueOf(pattern: Pick<Pattern, "clue" | "name">, evidence: Evidence, at?: Millis): string {
  const template = pattern.clue ?? pattern.name;
  const text = template.replace(GROUP, (_all, before: string, name: string, after: string) => {
    const value = textOf(name, evidence, at);
    return value === "" ? "" : `${before}${value}${after}`;
  });
  return text.replaceAll(/\s+/g, " ").trim();
}

const GROUP = /\{([^{}]*?)([A-Za-z][A-Za-z0-9]*)(\)?)\}/g;

/** What a message template may use of a match: the fields of its newest evidence, and how many events there were. */
export function messageValues(match: Pick<Match, "data" | "count">): EventData {
  return { ...match.data, count: match.count };
}

/** A thousand times the limit: what is more is a mistake of whoever counts, and no figure to show anybody. */
const MOST_PERCENT = 100_000;

/** Full percent of the limit in use, rounded down; null when either is not known, or the figure cannot be meant. */
export function percentUsed(data: EventData): number | null {
  const { used, limit } = data;
  if (typeof used !== "number" || typeof limit !== "number" || limit <= 0 || used < 0) return null;
  // Nine digits are kept, as 0.29 * 100 is 28.999999999999996.
  const percent = Math.floor(Number(((used / limit) * 100).toPrecision(9)));
  return percent <= MOST_PERCENT ? percent : null;
}

/** How sure we are, in words for the customer; a figure is quoted only when it was measured on customers like them. */
export function surenessOf(pattern: Pick<Pattern, "history">, experimental = false): string {
  if (experimental) return "This check is new, so we may well be wrong.";
  const strength = strengthOf(pattern.history.correlation);
  const opinion = OPINIONS[strength];
  if (pattern.history.measured !== true) return `${opinion}.`;
  return `${opinion}: about ${Math.round(pattern.history.correlation * 10)} in 10 cases like this ended in a question to support.`;
}

const OPINIONS = {
  strong: "We are fairly sure",
  moderate: "It is likely, not certain",
  weak: "It is no more than a hint",
} as const;

/** Fields whose values are names of ours rather than of the customer: `api_calls` reads "API calls". */
const NAMES = new Set([
  "action",
  "area",
  "component",
  "declineCode",
  "feature",
  "form",
  "integration",
  "kind",
  "metric",
  "reason",
  "step",
]);
const LONGEST = 80;
/** Control characters, line separators and marks that turn the direction of text. */
const UNPRINTABLE = /[\p{Cc}\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const NUMBERS = new Intl.NumberFormat("en");
const DATES = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });

function textOf(name: string, evidence: Evidence, at: Millis | undefined): string {
  if (name === "count") return NUMBERS.format(evidence.count);
  if (name === "window") return windowOf(evidence, at);
  if (name === "percent") {
    const percent = percentUsed(evidence.data);
    return percent === null ? "most" : `${percent}%`;
  }
  return plain(name, Object.hasOwn(evidence.data, name) ? evidence.data[name] : undefined);
}

/** One field as people read it; empty when there is nothing to say. */
export function plain(name: string, value: Field | undefined): string {
  if (typeof value === "number") return NUMBERS.format(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "string") return "";
  if (name.endsWith("At")) return dayOf(value);
  const clean = value.replaceAll(UNPRINTABLE, " ").trim();
  const named = NAMES.has(name) ? spoken(clean) : clean;
  return named.length > LONGEST ? `${named.slice(0, LONGEST - 1).toWellFormed()}…` : named;
}

const ACRONYMS = new Set(["api", "csv", "id", "sms", "sso", "url"]);

function spoken(name: string): string {
  return name
    .split(/[_\s-]+/)
    .map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word))
    .join(" ");
}

function dayOf(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? "" : DATES.format(time);
}

function windowOf({ firstAt, lastSeen }: Evidence, at: Millis | undefined): string {
  const recent = at !== undefined && at - lastSeen <= 5 * MINUTE;
  const span = Math.max(0, (recent ? at : lastSeen) - firstAt);
  const length = roundUp(span);
  return recent
    ? `in the last ${length}`
    : `within ${length.match(/^\d/) ? length : `${article(length)} ${length}`}`;
}

function article(unit: string): string {
  return unit === "hour" ? "an" : "a";
}

/** The next length that people would say: `minute`, `7 minutes`, `hour`, `5 hours`, `day`, `3 days`. */
function roundUp(span: Millis): string {
  if (span <= MINUTE) return "minute";
  if (span <= 50 * MINUTE) return `${Math.ceil(span / MINUTE)} minutes`;
  if (span <= HOUR) return "hour";
  if (span <= 22 * HOUR) return `${Math.ceil(span / HOUR)} hours`;
  return span <= DAY ? "day" : `${Math.ceil(span / DAY)} days`;
}
