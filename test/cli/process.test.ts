import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { scratchFolder } from "./world.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const launcher = join(root, "bin", "forestall.js");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function environment(data: string): NodeJS.ProcessEnv {
  const { npm_command: _npm, ...inherited } = process.env;
  return { ...inherited, PORT: "0", HOST: "127.0.0.1", FORESTALL_DATA: data, LOG_LEVEL: "warn" };
}

async function forestall(data: string, ...argv: string[]): Promise<Ended> {
  const options = { env: environment(data), cwd: root };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [launcher, ...argv], options);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** A server in a process of its own, ended after the test. */
async function aServer(data: string): Promise<{ child: ChildProcess; out: () => string; url: string }> {
  const child = spawn(process.execPath, [launcher, "serve"], { env: environment(data), cwd: root });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += String(chunk);
  });
  while (!text.includes("listens on")) await Promise.race([once(child.stdout, "data"), ended(child)]);
  return { child, out: () => text, url: /listens on (\S+),/.exec(text)?.[1] ?? "" };
}

async function ended(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, "exit");
  throw new Error(`the server ended: ${code} ${signal}`);
}

describe("the command line as a process", { timeout: 60_000 }, () => {
  it("prints data on standard output, and nothing else there", async () => {
    const ran = await forestall(scratchFolder(), "patterns", "list", "--json");

    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(ran.out)).toContainEqual(expect.objectContaining({ id: "P-001" }));
  });

  it.each([
    ["PORT", "many", /^PORT is "many"; .*\n$/],
    ["HOST", "256.1.1.1", /^HOST is no address of this machine; .*\n$/m],
  ])("tells a wrong setting in one line: %s=%s", async (name, value, words) => {
    const options = { env: { ...environment(scratchFolder()), [name]: value }, cwd: root };

    const running = promisify(execFile)(process.execPath, [launcher, "serve"], options);

    await expect(running).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(words) });
  });

  it("serves, says what to do next, takes commands from a second terminal, and ends in good order", async () => {
    const data = scratchFolder();
    const server = await aServer(data);

    const created = await forestall(data, "tenant", "create", "acme", "--json");
    const paused = await forestall(data, "pause", "--tenant", "acme", "--json");
    server.child.kill("SIGTERM");
    const [code] = await once(server.child, "exit");

    expect(server.out()).toContain("npx forestall tenant create");
    expect(JSON.parse(created.out)).toMatchObject({ id: "acme", tokens: { write: expect.any(String) } });
    expect(JSON.parse(paused.out)).toEqual({ tenant: true, patterns: [], channels: [] });
    expect(code).toBe(0);
    expect(server.out()).toContain("Stopping");
  });

  it("keeps for the next server what was done without one", async () => {
    const data = scratchFolder();
    await forestall(data, "tenant", "create", "acme");
    const server = await aServer(data);

    const listed = await forestall(data, "tenant", "list", "--json");
    const health = await fetch(`${server.url}/healthz`);

    expect(JSON.parse(listed.out)).toEqual([expect.objectContaining({ id: "acme", dryRun: true })]);
    expect(health.status).toBe(200);
    expect(server.out()).not.toContain("tenant create");
  });

  it("says that the folder is in use when a second server is started", async () => {
    const data = scratchFolder();
    await aServer(data);

    const second = await forestall(data, "serve");

    expect(second.code).toBe(1);
    expect(second.err.trimEnd().split("\n").at(-1)).toMatch(/^forestall serve \(process \d+\) is using /);
  });
});
