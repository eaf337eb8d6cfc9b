import { describe, expect, it } from "vitest";
import type { TokenRow } from "../../../server/store/contract.ts";
import { aPattern, NOON } from "../../builders.ts";
import { aBatch, aReception } from "../batches.ts";
import { fresh, type Open } from "./opened.ts";

const token = (changes: Partial<TokenRow> = {}): TokenRow => ({
  id: "k1",
  tenant: "t1",
  role: "write",
  label: "first",
  hash: "aa".repeat(32),
  createdAt: NOON,
  expiresAt: null,
  revokedAt: null,
  ...changes,
});

export function administrationContract(open: Open): void {
  describe("tenants", () => {
    const db = fresh(open);
    const create = (id: string) =>
      db.store.createTenant({ id, createdAt: NOON, identitySecret: `of ${id}` }, []);

    it("are kept with their secret and tokens, and are there once", async () => {
      await db.store.createTenant({ id: "t1", createdAt: NOON, identitySecret: "s3cret" }, [token()]);

      await expect(create("t1")).rejects.toThrow();
      const store = await db.reopen();
      expect(await store.tenants()).toEqual([{ id: "t1", createdAt: NOON, identitySecret: "s3cret" }]);
      expect(await store.tokens()).toEqual([token()]);

      await store.saveToken(token({ revokedAt: NOON + 1 }));
      expect(await store.tokens()).toEqual([token({ revokedAt: NOON + 1 })]);
    });

    it("have sources and channels of their own", async () => {
      await create("t1");
      await create("t2");
      const source = {
        tenant: "t1",
        system: "sentry",
        id: "default",
        settings: { org: "acme" },
        secrets: ["old", "new"],
        createdAt: NOON,
        lastReceivedAt: null,
      };
      await db.store.saveSource(source);
      await db.store.saveSource({ ...source, tenant: "t2", secrets: [] });
      await db.store.commit(aBatch({ receptions: [aReception({ receivedAt: NOON + 5 })] }));

      expect(await db.store.sources("t1")).toEqual([{ ...source, lastReceivedAt: NOON + 5 }]);
      expect((await db.store.sources()).map(({ tenant }) => tenant)).toEqual(["t1", "t2"]);

      await db.store.saveSource({ ...source, secrets: ["new"] });
      expect(await db.store.sources("t1")).toEqual([
        { ...source, secrets: ["new"], lastReceivedAt: NOON + 5 },
      ]);
      expect(await db.store.removeSource("t1", "sentry", "default")).toBe(true);
      expect(await db.store.removeSource("t1", "sentry", "default")).toBe(false);
      expect((await db.store.sources()).map(({ tenant }) => tenant)).toEqual(["t2"]);

      const channel = { tenant: "t1", kind: "email", system: "sendgrid", settings: { apiKey: "SG.x" } };
      await db.store.saveChannel({ ...channel, settings: {} });
      await db.store.saveChannel(channel);
      expect(await db.store.channels("t1")).toEqual([channel]);
      expect(await db.store.channels("t2")).toEqual([]);
      expect(await db.store.channels()).toEqual([channel]);
    });

    it("share the pattern libraries, kept by version", async () => {
      await db.store.saveLibraryContent("v1", [aPattern()]);
      await db.store.saveLibraryContent("v1", [aPattern()]);

      expect(await db.store.libraryContent("v1")).toEqual([aPattern()]);
      expect(await db.store.libraryContent("v2")).toBeNull();
    });
  });
}
