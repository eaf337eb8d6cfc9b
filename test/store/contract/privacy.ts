import { describe, expect, it } from "vitest";
import { keyValue, personKey } from "../../../server/core/keys.ts";
import type { FeatureRow, Store } from "../../../server/store/contract.ts";
import { aMatch, aPerson, NOON } from "../../builders.ts";
import { aBatch, anInput, effects, NOTHING_LEFT } from "../batches.ts";
import { aLife, CANARY, OTHER } from "./a-life.ts";
import { fresh, type Open } from "./opened.ts";

const { person } = CANARY;
const WORDS: readonly string[] = Object.values(CANARY);

const aFeature = (changes: Partial<FeatureRow>): FeatureRow => ({
  ...{ id: "m1", tenant: "t1", pseudonym: "p", at: NOON, kind: "match", pattern: "P-001", segment: null },
  ...{ features: { errors: 12 }, label: null },
  ...changes,
});

/** All that a store says about a tenant, as one text. */
async function everythingOf(store: Store, tenant: string): Promise<string> {
  const rows: string[] = [];
  for await (const row of store.exportTenant(tenant)) rows.push(JSON.stringify(row));
  return rows.join("\n");
}

/** A text may be a part of another one ("canary-person-4711" of "...47110"): only whole words are hits. */
const hits = (text: string): readonly string[] =>
  WORDS.filter((word) =>
    new RegExp(`(?<![A-Za-z0-9])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![A-Za-z0-9])`).test(text),
  );

async function live(store: Store): Promise<void> {
  await store.commit(aLife("t1", 1));
  await store.commit(aLife("t2", 101));
  for (const tenant of ["t1", "t2"]) {
    await store.saveSentCopy({
      tenant,
      delivery: "life-y1",
      person,
      at: NOON,
      rendered: { text: CANARY.text },
    });
    await store.saveSentCopy({ tenant, delivery: "life-y2", person: OTHER.person, at: NOON, rendered: "Hi" });
    await store.saveFeatures([
      {
        id: "life-m1",
        tenant,
        pseudonym: await store.pseudonym(tenant, `person/${person}`),
        at: NOON,
        kind: "match",
        pattern: "P-001",
        segment: null,
        features: { errors: 12 },
        label: 1,
      },
    ]);
  }
  await store.saveUnits([
    {
      tenant: "t1",
      unit: "account/acme",
      shard: 1,
      seq: 8,
      engine: "1",
      library: "l",
      nextDue: null,
      state: Buffer.from(`state with ${person} in it`),
    },
  ]);
}

