import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogInput } from "../../../server/store/contract.ts";
import { NOON } from "../../builders.ts";
import { aBatch, aControl, anInput, SWITCHED_OFF } from "../batches.ts";
import { fresh, type Open } from "./opened.ts";

export function logContract(open: Open): void {
  describe("the input log", () => {
    const db = fresh(open);

    it("gives back what was committed, in order, as it was", async () => {
      const inputs = [
        anInput(1, { clamped: true, reception: "r1" }),
        anInput(2, { account: null, data: {} }),
        anInput(4, { backfill: true, person: null, data: { consent: { email: true }, roles: ["admin"] } }),
        aControl(7, "account/acme", { kind: "tick" }),
        aControl(9, null, SWITCHED_OFF),
      ];

      await db.store.commit(aBatch({ inputs }));

      expect(await db.store.inputs({ after: 0, limit: 10 })).toEqual(inputs);
      expect(await (await db.reopen()).inputs({ after: 0, limit: 10 })).toEqual(inputs);
    });

    it("keeps an event that differs from its unit and input in account and time of receipt", async () => {
      const usual = anInput(1, { account: "acme" });
      const odd: LogInput = {
        ...usual,
        unit: "person/u1",
        shard: anInput(1, { account: null }).shard,
        receivedAt: NOON + 99,
      };

      await db.store.commit(aBatch({ inputs: [odd] }));

      expect(await db.store.inputs({ after: 0, limit: 1 })).toEqual([odd]);
    });

    it("keeps which version of the tenant a record was judged under, where it names one", async () => {
      const inputs = [{ ...anInput(1), judgedUnder: 7 }, { ...anInput(2), judgedUnder: 0 }, anInput(3)];

      await db.store.commit(aBatch({ inputs }));

      expect(await db.store.inputs({ after: 0, limit: 10 })).toEqual(inputs);
    });

    it("narrows to a tenant, to its own records, or to a unit with them", async () => {
      const inputs = [
        anInput(1),
        aControl(2, null, SWITCHED_OFF),
        anInput(3, { account: "globex" }),
        anInput(4, { tenant: "t2" }),
        anInput(5),
        aControl(6, null, SWITCHED_OFF, "t2"),
      ];
      await db.store.commit(aBatch({ inputs }));
      const seqs = async (query: Omit<Parameters<typeof db.store.inputs>[0], "after" | "limit">) =>
        (await db.store.inputs({ after: 0, limit: 10, ...query })).map(({ seq }) => seq);

      expect(await seqs({ tenant: "t1" })).toEqual([1, 2, 3, 5]);
      expect(await seqs({ tenant: "t1", tenantWide: true })).toEqual([2]);
      expect(await seqs({ tenantWide: true })).toEqual([2, 6]);
      expect(await seqs({ tenant: "t1", unit: "account/acme" })).toEqual([1, 2, 5]);
      expect(await seqs({ tenant: "t2", unit: "account/acme" })).toEqual([4, 6]);
      expect(await seqs({ tenant: "t3", unit: "account/acme" })).toEqual([]);
    });

    it("knows the identities of its events, per tenant and source", async () => {
      await db.store.commit(aBatch({ inputs: [anInput(1)] }));
      const asked = [
        { tenant: "t1", source: "api-gateway", id: "e1" },
        { tenant: "t1", source: "api-gateway", id: "e2" },
        { tenant: "t1", source: "sentry", id: "e1" },
        { tenant: "t2", source: "api-gateway", id: "e1" },
      ];

      expect(await db.store.known(asked)).toEqual(new Set(["t1\u0000api-gateway\u0000e1"]));
      expect(await (await db.reopen()).known(asked)).toEqual(new Set(["t1\u0000api-gateway\u0000e1"]));
    });

    it("refuses an event twice, with all that came with it", async () => {
      await db.store.commit(aBatch({ inputs: [anInput(1)] }));

      const again = db.store.commit(aBatch({ inputs: [anInput(2), anInput(3, { id: "e1" })] }));

      await expect(again).rejects.toMatchObject({ name: "StoreUnavailable" });
      expect(await db.store.lastSeq()).toBe(1);
      expect((await db.store.known([{ tenant: "t1", source: "api-gateway", id: "e2" }])).size).toBe(0);
    });

    it("writes nothing of a batch of which one record cannot be written", async () => {
      const broken = { ...anInput(1), seq: Number.NaN };

      await expect(db.store.commit(aBatch({ inputs: [anInput(2), broken] }))).rejects.toMatchObject({
        name: "StoreUnavailable",
      });

      expect(await db.store.inputs({ after: 0, limit: 10 })).toEqual([]);
      await db.store.commit(aBatch({ inputs: [anInput(2)] }));
      expect(await db.store.lastSeq()).toBe(2);
    });

    it("says whether it could write, and where log and checkpoint stand", async () => {
      expect([await db.store.probe(), await db.store.lastSeq(), await db.store.checkpoint()]).toEqual([
        true,
        0,
        0,
      ]);

      await db.store.commit(aBatch({ inputs: [anInput(41), anInput(57)] }));
      await db.store.setCheckpoint(41);

      const again = await db.reopen();
      expect([await again.lastSeq(), await again.checkpoint()]).toEqual([57, 41]);
    });

    it("shows events newest first, page by page, by account, person, unit and time", async () => {
      const inputs = [
        anInput(1),
        anInput(2, { account: "globex", person: "u1" }),
        anInput(3, { person: "u2" }),
        aControl(4, "account/acme", { kind: "tick" }),
        anInput(5, { account: null }),
        anInput(6),
        anInput(7, { tenant: "t2" }),
      ];
      await db.store.commit(aBatch({ inputs }));
      const ids = async (query: Parameters<typeof db.store.events>[1]) =>
        (await db.store.events("t1", query)).rows.map(({ id }) => id);

      expect(await ids({})).toEqual(["e6", "e5", "e3", "e2", "e1"]);
      expect(await ids({ account: "acme" })).toEqual(["e6", "e3", "e1"]);
      expect(await ids({ person: "u1" })).toEqual(["e6", "e5", "e2", "e1"]);
      expect(await ids({ person: "u1", account: "acme" })).toEqual(["e6", "e1"]);
      expect(await ids({ unit: "person/u1" })).toEqual(["e5"]);
      expect(await ids({ since: NOON + 2, until: NOON + 5 })).toEqual(["e5", "e3", "e2"]);

      const first = await db.store.events("t1", { person: "u1", limit: 3 });
      const rest = await db.store.events("t1", { person: "u1", limit: 3, after: first.next ?? "" });
      expect([first.rows.length, rest.rows.map(({ id }) => id), rest.next]).toEqual([3, ["e1"], null]);
    });

    it("answers like a plain list, whatever was committed in whatever portions", async () => {
      const record = fc.record({
        tenant: fc.constantFrom("t1", "t2"),
        account: fc.constantFrom("a", "b", "c"),
        person: fc.constantFrom("u1", "u 2", null),
        step: fc.integer({ min: 1, max: 3 }),
        batchEnds: fc.boolean(),
        reopens: fc.integer({ min: 0, max: 40 }),
      });
      const run = async (records: readonly (typeof record extends fc.Arbitrary<infer R> ? R : never)[]) => {
        const { store: given, reopen, dispose } = await open();
        let store = given;
        try {
          const plain: LogInput[] = [];
          let batch: LogInput[] = [];
          for (const { tenant, account, person, step, batchEnds, reopens } of records) {
            const seq = ((batch.at(-1) ?? plain.at(-1))?.seq ?? 0) + step;
            batch.push(anInput(seq, { tenant, account, person }));
            if (!batchEnds) continue;
            await store.commit(aBatch({ inputs: batch }));
            plain.push(...batch);
            batch = [];
            if (reopens === 0) store = await reopen();
          }
          await compare(store, plain);
        } finally {
          await dispose();
        }
      };
      await fc.assert(fc.asyncProperty(fc.array(record, { maxLength: 120 }), run), { numRuns: 25, seed: 1 });
    });
  });
}

