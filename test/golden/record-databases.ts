/**
 * Writes the databases of `databases/`: a hundred days are lived, with retention every night, and on the last evening
 * everything stands open at once. One is then stopped in good order, the other killed with SIGKILL while a provider
 * has a message. `npx node test/golden/record-databases.ts <commit>`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY, HOUR } from "../../server/core/time.ts";
import { THIS_ENGINE } from "../../server/core/unit-upgrades.ts";
import { Connection } from "../../server/store/sqlite/durability/connection.ts";
import { openSqliteStore } from "../../server/store/sqlite/store.ts";
import { FILE, pack, SECRET_KEY } from "./databases.ts";
import { collectFacts, type Expected } from "./facts.ts";
import { chaptersOf, firstDay } from "./life/chapters.ts";
import { ordinaryDay } from "./life/days.ts";
import { firstStops, handOverAndWait, lastEvening } from "./life/evening.ts";
import { beginLife, type Life, live, until } from "./life/life.ts";
import { logAfter } from "./life/server.ts";

const DAYS = 100;
const START = Date.UTC(2026, 0, 5);
const NOTHING = { onErased: () => {} };

type End = "stopped" | "killed";

/** Nobody waits for the disk: nothing but the process is killed here. */
class HastyConnection extends Connection {
  override sync(): Promise<void> {
    return Promise.resolve();
  }
}

const [, , commit = "unknown", end, dir] = process.argv;
if (dir === undefined) {
  for (const each of ["stopped", "killed"] as const) recordIn(each);
} else {
  await record(end === "killed" ? "killed" : "stopped", dir);
}

/** In a process of its own, as one of them is killed. */
function recordIn(how: End): void {
  const folder = mkdtempSync(join(tmpdir(), "forestall-golden-"));
  try {
    const script = join(import.meta.dirname, "record-databases.ts");
    const { signal, status } = spawnSync(process.execPath, [script, commit, how, folder], {
      stdio: "inherit",
    });
    const asMeant = how === "killed" ? signal === "SIGKILL" : status === 0;
    if (!asMeant) throw new Error(`the process ended with ${signal ?? status}`);
    const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
    pack(`${THIS_ENGINE.version}-${how}`, folder, expected);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function record(how: End, folder: string): Promise<void> {
  const file = join(folder, FILE);
  let now = () => START;
  const connection = new HastyConnection(file);
  const store = openSqliteStore({ file, secretKey: SECRET_KEY, now: () => now(), connection });
  await store.open();
  const life = await beginLife({ store, seed: "golden databases", start: START, busy: 0.06, size: 0.2 });
  now = () => life.server.now;
  await firstDay(life);
  await live(life, DAYS - 1, (_life, day) => {
    ordinaryDay(life, day);
    chaptersOf(life, day, NOTHING);
    life.in(3 * HOUR, () => atNight(life, day));
    if (day === 1) life.in(10 * HOUR, () => firstStops(life));
  });
  life.in(3 * HOUR, () => atNight(life, 0));
  await until(life, START + (DAYS - 1) * DAY + 11 * HOUR);
  await reopen(life);
  await lastEvening(life);
  if (how === "stopped") {
    const expected = await expectedOf(life);
    await life.server.abandon();
    await life.server.pipeline.drain();
    await store.close();
    const checkpoint = expected.lastSeq;
    return writeFileSync(join(folder, "expected.json"), JSON.stringify({ ...expected, checkpoint }));
  }
  await handOverAndWait(life);
  writeFileSync(join(folder, "expected.json"), JSON.stringify(await expectedOf(life)));
  process.kill(process.pid, "SIGKILL");
}

/** A restart in good order: the write-ahead log has the evening only. */
async function reopen(life: Life): Promise<void> {
  const { pipeline, store } = life.server;
  await pipeline.drain();
  await store.close();
  await store.open();
  await life.restart();
}

async function atNight({ server }: Life, day: number): Promise<void> {
  if (day % 4 === 0) await server.pipeline.checkpoint();
  await server.store.retain(server.now);
}

async function expectedOf({ server, providers, companies }: Life): Promise<Expected> {
  const { store, pipeline } = server;
  const facts = await collectFacts({ store, pipeline, tenants: companies.map(({ tenant }) => tenant) });
  const log = await logAfter(store, 0);
  const events = log.flatMap(({ body, receivedAt }) => ("event" in body ? [receivedAt] : []));
  const calls = Object.values(providers).flatMap((provider) => provider.calls);
  const left = calls.filter(({ came }) => came === "taken" || came === "InDoubt" || came === "nothing");
  return {
    commit,
    engine: String(THIS_ENGINE.version),
    now: server.now,
    lastSeq: await store.lastSeq(),
    checkpoint: await store.checkpoint(),
    oldestEvent: Math.min(...events),
    handedOver: left.map(({ message }) => message.delivery),
    ...facts,
  };
}
