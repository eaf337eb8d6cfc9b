import type { Pattern } from "./pattern.ts";
import { MATRIX } from "./policy/ladder.ts";
import { formatDuration } from "./time.ts";

/** A pattern in one line, as the command line and the API list it; lengths of time are written as in pattern files. */
export function patternSummary(pattern: Pattern) {
  const { id, name, version, family, issue, timing, urgent, risk, confidence, per, status } = pattern;
  return {
    id,
    name,
    version,
    family,
    issue,
    timing,
    urgent,
    risk,
    confidence,
    halfLife: formatDuration(pattern.halfLife),
    quiet: formatDuration(pattern.quiet),
    per,
    channels: channelsOf(pattern),
    status,
  };
}

/** Its own list, or that of its issue's row of the matrix; somebody of ours comes last. */
export function channelsOf({ channels, issue }: Pattern): readonly string[] {
  return channels ?? [...MATRIX[issue].messages, MATRIX[issue].human];
}

/** The timing class under which a message is counted: `none` for one by hand or to many, which no pattern chose. */
function timingOf(id: string, byId: (id: string) => Pattern | undefined): string {
  return id === "" ? "none" : (byId(id)?.timing ?? "unknown");
}

/** Counts by pattern as counts by timing class. */
export function countByTiming(
  byPattern: { readonly [pattern: string]: number },
  byId: (id: string) => Pattern | undefined,
): { readonly [timing: string]: number } {
  const timings: { [timing: string]: number } = {};
  for (const [pattern, count] of Object.entries(byPattern)) {
    const timing = timingOf(pattern, byId);
    timings[timing] = (timings[timing] ?? 0) + count;
  }
  return timings;
}