/** Everything one can ask of the log, against the list of what was committed. */
async function compare(store: Awaited<ReturnType<Open>>["store"], plain: readonly LogInput[]): Promise<void> {
  const half = plain[Math.floor(plain.length / 2)]?.seq ?? 0;
  for (const tenant of ["t1", "t2"]) {
    for (const account of ["a", "b", "c"]) {
      const unit = `account/${account}`;
      const own = plain.filter((input) => input.tenant === tenant && input.unit === unit);
      expect(await store.inputs({ after: 0, limit: 500, tenant, unit })).toEqual(own);
      expect(await store.inputs({ after: half, limit: 3, tenant, unit })).toEqual(
        own.filter(({ seq }) => seq > half).slice(0, 3),
      );
      expect((await store.events(tenant, { account })).rows).toEqual(eventsOf(own).reverse());
    }
    for (const person of ["u1", "u 2"]) {
      const theirs = eventsOf(plain).filter((event) => event.tenant === tenant && event.person === person);
      expect((await store.events(tenant, { person })).rows).toEqual(theirs.reverse());
    }
  }
  const known = await store.known(eventsOf(plain));
  expect(known.size).toBe(plain.length);
}

const eventsOf = (inputs: readonly LogInput[]) =>
  inputs.flatMap(({ body }) => ("event" in body ? [body.event] : []));
