import type { Pattern, Selector, When } from "../../server/core/pattern.ts";
import { ladderOf } from "../../server/core/policy/ladder.ts";
import { formatDuration } from "../../server/core/time.ts";
import type { Library } from "../../server/patterns/load.ts";

/** The page docs/pattern-library.md, made from the library itself: the test that compares it keeps it true. */
export function libraryTable({ patterns }: Library): string {
  return [
    "# The pattern library",
    "",
    "Every pattern that is shipped. This page is made from `server/patterns/*.yaml`; after a change there run",
    "`npx vitest run test/patterns -u`. What the columns mean is in [patterns.md](patterns.md).",
    "",
    "| id | name | fires | per | risk | half-life | timing | channels, then a person | led to a ticket | prevented | owner |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...patterns.map(row),
    "",
    "\\* An expert's guess until enough has been measured.",
    "",
  ].join("\n");
}

function row(pattern: Pattern): string {
  const { messages, human } = ladderOf(pattern, null);
  const guess = pattern.history.expert === true ? " \\*" : "";
  const act = pattern.logOnly ? "none: logged only" : [...messages, human ?? ""].filter(Boolean).join(", ");
  const cells = [
    pattern.id,
    pattern.name,
    fires(pattern.when),
    pattern.per.join(", "),
    String(pattern.risk),
    formatDuration(pattern.halfLife),
    pattern.timing,
    act,
    `${Math.round(pattern.history.correlation * 100)} %${guess}`,
    `${Math.round(pattern.history.prevention * 100)} %${guess}`,
    pattern.owner.role,
  ];
  return `| ${cells.join(" | ")} |`;
}

function fires(when: When): string {
  switch (when.kind) {
    case "count":
      return `${when.count} ${what(when)} within ${formatDuration(when.within)}`;
    case "distinct":
      return `${what(when)} of ${when.count} different ${when.distinct}s within ${formatDuration(when.within)}`;
    case "consecutive":
      return `${when.count} ${what(when)} in a row, without ${what(when.brokenBy)}`;
    case "once": {
      const setUp =
        when.sinceSignup === undefined ? "" : ` within ${formatDuration(when.sinceSignup)} of sign-up`;
      return `${what(when)}${setUp}${when.unless === undefined ? "" : `, unless ${when.unless}`}`;
    }
    case "absence":
      return `no ${what(when.missing)} within ${formatDuration(when.for)} after ${what(when.after)}`;
    case "level":
      return `${when.value} of ${when.limit} at ${Math.round(when.at * 100)} % in ${what(when)}`;
    case "spike":
      return `${what(when)} over ${when.factor} times the median of ${when.over} buckets of ${formatDuration(when.bucket)}, at least ${when.minimum}`;
    case "drop":
      return `${what(when)} under ${when.factor} of the median of ${when.over} buckets of ${formatDuration(when.bucket)}, when that is at least ${when.minimum}`;
    case "sequence":
      return `${what(when.first)}, then ${what(when.then)} within ${formatDuration(when.within)}`;
    case "score":
      return `${when.field} ${when.over === undefined ? `under ${when.under}` : `over ${when.over}`} in ${what(when)}`;
  }
}

function what({ of, match, where }: Selector): string {
  const source = match === undefined ? of.join(" or ") : `matches of ${match}`;
  const conditions = Object.entries(where).map(([field, wanted]) => `${field} ${said(wanted)}`);
  return conditions.length === 0 ? source : `${source} (${conditions.join(", ")})`;
}

function said(wanted: Selector["where"][string]): string {
  if (typeof wanted !== "object") return String(wanted);
  if (wanted.in !== undefined) return `in ${wanted.in.join(", ")}`;
  if (wanted.not !== undefined) return `not ${[wanted.not].flat().join(", ")}`;
  if (wanted.exists !== undefined) return wanted.exists ? "known" : "not known";
  return JSON.stringify(wanted).replaceAll(/["{}]/g, "");
}
