import type { Decision } from "../../core/decision.ts";
import { clueOf } from "../../core/explain.ts";
import type { Match } from "../../core/match.ts";
import type { TenantState } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import { WITHOUT_PATTERN } from "../page/words.ts";
import type { Style } from "./style.ts";

/** What one line needs to know besides the decision. */
export interface Known {
  readonly tenant: TenantState;
  readonly match: Match | null;
  readonly accountName: string | null;
}

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const WIDTHS = { answer: 6, pattern: 31, who: 22 } as const;
const NARROWEST = 40;

/** One decision as one line: when, what, which pattern, who, and why. */
export function decisionLine(row: Decision, known: Known, style: Style, columns: number): string {
  const pattern = known.tenant.library.byId(row.pattern);
  const clue = known.match === null || pattern === undefined ? "" : clueOf(pattern, known.match, row.at);
  return line(
    {
      at: row.at,
      answer: answerOf(row),
      paint: colour(row, style),
      pattern: pattern?.name ?? (row.pattern === "" ? WITHOUT_PATTERN : row.pattern),
      who: known.accountName ?? row.account ?? nameOf(row.person) ?? "all customers",
      why: `${howOf(row)}${clue === "" ? "" : `; ${clue}`}`,
    },
    style,
    columns,
  );
}

/** A trouble that is over before its time ran out. */
export function overLine(match: Match, at: Millis, known: Known, style: Style, columns: number): string {
  const who = known.accountName ?? match.account ?? nameOf(match.person) ?? "all customers";
  const pattern = known.tenant.library.byId(match.pattern)?.name ?? match.pattern;
  return line(
    { at, answer: "over", paint: style.good, pattern, who, why: "what was wrong works again" },
    style,
    columns,
  );
}

interface Cells {
  readonly at: Millis;
  readonly answer: string;
  readonly paint: (text: string) => string;
  readonly pattern: string;
  readonly who: string;
  readonly why: string;
}

function line({ at, answer, paint, pattern, who, why }: Cells, style: Style, columns: number): string {
  const time = TIME.format(at);
  const used = time.length + WIDTHS.answer + WIDTHS.pattern + WIDTHS.who + 8;
  return [
    style.soft(time),
    paint(padded(answer, WIDTHS.answer)),
    padded(pattern, WIDTHS.pattern),
    padded(who, WIDTHS.who),
    style.soft(cut(why, Math.max(NARROWEST, columns - used))),
  ].join("  ");
}

function answerOf({ kind, reason, channel }: Decision): string {
  if (kind === "hold") return "hold";
  const human = channel?.startsWith("human.") === true && (kind === "send" || reason === "alert_only");
  if (human) return "ask";
  return kind === "send" ? "send" : "stop";
}

function colour(row: Decision, style: Style): (text: string) => string {
  const answer = answerOf(row);
  if (answer === "send") return style.good;
  if (answer === "hold") return style.warn;
  return answer === "ask" ? style.ask : style.soft;
}

/** The channel and the person where something goes out, the reason where nothing does. */
function howOf({ kind, reason, channel, person, until, at }: Decision): string {
  if (kind === "send") return `${channel ?? ""}${person === null ? "" : ` to ${nameOf(person)}`}`;
  if (reason === "alert_only") return `${channel ?? "a person"}, never a message`;
  return until === null || kind !== "hold" ? reason : `${reason} for ${lengthOf(until - at)}`;
}

/** Who is not logged in has no name that says anything. */
const nameOf = (person: string | null) => (person?.startsWith("anonymous:") === true ? "a visitor" : person);

function lengthOf(length: number): string {
  const minutes = Math.max(1, Math.round(length / 60_000));
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

const cut = (text: string, width: number) =>
  text.length <= width ? text : `${text.slice(0, width - 1).toWellFormed()}…`;
const padded = (text: string, width: number) => cut(text, width).padEnd(width);
