import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Millis } from "../core/time.ts";

/**
 * What the demo remembers between two starts: which history it tells and how far it got, and where it is reached.
 * No secret is in it; those are in the store.
 */
export interface DemoMemory {
  readonly seed: string;
  readonly end: Millis;
  /** Events of the history that are in the store. */
  readonly told: number;
  readonly complete: boolean;
  readonly url: string | null;
}

const FILE = "demo.json";

/** Null when there is nothing to remember, or what is there cannot be read. */
export function recall(folder: string): DemoMemory | null {
  try {
    const memory: unknown = JSON.parse(readFileSync(join(folder, FILE), "utf8"));
    return isMemory(memory) ? memory : null;
  } catch {
    return null;
  }
}

function isMemory(value: unknown): value is DemoMemory {
  if (typeof value !== "object" || value === null) return false;
  const { seed, end, told, complete, url } = value as { readonly [name: string]: unknown };
  return (
    typeof seed === "string" &&
    typeof end === "number" &&
    typeof told === "number" &&
    typeof complete === "boolean" &&
    (url === null || typeof url === "string")
  );
}

/** All or nothing: a second file is written and put in the first one's place. */
export function remember(folder: string, memory: DemoMemory): void {
  const path = join(folder, FILE);
  writeFileSync(`${path}.new`, JSON.stringify(memory), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
