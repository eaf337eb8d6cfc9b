import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderLocked, lockFolder } from "../../server/lib/folder-lock.ts";

const lockModule = new URL("../../server/lib/folder-lock.ts", import.meta.url).href;
let folder: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "forestall-lock-"));
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

/** Another process that takes the lock and keeps it until it is killed. */
function holder(): Promise<ChildProcess> {
  const code = `import { lockFolder } from ${JSON.stringify(lockModule)};
    lockFolder(process.argv[1], "forestall serve"); console.log("locked"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code, folder]);
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", () => resolve(child));
    child.once("exit", (status) => reject(new Error(`holder ended with ${status}`)));
  });
}

describe("the lock of a data folder", () => {
  it("holds without the note beside it, which a full disk does not take", () => {
    mkdirSync(join(folder, "lock.json", "in the way"), { recursive: true });

    const lock = lockFolder(folder, "forestall serve");

    expect(() => lockFolder(folder, "forestall import")).toThrow("another process is using");
    lock.release();
  });

  it("is held by one at a time, also within a process", () => {
    const first = lockFolder(folder, "forestall serve");

    expect(() => lockFolder(folder, "forestall import")).toThrow(FolderLocked);

    first.release();
    lockFolder(folder, "forestall import").release();
  });

  it("tells who holds it, in one plain line", async () => {
    const child = await holder();

    expect(() => lockFolder(folder, "forestall import")).toThrow(
      `forestall serve (process ${child.pid}) is using ${folder}; let it finish or stop it, or use another folder.`,
    );
  });

  it("is free again when its holder was killed", async () => {
    const child = await holder();
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;

    expect(() => lockFolder(folder, "forestall serve").release()).not.toThrow();
  });

  it("makes a missing folder for its owner alone", () => {
    const inner = join(folder, "data");

    lockFolder(inner, "forestall serve").release();

    expect(statSync(inner).mode & 0o777).toBe(0o700);
  });

  it("leaves no note when it is released, and can be released twice", () => {
    const lock = lockFolder(folder, "forestall serve");
    expect(existsSync(join(folder, "lock.json"))).toBe(true);

    lock.release();
    lock.release();

    expect(existsSync(join(folder, "lock.json"))).toBe(false);
  });
});
