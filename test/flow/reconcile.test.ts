import { describe, expect, it } from "vitest";
import { assess } from "../../server/core/engine/assess.ts";
import { compileLibrary } from "../../server/core/matching/compile.ts";
import { newUnit } from "../../server/core/new-unit.ts";
import { hashId } from "../../server/lib/ids.ts";
import { aDelivery, aMatch, aPattern, aPerson, aTenant, NOON } from "../builders.ts";

const tools = { hash: hashId, assume: "real" } as const;

/** What the person's messages count as, once the unit was told that the tables have this delivery. */
function countedAs(changes: Parameters<typeof aDelivery>[0]) {
  const unit = newUnit("t1", "account/acme");
  unit.clock = NOON;
  unit.persons.set("u1", aPerson());
  const delivery = aDelivery({ unit: unit.id, person: "u1", match: "", createdAt: NOON, ...changes });
  const served = { persons: [], matches: [], deliveries: [delivery], alerts: [], judgements: [] };
  const control = { kind: "reconcile", engine: 2, served } as const;
  assess(unit, aTenant(), 1, NOON + 1_000, { control }, tools);
  return unit.persons.get("u1")?.messages.map(({ state, dry }) => ({ state, dry }));
}

describe("a message that the tables have, told to a unit after an upgrade", () => {
  it.each([
    ["waits", { status: "queued" }, "reserved"],
    ["left", { status: "sent", sentAt: NOON }, "sent"],
    ["is in doubt", { status: "in_doubt", claimedAt: NOON }, "in_doubt"],
    ["was given up", { status: "unknown", claimedAt: NOON }, "in_doubt"],
    ["failed", { status: "failed" }, "void"],
    ["was taken back", { status: "suppressed" }, "void"],
  ] as const)("counts as it is: one that %s", (_name, changes, state) => {
    expect(countedAs(changes)).toEqual([{ state, dry: false }]);
  });

  it("counts in dry run when it was decided there, and not when it was kept back as it was to leave", () => {
    expect(countedAs({ status: "dry_run", sentAt: NOON })).toEqual([{ state: "sent", dry: true }]);
    expect(countedAs({ status: "dry_run", sentAt: NOON + 500 })).toEqual([{ state: "void", dry: true }]);
  });
});

describe("a match that the tables have and this engine does not see, told to a unit after an upgrade", () => {
  it("bears no score any more, neither of its person nor of the account", () => {
    const unit = newUnit("t1", "account/acme");
    unit.clock = NOON;
    unit.persons.set("u1", aPerson());
    const pattern = aPattern();
    const match = aMatch({ unit: unit.id, key: "person/u1", person: "u1", pattern: pattern.id });
    const served = { persons: [], matches: [match], deliveries: [], alerts: [], judgements: [] };
    const control = { kind: "reconcile", engine: 2, served } as const;

    const effects = assess(
      unit,
      aTenant({ library: compileLibrary([pattern], "1") }),
      1,
      NOON + 1_000,
      { control },
      tools,
    );

    const scores = effects.flatMap((effect) => (effect.kind === "score" ? [effect.row] : []));
    expect(scores.map(({ key, score, band }) => [key, score, band]).sort()).toEqual([
      ["account/acme", 0, "normal"],
      ["person/u1", 0, "normal"],
    ]);
  });
});
