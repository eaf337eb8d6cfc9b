/**
 * Keeps vitest warm in a process of its own, in a copy of the tree: it is told which files changed and which tests to
 * run, and answers with the first that fails. Whoever started it may kill it, which is the only way to end a test that
 * a mutant sent round in circles.
 */
import { join } from "node:path";
import { BaseSequencer, createVitest, type TestModule, type TestSpecification } from "vitest/node";

export interface HostOrder {
  /** A changed file, from the root; null for the tree as it is. */
  readonly changed: string | null;
  readonly tests: readonly string[];
}

export interface HostAnswer {
  /** The tests that failed, as `file: name`; with a mutant the first one ends the run. */
  readonly failed: readonly string[];
  /** How long each file took, in milliseconds, its imports included. */
  readonly took: Readonly<Record<string, number>>;
}

const folder = process.argv[2] ?? process.cwd();
let order: readonly string[] = [];

/** In the order in which they were asked for: those that failed for a neighbour of the mutant come first. */
class AsAsked extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => order.indexOf(nameOf(moduleId));
    return Promise.resolve(files.toSorted((a, b) => place(a) - place(b)));
  }
}

const nameOf = (path: string): string => path.slice(folder.length + 1);

const vitest = await createVitest({
  root: folder,
  config: false,
  include: ["test/**/*.test.ts"],
  watch: false,
  pool: "threads",
  isolate: false,
  maxWorkers: 1,
  bail: 1,
  reporters: [{}],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  fsModuleCache: false,
  sequence: { sequencer: AsAsked },
});
await vitest.standalone();
await vitest.globTestSpecifications();

async function run({ changed, tests }: HostOrder): Promise<HostAnswer> {
  order = tests;
  if (changed !== null) vitest.invalidateFile(join(folder, changed));
  vitest.config.bail = changed === null ? 0 : 1;
  const specifications = tests.flatMap((test) => vitest.getModuleSpecifications(join(folder, test)));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  if (changed !== null) vitest.invalidateFile(join(folder, changed));
  const failed = testModules.flatMap(failuresOf);
  if (unhandledErrors.length > 0) failed.push("an error outside of every test");
  return {
    failed,
    took: Object.fromEntries(testModules.map((each) => [nameOf(each.moduleId), timeOf(each)])),
  };
}

function failuresOf(module: TestModule): string[] {
  const file = nameOf(module.moduleId);
  const broken = module.errors().length > 0 ? [`${file}: could not be read`] : [];
  const hooks = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  const tests = [...module.children.allTests("failed")];
  return [...broken, ...[...hooks, ...tests].map(({ fullName }) => `${file}: ${fullName}`)];
}

function timeOf(module: TestModule): number {
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  return collectDuration + setupDuration + duration;
}

process.on("message", (message: HostOrder) => {
  run(message).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
