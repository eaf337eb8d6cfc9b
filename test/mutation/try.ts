import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyOfTheTree } from "./copy.ts";
import { type Mutant, mutated } from "./mutants.ts";
import { TestOrder } from "./order.ts";
import { createRunner, type Runner } from "./runner.ts";

export interface Attempt {
  readonly mutants: readonly Mutant[];
  readonly testsOf: (file: string) => readonly string[];
  /** So many processes, each with its own copy of the tree. */
  readonly jobs: number;
  readonly say: (line: string) => void;
}

export interface Outcome {
  readonly killed: number;
  readonly timedOut: number;
  readonly survivors: readonly Mutant[];
}

/** A mutant that never ends shows it in the first test that meets it, so only few tests are waited for at first. */
const FIRST = 5;
const LONGEST_FOR_ALL = 20 * 60_000;

type Place = { readonly folder: string; readonly runner: Runner };

/** Tries every mutant against its tests, and says the survivors as they are found. */
export async function tryMutants({ mutants, testsOf, jobs, say }: Attempt): Promise<Outcome> {
  const copies = Array.from({ length: jobs }, copyOfTheTree);
  const places = copies.map(({ folder }) => ({ folder, runner: createRunner(folder) }));
  try {
    const asked = [...new Set(mutants.flatMap(({ file }) => testsOf(file)))];
    const { order, failing } = await runUnchanged(places, asked);
    for (const test of failing) say(`left out, as it fails without any change here: ${test}`);

    const waiting = mutants.values();
    const outcome = { killed: 0, timedOut: 0, survivors: [] as Mutant[] };
    const work = async (place: Place) => {
      for (const mutant of waiting) {
        const tests = testsOf(mutant.file).filter((test) => !failing.has(test));
        const found = await tryOne(place, mutant, order, tests);
        if (found === "survived") {
          outcome.survivors.push(mutant);
          say(`${mutant.file}:${mutant.line}  ${mutant.change}`);
        } else outcome.killed += 1;
        if (found === "never ended") {
          outcome.timedOut += 1;
          // On a busy machine it may only have been slow.
          say(`${mutant.file}:${mutant.line}  ${mutant.change}  (never ended)`);
        }
        const tried = outcome.killed + outcome.survivors.length;
        if (tried % 50 === 0) say(`${tried} of ${mutants.length} tried`);
      }
    };
    await Promise.all(places.map(work));
    return outcome;
  } finally {
    for (const { runner } of places) runner.close();
    for (const copy of copies) copy.remove();
  }
}

/** What the tests do when nothing is changed: how long each takes, and which cannot be asked here. */
async function runUnchanged(places: readonly Place[], tests: readonly string[]) {
  const [first] = places;
  const answer = await first?.runner.run({ changed: null, tests }, LONGEST_FOR_ALL);
  if (!answer) throw new Error("the tests do not come to an end even without a mutant");
  const failing = new Set(answer.failed.map((name) => name.slice(0, name.indexOf(":"))));
  return { order: new TestOrder(answer.took), failing };
}

async function tryOne({ folder, runner }: Place, mutant: Mutant, order: TestOrder, tests: readonly string[]) {
  const { file } = mutant;
  const path = join(folder, file);
  const before = readFileSync(path, "utf8");
  const ordered = order.of(file, tests);
  writeFileSync(path, mutated(before, mutant));
  try {
    for (const some of [ordered.slice(0, FIRST), ordered.slice(FIRST)]) {
      if (some.length === 0) continue;
      const answer = await runner.run({ changed: file, tests: some }, 20_000 + 5 * order.timeOf(some));
      if (answer === null) return "never ended";
      const [failed] = answer.failed;
      if (failed === undefined) continue;
      order.noteCaught(file, failed.slice(0, failed.indexOf(":")));
      return "killed";
    }
    return "survived";
  } finally {
    writeFileSync(path, before);
  }
}
