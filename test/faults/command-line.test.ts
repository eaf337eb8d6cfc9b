import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

/** The command line, each command a process of its own, killed where it hurts; with a server and without. */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MAIN = join(root, "server", "main.ts");
const LAUNCHER = join(root, "bin", "forestall.js");
const EVENTS = 8_000;
/** So many bytes more on disk: something was done, and something is left to do. */
const BEGUN = 300_000;
const SECRET = "Xanthippe-canary";

interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

interface Place {
  readonly data: string;
  readonly file: (name: string) => string;
  start(program: string, ...argv: string[]): Running;
  run(...argv: string[]): Running["ended"];
  serve(): Promise<Running>;
}

function aPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "forestall-cli-faults-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  const { npm_command: _npm, ...inherited } = process.env;
  const env = { ...inherited, PORT: "0", HOST: "127.0.0.1", FORESTALL_DATA: data, LOG_LEVEL: "error" };
  const start = (program: string, ...argv: string[]): Running => {
    const child = spawn(process.execPath, [program, ...argv], { env, cwd: root });
    onTestFinished(() => void child.kill("SIGKILL"));
    const seen = { out: "", err: "" };
    child.stdout.on("data", (chunk) => {
      seen.out += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      seen.err += String(chunk);
    });
    const ended = new Promise<Awaited<Running["ended"]>>((resolve) => {
      child.once("close", (code) => resolve({ code, ...seen }));
    });
    return { child, said: () => seen.out, ended };
  };
  const place: Place = {
    data,
    file: (name) => join(folder, name),
    start,
    run: (...argv) => start(MAIN, ...argv).ended,
    async serve() {
      const server = start(MAIN, "serve");
      await until(() => server.said().includes("listens on"));
      return server;
    },
  };
  return place;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 5) {
    if (waited > 30_000) throw new Error("it did not come to that");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0);
const written = ({ data }: Place) =>
  sizeOf(join(data, "forestall.db")) + sizeOf(join(data, "forestall.db-wal"));

/** One person with a name that stands nowhere else, and the failed calls of many. */
async function withHistory(place: Place): Promise<string> {
  const history = place.file("history.ndjson");
  const begun = Date.UTC(2026, 0, 1);
  const event = (i: number, type: string, data: object) => ({
    specversion: "1.0",
    id: `e${i}`,
    source: "test",
    type,
    time: new Date(begun + i * 1_000).toISOString(),
    subject: `account/a${i % 50}`,
    data,
  });
  const user = `u-${SECRET}`;
  const person = { user, email: `${SECRET}@customer.test`, name: SECRET, account: "a1" };
  const lines = [event(0, "person.identified", person)];
  for (let i = 1; i < EVENTS; i++) {
    lines.push(event(i, "api.request_failed", { status: 500, endpoint: `/v1/${i % 7}`, user }));
  }
  writeFileSync(history, lines.map((line) => JSON.stringify(line)).join("\n"));
  expect(await place.run("tenant", "create", "acme")).toMatchObject({ code: 0 });
  return history;
}

async function importedIn(place: Place, history: string): Promise<{ accepted: number; duplicates: number }> {
  const { code, out, err } = await place.run("import", history, "--tenant", "acme", "--json");
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
}

describe("an import", { timeout: 60_000 }, () => {
  it("whose server is killed says so, and is only given again", async () => {
    const place = aPlace();
    const history = await withHistory(place);
    const server = await place.serve();
    const before = written(place);

    const cut = place.start(MAIN, "import", history, "--tenant", "acme");
    await until(() => written(place) > before + BEGUN);
    server.child.kill("SIGKILL");

    expect(await cut.ended).toMatchObject({
      code: 1,
      out: "",
      err: "The server ended before it answered: look whether the command was carried out, or give it again.\n",
    });
    const { accepted, duplicates } = await importedIn(place, history);
    expect(accepted + duplicates).toBe(EVENTS);
  });

  it("ends with its launcher, however that was killed, and lets go of the folder", async () => {
    const place = aPlace();
    const history = await withHistory(place);
    const before = written(place);
    const launched = place.start(LAUNCHER, "import", history, "--tenant", "acme");
    await until(() => written(place) > before + BEGUN);

    launched.child.kill("SIGKILL");
    const { accepted, duplicates } = await importedIn(place, history);

    expect(accepted).toBeGreaterThan(0);
    expect(accepted + duplicates).toBe(EVENTS);
  });
});

describe("an erasure that is killed", { timeout: 120_000 }, () => {
  const found = (place: Place) =>
    readdirSync(place.data)
      .filter((name) => readFileSync(join(place.data, name)).includes(SECRET))
      .sort();

  it("is brought to its end by whatever opens the folder next", async () => {
    const place = aPlace();
    await importedIn(place, await withHistory(place));
    const erase = ["erase", "--tenant", "acme", "--person", `u-${SECRET}`, "--yes"];
    const killed = place.start(MAIN, ...erase);
    const log = join(place.data, "forestall.db-wal");
    await until(() => existsSync(log) && readFileSync(log).includes("erasing:"));
    killed.child.kill("SIGKILL");
    await killed.ended;
    const half = found(place);

    await place.run("tenant", "list");

    expect(half).not.toEqual([]);
    expect(found(place)).toEqual([]);
    expect(await place.run(...erase)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^There is no person/),
    });
  });
});
