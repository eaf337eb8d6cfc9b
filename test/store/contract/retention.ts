import { describe, expect, it } from "vitest";
import { DAY } from "../../../server/core/time.ts";
import type { FeatureRow } from "../../../server/store/contract.ts";
import { aMatch, NOON } from "../../builders.ts";
import { aBatch, aControl, anInput, aReception, effects, SWITCHED_OFF } from "../batches.ts";
import { fresh, type Open } from "./opened.ts";

const old = (seq: number, changes: Parameters<typeof anInput>[1] = {}) =>
  anInput(seq, { time: NOON + seq, receivedAt: NOON + seq, ...changes });

const feature = (id: string, changes: Partial<FeatureRow> = {}): FeatureRow => ({
  id,
  tenant: "t1",
  pseudonym: "p",
  at: NOON,
  kind: "match",
  pattern: "P-001",
  segment: "smb",
  features: { errors: 12, plan: null },
  label: null,
  ...changes,
});

export function retentionContract(open: Open): void {
  describe("retention", () => {
    const db = fresh(open);

    it("turns raw events older than 90 days into daily counts", async () => {
      const inputs = [
        old(1),
        old(2),
        old(3, { person: null, type: "auth.login_failed" }),
        old(4, { time: NOON - DAY }),
        old(5, { account: "globex" }),
        old(6, { receivedAt: NOON + 60 * DAY, time: NOON + 60 * DAY }),
      ];
      await db.store.commit(aBatch({ inputs, receptions: [aReception()] }));
      await db.store.setCheckpoint(6);

      const removed = await db.store.retain(NOON + 91 * DAY);

      expect(removed.events).toBe(5);
      expect((await db.store.inputs({ after: 0, limit: 10 })).map(({ seq }) => seq)).toEqual([6]);
      expect((await db.store.events("t1", {})).rows.map(({ id }) => id)).toEqual(["e6"]);
      const row = {
        day: "2026-03-02",
        unit: "account/acme",
        person: "u1",
        type: "api.request_failed",
        count: 2,
      };
      const { rows } = await db.store.dailyAggregates("t1", { account: "acme" });
      expect(rows).toEqual([
        row,
        { ...row, person: null, type: "auth.login_failed", count: 1 },
        { ...row, day: "2026-03-01", count: 1 },
      ]);
      const all = await db.store.dailyAggregates("t1", { limit: 3 });
      const rest = await db.store.dailyAggregates("t1", { after: all.next ?? "" });
      expect([all.rows.length, rest.rows.length, rest.next]).toEqual([3, 1, null]);
      expect((await db.store.dailyAggregates("t1", { person: "u1", since: NOON })).rows).toHaveLength(2);
      expect((await db.store.dailyAggregates("t2", {})).rows).toEqual([]);
    });

    it("adds to the counts of a day that has some", async () => {
      await db.store.commit(aBatch({ inputs: [old(1)] }));
      await db.store.setCheckpoint(1);
      await db.store.retain(NOON + 91 * DAY);
      await db.store.commit(aBatch({ inputs: [old(2)] }));
      await db.store.setCheckpoint(2);
      await db.store.retain(NOON + 91 * DAY);

      expect((await db.store.dailyAggregates("t1", {})).rows.map(({ count }) => count)).toEqual([2]);
    });

    it("leaves what no snapshot contains yet, and what people said", async () => {
      const preference = {
        kind: "preference",
        person: "u1",
        change: { kind: "stop" },
        actor: "customer",
        reason: "asked",
      } as const;
      const inputs = [
        old(1),
        aControl(2, "account/acme", { kind: "tick" }),
        aControl(3, "account/acme", preference),
        aControl(4, null, SWITCHED_OFF),
        old(5),
      ];
      await db.store.commit(aBatch({ inputs }));
      await db.store.setCheckpoint(4);

      expect((await db.store.retain(NOON + 91 * DAY)).events).toBe(1);

      const left = await db.store.inputs({ after: 0, limit: 10, tenant: "t1", unit: "account/acme" });
      expect(left.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    });

    it("never gives out a position again that was removed", async () => {
      await db.store.commit(aBatch({ inputs: [old(1), old(8)] }));
      await db.store.setCheckpoint(8);
      await db.store.retain(NOON + 91 * DAY);

      const store = await db.reopen();
      expect(await store.inputs({ after: 0, limit: 10 })).toEqual([]);
      expect(await store.lastSeq()).toBe(8);
      await expect(store.commit(aBatch({ inputs: [old(8, { id: "new" })] }))).rejects.toThrow();
    });

    it("knows event identities for 7 days after they came, however old the events were", async () => {
      await db.store.commit(
        aBatch({ inputs: [old(1, { time: NOON - 80 * DAY, receivedAt: NOON - 80 * DAY })] }),
      );
      await db.store.setCheckpoint(1);
      const identity = [{ tenant: "t1", source: "api-gateway", id: "e1" }];

      await db.store.retain(NOON + 6 * DAY);
      expect((await (await db.reopen()).known(identity)).size).toBe(1);

      expect((await db.store.retain(NOON + 8 * DAY)).identities).toBe(1);
      expect((await db.store.known(identity)).size).toBe(0);
    });

    it("keeps feature rows for thirteen months", async () => {
      await db.store.saveFeatures([feature("f1"), feature("f2", { at: NOON + 20 * DAY })]);

      expect((await db.store.retain(NOON + 395 * DAY)).features).toBe(0);
      expect((await db.store.retain(NOON + 397 * DAY)).features).toBe(1);
      expect((await db.store.unlabelledFeatures(NOON + 999 * DAY, 10)).map(({ id }) => id)).toEqual(["f2"]);
    });
  });

  describe("feature rows", () => {
    const db = fresh(open);

    it("are asked for by matches that have none, and by age while they have no label", async () => {
      await db.store.commit(
        effects({ kind: "match", row: aMatch({ id: "m1" }) }, { kind: "match", row: aMatch({ id: "m2" }) }),
      );
      const label = feature("m1");
      const sample = feature("sample:x:2026-03-02", { kind: "sample", at: NOON + 1 });
      await db.store.saveFeatures([label, sample]);

      expect((await db.store.matchesWithoutFeatures(10)).map(({ id }) => id)).toEqual(["m2"]);
      expect(await db.store.unlabelledFeatures(NOON + 9, 10)).toEqual([label, sample]);
      expect(await db.store.unlabelledFeatures(NOON + 1, 10)).toEqual([label]);

      await db.store.saveFeatures([{ ...label, label: 1 }]);
      expect(await db.store.unlabelledFeatures(NOON + 9, 10)).toEqual([sample]);
    });

    it("know a key by a pseudonym of its own in each tenant", async () => {
      const { store } = db;
      expect(await store.pseudonym("t1", "person/u1")).toBe(await store.pseudonym("t1", "person/u1"));
      const all = [
        await store.pseudonym("t1", "person/u1"),
        await store.pseudonym("t2", "person/u1"),
        await store.pseudonym("t1", "u1"),
      ];
      expect(new Set(all).size).toBe(3);
    });
  });
}
