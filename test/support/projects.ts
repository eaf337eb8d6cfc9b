import { join } from "node:path";
import { root } from "./source.ts";

/** Tests of functions: they start nothing and change nothing that others see, so threads are enough. */
export const PURE = [
  "test/core/**/*.test.ts",
  "test/flow/receive/**/*.test.ts",
  "test/integrations/**/*.test.ts",
  "test/messages/**/*.test.ts",
  "test/patterns/**/*.test.ts",
  "test/zendesk-package/**/*.test.ts",
];

/** Tests that kill, fill and flood, or look at their own process from outside. */
export const ON_THEIR_OWN = [
  "test/bin/**/*.test.ts",
  "test/cli/process.test.ts",
  "test/demo/**/*.test.ts",
  "test/faults/**/*.test.ts",
  "test/lib/**/*.test.ts",
  "test/store/sqlite/**/*.test.ts",
  "test/*.test.ts",
];

export const EVERY = ["test/**/*.test.ts"];

export const BROWSER = ["test/**/*.browser.test.ts"];

/** What tests give to the processes that they start: compiled code to share, as `bin/forestall.js` has it. */
export const FOR_CHILDREN = { NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "forestall") };

/** What holds for both suites. */
export const usual = {
  // Processes, unless a project says otherwise: tests start servers, send signals and load a native database.
  pool: "forks" as const,
  // Vitest would leave a core to itself, which on two cores is one of two.
  maxWorkers: "100%",
  // Generous: a machine that is busy with something else is no reason to fail.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  env: FOR_CHILDREN,
  reporters: ["default", "./test/support/closing-line.ts"],
};
