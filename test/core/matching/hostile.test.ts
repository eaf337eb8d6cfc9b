import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountKey, boundedKeyValue, keyValue, personKey } from "../../../server/core/keys.ts";
import { scoreKeyOf } from "../../../server/core/match.ts";
import { decodeCells, encodeCells } from "../../../server/core/matching/matcher.ts";
import { MINUTE } from "../../../server/core/time.ts";
import { anEvent, aPattern, START, selector, World } from "./world.ts";

const HOSTILE: readonly (readonly [what: string, value: string])[] = [
  ["the prototype", "__proto__"],
  ["a constructor", "constructor"],
  ["a method", "toString"],
  ["a separator", "a;endpoint=b"],
  ["an equals sign", "a=b"],
  ["a percent sign", "100%"],
  ["an encoded separator", "%3B"],
  ["a null character", "\u0000"],
  ["a line break", "line\r\nbreak"],
  ["a delete character", "\u007f"],
  ["10 kB", "x".repeat(10_000)],
  ["long and outside the basic plane", "💥".repeat(5_000)],
  ["half a character", "\ud800"],
  ["a mention", "<!channel>"],
  ["a space", " "],
];

describe("keys", () => {
  it("read as people expect", () => {
    expect(accountKey("acme")).toBe("account/acme");
    expect(personKey("u-1@x/y z")).toBe("person/u-1@x/y z");
    expect(keyValue("https://a.example/hook?b")).toBe("https://a.example/hook?b");
  });

  it("encode what would break them apart", () => {
    expect(keyValue("a;b=c%d\n")).toBe("a%3Bb%3Dc%25d%0A");
    expect(scoreKeyOf(`${accountKey("a;b")};endpoint=${keyValue("c=d")}`)).toBe("account/a%3Bb");
  });

  it("cut what is too long, and still tell it apart", () => {
    const [one, other] = ["x".repeat(600), `${"x".repeat(599)}y`].map(boundedKeyValue);

    expect(one?.slice(0, 481)).toBe(`${"x".repeat(480)}~`);
    expect(one?.length).toBeLessThanOrEqual(512);
    expect(one).not.toBe(other);
    expect(boundedKeyValue("x".repeat(512))).toBe("x".repeat(512));
    expect(boundedKeyValue(`${"x".repeat(479)}💥${"x".repeat(200)}`).slice(0, 480)).toBe(
      `${"x".repeat(479)}~`,
    );
  });

  it("stay different for different values, and hold no separator or control character", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 900 }),
        fc.string({ maxLength: 900 }),
        (one, other) => {
          expect(keyValue(one) === keyValue(other)).toBe(one === other);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not be there.
          expect(keyValue(one)).not.toMatch(/[;=\u0000-\u001f\u007f]/);
        },
      ),
      { numRuns: 1000, seed: 7 },
    );
  });
});

describe("hostile values", () => {
  const patterns = [
    aPattern(
      { kind: "count", count: 2, ...selector("x"), within: MINUTE },
      { id: "P-1", per: ["account", "w"] },
    ),
    aPattern({ kind: "once", ...selector("x") }, { id: "P-2", per: ["person", "w", "account"] }),
    aPattern({ kind: "distinct", distinct: "w", count: 2, ...selector("x"), within: MINUTE }, { id: "P-3" }),
    aPattern({ kind: "once", ...selector("x") }, { id: "P-4", per: ["account", "__proto__"] }),
    aPattern({ kind: "score", field: "constructor", over: 0, ...selector("x") }, { id: "P-5" }),
    aPattern({ kind: "once", ...selector("x", { toString: { exists: true } }) }, { id: "P-6" }),
    aPattern({ kind: "count", count: 3, ...selector("__proto__"), within: MINUTE }, { id: "__proto__" }),
  ];

  it.each(HOSTILE)("in ids, persons, accounts and data do no harm: %s", (_, value) => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const world = new World(patterns, `account/${value}`);
    const hostile = (i: number) =>
      anEvent("x", START + i, {
        id: `${value}${i}`,
        source: value,
        account: value,
        person: value,
        data: JSON.parse(`{"w":${JSON.stringify(value)},"__proto__":1,"s":{"deep":["x"]}}`),
      });

    for (let i = 0; i < 12; i++) {
      world.take(hostile(i));
      world.cells = decodeCells(JSON.parse(JSON.stringify(encodeCells(world.cells))));
    }

    expect(world.seen().map(({ pattern, key }) => `${pattern} ${key}`)).toEqual([
      `P-1 ${accountKey(value)};w=${keyValue(value)}`,
      `P-2 ${personKey(value)};w=${keyValue(value)};account=${keyValue(value)}`,
      `P-4 ${accountKey(value)};__proto__=1`,
    ]);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>).w).toBeUndefined();
  });
});
