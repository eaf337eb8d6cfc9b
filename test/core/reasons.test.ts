import { expect, it } from "vitest";
import { REASONS } from "../../server/core/decision.ts";
import { customerWords, personWords, reasonWords } from "../../server/core/reasons.ts";

it.each(REASONS)("has words for %s that go on after a colon and need no manual", (reason) => {
  expect(reasonWords(reason)).toMatch(/^[a-z][^_]+[^.]$/);
  expect(reasonWords(reason)).not.toBe(reason);
});

it("calls a customer by the account's name, else by its id, else by the person", () => {
  expect(customerWords({ account: "a1", person: "u1" }, "Alpha Ltd")).toBe("Alpha Ltd");
  expect(customerWords({ account: "a1", person: "u1" }, null)).toBe("a1");
  expect(customerWords({ account: null, person: "u1" }, null)).toBe("u1");
  expect(customerWords({ account: null, person: null }, null)).toBeNull();
});

it("does not call anybody by the session of a page", () => {
  expect(personWords("anonymous:e7500607")).toBe("a visitor who is not logged in");
});
