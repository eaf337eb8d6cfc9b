import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScoreRow } from "../../../server/core/effect.ts";
import { HOUR } from "../../../server/core/time.ts";
import type { Page, RiskQuery, RiskRow, Store } from "../../../server/store/contract.ts";
import { anAccount, NOON } from "../../builders.ts";
import { aScore, effects } from "../batches.ts";
import { fresh, type Open } from "./opened.ts";

const keys = ({ rows }: Page<RiskRow>) => rows.map(({ key }) => key);

async function allPages(store: Store, query: RiskQuery): Promise<readonly RiskRow[]> {
  const rows: RiskRow[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page<RiskRow> = await store.risks("t1", { ...query, ...(after === null ? {} : { after }) });
    rows.push(...page.rows);
    if (page.next === null) return rows;
    after = page.next;
  }
}

function scoreFor(id: string, score: number, changes: Partial<ScoreRow> = {}): ScoreRow {
  return aScore({ unit: `account/${id}`, key: `account/${id}`, score, ...changes });
}

export function risksContract(open: Open): void {
  describe("risk scores", () => {
    const db = fresh(open);
    const write = (...rows: readonly ScoreRow[]) =>
      db.store.commit(effects(...rows.map((row) => ({ kind: "score" as const, row }))));

    it("are kept per key as they now are, with the steps worth remembering, newest first", async () => {
      const first = aScore({ at: NOON, score: 20 });
      const small = aScore({ at: NOON + 1, score: 21, history: false });
      const second = aScore({ at: NOON + HOUR, score: 70 });
      await write(first, small, second, aScore({ key: "account/other" }));

      expect(await db.store.score("t1", "account/acme")).toEqual({ ...second, history: false });
      expect(await db.store.scoreHistory("t1", "account/acme", 0, 10)).toEqual([second, first]);
      expect(await db.store.scoreHistory("t1", "account/acme", NOON + 1, 10)).toEqual([second]);
      expect(await db.store.scoreHistory("t1", "account/acme", 0, 1)).toEqual([second]);
      expect(await db.store.score("t1", "account/nobody")).toBeNull();
    });

    it("tell each step by what changed, and the score as it is by its largest part", async () => {
      await write(aScore({ why: "a declined payment", change: "resolved: 5 rate-limit errors" }));

      expect(await db.store.score("t1", "account/acme")).toMatchObject({ why: "a declined payment" });
      expect(await db.store.scoreHistory("t1", "account/acme", 0, 10)).toMatchObject([
        { why: "resolved: 5 rate-limit errors" },
      ]);
    });

    it("are listed highest first with what is known of the account, before or after the score", async () => {
      const account = anAccount({ id: "acme", name: "Acme Rockets", segment: "enterprise", owner: "bo" });
      await db.store.commit(
        effects({ kind: "account", tenant: "t1", unit: "account/acme", row: anAccount() }),
      );
      await write(scoreFor("acme", 85), scoreFor("globex", 85), scoreFor("initech", 90));
      await write(aScore({ key: "person/u1", score: 50 }));
      await db.store.commit(effects({ kind: "account", tenant: "t1", unit: "account/acme", row: account }));

      const { rows } = await db.store.risks("t1", {});

      expect(rows.map(({ key, score }) => [key, score])).toEqual([
        ["account/initech", 90],
        ["account/acme", 85],
        ["account/globex", 85],
        ["person/u1", 50],
      ]);
      expect(rows[1]).toEqual({
        key: "account/acme",
        unit: "account/acme",
        score: 85,
        band: "critical",
        at: NOON,
        why: "12 rate-limit errors",
        name: "Acme Rockets",
        segment: "enterprise",
        owner: "bo",
      });
      expect(rows[3]).toMatchObject({ name: null, segment: "enterprise", owner: "bo" });
    });

    it("are found by band, kind, segment, owner, pattern and name", async () => {
      const known = (id: string, name: string, segment: string) => ({
        kind: "account" as const,
        tenant: "t1",
        unit: `account/${id}`,
        row: anAccount({ id, name, segment, owner: `owner of ${id}` }),
      });
      await db.store.commit(
        effects(
          known("a1", "First Bank", "smb"),
          known("a2", 'Bänk & Söhne "Zwei"', "smb"),
          known("a3", "Rockets", "enterprise"),
        ),
      );
      const other = { ...scoreFor("a3", 40) };
      const contributions = other.contributions.map((each) => ({ ...each, pattern: "P-003" }));
      await write(scoreFor("a1", 90), scoreFor("a2", 40), { ...other, contributions });
      await write(aScore({ unit: "account/a1", key: "person/u1", score: 35 }));

      const found = async (query: RiskQuery) => keys(await db.store.risks("t1", query));
      expect(await found({ band: "watch" })).toEqual(["account/a2", "account/a3", "person/u1"]);
      expect(await found({ kind: "person" })).toEqual(["person/u1"]);
      expect(await found({ segment: "smb", kind: "account" })).toEqual(["account/a1", "account/a2"]);
      expect(await found({ owner: "owner of a3" })).toEqual(["account/a3"]);
      expect(await found({ pattern: "P-003" })).toEqual(["account/a3"]);
      expect(await found({ pattern: "P-001", kind: "account" })).toEqual(["account/a1", "account/a2"]);
      expect(await found({ name: "BANK" })).toEqual(["account/a1"]);
      expect(await found({ name: 'öhne "z' })).toEqual(["account/a2"]);
      expect(await found({ name: "ro" })).toEqual(["account/a3"]);
      expect(await found({ name: "rockets", band: "critical" })).toEqual([]);
      expect(await found({ name: "rockets", pattern: "P-003" })).toEqual(["account/a3"]);
      expect(await found({ name: "nobody" })).toEqual([]);
      expect(keys(await db.store.risks("t2", {}))).toEqual([]);
    });

    it("name the owners and segments there are, each once, of this tenant alone", async () => {
      const account = (id: string, changes: object) =>
        ({
          kind: "account",
          tenant: "t1",
          unit: `account/${id}`,
          row: anAccount({ id, ...changes }),
        }) as const;
      await db.store.commit(
        effects(
          account("a1", { owner: "dana", segment: "enterprise" }),
          account("a2", { owner: "bo", segment: "enterprise" }),
          account("a3", { owner: "dana", segment: null }),
          account("a4", { owner: null, segment: "small" }),
          account("quiet", { owner: "nobody at risk" }),
        ),
      );
      await write(...["a1", "a2", "a3", "a4"].map((id, i) => scoreFor(id, 40 + i)));

      expect(await db.store.riskFilters("t1")).toEqual({
        owners: ["bo", "dana"],
        segments: ["enterprise", "small"],
      });
      expect(await db.store.riskFilters("t2")).toEqual({ owners: [], segments: [] });
    });

    it("follow a score that changes, in every list", async () => {
      await write(scoreFor("a1", 90), scoreFor("a2", 50));
      await write(scoreFor("a1", 10));
      await write({ ...scoreFor("a2", 0), contributions: [] });

      expect(keys(await db.store.risks("t1", {}))).toEqual(["account/a1", "account/a2"]);
      expect(keys(await db.store.risks("t1", { band: "critical" }))).toEqual([]);
      expect(keys(await db.store.risks("t1", { pattern: "P-001" }))).toEqual(["account/a1"]);
    });

    it("come in pages that together are the sorted whole, whatever is asked for", async () => {
      const row = fc.record({
        id: fc.integer({ min: 1, max: 30 }),
        score: fc.integer({ min: 0, max: 100 }),
        person: fc.boolean(),
        pattern: fc.constantFrom("P-001", "P-003"),
      });
      const query = fc.record({
        limit: fc.integer({ min: 1, max: 9 }),
        kind: fc.constantFrom(undefined, "account" as const, "person" as const),
        band: fc.constantFrom(undefined, "watch" as const, "normal" as const),
        pattern: fc.constantFrom(undefined, "P-001"),
      });
      const { store, dispose } = await open();
      const current = new Map<string, ScoreRow>();
      const check = async (rows: (typeof row extends fc.Arbitrary<infer R> ? R : never)[], asked: object) => {
        for (const { id, score, person, pattern } of rows) {
          const key = person ? `person/u${id}` : `account/a${id}`;
          const plain = aScore({ unit: `account/a${id}`, key, score });
          const contributions = plain.contributions.map((each) => ({ ...each, pattern }));
          current.set(key, { ...plain, contributions });
        }
        await store.commit(
          effects(...[...current.values()].map((each) => ({ kind: "score" as const, row: each }))),
        );
        const wanted = Object.fromEntries(
          Object.entries(asked).filter(([, value]) => value !== undefined),
        ) as RiskQuery;
        const expected = [...current.values()]
          .filter(
            ({ key, band, contributions }) =>
              (wanted.kind === undefined || key.startsWith(wanted.kind)) &&
              (wanted.band === undefined || band === wanted.band) &&
              (wanted.pattern === undefined || contributions.some((each) => each.pattern === wanted.pattern)),
          )
          .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
        expect((await allPages(store, wanted)).map(({ key }) => key)).toEqual(expected.map(({ key }) => key));
      };
      try {
        await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 15 }), query, check), {
          numRuns: 40,
          seed: 3,
        });
      } finally {
        await dispose();
      }
    });
  });
}
