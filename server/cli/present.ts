import { FOREVER } from "../core/time.ts";

/** Fields that hold a moment: shown as ISO 8601 in UTC. */
const MOMENT = /(?:^at|At|^until|Until)$/;

type Shown<Value> = Value extends readonly (infer Item)[]
  ? readonly Shown<Item>[]
  : Value extends object
    ? {
        readonly [Name in keyof Value]: Name extends `${string}At` | "at" | "until"
          ? Moment<Value[Name]>
          : Shown<Value[Name]>;
      }
    : Value;
type Moment<Value> = Value extends number ? string : Value;

/** The same with every moment as people and programs outside read it. */
export function shown<Value>(value: Value): Shown<Value> {
  return show(value, "") as Shown<Value>;
}

function show(value: unknown, name: string): unknown {
  if (typeof value === "number" && MOMENT.test(name)) {
    return value >= FOREVER ? "forever" : new Date(value).toISOString();
  }
  if (Array.isArray(value)) return value.map((each) => show(each, ""));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, show(each, key)]));
}
