/** The databases of earlier versions on disk: each file of the data folder by itself, packed, beside what is known of it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Expected } from "./facts.ts";
import { saidNow, wordsOf } from "./words.ts";

const FOLDER = join(import.meta.dirname, "databases");

/** Made for these databases; it opens nothing else. */
export const SECRET_KEY = new Uint8Array(32).fill(7);
export const FILE = "forestall.db";

/** `1-stopped` was stopped in good order, `1-killed` with `kill -9` while it worked. The number is the engine's. */
export function databases(): readonly string[] {
  return readdirSync(FOLDER)
    .map((file) => /^(\d+-[a-z]+)\.json\.gz$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

export interface Unpacked {
  /** The folder in which its files lie as the process left them. */
  readonly dir: string;
  readonly file: string;
  readonly expected: Expected;
}

/** Unpacks a database into a temporary folder of its own; whoever asks removes it. */
export function unpack(name: string): Unpacked {
  const dir = mkdtempSync(join(tmpdir(), `forestall-${name}-`));
  for (const packed of readdirSync(FOLDER)) {
    const part = packed.startsWith(`${name}.db`) ? packed.slice(name.length, -".gz".length) : null;
    if (part !== null) writeFileSync(join(dir, `forestall${part}`), unzipped(packed), { mode: 0o600 });
  }
  const recorded = JSON.parse(unzipped(`${name}.json.gz`).toString("utf8")) as Expected;
  return { dir, file: join(dir, FILE), expected: inWordsOfToday(recorded) };
}

function inWordsOfToday(recorded: Expected): Expected {
  const words = wordsOf(recorded.engine);
  return {
    ...recorded,
    pursuits: recorded.pursuits.map((one) => ({ ...one, reason: saidNow(words, "lastReason", one.reason) })),
    alerts: recorded.alerts.map((one) => ({
      ...one,
      state: saidNow(words, "state", one.state) as (typeof one)["state"],
    })),
  };
}

const unzipped = (file: string) => gunzipSync(readFileSync(join(FOLDER, file)));

/** Packs the files of a database, and what is known of it. */
export function pack(name: string, dir: string, expected: Expected): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const file of readdirSync(dir)) {
    const part = file.startsWith(FILE) ? file.slice("forestall".length) : null;
    // Shared memory of the process that is gone; the next one makes its own.
    if (part === null || part.endsWith("-shm")) continue;
    writeFileSync(join(FOLDER, `${name}${part}.gz`), gzipSync(readFileSync(join(dir, file)), { level: 9 }));
  }
  writeFileSync(join(FOLDER, `${name}.json.gz`), gzipSync(JSON.stringify(expected), { level: 9 }));
}
