import { expect, test } from "vitest";
import type { Pattern } from "../../../server/core/pattern.ts";
import { recipientsOf } from "../../../server/core/policy/recipient.ts";
import type { Unit } from "../../../server/core/unit.ts";
import { aMatch, anAccount, aPattern, aPerson, aUnit } from "../../builders.ts";

const idsOf = (unit: Unit, pattern: Partial<Pattern>, person: string | null = "u1") =>
  recipientsOf(aMatch({ person }), aPattern(pattern), unit).map(({ id }) => id);

test("the actor is the person in most of the match's events, and nobody else", () => {
  expect(
    idsOf(aUnit({ persons: [aPerson({ id: "u1" }), aPerson({ id: "u2" })] }), { recipient: "actor" }),
  ).toEqual(["u1"]);
});

test("nobody is chosen when the match knows no person", () => {
  expect(idsOf(aUnit(), { recipient: "actor" }, null)).toEqual([]);
});

test("contacts the account names come before persons who have the role", () => {
  const unit = aUnit({
    account: anAccount({ contacts: { technical: ["named"] } }),
    persons: [aPerson({ id: "a", roles: ["technical"] }), aPerson({ id: "named" })],
  });

  expect(idsOf(unit, { recipient: "technical" })).toEqual(["named", "a"]);
});

test("of one role at most two are tried", () => {
  const unit = aUnit({ persons: ["c", "b", "a"].map((id) => aPerson({ id, roles: ["billing"] })) });

  expect(idsOf(unit, { recipient: "billing" })).toEqual(["a", "b"]);
});

test("a contact whose person is not known is passed over", () => {
  const unit = aUnit({ account: anAccount({ contacts: { admin: ["gone", "u1"] } }) });

  expect(idsOf(unit, { recipient: "admin" })).toEqual(["u1"]);
});

test("the fallback role follows, and nobody is tried twice", () => {
  const unit = aUnit({
    persons: [
      aPerson({ id: "bill", roles: ["billing"] }),
      aPerson({ id: "both", roles: ["billing", "admin"] }),
      aPerson({ id: "root", roles: ["admin"] }),
    ],
  });

  expect(idsOf(unit, { recipient: "billing", recipientFallback: "admin" })).toEqual(["bill", "both", "root"]);
});

test("the fallback role alone, when nobody has the first", () => {
  const unit = aUnit({ persons: [aPerson({ id: "u1" }), aPerson({ id: "root", roles: ["admin"] })] });

  expect(idsOf(unit, { recipient: "billing", recipientFallback: "admin" })).toEqual(["root"]);
});

test("a pattern without a fallback role ends with its own", () => {
  const unit = aUnit({ persons: [aPerson({ id: "root", roles: ["admin"] })] });

  expect(idsOf(unit, { recipient: "billing" })).toEqual([]);
});
