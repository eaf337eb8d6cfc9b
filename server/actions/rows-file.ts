import { createWriteStream } from "node:fs";
import { realpath, rename, rm, stat } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { unwritable } from "../lib/output-file.ts";
import type { LongWork } from "./contract.ts";
import { readable } from "./readable.ts";

const REPORTED_EVERY = 10_000;

/**
 * Writes rows to a file, one JSON object a line. They go to `<file>.part` first, which gets its name when all are in:
 * half an export must not be taken for a whole one. What is given up leaves nothing behind.
 * @throws PlainError when the file cannot be written where it is
 */
export async function writeRows(
  file: string,
  rows: AsyncIterable<unknown>,
  work: LongWork = {},
): Promise<number> {
  const target = await realpath(file).catch(() => file);
  // A pipe or a device cannot be replaced, and needs no protection.
  if (!(await isOrdinary(target))) return writeLines(target, "w", rows, work);
  const part = `${target}.part`;
  try {
    // One that was killed may have left a part, with rights of its own.
    await rm(part, { force: true });
    const count = await writeLines(part, "wx", rows, work);
    await rename(part, target);
    return count;
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw unwritable(target, error);
  }
}

async function isOrdinary(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found === null || found.isFile();
}

async function writeLines(
  file: string,
  flags: "w" | "wx",
  rows: AsyncIterable<unknown>,
  work: LongWork,
): Promise<number> {
  // It holds contact data: nobody but its owner may read it, from the first byte on.
  const out = createWriteStream(file, { mode: 0o600, flags });
  const done = finished(out);
  let count = 0;
  try {
    for await (const row of rows) {
      work.signal?.throwIfAborted();
      if (!out.write(`${JSON.stringify(readable(row))}\n`)) await Promise.race([drained(out), done]);
      count += 1;
      if (count % REPORTED_EVERY === 0) {
        work.onProgress?.({ share: 0, text: `${count.toLocaleString("en")} rows` });
      }
    }
  } finally {
    out.end();
    // Whoever removes the file must not be overtaken by its opening.
    await done.catch(() => {});
  }
  await done;
  return count;
}

function drained(out: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    out.once("drain", resolve);
  });
}
