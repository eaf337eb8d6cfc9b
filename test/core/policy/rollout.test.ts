import { expect, test } from "vitest";
import { inHoldout, inRollout } from "../../../server/core/policy/rollout.ts";
import { DRY_RUN, type Rollout } from "../../../server/core/tenant.ts";
import { aLoner, anAccount, aPerson, aTenant, aUnit } from "../../builders.ts";

const live = (rollout: Partial<Rollout>) => aTenant({ rollout: { ...DRY_RUN, ...rollout } });
const accounts = Array.from({ length: 2_000 }, (_, index) =>
  aUnit({ id: `account/a${index}`, account: anAccount({ id: `a${index}` }) }),
);

test("a new tenant is in dry run for everybody", () => {
  expect(accounts.some((unit) => inRollout(live({}), unit))).toBe(false);
});

test("live for all is live for persons without an account too", () => {
  expect(inRollout(live({ all: true }), aLoner())).toBe(true);
});

test("live for named accounts leaves the others in dry run", () => {
  const tenant = live({ accounts: ["acme"] });

  expect(inRollout(tenant, aUnit())).toBe(true);
  expect(inRollout(tenant, aUnit({ id: "account/b", account: anAccount({ id: "b" }) }))).toBe(false);
});

test("live for a segment", () => {
  const tenant = live({ segments: ["enterprise"] });

  expect(inRollout(tenant, aUnit({ account: anAccount({ segment: "enterprise" }) }))).toBe(true);
  expect(inRollout(tenant, aUnit({ account: anAccount({ segment: null }) }))).toBe(false);
  expect(inRollout(tenant, aLoner())).toBe(false);
});

test("a percentage takes about that share, and a larger one keeps those already in", () => {
  const tenth = accounts.filter((unit) => inRollout(live({ percent: 10 }), unit));
  const half = new Set(accounts.filter((unit) => inRollout(live({ percent: 50 }), unit)));

  expect(tenth.length).toBeGreaterThan(150);
  expect(tenth.length).toBeLessThan(250);
  expect(tenth.every((unit) => half.has(unit))).toBe(true);
  expect(accounts.every((unit) => inRollout(live({ percent: 100 }), unit))).toBe(true);
});

test("an excluded account is in dry run even when everybody is live", () => {
  expect(inRollout(aTenant({ settings: { excluded: ["acme"] } }), aUnit())).toBe(false);
});

test("the holdout takes about its share of accounts, independently of the rollout", () => {
  const tenant = aTenant({
    settings: { holdout: { percent: 10, salt: "s" } },
    rollout: { ...DRY_RUN, percent: 50 },
  });
  const held = accounts.filter((unit) => inHoldout(tenant, unit));
  const heldAndLive = held.filter((unit) => inRollout(tenant, unit));

  expect(held.length).toBeGreaterThan(150);
  expect(held.length).toBeLessThan(250);
  expect(heldAndLive.length).toBeGreaterThan(held.length * 0.35);
  expect(heldAndLive.length).toBeLessThan(held.length * 0.65);
});

test("everybody of an account is in the same group, and persons without one are drawn alone", () => {
  const tenant = aTenant({ settings: { holdout: { percent: 50, salt: "s" } } });
  const alone = ["u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8"].map((id) =>
    inHoldout(tenant, aLoner(aPerson({ id }))),
  );

  expect(inHoldout(tenant, aUnit({ persons: [aPerson({ id: "x" })] }))).toBe(inHoldout(tenant, aUnit()));
  expect(new Set(alone)).toEqual(new Set([true, false]));
});

test("another salt draws another holdout", () => {
  const group = (salt: string) =>
    accounts.map((unit) => inHoldout(aTenant({ settings: { holdout: { percent: 50, salt } } }), unit));

  expect(group("one")).not.toEqual(group("two"));
});
