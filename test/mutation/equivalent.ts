import { readProjectFile } from "../support/source.ts";
import type { Mutant } from "./mutants.ts";

/** A change that nobody could notice, and why. */
interface Equivalent {
  readonly file: string;
  /** The line as it stands in the file, or its beginning, without the space before it. */
  readonly code: string;
  readonly change: string;
  readonly reason: string;
}

const RECEIPTS = "server/flow/receive/receipts.ts";
const REPORTS = "server/flow/receive/reports.ts";

const RECEIVE = "server/flow/receive.ts";

const EQUIVALENT: readonly Equivalent[] = [
  {
    file: "server/core/engine/assess.ts",
    code: "const isTold = unit.toldAt > 0 && due <= unit.toldAt + BACKFILL_ROUND;",
    change:
      "unit.toldAt > 0 && due <= unit.toldAt + BACKFILL_ROUND  becomes  due <= unit.toldAt + BACKFILL_ROUND",
    reason:
      "Nothing falls due in the first minute of 1970, which is when a unit that was never told would count as told.",
  },
  {
    file: "server/core/engine/assess.ts",
    code: "const isTold = unit.toldAt > 0 && due <= unit.toldAt + BACKFILL_ROUND;",
    change: ">  becomes  >=",
    reason:
      "Nothing falls due in the first minute of 1970, which is when a unit that was never told would count as told.",
  },
  {
    file: "server/core/engine/attempts.ts",
    code: 'const first = turn.unit.deliveries.get(pursuit.deliveries[0] ?? "")?.createdAt ?? turn.now;',
    change: '""  becomes  "mutant"',
    reason: "Nothing is found under either name; the default is for the compiler.",
  },
  {
    file: "server/core/engine/attempts.ts",
    code: 'const first = turn.unit.deliveries.get(pursuit.deliveries[0] ?? "")?.createdAt ?? turn.now;',
    change: 'pursuit.deliveries[0] ?? ""  becomes  pursuit.deliveries[0]',
    reason: "Nothing is found under no name, as under an empty one; the default is for the compiler.",
  },
  {
    file: "server/core/engine/attempts.ts",
    code: 'if (pattern === undefined || pursuit?.state !== "sent"',
    change: 'pattern === undefined || pursuit?.state !== "sent"  becomes  pursuit?.state !== "sent"',
    reason:
      "Evidence comes from the matcher, which knows the patterns of the library alone; the check is for the compiler.",
  },
  {
    file: "server/core/engine/joining.ts",
    code: "if (a === null || b === null) return a ?? b;",
    change: "a === null || b === null  becomes  a === null",
    reason: "The larger of a time and null is the time; the check is for the compiler.",
  },
  {
    file: "server/core/engine/connections.ts",
    code: 'const alert = unit.alerts.get(unit.population?.broken.get(channel) ?? "");',
    change: '""  becomes  "mutant"',
    reason: "No alert has either id; the default is for the compiler.",
  },
  {
    file: "server/core/engine/score-change.ts",
    code: "const clue = clueOfMatch(turn, newest.match) ?? newest.pattern;",
    change: "clueOfMatch(turn, newest.match) ?? newest.pattern  becomes  clueOfMatch(turn, newest.match)",
    reason:
      "What contributes to a score is tracked and has a pattern, so it has a clue; the default is for the compiler.",
  },
  {
    file: "server/core/engine/score-change.ts",
    code: "...named(came.map(({ match, pattern }) =>",
    change: "clueOfMatch(turn, match) ?? pattern  becomes  clueOfMatch(turn, match)",
    reason:
      "What contributes to a score is tracked and has a pattern, so it has a clue; the default is for the compiler.",
  },
  {
    file: "server/core/engine/scores.ts",
    code: "const led = byFamily.get(item.match.family)?.alone ?? 0;",
    change: "byFamily.get(item.match.family)?.alone ?? 0  becomes  byFamily.get(item.match.family)?.alone",
    reason: "A family that has a leader contributes; the default is for the compiler.",
  },
  {
    file: "server/core/engine/turn.ts",
    code: "return a.kind === b.kind ? a.ref < b.ref : a.kind < b.kind;",
    change: "<  becomes  <=",
    reason: "No two timers have the same moment, kind and name: the one before is taken out first.",
  },
  {
    file: RECEIVE,
    code: 'override readonly name = "TooMany";',
    change: '"TooMany"  becomes  "mutant"',
    reason: "Whoever catches it asks for its class; the name is for logs.",
  },
  {
    file: RECEIVE,
    code: "const last = seenAt.get(source) ?? Number.NEGATIVE_INFINITY;",
    change: "seenAt.get(source) ?? Number.NEGATIVE_INFINITY  becomes  seenAt.get(source)",
    reason: "The distance to no time at all is not below a minute either; the default is for the compiler.",
  },
  {
    file: RECEIVE,
    code: "if (mostEvents !== undefined && sent > mostEvents) throw new TooMany(",
    change: "mostEvents !== undefined && sent > mostEvents  becomes  sent > mostEvents",
    reason: "No number is above undefined; the check is for the compiler.",
  },
  {
    file: RECEIVE,
    code: "const late = result.rejected.map(({ index, reason }) => ({ index: positions[index] ?? index, reason }));",
    change: "positions[index] ?? index  becomes  positions[index]",
    reason: "The pipeline names places of what it was given, and each of those has one.",
  },
  {
    file: RECEIPTS,
    code: "if (person === null || change === undefined) return null;",
    change: "person === null || change === undefined  becomes  person === null",
    reason: "A person is looked for only when there is a change; the check is for the compiler.",
  },
  {
    file: REPORTS,
    code: "const MOST_REMEMBERED = 10_000;",
    change: "10_000  becomes  10001",
    reason: "The bound is for memory, and one more is as good; tests give a bound of their own.",
  },
  {
    file: REPORTS,
    code: "else if (!others.includes(happening)) others.push(happening);",
    change: "!others.includes(happening)  becomes  true",
    reason: "A happening that stands twice under a name is found, and let go of, as if it stood there once.",
  },
  {
    file: REPORTS,
    code: "else return;",
    change: "return;  becomes  nothing",
    reason: "A name that a happening notes twice is let go of once, and then is gone.",
  },
  {
    file: REPORTS,
    code: "const left = byName.get(key)?.filter((other) => other !== happening) ?? [];",
    change:
      "byName.get(key)?.filter((other) => other !== happening) ?? []  becomes  byName.get(key)?.filter((other) => other !== happening)",
    reason: "A name that a happening notes is in the map; the default is for the compiler.",
  },
  {
    file: REPORTS,
    code: "if (left.length === 0) byName.delete(key);",
    change: "left.length === 0  becomes  false",
    reason: "A name with nothing under it finds what a name that is not there finds; it only takes memory.",
  },
];

/** Why nobody could notice this mutant; undefined for all but a few. */
export function reasonToPass({ file, line, change }: Mutant): string | undefined {
  const code = readProjectFile(file).split("\n")[line - 1]?.trim();
  return EQUIVALENT.find((one) => one.file === file && code?.startsWith(one.code) && one.change === change)
    ?.reason;
}
