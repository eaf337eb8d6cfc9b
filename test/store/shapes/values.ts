import fc from "fast-check";
import type { z } from "zod";

/** Values that fit a schema, whatever it is made of. */
export function fitting(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "unknown":
      return fc.jsonValue({ maxDepth: 1 });
    case "string":
      return fc.string({ maxLength: 4 });
    case "number":
      return fc.oneof(fc.integer(), fc.double({ noDefaultInfinity: true, noNaN: true }));
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "literal":
      return fc.constantFrom(...def.values);
    case "enum":
      return fc.constantFrom(...Object.values(def.entries));
    case "nullable":
      return fc.option(fitting(def.innerType));
    case "array":
      return fc.array(fitting(def.element), { maxLength: 2 });
    case "tuple":
      return fc.tuple(...def.items.map(fitting));
    case "record":
      return fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fitting(def.valueType), { maxKeys: 2 });
    case "union":
      return fc.oneof(...def.options.map(fitting));
    case "object":
      return objects(def.shape);
    default:
      throw new TypeError(`no values for ${def.type}`);
  }
}

function objects(shape: z.core.$ZodShape): fc.Arbitrary<unknown> {
  const fields: { [name: string]: fc.Arbitrary<unknown> } = {};
  const required: string[] = [];
  for (const [name, schema] of Object.entries(shape)) {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    if (def.type !== "optional") required.push(name);
    fields[name] = fitting(def.type === "optional" ? def.innerType : schema);
  }
  return fc.record(fields, { requiredKeys: required });
}

/** The same with one thing changed anywhere in it: gone, or something else. It may fit all the same. */
export const changed = (value: unknown): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.nat(200), fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined }))
    .map(([at, other]) => replaced(value, { left: at % Math.max(1, sizeOf(value)) }, other));

const sizeOf = (value: unknown): number =>
  typeof value !== "object" || value === null
    ? 1
    : Object.values(value).reduce((sum: number, each) => sum + sizeOf(each), 1);

function replaced(value: unknown, place: { left: number }, other: unknown): unknown {
  if (place.left-- === 0) return other;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => replaced(each, place, other) ?? null);
  const entries = Object.entries(value).map(([name, each]) => [name, replaced(each, place, other)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
}
