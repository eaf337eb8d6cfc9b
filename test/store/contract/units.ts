import { describe, expect, it } from "vitest";
import { shardOf } from "../../../server/core/hash.ts";
import type { UnitSnapshot } from "../../../server/store/contract.ts";
import { NOON } from "../../builders.ts";
import { fresh, type Open } from "./opened.ts";

function aSnapshot(changes: Partial<UnitSnapshot> = {}): UnitSnapshot {
  const snapshot = {
    tenant: "t1",
    unit: "account/acme",
    seq: 12,
    engine: "1",
    library: "lib-1",
    nextDue: NOON,
    state: Buffer.from("the state of the unit"),
    ...changes,
  };
  return { shard: shardOf(snapshot.tenant, snapshot.unit), ...snapshot };
}

export function unitsContract(open: Open): void {
  describe("snapshots of units", () => {
    const db = fresh(open);

    it("come back as they were saved, the newest of each unit", async () => {
      const old = aSnapshot({ seq: 3 });
      const [acme, globex] = [aSnapshot(), aSnapshot({ unit: "account/globex", nextDue: null })];
      const elsewhere = aSnapshot({ tenant: "t2", state: Buffer.from("another tenant's") });

      await db.store.saveUnits([old]);
      await db.store.saveUnits([acme, globex, elsewhere]);

      const store = await db.reopen();
      expect(await store.loadUnits([acme, globex, { tenant: "t1", unit: "account/nobody" }])).toEqual([
        acme,
        globex,
      ]);
      expect(await store.loadUnits([elsewhere])).toEqual([elsewhere]);
    });

    it("name the units with a timer due, the earliest first", async () => {
      await db.store.saveUnits([
        aSnapshot({ unit: "account/later", nextDue: NOON + 2 }),
        aSnapshot({ unit: "account/now", nextDue: NOON }),
        aSnapshot({ unit: "account/never", nextDue: null }),
        aSnapshot({ unit: "account/before", nextDue: NOON - 1, tenant: "t2" }),
      ]);

      expect(await db.store.dueUnits(NOON, 10)).toEqual([
        { tenant: "t2", unit: "account/before" },
        { tenant: "t1", unit: "account/now" },
      ]);
      expect(await db.store.dueUnits(NOON + 9, 1)).toEqual([{ tenant: "t2", unit: "account/before" }]);
    });

    it("name a tenant's units that are older than a position, page by page", async () => {
      await db.store.saveUnits([
        aSnapshot({ unit: "account/c", seq: 3 }),
        aSnapshot({ unit: "account/a", seq: 1 }),
        aSnapshot({ unit: "account/new", seq: 9 }),
        aSnapshot({ unit: "account/b", seq: 2 }),
        aSnapshot({ unit: "account/other", seq: 1, tenant: "t2" }),
      ]);
      const page = (after: string) => db.store.unitsBefore("t1", { seq: 9, after, limit: 2 });

      expect(await page("")).toEqual(["account/a", "account/b"]);
      expect(await page("account/b")).toEqual(["account/c"]);
      expect(await page("account/c")).toEqual([]);
    });
  });
}
