import { existsSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aProject, run, type Scratch } from "./scratch.ts";

let project: Scratch;
afterEach(() => project.remove());
beforeEach(() => {
  project = aProject({
    "package.json": JSON.stringify({
      type: "module",
      dependencies: { one: "1" },
      devDependencies: { two: "2" },
    }),
    "package-lock.json": '{ "lockfileVersion": 3 }',
    "npm.cjs": NPM,
  });
});

/** Stands in for npm: notes its words and makes the folders that an install would make. */
const NPM = `
  const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");
  appendFileSync("calls", process.argv.slice(2).join(" ") + "\\n");
  if (process.env.NPM_FAILS) {
    console.error("npm warn old\\nnpm error code ENOTFOUND\\nnpm error network request failed");
    process.exit(1);
  }
  mkdirSync("node_modules/one", { recursive: true });
  if (process.argv.includes("--include=dev")) mkdirSync("node_modules/two", { recursive: true });
`;

const setUp = (words: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  run([join(project.folder, "bin/setup.js"), ...words], "/", {
    npm_execpath: join(project.folder, "npm.cjs"),
    npm_node_execpath: process.execPath,
    ...env,
  }).ended;

const calls = () =>
  existsSync(join(project.folder, "calls"))
    ? readFileSync(join(project.folder, "calls"), "utf8").trimEnd().split("\n")
    : [];

describe("the set-up", () => {
  it("installs once, says so in one line, and then is silent", async () => {
    const first = await setUp();
    const second = await setUp();

    expect(first).toMatchObject({
      code: 0,
      out: "",
      err: expect.stringMatching(/^Installing the packages[^\n]*\n$/),
    });
    expect(second).toMatchObject({ code: 0, out: "", err: "" });
    expect(calls()).toHaveLength(1);
  });

  it("leaves the lockfile as it is and runs no package's script", async () => {
    await setUp();

    expect(calls()[0]).toMatch(/^install --no-save --ignore-scripts /);
  });

  it("adds what the tests need when it is asked to", async () => {
    await setUp();
    await setUp(["--dev"]);
    await setUp(["--dev"]);

    expect(calls()).toEqual([expect.not.stringContaining("=dev"), expect.stringContaining("--include=dev")]);
  });

  it("installs again when the lockfile changed", async () => {
    await setUp();
    project.write("package-lock.json", '{ "lockfileVersion": 3, "name": "changed" }');
    await setUp();

    expect(calls()).toHaveLength(2);
  });

  it("accepts what somebody installed by hand since the lockfile changed", async () => {
    project.write("node_modules/one/package.json", "{}");
    project.write("node_modules/.package-lock.json", "{}");
    const { code } = await setUp();

    expect({ code, calls: calls() }).toEqual({ code: 0, calls: [] });
  });

  it("does not accept an install that is older than the lockfile", async () => {
    project.write("node_modules/one/package.json", "{}");
    project.write("node_modules/.package-lock.json", "{}");
    utimesSync(join(project.folder, "node_modules/.package-lock.json"), 1, 1);
    await setUp();

    expect(calls()).toHaveLength(1);
  });

  it("passes on what npm says is wrong, and tries again the next time", async () => {
    const failed = await setUp([], { NPM_FAILS: "1" });
    const retried = await setUp();

    expect(failed.code).toBe(1);
    expect(failed.err).toContain("failed: code ENOTFOUND; network request failed\nTry `npm install` in ");
    expect(retried.code).toBe(0);
  });
});
