import { describe, expect, it } from "vitest";
import { anAccount, aPerson, NOON } from "../../builders.ts";
import { aBatch, effects } from "../batches.ts";
import { fresh, type Open } from "./opened.ts";

export function directoryContract(open: Open): void {
  describe("the directory", () => {
    const db = fresh(open);
    const identity = (
      namespace: string,
      value: string,
      id: string,
      kind: "person" | "account" = "person",
    ) => ({
      tenant: "t1",
      namespace,
      value,
      kind,
      id,
    });

    it("finds a person by any spelling of email and phone, and an account by its id elsewhere", async () => {
      await db.store.commit(
        aBatch({
          identities: [
            identity("email", "Ana@Example.com ", "u1"),
            identity("phone", "+49 (170) 123-45", "u1"),
            identity("zendesk", "123", "acme", "account"),
          ],
        }),
      );

      const found = await db.store.identify("t1", [
        { namespace: "email", value: " ana@example.COM" },
        { namespace: "phone", value: "004917012345" },
        { namespace: "zendesk", value: "123" },
        { namespace: "stripe", value: "123" },
      ]);

      const person = { kind: "person", id: "u1" };
      expect(found).toEqual([person, person, { kind: "account", id: "acme" }, null]);
      expect(await db.store.identify("t2", [{ namespace: "zendesk", value: "123" }])).toEqual([null]);
    });

    it("lets the newest word about an identity count", async () => {
      await db.store.commit(aBatch({ identities: [identity("stripe", "cus_1", "u1")] }));
      await db.store.commit(aBatch({ identities: [identity("stripe", "cus_1", "u2")] }));

      expect(await db.store.identify("t1", [{ namespace: "stripe", value: "cus_1" }])).toEqual([
        { kind: "person", id: "u2" },
      ]);
    });

    it("takes names away from a person, and from nobody else", async () => {
      const refs = [
        { namespace: "zendesk", value: "77" },
        { namespace: "email", value: "Ana@Example.com" },
        { namespace: "zendesk", value: "78" },
      ];
      const [first, second, third] = refs;
      if (first === undefined || second === undefined || third === undefined) throw new Error("three names");
      await db.store.commit(
        aBatch({
          identities: [
            identity(first.namespace, first.value, "u1"),
            identity(second.namespace, second.value, "u1"),
            identity(third.namespace, third.value, "u2"),
          ],
        }),
      );
      const names = await db.store.nameKeys("t1", refs);

      await db.store.commit(aBatch({ unlinked: [{ tenant: "t1", person: "u1", names }] }));

      expect(await db.store.identify("t1", refs)).toEqual([null, null, { kind: "person", id: "u2" }]);
      expect(names.join()).not.toMatch(/ana/i);
    });

    it("names a person's units, the newest first", async () => {
      const member = (unit: string, at: number) => ({ tenant: "t1", person: "u1", unit, at });
      await db.store.commit(
        aBatch({ memberships: [member("account/a", NOON), member("account/b", NOON + 1)] }),
      );
      await db.store.commit(
        aBatch({ memberships: [member("account/a", NOON + 2), member("account/b", NOON - 9)] }),
      );

      expect(await db.store.memberships("t1", ["u1", "u2"])).toEqual(
        new Map([
          ["u1", ["account/a", "account/b"]],
          ["u2", []],
        ]),
      );
    });

    it("keeps addresses that were stopped before anybody knew whose they are, each tenant's to itself", async () => {
      const stop = (namespace: "email" | "phone", value: string) => ({
        tenant: "t1",
        namespace,
        value,
        at: NOON,
      });
      await db.store.commit(
        aBatch({ stops: [stop("email", "Ana@Example.com"), stop("phone", "+49 170 12345")] }),
      );
      await db.store.commit(aBatch({ stops: [stop("email", "ana@example.com")] }));

      const store = await db.reopen();
      const refs = [
        { namespace: "email", value: " ana@example.COM" },
        { namespace: "phone", value: "004917012345" },
        { namespace: "email", value: "ben@example.com" },
      ];
      expect(await store.stopped("t1", refs)).toEqual(
        new Set(refs.slice(0, 2).map(({ namespace, value }) => `${namespace}:${value}`)),
      );
      expect((await store.stopped("t2", refs)).size).toBe(0);
    });

    it("adds up contact details, and keeps each tenant's to itself", async () => {
      const contact = (details: object, tenant = "t1") =>
        aBatch({ contacts: [{ tenant, person: "u1", details }] });
      await db.store.commit(contact({ email: "ana@example.com", name: "Ana" }));
      await db.store.commit(contact({ phone: "+4917012345", name: "Ana Lee" }));
      await db.store.commit(contact({ email: "other@example.com" }, "t2"));

      const store = await db.reopen();
      expect(await store.contact("t1", "u1")).toEqual({
        email: "ana@example.com",
        phone: "+4917012345",
        name: "Ana Lee",
      });
      expect(await store.contact("t2", "u1")).toEqual({ email: "other@example.com" });
      expect(await store.contact("t1", "u2")).toBeNull();
    });

    it("gives a person's state in their newest unit, and an account's", async () => {
      const [here, there] = [aPerson({ tier: "here" }), aPerson({ tier: "there" })];
      await db.store.commit({
        ...effects(
          { kind: "person", tenant: "t1", unit: "account/a", row: here },
          { kind: "person", tenant: "t1", unit: "account/b", row: there },
          { kind: "account", tenant: "t1", unit: "account/acme", row: anAccount() },
        ),
        memberships: [
          { tenant: "t1", person: "u1", unit: "account/a", at: NOON + 1 },
          { tenant: "t1", person: "u1", unit: "account/b", at: NOON },
        ],
      });

      expect(await db.store.person("t1", "u1")).toEqual(here);
      expect(await db.store.account("t1", "acme")).toEqual(anAccount());
      expect([await db.store.person("t2", "u1"), await db.store.account("t1", "globex")]).toEqual([
        null,
        null,
      ]);

      await db.store.commit(
        effects({ kind: "person_removed", tenant: "t1", unit: "account/a", person: "u1" }),
      );
      expect(await db.store.person("t1", "u1")).toEqual(there);
    });
  });
}
