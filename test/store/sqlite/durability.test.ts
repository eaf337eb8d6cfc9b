import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../../server/store/contract.ts";
import { Connection } from "../../../server/store/sqlite/durability/connection.ts";
import { NOON } from "../../builders.ts";
import { sized } from "../../support/size.ts";
import { aBatch, anInput, aScore } from "../batches.ts";
import { chance, copyFiles, newFolder, storeAt } from "./files.ts";

const KILLS = sized(3, 25);

let folder: string;
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function aFile(name: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  return join(folder, name, "forestall.db");
}

async function seqsIn(file: string): Promise<readonly number[]> {
  const store = storeAt(file);
  await store.open();
  try {
    return (await store.inputs({ after: 0, limit: 1_000_000 })).map(({ seq }) => seq);
  } finally {
    await store.close();
  }
}

describe("a commit that was acknowledged", () => {
  it("is there when the write-ahead log ends anywhere after it", { timeout: 60_000 }, async () => {
    const file = aFile("cut");
    const store = storeAt(file);
    await store.open();
    const acked: { readonly seq: number; readonly size: number }[] = [];
    for (let seq = 1; seq <= 24; seq += 3) {
      await store.commit(aBatch({ inputs: [anInput(seq), anInput(seq + 1), anInput(seq + 2)] }));
      acked.push({ seq: seq + 2, size: statSync(`${file}-wal`).size });
    }
    const live = aFile("cut-live");
    copyFiles(file, live);
    await store.close();

    const whole = acked.at(-1)?.size ?? 0;
    const frame = 24 + 4_096;
    let cuts = 0;
    for (let size = acked[0]?.size ?? 0; size <= whole; size += frame / 2) {
      for (const withIndex of [true, false]) {
        const cut = aFile("cut-copy");
        copyFiles(live, cut);
        truncateSync(`${cut}-wal`, size);
        if (!withIndex) rmSync(`${cut}-shm`);
        const newest = acked.filter((each) => each.size <= size).at(-1)?.seq ?? 0;
        const found = await seqsIn(cut);
        expect(found.filter((seq) => seq <= newest)).toHaveLength(newest);
        cuts += 1;
      }
    }
    expect(cuts).toBeGreaterThanOrEqual(30);
  });

  it("is there after kill -9 in the middle of others", { timeout: 60_000 }, async () => {
    const file = aFile("killed");
    const random = chance(5);
    const acked = new Set<number>();
    for (let kill = 0; kill < KILLS; kill++) {
      const child = startWriter(file);
      const first = await firstLine(child, acked);
      expect(first).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 20 + random() * 150));
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("close", resolve));
    }

    const found = new Set(await seqsIn(file));
    expect(acked.size).toBeGreaterThan(KILLS);
    expect([...acked].filter((seq) => !found.has(seq))).toEqual([]);
  });

  it("is there whenever the files are copied, between checkpoints too", { timeout: 60_000 }, async () => {
    const file = aFile("copied");
    const store = storeAt(file, { indexAfter: 50 });
    await store.open();
    // Snapshots of units fill the log fast, so that several checkpoints happen.
    const state = Buffer.alloc(200_000, 7);
    for (let seq = 1; seq <= 90; seq++) {
      await store.commit(aBatch({ inputs: [anInput(seq)] }));
      const snapshot = { tenant: "t1", shard: 1, seq, engine: "1", library: "l", nextDue: null, state };
      await store.saveUnits([{ ...snapshot, unit: `account/a${seq % 40}` }]);
      await new Promise((resolve) => setImmediate(resolve));
      if (seq % 9 !== 0) continue;
      const copy = aFile("copied-copy");
      copyFiles(file, copy);
      expect((await seqsIn(copy)).length).toBe(seq);
    }
    expect(statSync(file).size).toBeGreaterThan(4_000_000);
    expect(statSync(`${file}-wal`).size).toBeLessThan(12_000_000);
    await store.close();
  });
});

describe("what a small commit led to", () => {
  const scored = (score: number) => [{ kind: "score" as const, row: aScore({ key: "account/acme", score }) }];
  const waiting = (file: string) => {
    const db = new Database(file, { readonly: true });
    const count = db.prepare("SELECT count(*) FROM waiting_effects").pluck().get();
    db.close();
    return count;
  };

  it("is found after a crash that came before it stood in its tables", async () => {
    const file = aFile("waiting");
    const store = storeAt(file);
    await store.open();
    await store.commit(aBatch({ inputs: [anInput(1)], effects: scored(40) }));
    const crashed = aFile("waiting-copy");
    copyFiles(file, crashed);
    await store.close();

    expect(waiting(crashed)).toBeGreaterThan(0);
    const after = storeAt(crashed);
    await after.open();
    expect((await after.score("t1", "account/acme"))?.score).toBe(40);
    await after.close();
    expect(waiting(crashed)).toBe(0);
  });

  it("is there for whoever reads next, and is not put over what a larger commit wrote later", async () => {
    const file = aFile("waiting-order");
    const store = storeAt(file);
    await store.open();
    await store.commit(aBatch({ inputs: [anInput(1)], effects: scored(20) }));
    expect((await store.score("t1", "account/acme"))?.score).toBe(20);

    await store.commit(aBatch({ inputs: [anInput(2)], effects: scored(30) }));
    const inputs = Array.from({ length: 20 }, (_, i) => anInput(3 + i));
    await store.commit(aBatch({ inputs, effects: scored(50) }));
    await new Promise((resolve) => setImmediate(resolve));

    expect((await store.score("t1", "account/acme"))?.score).toBe(50);
    expect(waiting(file)).toBe(0);
    await store.close();
  });

  it("goes with the commit when that fails", async () => {
    const file = aFile("waiting-failed");
    const connection = new Connection(file);
    const store = storeAt(file, { connection });
    await store.open();
    await store.commit(aBatch({ inputs: [anInput(1)], effects: scored(20) }));
    connection.db.exec("CREATE TRIGGER fail BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no'); END");
    const row = { id: "a1", tenant: "t1", at: NOON, actor: "ops", action: "x", subject: "s", reason: "r" };
    const audit = [{ ...row, detail: {}, undo: null, undone: false }];

    await expect(
      store.commit(aBatch({ inputs: [anInput(2)], effects: scored(99), audit })),
    ).rejects.toMatchObject({ name: "StoreUnavailable" });

    expect((await store.score("t1", "account/acme"))?.score).toBe(20);
    await store.close();
  });
});

