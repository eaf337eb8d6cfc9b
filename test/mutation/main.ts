/**
 * Breaks the code in one small place after another, and says which breaks no test noticed:
 *
 *   npm run test:mutate                                       the engine and receive, all of it: hours
 *   npm run test:mutate -- --sample 200 --seed 1              two hundred mutants, the same ones every time
 *   npm run test:mutate -- server/flow/receive --jobs 2       one folder, in two processes
 *   npm run test:mutate -- server/core/engine --tests test/flow   asks only the tests in that folder
 *
 * Everything happens in a copy in the temporary folder. A survivor either gets a test, or, where nobody could notice
 * it, a line with the reason in `equivalent.ts`.
 */
import { parseArgs } from "node:util";
import { chance } from "../store/sqlite/files.ts";
import { projectFiles, readProjectFile } from "../support/source.ts";
import { reasonToPass } from "./equivalent.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { relatedTests } from "./related.ts";
import { tryMutants } from "./try.ts";

const USUAL = ["server/core/engine", "server/flow/receive"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    tests: { type: "string", default: "test/" },
  },
});

const files = (positionals.length === 0 ? USUAL : positionals).flatMap(filesAt);
const all = files.flatMap((file) => mutantsOf(file, readProjectFile(file)));
const drawn = values.sample === undefined ? all : draw(all, Number(values.sample), Number(values.seed));
const passed = drawn.filter((mutant) => reasonToPass(mutant) !== undefined);
const testsOf = new Map(files.map((file) => [file, relatedTests(file).filter(isAsked)]));

say(`${drawn.length} of ${all.length} mutants in ${files.length} files`);
const { killed, timedOut, survivors } = await tryMutants({
  mutants: drawn.filter((mutant) => !passed.includes(mutant)),
  testsOf: (file) => testsOf.get(file) ?? [],
  jobs: Number(values.jobs),
  say,
});
say(
  `\n${killed} killed (${timedOut} of them by never ending), ${survivors.length} survived, ` +
    `${passed.length} change nothing that anybody could notice`,
);
process.exitCode = survivors.length === 0 ? 0 : 1;

/** A file, a folder, or both where they share a name, as `receive.ts` and `receive/`. */
function filesAt(path: string): string[] {
  const found = path.endsWith(".ts") ? [path] : projectFiles(`${path}{.ts,/**/*.ts}`);
  if (found.length === 0) throw new Error(`there is no TypeScript at ${path}`);
  return found;
}

function isAsked(test: string): boolean {
  return values.tests.split(",").some((start) => test.startsWith(start));
}

function draw(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const next = chance(seed);
  const shuffled = mutants.map((mutant) => ({ mutant, place: next() })).sort((a, b) => a.place - b.place);
  const chosen = new Set(shuffled.slice(0, count).map(({ mutant }) => mutant));
  return mutants.filter((mutant) => chosen.has(mutant));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
