import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstElement, parseJson, tooDeep } from "../../server/lib/json.ts";

class Bad extends Error {}
const parse = (text: string | Buffer) => parseJson(Buffer.from(text), Bad);
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

describe("parsing a body", () => {
  it("reads UTF-8, with or without a byte order mark", () => {
    expect(parse('{"a":"Größe – 決済"}')).toEqual({ a: "Größe – 決済" });
    expect(parse(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from("[1]")]))).toEqual([1]);
  });

  it.each([[""], ["{"], ["{'a':1}"], ["NaN"], ['{"a":1}{']])("refuses %j without repeating it", (text) => {
    expect(() => parse(text)).toThrow(Bad);
    expect(() => parse(text)).toThrow(/^the body is (empty|not JSON)$/);
  });

  it("takes 20 levels and refuses the 21st", () => {
    expect(parse(nested(20))).toBeInstanceOf(Array);
    expect(() => parse(nested(21))).toThrow("deeper than 20");
    expect(() => parse(nested(100_000))).toThrow("deeper than 20");
  });

  it("counts no brackets inside texts", () => {
    expect(parse(JSON.stringify({ a: '[[[{{{\\"'.repeat(50) }))).toBeDefined();
  });

  it("pollutes nothing", () => {
    const parsed = parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');

    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });

  it("measures depth as a naive reading of the parsed value does", () => {
    const depthOf = (value: unknown): number =>
      value !== null && typeof value === "object" ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 0, max: 7 }), (text, most) => {
        expect(tooDeep(Buffer.from(text), most)).toBe(depthOf(JSON.parse(text)) > most);
      }),
      { seed: 20260302, numRuns: 500 },
    );
  });
});

describe("the first element of a list", () => {
  it("is cut out byte by byte", () => {
    const element = '{"a":"}\\"]","b":{"c":[1,{}]} }';

    expect(Buffer.from(firstElement(Buffer.from(` [\r\n ${element} , {"x":1}]`)) ?? []).toString()).toBe(
      element,
    );
  });

  it.each([["{}"], ["[]"], ["[1]"], ['[{"a":1'], [""], ['["{}"]']])("is not there in %j", (text) => {
    expect(firstElement(Buffer.from(text))).toBeNull();
  });

  it("is what the parser says it is", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 }), (list) => {
        const cut = firstElement(Buffer.from(JSON.stringify(list)));
        expect(Buffer.from(cut ?? []).toString()).toBe(JSON.stringify(list[0]));
      }),
      { seed: 20260302, numRuns: 300 },
    );
  });
});
