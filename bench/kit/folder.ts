import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Runs with a folder of its own under `parent`, which is gone afterwards. */
export async function inFolder<Result>(
  parent: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(parent, ".bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
