import { describe, expect, it } from "vitest";
import { type Mutant, mutantsOf, mutated } from "./mutants.ts";

/** The line as each mutant leaves it. */
function outcomesOf(text: string): readonly string[] {
  return mutantsOf("a.ts", text).map((mutant) => mutated(text, mutant));
}

describe("the mutants of a file", () => {
  it.each([
    ["const c = a < b;", ["const c = a <= b;"]],
    ["const c = a >= b;", ["const c = a > b;"]],
    [
      "const c = a * (b / 2);",
      ["const c = a / (b / 2);", "const c = a * (b * 2);", "const c = a * (b / 3);"],
    ],
    ["const c = a && b;", ["const c = a || b;", "const c = a;", "const c = b;"]],
    ["const c = a ?? b;", ["const c = a;", "const c = b;"]],
    ["const c = !a;", ["const c = a;"]],
    ["const c = 0;", ["const c = 1;"]],
    ["const c = true;", ["const c = false;"]],
    ['const c = "x";', ['const c = "mutant";']],
    ["const c = xs.some(f);", ["const c = xs.every(f);"]],
    ["const c = xs.filter(f);", ["const c = xs;"]],
    ["const c = Math.max(a, b);", ["const c = Math.min(a, b);"]],
  ])("%s", (text, expected) => {
    expect(outcomesOf(text).toSorted()).toEqual(expected.toSorted());
  });

  it("leave out a check, or a step", () => {
    const text = "function f(a) {\n  if (a.late) return null;\n  note(a);\n  return a;\n}";

    expect(outcomesOf(text)).toEqual([
      text.replace("a.late", "true"),
      text.replace("a.late", "false"),
      text.replace("note(a);", ";"),
    ]);
  });

  it("say where they are and what they change", () => {
    const [mutant] = mutantsOf("server/a.ts", "const a = 1 as number;\nexport const b = a < 2;");
    const last = mutantsOf("server/a.ts", "\nexport const b = a < two;").at(-1);

    expect(mutant).toMatchObject({ file: "server/a.ts", line: 1, change: "1  becomes  2" });
    expect(last).toMatchObject<Partial<Mutant>>({ line: 2, change: "<  becomes  <=" });
  });

  it.each([
    'import { a } from "./a.ts";',
    'type A = "x" | 1;',
    "interface A { readonly b: true }",
    'throw new Error("nobody compares these");',
    "const a = { b };",
  ])("are none in %s", (text) => {
    expect(outcomesOf(text)).toEqual([]);
  });

  it("are each another text, and each can be read", () => {
    const text = "export const f = (a: number, b = 3) => (a === b || a > 2 * b ? [1, a] : [b]);";
    const outcomes = outcomesOf(text);

    expect(new Set([text, ...outcomes]).size).toBe(outcomes.length + 1);
    expect(() => outcomes.map((outcome) => mutantsOf("a.ts", outcome))).not.toThrow();
    expect(outcomes.length).toBeGreaterThan(10);
  });
});
