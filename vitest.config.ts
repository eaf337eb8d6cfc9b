import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { BROWSER, EVERY, ON_THEIR_OWN, PURE, usual } from "./test/support/projects.ts";

/*
 * The short suite, for every change. Files share processes and what these have imported, as importing the server takes
 * longer than most of its tests; only those that reach outside their process have one of their own.
 */
const project = (
  name: string,
  test: TestProjectInlineConfiguration["test"],
): TestProjectInlineConfiguration => ({ extends: true, test: { name, ...test } });

export default defineConfig({
  test: {
    ...usual,
    projects: [
      project("pure", { include: PURE, pool: "threads", isolate: false }),
      project("server", { include: EVERY, exclude: [...PURE, ...BROWSER, ...ON_THEIR_OWN], isolate: false }),
      project("own process", { include: ON_THEIR_OWN, exclude: BROWSER }),
      project("browser", { include: BROWSER, isolate: false }),
    ],
  },
});
