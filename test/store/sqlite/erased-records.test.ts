import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOf } from "../../../server/store/shapes/check.ts";
import { FIELDS, WORDS } from "../../../server/store/shapes/words.ts";
import { scrubber } from "../../../server/store/sqlite/privacy/scrub.ts";
import { KINDS } from "../shapes/kinds.ts";
import { fitting } from "../shapes/values.ts";

/** What a person may be called: anything, or just as one of our words, a field, or what stands in the record. */
const called = (texts: readonly string[]) =>
  fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom(...WORDS, ...FIELDS, ...texts));

describe.each([
  "account",
  "alert",
  "audit",
  "control",
  "decision",
  "delivery",
  "event",
  "event-data",
  "feedback",
  "match",
  "outcome",
])("a person who is taken out of a record of the kind %s", (name) => {
  const { schema } = KINDS[name] ?? {};
  if (schema === undefined) throw new Error(`there is no kind ${name}`);
  const check = checkOf(schema);

  it("leaves a record of that kind, whatever they are called", () => {
    const cases = fitting(schema).chain((record) => {
      const texts = textsIn(record);
      return fc.tuple(fc.constant(record), called(texts), fc.array(called(texts), { maxLength: 3 }));
    });

    fc.assert(
      fc.property(cases, ([record, person, words]) => {
        const scrub = scrubber({ person, pseudonym: "erased-Zm9y", words });
        expect(check(scrub.value(record))).toBeNull();
      }),
      { seed: 20_261_128, numRuns: 200 },
    );
  });
});

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return typeof value !== "object" || value === null ? [] : Object.values(value).flatMap(textsIn);
}
