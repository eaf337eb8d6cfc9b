import type { EventData, Field, Scalar } from "./event.ts";
import type { Condition, Where } from "./pattern.ts";

/** True when every condition holds for the event's data. */
export function satisfies(where: Where, data: EventData): boolean {
  for (const field in where) {
    const condition = where[field];
    const value = Object.hasOwn(data, field) ? data[field] : undefined;
    if (condition !== undefined && !holds(condition, value)) return false;
  }
  return true;
}

export function holds(condition: Condition, value: Field | undefined): boolean {
  if (typeof condition !== "object") return value === condition;
  const { in: among, not, atLeast, atMost, over, under, exists } = condition;
  if (exists !== undefined && (value !== undefined) !== exists) return false;
  if (among !== undefined && !isAmong(value, among)) return false;
  if (not !== undefined && isAmong(value, Array.isArray(not) ? not : [not as Scalar])) return false;
  const bounded = atLeast !== undefined || atMost !== undefined || over !== undefined || under !== undefined;
  if (!bounded) return true;
  if (typeof value !== "number") return false;
  return (
    (atLeast === undefined || value >= atLeast) &&
    (atMost === undefined || value <= atMost) &&
    (over === undefined || value > over) &&
    (under === undefined || value < under)
  );
}

function isAmong(value: Field | undefined, list: readonly Scalar[]): boolean {
  return list.some((one) => one === value);
}
