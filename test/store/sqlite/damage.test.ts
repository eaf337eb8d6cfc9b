import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY } from "../../../server/core/time.ts";
import { NOON } from "../../builders.ts";
import { sized } from "../../support/size.ts";
import { aBatch, anInput, aScore, effects } from "../batches.ts";
import { aLife } from "../contract/a-life.ts";
import { chance, contentOf, copyFiles, newFolder, SUFFIXES, storeAt } from "./files.ts";

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const TENANTS = ["t1", "t2"];

/** A small store with something in most tables; `live` is how a crash would leave it. */
async function aStore(): Promise<{ closed: string; live: string; content: string }> {
  const [file, closed, live] = ["a.db", "closed.db", "live.db"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const first = storeAt(file, { indexAfter: 30 });
  await first.open();
  await first.commit(aLife("t1", 1));
  for (let seq = 20; seq < 80; seq++) await first.commit(aBatch({ inputs: [anInput(seq)] }));
  await first.close();
  const second = storeAt(file, { indexAfter: 30 });
  await second.open();
  await second.commit(aLife("t2", 101));
  for (let seq = 120; seq < 160; seq++) await second.commit(aBatch({ inputs: [anInput(seq)] }));
  await second.commit(effects({ kind: "score", row: aScore({ key: "account/late" }) }));
  copyFiles(file, live);
  const content = await contentOf(second, TENANTS);
  await second.close();
  copyFiles(file, closed);
  return { closed, live, content };
}

/** "found" when opening or reading says that the file is damaged, else what is in it. */
async function openOrFind(file: string): Promise<string> {
  const store = storeAt(file, { indexAfter: 30 });
  try {
    await store.open();
    const content = await contentOf(store, TENANTS);
    await store.close();
    return content;
  } catch (error) {
    expect(error).toMatchObject({ name: "StoreDamaged" });
    expect(String(error)).toContain(`cp BACKUP ${file}`);
    return "found";
  }
}

function flip(path: string, at: number, mask: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  writeFileSync(path, bytes);
}

describe("a byte that changed on disk", () => {
  it.each([
    ["a store that was closed", "closed", sized(25, 200)],
    ["a store that was killed, its write-ahead log included", "live", sized(20, 120)],
  ] as const)("is found or harmless in %s", { timeout: 60_000 }, async (_, which, flips) => {
    const { content, ...files } = await aStore();
    const random = chance(which === "closed" ? 11 : 12);
    const copy = join(folder, "copy.db");
    const present = SUFFIXES.filter((suffix) => existsSync(files[which] + suffix));
    const total = present.reduce((sum, suffix) => sum + statSync(files[which] + suffix).size, 0);
    let found = 0;
    for (let i = 0; i < flips; i++) {
      copyFiles(files[which], copy);
      let at = Math.floor(random() * total);
      const suffix = present.find((each) => {
        const { size } = statSync(files[which] + each);
        if (at < size) return true;
        at -= size;
        return false;
      });
      flip(copy + (suffix ?? ""), at, 1 << Math.floor(random() * 8));
      const outcome = await openOrFind(copy);
      if (outcome === "found") found += 1;
      else
        expect(`byte ${at} of ${suffix}: ${outcome === content ? "harmless" : "silent"}`).toContain(
          "harmless",
        );
    }
    expect(found).toBeGreaterThan(flips / 4);
  });

  it("is found in a text that no index and no check of SQLite covers", async () => {
    const { closed } = await aStore();
    const at = readFileSync(closed).indexOf("/v1/export");
    expect(at).toBeGreaterThan(0);

    flip(closed, at + 4, 1);

    expect(await openOrFind(closed)).toBe("found");
  });

  it("is found in the last commit of the log, when the index beside it survived", async () => {
    const { live } = await aStore();
    const wal = readFileSync(`${live}-wal`);

    flip(`${live}-wal`, wal.length - 2_000, 1);

    expect(await openOrFind(live)).toBe("found");
  });

  it.each([
    ["a page cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length - 4_096)],
    [
      "a beginning that is no database",
      (bytes: Buffer) => Buffer.concat([Buffer.from("x"), bytes.subarray(1)]),
    ],
    ["nothing but zeros in the middle", (bytes: Buffer) => bytes.fill(0, 40_000, 60_000)],
  ])("and a file with %s are found", async (_, spoil) => {
    const { closed } = await aStore();
    writeFileSync(closed, spoil(readFileSync(closed)));

    expect(await openOrFind(closed)).toBe("found");
  });
});

describe("what only looks like damage", () => {
  it("is a log that another program moved into the main file after a crash", async () => {
    const { live, content } = await aStore();
    new Database(live).close();
    const reader = new Database(live);
    expect(reader.prepare("SELECT count(*) AS n FROM inputs").get()).toEqual({ n: 116 });
    reader.close();
    expect(existsSync(`${live}-wal`)).toBe(false);

    expect(await openOrFind(live)).toBe(content);
  });

  it.each(["-sums", "-shm"])("is a missing %s", async (suffix) => {
    const { live, content } = await aStore();
    rmSync(live + suffix);

    expect(await openOrFind(live)).toBe(content);
  });

  it("is another copy of the database in the place of this one", async () => {
    const { closed, content } = await aStore();
    const other = join(folder, "other.db");
    const store = storeAt(other);
    await store.open();
    await store.close();
    copyFiles(closed, join(folder, "keep.db"));
    writeFileSync(other, readFileSync(closed));

    expect(await openOrFind(other)).toBe(content);
  });
});

describe("a snapshot that does not fit its checksum", () => {
  it("is not there, so that its unit is rebuilt", async () => {
    const file = join(folder, "s.db");
    const store = storeAt(file);
    await store.open();
    const unit = { tenant: "t1", unit: "account/acme" };
    const state = Buffer.from("state");
    await store.saveUnits([{ ...unit, shard: 1, seq: 1, engine: "1", library: "l", nextDue: null, state }]);
    expect(await store.loadUnits([unit])).toHaveLength(1);
    const other = new Database(file);
    other.prepare("UPDATE snapshots SET state = ?").run(Buffer.from("stale"));
    other.close();

    expect(await store.loadUnits([unit])).toEqual([]);
    await store.close();
  });

  it("is damage once the log was shortened: rebuilt, its unit would lack what people said long ago", async () => {
    const file = join(folder, "r.db");
    const store = storeAt(file);
    await store.open();
    const unit = { tenant: "t1", unit: "account/acme" };
    const state = Buffer.from("state");
    await store.commit(aBatch({ inputs: [anInput(1), anInput(2)] }));
    await store.saveUnits([{ ...unit, shard: 1, seq: 2, engine: "1", library: "l", nextDue: null, state }]);
    await store.setCheckpoint(2);
    await store.retain(NOON + 100 * DAY);
    const other = new Database(file);
    other.prepare("UPDATE snapshots SET state = ?").run(Buffer.from("stale"));
    other.close();

    await expect(store.loadUnits([unit])).rejects.toThrow("restore the newest backup");
    await store.close();
  });
});

describe("a number that the store keeps about itself", () => {
  const NUMBERS = [
    ...["schema_version", "indexed", "removed_through", "checkpoint", "engine", "judged_before"],
  ] as const;
  const BROKEN = [
    ["a text", "many"],
    ["less than nothing", -1],
    ["no whole number", 1.5],
  ] as const;

  it.each(NUMBERS.flatMap((name) => BROKEN.map(([what, value]) => [name, what, value] as const)))(
    "is refused with what to do when %s is %s",
    async (name, _, value) => {
      const file = join(folder, "a.db");
      const first = storeAt(file);
      await first.open();
      await first.setJudgedBy({ engine: 1, judgedBefore: 0 });
      await first.close();
      const db = new Database(file);
      db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)").run(name, value);
      db.close();
      rmSync(`${file}-sums`, { force: true });

      const read = async () => {
        const store = storeAt(file);
        await store.open();
        try {
          return [await store.lastSeq(), await store.checkpoint(), await store.judgedBy()];
        } finally {
          await store.close();
        }
      };

      const error: unknown = await read().catch((refused: unknown) => refused);
      expect(error).toMatchObject({ name: "StoreDamaged" });
      expect(String(error)).toContain(`what it keeps as "${name}" is not a number it wrote`);
      expect(String(error)).toContain(`cp BACKUP ${file}`);
    },
  );
});