export function privacyContract(open: Open): void {
  describe("the export of a person", () => {
    const db = fresh(open);

    it("is everything about them, readable, and about nobody else", async () => {
      await live(db.store);

      const found = await db.store.exportPerson("t1", person);

      const counts = Object.fromEntries(Object.entries(found).map(([table, rows]) => [table, rows.length]));
      expect(counts).toEqual({
        contact: 1,
        identities: 2,
        memberships: 1,
        profile: 1,
        events: 3,
        daily: 0,
        matches: 2,
        decisions: 2,
        deliveries: 1,
        sentCopies: 1,
        alerts: 1,
        outcomes: 1,
        feedback: 1,
        scores: 2,
        audit: 1,
      });
      expect(found.contact).toEqual([{ email: CANARY.email, phone: CANARY.phone, name: CANARY.name }]);
      expect(JSON.stringify(found)).toContain(CANARY.text);
      expect(JSON.stringify(found)).not.toContain(OTHER.person);
    });
  });

  describe("the export of a tenant", () => {
    const db = fresh(open);

    it("holds every table, opened, and nothing of another tenant or any secret", async () => {
      await live(db.store);
      await db.store.createTenant({ id: "t1", createdAt: NOON, identitySecret: "canary-secret" }, []);

      const text = await everythingOf(db.store, "t1");

      const tables = new Set([...text.matchAll(/^{"table":"(\w+)"/gm)].map(([, table]) => table));
      expect([...tables].sort()).toEqual(
        [
          ...[
            "accounts",
            "alerts",
            "audit",
            "contacts",
            "dead_letters",
            "decisions",
            "deliveries",
            "features",
          ],
          ...["feedback", "inputs", "matches", "memberships", "outcomes", "persons", "receptions"],
          ...["score_history", "scores", "sent_copies"],
        ].sort(),
      );
      expect(hits(text).length).toBe(WORDS.length);
      expect(text).not.toContain('"t2"');
      expect(text).not.toContain("canary-secret");
    });
  });

  describe("erasing a person", () => {
    const db = fresh(open);

    it("leaves no word of them, here and after opening again, and touches no other person or tenant", async () => {
      await live(db.store);
      const elsewhere = await everythingOf(db.store, "t2");

      const { rows } = await db.store.erasePerson("t1", person, NOON, {
        ...NOTHING_LEFT,
        pseudonym: "gone-1",
      });

      expect(rows).toBeGreaterThan(25);
      for (const again of [false, true]) {
        const store = again ? await db.reopen() : db.store;
        expect(hits(await everythingOf(store, "t1"))).toEqual([]);
        expect(Object.values(await store.exportPerson("t1", person)).flat()).toEqual([]);
        expect(await store.contact("t1", person)).toBeNull();
        expect(await store.sentCopy("t1", "life-y1")).toBeNull();
        expect(await store.loadUnits([{ tenant: "t1", unit: "account/acme" }])).toEqual([]);
        expect(await everythingOf(store, "t2")).toBe(elsewhere);
        expect(await store.contact("t1", OTHER.person)).toEqual({ email: OTHER.email, name: OTHER.name });
        expect((await store.sentCopy("t1", "life-y2"))?.rendered).toBe("Hi");
        expect((await store.events("t1", { person: OTHER.person })).rows).toHaveLength(2);
      }
    });

    it("keeps what is counted, and the log fit for a rebuild, under the pseudonym", async () => {
      await live(db.store);
      const before = await db.store.inputs({ after: 0, limit: 50, tenant: "t1", unit: "account/acme" });

      await db.store.erasePerson("t1", person, NOON, { ...NOTHING_LEFT, pseudonym: "gone-1" });

      const after = await db.store.inputs({ after: 0, limit: 50, tenant: "t1", unit: "account/acme" });
      expect(after.map(({ seq, receivedAt }) => [seq, receivedAt])).toEqual(
        before.map(({ seq, receivedAt }) => [seq, receivedAt]),
      );
      const [first, identified, updated, profile, erase] = after.map(({ body }) =>
        "event" in body ? body.event : body.control,
      );
      expect(first).toMatchObject({ type: "api.request_failed", person: "gone-1", data: { status: 429 } });
      expect(identified).toMatchObject({ id: "evt-gone-1-1", person: "gone-1", data: {} });
      expect(updated).toMatchObject({
        person: OTHER.person,
        data: { contacts: { billing: [OTHER.person] } },
      });
      expect(profile).toMatchObject({ kind: "profile", person: { id: "gone-1", locale: null } });
      expect(erase).toEqual({ kind: "erase", person: "gone-1", pseudonym: "gone-1" });
      const [alone] = await db.store.inputs({ after: 0, limit: 50, tenant: "t1", unit: "person/gone-1" });
      expect(alone?.body).toMatchObject({
        event: { person: "gone-1", data: { endpoint: "/users/gone-1/files" } },
      });
      expect((await db.store.matches("t1", { person: "gone-1" })).rows.map(({ id }) => id).sort()).toEqual([
        "life-m1",
        "life-m2",
      ]);
      expect((await db.store.feedback("t1", { person: "gone-1" })).rows).toMatchObject([{ stars: 5 }]);
      expect((await db.store.outcomes("t1", { person: "gone-1" })).rows).toMatchObject([
        { kind: "prevented" },
      ]);
      expect((await db.store.account("t1", "acme"))?.contacts).toEqual({
        billing: [OTHER.person],
        technical: [],
      });
    });

    it("exchanges the saved state of each unit that may name them, and of no other", async () => {
      await live(db.store);
      const [names] = await db.store.loadUnits([{ tenant: "t1", unit: "account/acme" }]);
      if (names === undefined) throw new Error("the account was never saved");
      const others = { ...names, unit: "account/other" };
      const elsewhere = { ...names, tenant: "t2" };
      await db.store.saveUnits([others, elsewhere]);
      const left = new TextEncoder().encode('{"without":"them"}');

      await db.store.erasePerson("t1", person, NOON, {
        pseudonym: "gone-1",
        withoutThem: (snapshot) => ({ ...snapshot, engine: "7", state: left }),
      });

      const store = await db.reopen();
      const [now] = await store.loadUnits([{ tenant: "t1", unit: "account/acme" }]);
      expect(now).toEqual({ ...names, engine: "7", state: expect.anything() });
      expect(Buffer.from(now?.state ?? [])).toEqual(Buffer.from(left));
      expect(await store.loadUnits([others, elsewhere])).toEqual([
        { ...others, shard: expect.any(Number) },
        { ...elsewhere, shard: expect.any(Number) },
      ]);
    });

    it("changes nothing when a saved state cannot be read without them", async () => {
      await live(db.store);
      const before = await everythingOf(db.store, "t1");
      const refused = db.store.erasePerson("t1", person, NOON, {
        pseudonym: "gone-1",
        withoutThem: () => {
          throw new RangeError("nobody can read this");
        },
      });

      await expect(refused).rejects.toThrow("nobody can read this");
      expect(await db.store.contact("t1", person)).not.toBeNull();
      expect(await db.store.loadUnits([{ tenant: "t1", unit: "account/acme" }])).toHaveLength(1);
      expect(before).toContain(person);
    });

    it("is known to be begun only until it is done", async () => {
      await live(db.store);
      await db.store.beginErasure("t1", person, "erased-1");
      const begun = await (await db.reopen()).unfinishedErasures();
      await db.store.erasePerson("t1", person, NOON, { ...NOTHING_LEFT, pseudonym: "erased-1" });
      const forgotten = await (await db.reopen()).unfinishedErasures();
      await db.store.endErasure("t1", person);

      expect(forgotten).toEqual(begun);
      expect(begun).toEqual([{ tenant: "t1", person, pseudonym: "erased-1" }]);
      expect(await (await db.reopen()).unfinishedErasures()).toEqual([]);
    });

    it("is for ever: their names stay known as erased, and nothing sealed comes back", async () => {
      await live(db.store);
      await db.store.erasePerson("t1", person, NOON, NOTHING_LEFT);

      await db.store.commit(
        aBatch({ contacts: [{ tenant: "t1", person, details: { email: CANARY.email } }] }),
      );
      await db.store.saveSentCopy({
        tenant: "t1",
        delivery: "late",
        person,
        at: NOON,
        rendered: CANARY.text,
      });

      const names = [
        { namespace: "native", value: person },
        { namespace: "email", value: " CANARY.ana@example.com" },
        { namespace: "phone", value: "0049 170 555 12345" },
        { namespace: "email", value: OTHER.email },
      ];
      const store = await db.reopen();
      expect(await store.erased("t1", names)).toEqual(
        new Set(names.slice(0, 3).map(({ namespace, value }) => `${namespace}:${value}`)),
      );
      expect((await store.erased("t2", names)).size).toBe(0);
      expect(await store.identify("t1", names.slice(1, 3))).toEqual([null, null]);
      expect([await store.contact("t1", person), await store.sentCopy("t1", "late")]).toEqual([null, null]);
    });

    it("leaves the addresses of somebody who stopped on the stop list, and of nobody else", async () => {
      await live(db.store);
      const row = aPerson({ id: person, stoppedAt: NOON });
      const state = { kind: "person", tenant: "t1", unit: "account/acme", row } as const;
      await db.store.commit(effects(state));

      await db.store.erasePerson("t1", person, NOON, NOTHING_LEFT);
      await db.store.erasePerson("t1", OTHER.person, NOON, NOTHING_LEFT);

      const theirs = [
        { namespace: "email", value: "canary.ana@example.com" },
        { namespace: "phone", value: "0049 170 555 12345" },
      ];
      const other = [{ namespace: "email", value: OTHER.email }];
      expect((await (await db.reopen()).stopped("t1", [...theirs, ...other])).size).toBe(2);
      expect((await db.store.stopped("t1", other)).size).toBe(0);
    });

    it("still knows a re-sent event of theirs", async () => {
      await live(db.store);
      const identities = [
        { tenant: "t1", source: "api-gateway", id: "e1" },
        { tenant: "t1", source: "api-gateway", id: `evt-${person}-1` },
      ];

      await db.store.erasePerson("t1", person, NOON, NOTHING_LEFT);

      expect((await (await db.reopen()).known(identities)).size).toBe(2);
    });

    it("can be done twice, and for somebody nobody ever saw", async () => {
      await live(db.store);
      await db.store.erasePerson("t1", person, NOON, NOTHING_LEFT);
      await db.store.commit(aBatch({ inputs: [anInput(500, { person, account: null })] }));

      await db.store.erasePerson("t1", person, NOON + 1, NOTHING_LEFT);
      await db.store.erasePerson("t1", "a stranger", NOON, NOTHING_LEFT);

      expect(hits(await everythingOf(db.store, "t1"))).toEqual([]);
      expect(await db.store.erased("t1", [{ namespace: "native", value: "a stranger" }])).toEqual(
        new Set(["native:a stranger"]),
      );
    });

    it("takes the pseudonym of feature rows along", async () => {
      await live(db.store);
      const was = await db.store.pseudonym("t1", `person/${person}`);

      await db.store.erasePerson("t1", person, NOON, NOTHING_LEFT);

      expect(await everythingOf(db.store, "t1")).not.toContain(was);
      expect(await everythingOf(db.store, "t1")).toContain('"errors":12');
    });

    it.each([
      ["an id of letters", "customer-12"],
      ["an id with what keys encode", "ana;x=50%"],
      ["a short one of those", "a=1"],
      ["an id that keys cut", `long-${"x".repeat(600)}`],
    ])("leaves of the keys of %s nothing, and the label of its rows is found", async (_, id) => {
      const { store } = db;
      const unit = "account/acme";
      const keys = [personKey(id), `${personKey(id)};endpoint=/v1`, `account/acme;person=${keyValue(id)}`];
      const matches = keys.map((key, i) => aMatch({ id: `m${i}`, unit, key, person: id }));
      const was = await Promise.all(keys.map((key) => store.pseudonym("t1", key)));
      await store.commit(
        aBatch({
          inputs: [anInput(1, { person: id })],
          effects: matches.map((row) => ({ kind: "match", row }) as const),
        }),
      );
      await store.saveFeatures(matches.map(({ id }, i) => aFeature({ id, pseudonym: was[i] ?? "" })));

      await store.erasePerson("t1", id, NOON, { ...NOTHING_LEFT, pseudonym: "gone-1" });

      const all = await everythingOf(store, "t1");
      for (const text of [...was, personKey(id), `=${keyValue(id)}`]) expect(all).not.toContain(text);
      const rows = await store.unlabelledFeatures(NOON + 1, 10);
      const found = await Promise.all(rows.map((row) => store.match("t1", row.id)));
      const called = await Promise.all(found.map((match) => store.pseudonym("t1", match?.key ?? "")));
      expect(found.map((match) => match?.key)).toEqual([
        "person/gone-1",
        "person/gone-1;endpoint=/v1",
        "account/acme;person=gone-1",
      ]);
      expect(rows.map(({ pseudonym }) => pseudonym)).toEqual(called);
    });
  });
}
