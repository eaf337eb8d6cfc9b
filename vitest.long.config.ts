import { defineConfig } from "vitest/config";
import { FOR_CHILDREN, usual } from "./test/support/projects.ts";
import { projectFiles, readProjectFile } from "./test/support/source.ts";

/*
 * The long suite: every file that does more of something when there is time, all of it. Run before a larger change is
 * finished; the short suite does a little of each.
 */
const asksForASize = (path: string) => readProjectFile(path).includes("support/size.ts");

export default defineConfig({
  test: {
    ...usual,
    include: projectFiles("test/**/*.test.ts").filter(asksForASize),
    env: { ...FOR_CHILDREN, FORESTALL_TEST_SIZE: "long" },
    testTimeout: 600_000,
  },
});
