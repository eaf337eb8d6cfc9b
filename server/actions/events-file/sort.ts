import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import type { Incoming } from "../../core/event.ts";
import { readLines } from "./lines.ts";
import { type Batches, compareEvents, merged } from "./order.ts";

/** Events that are sorted in memory at once: some 200 MB. */
const RUN = 500_000;
const WRITTEN_AT_ONCE = 2_000;

/**
 * Puts any events in order, however far they are from their place: sorted runs go to files of their own, which are
 * then read side by side. The files can be read by their owner only, and are gone afterwards.
 */
export async function* sorted(batches: Batches, run: number = RUN): AsyncGenerator<readonly Incoming[]> {
  const folder = mkdtempSync(join(tmpdir(), "forestall-sort-"));
  try {
    const files: string[] = [];
    let held: Incoming[] = [];
    for await (const batch of batches) {
      for (const event of batch) held.push(event);
      if (held.length < run) continue;
      files.push(await writeRun(folder, files.length, held));
      held = [];
    }
    held.sort(compareEvents);
    yield* merged([...files.map(readRun), inMemory(held)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeRun(folder: string, number: number, events: Incoming[]): Promise<string> {
  const path = join(folder, `${number}.ndjson`);
  const file = createWriteStream(path, { mode: 0o600 });
  const done = finished(file);
  events.sort(compareEvents);
  for (let at = 0; at < events.length; at += WRITTEN_AT_ONCE) {
    const lines = events.slice(at, at + WRITTEN_AT_ONCE).map((event) => `${JSON.stringify(event)}\n`);
    if (!file.write(lines.join(""))) await Promise.race([drained(file), done]);
  }
  file.end();
  await done;
  return path;
}

function drained(file: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    file.once("drain", resolve);
  });
}

async function* readRun(path: string): AsyncGenerator<readonly Incoming[]> {
  for await (const { lines } of readLines(path).lines) {
    yield lines.map((line) => JSON.parse(line) as Incoming);
  }
}

async function* inMemory(events: readonly Incoming[]): AsyncGenerator<readonly Incoming[]> {
  yield events;
}
