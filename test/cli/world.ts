import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { openApp, type Running, startServer } from "../../server/app.ts";
import type { CliDeps } from "../../server/cli/deps.ts";
import { controlHandlers } from "../../server/cli/methods.ts";
import { runCli } from "../../server/cli/program.ts";
import type { Config } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";

/** A data folder of its own, gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "forestall-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function configFor(dataDir: string): Config {
  return {
    port: 0,
    host: "127.0.0.1",
    publicUrl: "https://help.example.com",
    dataDir,
    secretKey: Buffer.alloc(32, 7),
    logLevel: "silent",
    trustProxy: false,
    allowLoopbackProviders: true,
  };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface World {
  readonly folder: string;
  readonly config: Config;
  run(...argv: string[]): Promise<Ran>;
  /** From now on a server runs on the folder, until the test ends. */
  serve(): Promise<Running>;
  write(name: string, text: string): string;
}

/** A command line on a folder of its own, in this process, on a real store. */
export function aWorld(changes: Partial<CliDeps> = {}): World {
  const folder = scratchFolder();
  const config = configFor(join(folder, "data"));
  return {
    folder,
    config,
    run: (...argv) => run(folder, config, argv, changes),
    async serve() {
      const running = await startServer(config, { handlers: controlHandlers, log: silentLogger });
      onTestFinished(() => running.close());
      return running;
    },
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
  };
}

async function run(
  folder: string,
  config: Config,
  argv: readonly string[],
  changes: Partial<CliDeps>,
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const refuse = () => Promise.reject(new Error("no test starts this here"));
  const code = await runCli(argv, {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    stdin: Readable.from([]),
    version: "9.9.9",
    user: "tester",
    cwd: folder,
    now: Date.now,
    loadConfig: () => ({ config, warnings: [] }),
    openApp: (wanted) => openApp(wanted, { purpose: "a command", log: silentLogger }),
    startServer: refuse,
    runDemo: refuse,
    onStop: () => {},
    exit: () => {
      throw new Error("exit");
    },
    ...changes,
  });
  return { code, out: out.join(""), err: err.join("") };
}

/** What a command printed as JSON, of a shape the test expects; the assertions say whether it has it. */
export function as<Shape>(ran: Ran): Shape {
  if (ran.code !== 0) throw new Error(`the command failed: ${ran.err}`);
  return JSON.parse(ran.out) as Shape;
}
