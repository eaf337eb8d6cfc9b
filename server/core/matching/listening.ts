import type { EventData } from "../event.ts";
import type { Condition, Pattern, Selector, When } from "../pattern.ts";
import { holds } from "../where.ts";
import { AFTER, BREAK, EVIDENCE, FIRST, MISSING, RECOVERY, type Roles } from "./signal.ts";

export type Test = (data: EventData) => boolean;

/** One thing a pattern listens for. */
export interface Ear {
  readonly selector: Selector;
  readonly role: Roles;
  /** Null when every such event counts. */
  readonly test: Test | null;
}

/** Everything a pattern listens for, and as what. */
export function earsOf({ when, recovers }: Pattern): Ear[] {
  const ears = rolesOf(when).map(({ selector, role }) => ({
    selector,
    role,
    test: both(testOf(selector), role === EVIDENCE ? fitnessOf(when) : null),
  }));
  if (recovers !== undefined) ears.push({ selector: recovers, role: RECOVERY, test: testOf(recovers) });
  return ears;
}

function rolesOf(when: When): { selector: Selector; role: Roles }[] {
  switch (when.kind) {
    case "absence":
      return [
        { selector: when.after, role: AFTER },
        { selector: when.missing, role: MISSING },
      ];
    case "sequence":
      return [
        { selector: when.first, role: FIRST },
        { selector: when.then, role: EVIDENCE },
      ];
    case "consecutive":
      return [
        { selector: when, role: EVIDENCE },
        { selector: when.brokenBy, role: BREAK },
      ];
    default:
      return [{ selector: when, role: EVIDENCE }];
  }
}

/** What an event must carry to be evidence at all, beyond `where`. */
function fitnessOf(when: When): Test | null {
  if (when.kind === "level") {
    return (data) => shareOf(data, when.value, when.limit) !== null;
  }
  if (when.kind !== "score") return null;
  const { field, over, under } = when;
  return (data) => {
    const value = numberIn(data, field);
    if (value === null) return false;
    return (over !== undefined && value > over) || (under !== undefined && value < under);
  };
}

/** Used / limit; null when one is missing, or the limit is not positive. */
export function shareOf(data: EventData, value: string, limit: string): number | null {
  const used = numberIn(data, value);
  const most = numberIn(data, limit);
  return used === null || most === null || most <= 0 ? null : used / most;
}

function numberIn(data: EventData, field: string): number | null {
  const value = Object.hasOwn(data, field) ? data[field] : undefined;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function testOf({ where }: Selector): Test | null {
  let all: Test | null = null;
  for (const [field, condition] of Object.entries(where)) all = both(all, single(field, condition));
  return all;
}

/** Prepared for its field, a question costs a few nanoseconds. */
function single(field: string, condition: Condition): Test {
  if (field in Object.prototype) {
    return (data) => holds(condition, Object.hasOwn(data, field) ? data[field] : undefined);
  }
  if (typeof condition !== "object") return (data) => data[field] === condition;
  return (data) => holds(condition, data[field]);
}

function both(one: Test | null, other: Test | null): Test | null {
  if (one === null || other === null) return one ?? other;
  return (data) => one(data) && other(data);
}
