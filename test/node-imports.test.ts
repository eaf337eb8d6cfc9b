import { execFile } from "node:child_process";
import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/*
 * The test runner transforms what it loads and so accepts files that Node refuses: an enum, a missing `.ts`, a type
 * imported as a value. Here Node itself loads every file of the server, all in one process.
 */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** These begin their work when they are imported: the command line, and threads beside it. */
const ENTRY = /^server\/main\.ts$|-thread\.ts$/;

const IMPORT_ALL = `
  const refused = [];
  for (const url of process.argv.slice(1)) {
    await import(url).catch((error) => refused.push(url + ": " + error.message));
  }
  process.stdout.write(JSON.stringify(refused), () => process.exit(0));
`;

async function refusedByNode(urls: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", IMPORT_ALL, ...urls],
    { cwd: root, timeout: 60_000 },
  );
  return JSON.parse(stdout);
}

it("loads every file of the server in Node itself", { timeout: 90_000 }, async () => {
  const files = globSync("server/**/*.ts", { cwd: root }).filter((file) => !ENTRY.test(file));

  const refused = await refusedByNode(files.map((file) => pathToFileURL(join(root, file)).href));

  expect(files.length).toBeGreaterThan(10);
  expect(refused).toEqual([]);
});

it("would notice a file that Node refuses", async () => {
  const folder = mkdtempSync(join(tmpdir(), "forestall-imports-"));
  const bad = join(folder, "bad.ts");
  const good = join(folder, "good.ts");
  writeFileSync(bad, "export enum Kind { A }");
  writeFileSync(good, "export type Kind = 'a'; export const kind: Kind = 'a';");

  const refused = await refusedByNode([bad, good].map((file) => pathToFileURL(file).href));

  rmSync(folder, { recursive: true });
  expect(refused).toEqual([expect.stringMatching(/bad\.ts: .*enum/s)]);
});
