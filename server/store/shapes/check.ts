import type { z } from "zod";
import { isRecord } from "../../lib/foreign.ts";

/**
 * Where a value does not fit, as a path (`facts.consent.sms`, `contributions.[].points`); null when it fits. An entry
 * of a map is `*`: its key was chosen by somebody, and may be about a person.
 */
export type Check = (value: unknown) => string | null;

/** Not this value at all, or nothing of it in particular. */
const HERE = "";

/**
 * A schema as a function that looks at a value and leaves it as it is.
 *
 * zod makes a copy of everything it reads, with the fields in the order of the schema. A log of 250,000 records is
 * read at every start, where that costs as much again as parsing; and the state that is rebuilt from it must be the
 * same to the byte, in the order in which it was written. So schemas are declared with zod, and read by this; that
 * both agree is shown in test/store/shapes/check.test.ts. What a schema says beyond shapes (a refinement, a
 * transformation) has no place here: such a schema is refused when it is declared.
 */
export function checkOf(schema: z.core.$ZodType): Check {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if ("checks" in def && (def.checks?.length ?? 0) > 0)
    throw new TypeError("a stored shape has no refinements");
  switch (def.type) {
    case "unknown":
      return () => null;
    case "string":
    case "number":
    case "boolean":
      return ofType(def.type);
    case "null":
      return (value) => (value === null ? null : HERE);
    case "literal":
      return oneOf(def.values);
    case "enum":
      return oneOf(Object.values(def.entries));
    case "nullable":
      return orNull(checkOf(def.innerType));
    case "array":
      return listOf(checkOf(def.element));
    case "tuple":
      return tupleOf(def.items.map(checkOf));
    case "record":
      return mapOf(checkOf(def.valueType));
    case "object":
      return objectOf(def.shape);
    case "union":
      return "discriminator" in def && typeof def.discriminator === "string"
        ? kindsOf(def.options, def.discriminator)
        : anyOf(def.options.map(checkOf));
    default:
      throw new TypeError(`a stored shape cannot hold ${def.type}`);
  }
}

function ofType(type: "string" | "number" | "boolean"): Check {
  return (value) => (typeof value === type ? null : HERE);
}

function oneOf(values: readonly unknown[]): Check {
  const allowed = new Set(values);
  return (value) => (allowed.has(value) ? null : HERE);
}

const orNull =
  (check: Check): Check =>
  (value) =>
    value === null ? null : check(value);

const listOf =
  (check: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return HERE;
    for (const item of value) {
      const wrong = check(item);
      if (wrong !== null) return within("[]", wrong);
    }
    return null;
  };

const tupleOf =
  (checks: readonly Check[]): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length !== checks.length) return HERE;
    for (const [i, check] of checks.entries()) {
      const wrong = check(value[i]);
      if (wrong !== null) return within(String(i), wrong);
    }
    return null;
  };

const mapOf =
  (check: Check): Check =>
  (value) => {
    if (!isRecord(value)) return HERE;
    for (const name in value) {
      const wrong = check(value[name]);
      if (wrong !== null) return within("*", wrong);
    }
    return null;
  };

interface FieldCheck {
  readonly name: string;
  readonly check: Check;
  readonly optional: boolean;
}

/** Fields that the schema does not know stay where they are. */
function objectOf(shape: z.core.$ZodShape): Check {
  const fields = Object.entries(shape).map(([name, schema]) => fieldOf(name, schema));
  return (value) => {
    if (!isRecord(value)) return HERE;
    for (const { name, check, optional } of fields) {
      const found = value[name];
      if (found === undefined) {
        if (optional) continue;
        return name;
      }
      const wrong = check(found);
      if (wrong !== null) return within(name, wrong);
    }
    return null;
  };
}

function fieldOf(name: string, schema: z.core.$ZodType): FieldCheck {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === "optional"
    ? { name, check: checkOf(def.innerType), optional: true }
    : { name, check: checkOf(schema), optional: false };
}

function anyOf(checks: readonly Check[]): Check {
  return (value) => {
    for (const check of checks) if (check(value) === null) return null;
    return HERE;
  };
}

/** One field says which of the shapes it is. */
function kindsOf(options: readonly z.core.$ZodType[], field: string): Check {
  const checks = new Map<unknown, Check>();
  for (const option of options) {
    const check = checkOf(option);
    for (const kind of option._zod.propValues?.[field] ?? []) checks.set(kind, check);
  }
  return (value) => {
    if (!isRecord(value)) return HERE;
    const check = checks.get(value[field]);
    return check === undefined ? field : check(value);
  };
}

const within = (outer: string, inner: string): string => (inner === HERE ? outer : `${outer}.${inner}`);
