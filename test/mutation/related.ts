import { importsOf } from "../support/imports.ts";
import { projectFiles, readProjectFile } from "../support/source.ts";

/** Left out: they start browsers or processes of their own, and take longer than a mutant is worth. */
const TOO_SLOW = /\.browser\.test\.ts$|^test\/(?:faults|long|bin|demo|mutation)\//;

let importers: Map<string, string[]> | undefined;

/** The test files that import a file, directly or through others, without those that are too slow. */
export function relatedTests(file: string): string[] {
  importers ??= importersOf();
  const reached = new Set([file]);
  for (const one of reached) for (const importer of importers.get(one) ?? []) reached.add(importer);
  return [...reached].filter((one) => one.endsWith(".test.ts") && !TOO_SLOW.test(one)).sort();
}

/** Who imports a file for more than its types. */
function importersOf(): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const path of projectFiles("{server,test}/**/*.ts")) {
    for (const { target, kind, typeOnly } of importsOf(path, readProjectFile(path))) {
      if (kind !== "file" || typeOnly) continue;
      importers.set(target, [...(importers.get(target) ?? []), path]);
    }
  }
  return importers;
}
