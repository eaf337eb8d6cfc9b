import { globSync } from "node:fs";
import { join, resolve } from "node:path";

const PROJECT = join(import.meta.dirname, "../..");

/**
 * Where a file or folder of test material lies that is not part of the project: in a folder beside the checkout, or in
 * the one that FORESTALL_TEST_MATERIAL names. Undefined where there is none; what needs it is skipped then.
 */
export function beside(name: string): string | undefined {
  const folder = process.env.FORESTALL_TEST_MATERIAL;
  const found = globSync(folder === undefined ? `../*/${name}` : join(folder, name), { cwd: PROJECT });
  return found[0] === undefined ? undefined : resolve(PROJECT, found[0]);
}
