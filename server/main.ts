/** The command line, and the only reader of the process's environment. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { CliDeps } from "./cli/deps.ts";
import { runCli } from "./cli/program.ts";
import { loadConfig } from "./config.ts";

const STOP_SIGNALS = ["SIGINT", "SIGTERM"] as const;

const deps: CliDeps = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  version: versionOfPackage(),
  user: nameOfUser(),
  cwd: process.cwd(),
  now: Date.now,
  loadConfig: () => loadConfig(process.env, process.cwd()),
  // Loaded when needed: most of what a command line is asked for needs no database and no server.
  openApp: async (config) =>
    (await import("./app.ts")).openApp(config, { purpose: `forestall ${process.argv[2]}` }),
  async startServer(config) {
    const [{ startServer }, { controlHandlers }, { createHome }] = await Promise.all([
      import("./app.ts"),
      import("./cli/methods.ts"),
      import("./http/home/index.ts"),
    ]);
    const running = await startServer(config, {
      handlers: controlHandlers,
      home: ({ store, log }) => createHome({ store, log }),
    });
    return { app: running, url: running.url, close: () => running.close() };
  },
  async runDemo(options) {
    const [{ runDemo }, { demoEnvironment }] = await Promise.all([
      import("./demo/main.ts"),
      import("./demo/environment.ts"),
    ]);
    // Its warnings are about data that is worth keeping; everything here is invented.
    const { config } = loadConfig(demoEnvironment(process.env), process.cwd());
    await runDemo(config, { ...options, colours: wantsColours() });
  },
  onStop(listener) {
    for (const signal of STOP_SIGNALS) process.on(signal, listener);
  },
  exit: (code) => process.exit(code),
};

// The launcher was killed so that it could not pass it on: what it started ends as well, and lets go of the folder.
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
// Listening alone must not keep this process.
process.channel?.unref();

// Whoever reads our output may have seen enough, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await runCli(process.argv.slice(2), deps);

/** As no-color.org has it. */
function wantsColours(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
}

function versionOfPackage(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Containers may run as a user without a name. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
