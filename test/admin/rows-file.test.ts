import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeRows } from "../../server/actions/rows-file.ts";
import { PlainError } from "../../server/lib/errors.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "forestall-rows-"));
  file = join(folder, "acme.ndjson");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function* rows(count: number, between: (row: number) => void = () => {}) {
  for (let row = 0; row < count; row++) {
    between(row);
    yield { table: "events", row };
  }
}

describe("an export to a file", () => {
  it("gets its name when all rows are in, readable by its owner only", async () => {
    const count = await writeRows(
      file,
      rows(3, () => expect(existsSync(file)).toBe(false)),
    );

    expect(count).toBe(3);
    expect(
      readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { table: "events", row: 0 },
      { table: "events", row: 1 },
      { table: "events", row: 2 },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["acme.ndjson"]);
  });

  it("says in a sentence why a file cannot be where it was asked for", async () => {
    const nowhere = join(folder, "no", "acme.ndjson");
    writeFileSync(join(folder, "full"), "");

    await expect(writeRows(nowhere, rows(3))).rejects.toThrow(
      new PlainError(`${nowhere} cannot be written: its folder does not exist.`),
    );
    await expect(writeRows(join(folder, "full", "a.ndjson"), rows(3))).rejects.toThrow(
      "cannot be written: what should be its folder is a file.",
    );
  });

  it.each([
    ["nobody waits for any more", (gone: AbortController) => gone.abort(new Error("hung up")), "hung up"],
    [
      "the store breaks off",
      () => {
        throw new Error("damaged");
      },
      "damaged",
    ],
  ])("that %s leaves the one of before as it was, and nothing of its own", async (_why, breakOff, words) => {
    writeFileSync(file, "the export of before");
    const gone = new AbortController();
    const cut = rows(50_000, (row) => {
      if (row === 20_000) breakOff(gone);
    });

    await expect(writeRows(file, cut, { signal: gone.signal })).rejects.toThrow(words);

    expect(readFileSync(file, "utf8")).toBe("the export of before");
    expect(readdirSync(folder)).toEqual(["acme.ndjson"]);
  });

  it("takes no part of one that was killed for its own", async () => {
    writeFileSync(`${file}.part`, "half a line", { mode: 0o644 });

    await writeRows(file, rows(1));

    expect(readFileSync(file, "utf8")).toBe('{"table":"events","row":0}\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("says that its folder is not there, and writes to a device as it is", async () => {
    await expect(writeRows(join(folder, "none", "x"), rows(1))).rejects.toThrow("its folder does not exist");
    expect(await writeRows("/dev/null", rows(2))).toBe(2);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});
