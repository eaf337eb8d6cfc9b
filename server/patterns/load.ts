import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { Pattern } from "../core/pattern.ts";
import { isRecord } from "../lib/foreign.ts";
import { BadPattern, type Problem } from "./errors.ts";
import { hash, SHIPPED, toPattern } from "./pattern-file.ts";

export { BadPattern, type Problem } from "./errors.ts";
export { SHIPPED } from "./pattern-file.ts";

export interface Library {
  /** A number that people give it and a hash of what it holds: `1.0+3f9c2a71`. */
  readonly version: string;
  /** Sorted by id. */
  readonly patterns: readonly Pattern[];
}

let shipped: Library | undefined;

/** The shipped library. It is part of the program, and so read once. */
export function loadShipped(): Library {
  shipped ??= loadLibrary(SHIPPED);
  return shipped;
}

/**
 * Reads every `*.yaml` of a folder as one pattern each, and the playbooks beside them; `library.yaml`, if there is
 * one, gives the version number.
 *
 * With `base`, a pattern of the folder replaces the one with the same id, so that a tenant writes down only what
 * differs; its playbooks may also be the shipped ones.
 * @throws BadPattern that lists every problem of every file: file, path and what to write.
 */
export function loadLibrary(dir: string, base?: Library): Library {
  const problems: Problem[] = [];
  const own = patternFiles(dir, problems).flatMap((file) => readPattern(dir, file, problems) ?? []);
  noTwoAlike(own, problems);
  const ids = new Set(own.map(({ pattern }) => pattern.id));
  const kept = (base?.patterns ?? []).filter(({ id }) => !ids.has(id));
  const patterns = [...kept, ...own.map(({ pattern }) => pattern)].sort((a, b) => (a.id < b.id ? -1 : 1));
  noLooseEnds(own, patterns, problems);
  if (problems.length > 0) throw new BadPattern(problems);
  return { version: `${numberOf(dir, base)}+${hash(patterns)}`, patterns };
}

/**
 * Reads one pattern from text, as an editor or a form would hold it.
 * @throws BadPattern as `loadLibrary` does, with `file` as the name.
 */
export function parsePattern(text: string, file: string, dir: string = SHIPPED): Pattern {
  const problems: Problem[] = [];
  const pattern = toPattern(dir, file, text, problems);
  if (pattern === null || problems.length > 0) throw new BadPattern(problems);
  return pattern;
}

interface Loaded {
  readonly file: string;
  readonly pattern: Pattern;
}

function patternFiles(dir: string, problems: Problem[]): readonly string[] {
  try {
    return readdirSync(dir)
      .filter(
        (file) => /\.ya?ml$/.test(file) && file !== "library.yaml" && statSync(join(dir, file)).isFile(),
      )
      .sort();
  } catch {
    problems.push({ file: dir, path: "", message: "is not a folder that can be read" });
    return [];
  }
}

function readPattern(dir: string, file: string, problems: Problem[]): Loaded | null {
  const pattern = toPattern(dir, file, readFileSync(join(dir, file), "utf8"), problems);
  return pattern === null ? null : { file, pattern };
}

function noTwoAlike(own: readonly Loaded[], problems: Problem[]): void {
  const seen = new Map<string, string>();
  for (const { file, pattern } of own) {
    const first = seen.get(pattern.id);
    if (first !== undefined)
      problems.push({ file, path: "id", message: `${pattern.id} is already in ${first}` });
    seen.set(pattern.id, file);
  }
}

/** Patterns over matches name a pattern that exists and is not itself one over matches. */
function noLooseEnds(own: readonly Loaded[], all: readonly Pattern[], problems: Problem[]): void {
  const byId = new Map(all.map((pattern) => [pattern.id, pattern]));
  for (const { file, pattern } of own) {
    const named = "match" in pattern.when ? pattern.when.match : undefined;
    if (named === undefined) continue;
    const target = byId.get(named);
    if (target === undefined)
      problems.push({ file, path: "when.of", message: `there is no pattern ${named}` });
    else if ("match" in target.when && target.when.match !== undefined) {
      problems.push({
        file,
        path: "when.of",
        message: `${named} itself listens to matches; name a pattern over events`,
      });
    }
  }
}

function numberOf(dir: string, base: Library | undefined): string {
  try {
    const raw: unknown = parseDocument(readFileSync(join(dir, "library.yaml"), "utf8")).toJS();
    if (isRecord(raw) && (typeof raw.version === "string" || typeof raw.version === "number")) {
      return String(raw.version);
    }
  } catch {
    // A folder without library.yaml keeps the number of what it builds on.
  }
  return base === undefined ? "0" : (base.version.split("+")[0] ?? "0");
}
