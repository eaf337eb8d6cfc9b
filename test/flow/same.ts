import { expect } from "vitest";

/** Long texts are equal; on failure shows where they part. */
export function expectSame(actual: readonly string[], expected: readonly string[]): void {
  expect(actual.map((text, i) => around(text, expected[i] ?? ""))).toEqual(
    expected.map((text, i) => around(text, actual[i] ?? "")),
  );
}

const SHOWN = 120;

/** The text where it differs from the other, or all of it when it does not. */
function around(text: string, other: string): string {
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  return text === other ? text : `…${text.slice(Math.max(0, at - SHOWN), at + SHOWN)}…`;
}
