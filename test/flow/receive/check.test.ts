import { describe, expect, it } from "vitest";
import type { Incoming } from "../../../server/core/event.ts";
import { check } from "../../../server/flow/receive/check.ts";
import { NOON } from "../../builders.ts";

const anEvent = (changes: Partial<Incoming> = {}): Incoming => ({
  ...{ source: "api", id: "e1", type: "api.request_failed", time: NOON, data: {} },
  ...changes,
});
const ref = (value: string) => ({ namespace: "native", value });

/** Every place where an event names something, and what the refusal calls it. */
const PLACES: readonly (readonly [string, (value: string) => Partial<Incoming>])[] = [
  ["id", (id) => ({ id })],
  ["source", (source) => ({ source })],
  ["type", (type) => ({ type })],
  ["the id of the account", (value) => ({ account: ref(value) })],
  ["the id of the person", (value) => ({ person: ref(value) })],
  ["the id of the account", (value) => ({ alsoAccount: [ref("fine"), ref(value)] })],
  ["the id of the person", (value) => ({ alsoPerson: [ref(value), ref("fine")] })],
];

describe("an event that can be kept", () => {
  it("need name nobody", () => {
    expect(check(anEvent())).toBeNull();
  });

  it.each(PLACES)("has a %s of one character or of as many as are allowed", (name, naming) => {
    const most = name === "type" ? 200 : 256;

    expect(check(anEvent(naming("a")))).toBeNull();
    expect(check(anEvent(naming("a".repeat(most))))).toBeNull();
  });

  it("happened between the beginning of 2000 and the end of 2100", () => {
    expect(check(anEvent({ time: Date.UTC(2000, 0, 1) }))).toBeNull();
    expect(check(anEvent({ time: Date.UTC(2100, 11, 31, 23, 59, 59, 999) }))).toBeNull();
  });
});

describe("an event that cannot be kept", () => {
  it.each([
    ["before 2000", Date.UTC(2000, 0, 1) - 1],
    ["after 2100", Date.UTC(2101, 0, 1)],
    ["at no time at all", Number.NaN],
  ])("happened %s", (_, time) => {
    expect(check(anEvent({ time }))).toBe("time is not between the years 2000 and 2100");
  });

  it.each(PLACES)("has a %s that is empty or too long", (name, naming) => {
    const most = name === "type" ? 200 : 256;
    const refusal = `${name} has to have 1 to ${most} characters`;

    expect(check(anEvent(naming("")))).toBe(refusal);
    expect(check(anEvent(naming("a".repeat(most + 1))))).toBe(refusal);
  });

  it.each(PLACES)("has a %s that cannot be printed", (name, naming) => {
    for (const value of ["a\u0000b", "a\u001fb", "a\u007fb", "a\ud800b"]) {
      expect(check(anEvent(naming(value)))).toBe(`${name} holds characters that cannot be printed`);
    }
  });

  it.each(PLACES)("has a %s that means something to the language itself", (name, naming) => {
    for (const value of ["__proto__", "constructor", "prototype"]) {
      expect(check(anEvent(naming(value)))).toBe(`${name} is a reserved word`);
    }
  });
});
