import { describe, expect, it } from "vitest";
import type { Effect } from "../../../server/core/effect.ts";
import { aDelivery, aMatch, aPerson } from "../../builders.ts";
import { aDecision, anAlert, effects } from "../batches.ts";
import { fresh, type Open } from "./opened.ts";

const UNIT = "account/acme";
const NOBODY = { persons: [], matches: [], deliveries: [] };
const match = (id: string, changes: Parameters<typeof aMatch>[0] = {}): Effect => ({
  kind: "match",
  row: aMatch({ id, unit: UNIT, state: "closed", ...changes }),
});
const delivery = (id: string, changes: Parameters<typeof aDelivery>[0] = {}): Effect => ({
  kind: "delivery",
  row: aDelivery({ id, unit: UNIT, status: "sent", ...changes }),
});
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

export function servedContract(open: Open): void {
  describe("what was served to a unit", () => {
    const db = fresh(open);

    it("names its matches that are open, have a message on its way, or are asked for", async () => {
      await db.store.commit(
        effects(
          match("open", { state: "open" }),
          match("over"),
          match("asked for"),
          match("waited for"),
          match("elsewhere", { state: "open", unit: "account/globex" }),
          delivery("d1", { match: "waited for", status: "in_doubt" }),
          delivery("d2", { match: "over" }),
        ),
      );

      const served = await db.store.served("t1", UNIT, { ...NOBODY, matches: ["asked for", "unknown"] });

      expect(ids(served.matches)).toEqual(["open", "asked for", "waited for"]);
      expect(await db.store.served("t2", UNIT, NOBODY)).toEqual({
        persons: [],
        matches: [],
        deliveries: [],
        alerts: [],
        judgements: [],
      });
    });

    it("has all deliveries of these, alerts and numbers of decisions, and none that went to another unit", async () => {
      await db.store.commit(
        effects(
          match("m", { state: "open" }),
          delivery("sent", { match: "m" }),
          delivery("taken back", { match: "m", status: "suppressed" }),
          delivery("moved", { match: "m", unit: "account/globex" }),
          { kind: "alert", row: anAlert({ id: "done", match: "m", state: "resolved" }) },
          { kind: "alert", row: anAlert({ id: "of another", match: "other" }) },
          { kind: "decision", row: aDecision({ id: "1", match: "m" }) },
          { kind: "decision", row: aDecision({ id: "2", match: "m" }) },
          { kind: "decision", row: aDecision({ id: "3", match: "other" }) },
        ),
      );

      const served = await db.store.served("t1", UNIT, NOBODY);

      expect(ids(served.deliveries)).toEqual(["sent", "taken back"]);
      expect(ids(served.alerts)).toEqual(["done"]);
      expect(served.judgements).toEqual([["m", 2]]);
    });

    it("has what belongs to no match: deliveries that wait or are asked for, and open alerts", async () => {
      await db.store.commit(
        effects(
          delivery("waits", { match: "", status: "queued" }),
          delivery("asked for", { match: "" }),
          delivery("long over", { match: "" }),
          delivery("of another", { match: "", status: "queued", unit: "account/globex" }),
          { kind: "alert", row: anAlert({ id: "open", match: null }) },
          { kind: "alert", row: anAlert({ id: "resolved", match: null, state: "resolved" }) },
          { kind: "alert", row: anAlert({ id: "of another", match: null, unit: "account/globex" }) },
        ),
      );

      const served = await db.store.served("t1", UNIT, { ...NOBODY, deliveries: ["asked for"] });

      expect(ids(served.deliveries).sort()).toEqual(["asked for", "waits"]);
      expect(ids(served.alerts)).toEqual(["open"]);
    });

    it("has the people that are asked for, as the unit has them", async () => {
      const person = (id: string, unit: string): Effect => ({
        kind: "person",
        tenant: "t1",
        unit,
        row: aPerson({ id, tier: unit }),
      });
      await db.store.commit(effects(person("u1", UNIT), person("u2", UNIT), person("u1", "account/globex")));

      const served = await db.store.served("t1", UNIT, { ...NOBODY, persons: ["u1", "nobody"] });

      expect(served.persons).toEqual([aPerson({ id: "u1", tier: UNIT })]);
    });
  });

  describe("the engine that judges", () => {
    const db = fresh(open);

    it("is unknown until one says so, and then stays known", async () => {
      expect(await db.store.judgedBy()).toBeNull();

      await db.store.setJudgedBy({ engine: 2, judgedBefore: 99 });

      expect(await db.store.judgedBy()).toEqual({ engine: 2, judgedBefore: 99 });
      expect(await (await db.reopen()).judgedBy()).toEqual({ engine: 2, judgedBefore: 99 });
    });
  });
}
