import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aBatch, anInput } from "../batches.ts";
import { aLife } from "../contract/a-life.ts";
import { contentOf, newFolder, storeAt } from "./files.ts";

let folder: string;
let file: string;
let copy: string;
beforeEach(() => {
  folder = newFolder();
  file = join(folder, "forestall.db");
  copy = join(folder, "backup.db");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function aStore() {
  const store = storeAt(file, { indexAfter: 20 });
  await store.open();
  await store.commit(aLife("t1", 1));
  for (let seq = 10; seq < 60; seq++) await store.commit(aBatch({ inputs: [anInput(seq)] }));
  return store;
}

describe("a backup", () => {
  it("taken of a quiet store holds the same, and opens on its own", async () => {
    const store = await aStore();
    const content = await contentOf(store, ["t1"]);

    await store.backup(copy);
    await store.close();

    const restored = storeAt(copy);
    await restored.open();
    expect(await contentOf(restored, ["t1"])).toBe(content);
    await restored.close();
    expect(existsSync(`${copy}-wal`)).toBe(false);
  });

  it("taken while events come in holds a beginning of the log, without a gap", async () => {
    const store = await aStore();
    let running = true;
    const backup = store.backup(copy).then(() => {
      running = false;
    });
    let seq = 60;
    for (; running; seq++) {
      await store.commit(aBatch({ inputs: [anInput(seq)] }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await backup;
    await store.close();

    const restored = storeAt(copy);
    await restored.open();
    const seqs = (await restored.inputs({ after: 8, limit: 10_000 })).map((input) => input.seq);
    await restored.close();
    expect(seqs.length).toBeGreaterThanOrEqual(50);
    expect(seqs).toEqual(seqs.map((_, i) => i + 10));
    expect(seqs.length).toBeLessThanOrEqual(seq - 10);
  });

  it("is put in place by the commands that the damage message names", async () => {
    const store = await aStore();
    const content = await contentOf(store, ["t1"]);
    await store.backup(copy);
    await store.close();
    const bytes = readFileSync(file);
    bytes.fill(0, 8_192, 9_000);
    writeFileSync(file, bytes);
    await expect(storeAt(file).open()).rejects.toThrow(
      `mv ${file} ${file}.damaged; rm -f ${file}-wal ${file}-shm ${file}-sums; cp BACKUP ${file}`,
    );

    renameSync(file, `${file}.damaged`);
    for (const suffix of ["-wal", "-shm", "-sums"]) rmSync(file + suffix, { force: true });
    copyFileSync(copy, file);

    const restored = storeAt(file);
    await restored.open();
    expect(await contentOf(restored, ["t1"])).toBe(content);
    await restored.close();
  });

  it("that went bad is found when it is put in place with its checksums", async () => {
    const store = await aStore();
    await store.backup(copy);
    await store.close();
    const bytes = readFileSync(copy);
    const at = bytes.indexOf("/v1/export");
    bytes[at + 4] = (bytes[at + 4] ?? 0) ^ 1;
    writeFileSync(copy, bytes);

    await expect(storeAt(copy).open()).rejects.toMatchObject({ name: "StoreDamaged" });
  });

  it("never overwrites", async () => {
    const store = await aStore();
    writeFileSync(copy, "something else");

    await expect(store.backup(copy)).rejects.toThrow("exists already");

    expect(readFileSync(copy, "utf8")).toBe("something else");
    await store.close();
  });
});