describe("a reader that stays long", () => {
  it("keeps the write-ahead log from getting shorter, and nothing else", { timeout: 60_000 }, async () => {
    const file = aFile("pinned");
    const store = storeAt(file, { indexAfter: 50 });
    await store.open();
    await fill(store, 1, 5);
    const reader = new Database(file, { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM inputs").get();
    const snapshot = { tenant: "t1", shard: 1, engine: "1", library: "l", nextDue: null };
    const save = async (seq: number) => {
      await store.commit(aBatch({ inputs: [anInput(seq)] }));
      // SQLite writes no page that stays the same.
      const state = Buffer.alloc(400_000, seq);
      await store.saveUnits([{ ...snapshot, seq, state, unit: `account/a${seq % 7}` }]);
      await new Promise((resolve) => setImmediate(resolve));
    };
    for (let seq = 6; seq < 46; seq++) await save(seq);
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(15_000_000);
    const pinned = aFile("pinned-copy");
    copyFiles(file, pinned);
    expect(await seqsIn(pinned)).toHaveLength(45);

    reader.close();
    for (let seq = 46; seq < 66; seq++) await save(seq);
    const freed = aFile("freed-copy");
    copyFiles(file, freed);
    expect(await seqsIn(freed)).toHaveLength(65);
    await store.close();
    expect(await seqsIn(file)).toHaveLength(65);
  });
});

describe("a full disk", () => {
  it("refuses what does not fit, keeps what was acknowledged, and goes on when there is room", async () => {
    const file = aFile("full");
    const connection = new Connection(file);
    const store = storeAt(file, { connection, indexAfter: 20 });
    await store.open();
    let seq = await fill(store, 1, 30);
    const pages = Number(connection.db.pragma("page_count", { simple: true }));
    connection.db.pragma(`max_page_count = ${pages + 8}`);

    let refused = 0;
    for (let tries = 0; tries < 20; tries++) {
      const inputs = Array.from({ length: 40 }, (_, i) =>
        anInput(seq + i, { data: { endpoint: "/x".repeat(200) } }),
      );
      const result = await store.commit(aBatch({ inputs })).then(
        () => null,
        (error: unknown) => error,
      );
      if (result === null) seq += 40;
      else {
        refused += 1;
        expect(result).toMatchObject({ name: "StoreUnavailable", cause: { code: "SQLITE_FULL" } });
      }
    }
    expect(refused).toBeGreaterThan(10);
    expect(await store.probe()).toBe(false);
    expect(await store.lastSeq()).toBe(seq - 1);
    expect(await store.inputs({ after: 0, limit: 1_000 })).toHaveLength(seq - 1);

    connection.db.pragma("max_page_count = 1000000");
    expect(await store.probe()).toBe(true);
    seq = await fill(store, seq, 100);
    await store.close();
    expect(await seqsIn(file)).toHaveLength(seq - 1);
  });

  it("keeps memory and disk alike when a commit fails half way", async () => {
    const file = aFile("half");
    const connection = new Connection(file);
    const store = storeAt(file, { connection, indexAfter: 3 });
    await store.open();
    await fill(store, 1, 10);
    connection.db.exec(
      "CREATE TRIGGER fail BEFORE INSERT ON dead_letters BEGIN SELECT raise(ABORT, 'no'); END",
    );
    const letter = {
      id: "l1",
      tenant: "new",
      system: "s",
      sourceId: "d",
      receivedAt: NOON,
      reason: "r",
      body: Buffer.from("x"),
    };
    const batch = aBatch({ inputs: [anInput(11, { tenant: "new", type: "new.type", person: "new" })] });

    await expect(store.commit({ ...batch, deadLetters: [letter] })).rejects.toThrow("no");

    expect((await store.known([{ tenant: "new", source: "api-gateway", id: "e11" }])).size).toBe(0);
    connection.db.exec("DROP TRIGGER fail");
    await store.commit({ ...batch, deadLetters: [letter] });
    expect((await store.events("new", { person: "new" })).rows.map(({ type }) => type)).toEqual(["new.type"]);
    expect(await store.inputs({ after: 0, limit: 99, tenant: "new", unit: "account/acme" })).toHaveLength(1);
    await store.close();
    expect(await seqsIn(file)).toHaveLength(11);
  });
});

async function fill(store: Store, from: number, count: number): Promise<number> {
  for (let seq = from; seq < from + count; seq++) await store.commit(aBatch({ inputs: [anInput(seq)] }));
  return from + count;
}

function startWriter(file: string): ChildProcess {
  const writer = fileURLToPath(new URL("./writer.ts", import.meta.url));
  return spawn(process.execPath, [writer, file], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Collects what the child acknowledges; answers when it has begun. */
function firstLine(child: ChildProcess, acked: Set<number>): Promise<boolean> {
  return new Promise((resolve) => {
    if (child.stdout === null) throw new Error("the writer has no output");
    createInterface(child.stdout).on("line", (line) => {
      acked.add(Number(line));
      resolve(true);
    });
    child.once("close", () => resolve(false));
  });
}
