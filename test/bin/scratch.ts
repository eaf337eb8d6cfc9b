import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../support/source.ts";

/** A project with this one's `bin/` and otherwise only what a test puts there. */
export interface Scratch {
  readonly folder: string;
  /** Writes a file, with its folders. */
  write(path: string, text: string): void;
  remove(): void;
}

export function aProject(files: Readonly<Record<string, string>>): Scratch {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "forestall-bin-")));
  cpSync(join(root, "bin"), join(folder, "bin"), { recursive: true });
  const scratch: Scratch = {
    folder,
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  for (const [path, text] of Object.entries(files)) scratch.write(path, text);
  return scratch;
}

export interface Run {
  readonly child: ChildProcess;
  /** Resolves when the text has been written to standard output. */
  said(text: string): Promise<void>;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    out: string;
    err: string;
  }>;
}

/** Runs this Node with these words, in an environment with nothing of npm's but what is given. */
export function run(words: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, words, { cwd, env: { PATH: dirname(process.execPath), ...env } });
  const seen = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    seen.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    seen.err += chunk;
  });
  const ended = new Promise<Awaited<Run["ended"]>>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...seen }));
  });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => seen.out.includes(text) && resolve();
      child.stdout.on("data", look);
      void ended.then(() => reject(new Error(`ended without saying "${text}": ${seen.err}`)));
      look();
    });
  return { child, said, ended };
}
