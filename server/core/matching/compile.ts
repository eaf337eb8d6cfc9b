import type { Pattern } from "../pattern.ts";
import { FACT_TYPES } from "./facts.ts";
import { keyingOf } from "./keying.ts";
import { absence } from "./kinds/absence.ts";
import { consecutive, counting, distinct, thresholdOf } from "./kinds/gathering.ts";
import { level, sequence, single } from "./kinds/single.ts";
import { surge } from "./kinds/surge.ts";
import { type Ear, earsOf } from "./listening.ts";
import type { Addressee, Behaviour, Listener, Rule } from "./rule.ts";
import { BEGINNING, FIRST } from "./signal.ts";

/** A pattern library, ready to be matched. A new version is a new object; `Cells` go on with it as they are. */
export interface CompiledLibrary {
  readonly version: string;
  readonly patterns: readonly Pattern[];
  byId(id: string): Pattern | undefined;
  /** For the matcher: who listens to an event type, and rules by pattern id and version. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly rules: ReadonlyMap<string, Rule>;
}

/** Where the events of one type go. */
export interface Route {
  readonly listeners: readonly Listener[];
  readonly isFact: boolean;
}

/**
 * Prepares patterns for matching. Paused ones do not match and forget what they had begun to count, but what they
 * have open still goes quiet or recovers: so a library may hold an old version of a pattern as paused until its
 * matches are closed. Patterns per tenant are left to others.
 * @throws RangeError when two patterns share id and version, a key has no owner, or patterns wait for each other.
 */
export function compileLibrary(patterns: readonly Pattern[], version: string): CompiledLibrary {
  const byId = new Map<string, Pattern>();
  for (const pattern of patterns) {
    const known = byId.get(pattern.id);
    if (known === undefined || known.status === "paused") byId.set(pattern.id, pattern);
  }
  const depths = depthsOf(patterns);
  const builds = patterns
    .map((pattern) => buildOf(pattern, depths.get(pattern) ?? 0))
    .filter((build) => build !== null);
  const rules = new Map<string, Rule>();
  for (const { rule } of builds) {
    if (rules.has(rule.key)) throw new RangeError(`${rule.key} is in the library twice`);
    rules.set(rule.key, rule);
  }
  connect(builds);
  return { version, patterns, byId: (id) => byId.get(id), routes: routesOf(builds), rules };
}

interface Build {
  readonly rule: Rule;
  readonly ears: readonly Ear[];
  readonly outers: Listener[];
}

function buildOf(pattern: Pattern, depth: number): Build | null {
  const keying = keyingOf(pattern);
  if (keying === null) return null;
  const { when } = pattern;
  const { kind } = when;
  const key = `${pattern.id}@${pattern.version}`;
  const outers: Listener[] = [];
  const addressees: Addressee[] = [];
  const gathers = kind === "count" || kind === "distinct" || kind === "consecutive";
  const threshold = thresholdOf(gathers ? when.count : 1, pattern);
  const rule: Rule = {
    key,
    pattern,
    active: pattern.status !== "paused",
    behaviour: behaviourOf(pattern),
    keying,
    least: gathers ? threshold.least : 1,
    span: kind === "count" || kind === "distinct" ? when.within : null,
    gathers,
    forgetsData: kind === "count",
    hasBaseline: kind === "spike" || kind === "drop",
    growsByEvidence: gathers || kind === "once" || kind === "score" || kind === "sequence",
    waits: kind === "absence" || kind === "drop",
    usesFacts: threshold.least !== threshold.most || kind === "once",
    depth,
    addressees,
    outers,
  };
  for (let roles = 0; roles < FIRST * 2; roles++) addressees.push({ key, roles, rule });
  const ears = earsOf(pattern).filter(({ role }) => rule.active || (role & BEGINNING) === 0);
  return { rule, ears, outers };
}

function behaviourOf(pattern: Pattern): Behaviour {
  const { when } = pattern;
  switch (when.kind) {
    case "count":
      return counting(when, thresholdOf(when.count, pattern));
    case "distinct":
      return distinct(when, thresholdOf(when.count, pattern));
    case "consecutive":
      return consecutive(thresholdOf(when.count, pattern));
    case "once":
    case "score":
      return single(when);
    case "absence":
      return absence(when);
    case "level":
      return level(when);
    case "spike":
    case "drop":
      return surge(when);
    case "sequence":
      return sequence(when);
  }
}

function routesOf(builds: readonly Build[]): Map<string, Route> {
  const listeners = new Map<string, Listener[]>(FACT_TYPES.map((type) => [type, []]));
  for (const { rule, ears } of builds) {
    for (const type of new Set(ears.flatMap(({ selector }) => selector.of))) {
      const hearing = listenerOf(rule, ears, (ear) => ear.selector.of.includes(type));
      const known = listeners.get(type);
      if (known === undefined) listeners.set(type, [hearing]);
      else known.push(hearing);
    }
  }
  return new Map(
    [...listeners].map(([type, list]) => [type, { listeners: list, isFact: FACT_TYPES.includes(type) }]),
  );
}

/** Lets patterns hear of the matches of others. */
function connect(builds: readonly Build[]): void {
  for (const { rule, ears } of builds) {
    for (const inner of builds) {
      const hears = (ear: Ear) => ear.selector.match === inner.rule.pattern.id;
      if (ears.some(hears)) inner.outers.push(listenerOf(rule, ears, hears));
    }
  }
}

function listenerOf(rule: Rule, ears: readonly Ear[], hears: (ear: Ear) => boolean): Listener {
  return { rule, ears: ears.filter(hears).map(({ role, test }) => ({ role, test })) };
}

/** How many patterns stand one behind the other before this one; refuses circles. */
function depthsOf(patterns: readonly Pattern[]): Map<Pattern, number> {
  const depths = new Map<Pattern, number>();
  const visit = (pattern: Pattern, path: readonly Pattern[]): number => {
    if (path.includes(pattern)) throw new RangeError(`${pattern.id} waits for its own matches`);
    const known = depths.get(pattern);
    if (known !== undefined) return known;
    const names = new Set(earsOf(pattern).map(({ selector }) => selector.match));
    const inner = patterns.filter(({ id }) => names.has(id));
    const depth = Math.max(-1, ...inner.map((one) => visit(one, [...path, pattern]))) + 1;
    depths.set(pattern, depth);
    return depth;
  };
  for (const pattern of patterns) visit(pattern, []);
  return depths;
}
