/**
 * Records `log-1`: lives a simulated year of two tenants (`life/`) over the SQLite store, and writes down what entered
 * the log before retention removes it. `log-2` and `log-3` are short and have what the first lacks. The same seed gives
 * the same bytes. `npx node test/golden/record.ts log-1 <commit>`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY, HOUR } from "../../server/core/time.ts";
import { type Engine, THIS_ENGINE } from "../../server/core/unit-upgrades.ts";
import type { Committed } from "../../server/flow/contract.ts";
import { Connection } from "../../server/store/sqlite/durability/connection.ts";
import { openSqliteStore } from "../../server/store/sqlite/store.ts";
import { chaptersOf, firstDay, revokedKey, upgrade } from "./life/chapters.ts";
import { ordinaryDay } from "./life/days.ts";
import { beginLife, type Life, live } from "./life/life.ts";
import { logAfter } from "./life/server.ts";
import { createTally, inputsOf, isMark, type Line, type Mark, writeRecording } from "./recording.ts";

interface Plan {
  readonly seed: string;
  readonly days: number;
  /** What comes after so many is left out. */
  readonly inputs: number;
  readonly chapters: typeof chaptersOf;
  /** Of the starts before the engine is raised. */
  readonly engine?: Engine;
}

/** Stands in for the one before this, which is no longer in the program: it judged as this one does. */
const ENGINE_BEFORE: Engine = {
  version: THIS_ENGINE.version - 1,
  upgrades: THIS_ENGINE.upgrades.slice(0, -1),
};

const PLANS: { readonly [name: string]: Plan } = {
  /** A year and a week, so that there are enough. */
  "log-1": { seed: "golden 1", days: 372, inputs: 100_000, chapters: chaptersOf },
  "log-2": { seed: "golden 2", days: 9, inputs: 10_000, chapters: revokedKey },
  "log-3": { seed: "golden 3", days: 8, inputs: 10_000, chapters: upgrade, engine: ENGINE_BEFORE },
};

/** Units are saved every so many days, and retention runs every night. */
const SAVED_EVERY = 4;
const START = Date.UTC(2026, 0, 5);

/** What was written counts as being on disk: for a recording that is thrown away nobody waits for the disk. */
class HastyConnection extends Connection {
  override sync(): Promise<void> {
    return Promise.resolve();
  }
}

const [, , name = "", commit = "unknown"] = process.argv;
const plan = PLANS[name];
if (plan === undefined) throw new Error(`say which one: ${Object.keys(PLANS).join(" or ")}`);
const dir = mkdtempSync(join(tmpdir(), "forestall-golden-"));
try {
  await record(plan, join(dir, "forestall.db"));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function record({ seed, days, chapters, inputs, ...first }: Plan, file: string): Promise<void> {
  let now = () => START;
  const store = openSqliteStore({
    file,
    secretKey: new Uint8Array(32).fill(7),
    now: () => now(),
    connection: new HastyConnection(file),
  });
  await store.open();
  const lines: Line[] = [];
  const effects = new Map<number, Committed["effects"]>();
  const onCommitted = ({ seq, effects: made }: Committed) => effects.set(seq, made);
  let { engine = THIS_ENGINE } = first;
  const onRaised = () => {
    engine = THIS_ENGINE;
  };
  const life = await beginLife({ store, seed, start: START, busy: 0.8, onCommitted, engine: () => engine });
  now = () => life.server.now;

  let read = 0;
  const readLog = async (): Promise<void> => {
    const inputs = await logAfter(store, read);
    lines.push(...inputs);
    read = inputs.at(-1)?.seq ?? read;
  };
  const mark = async (one: Mark): Promise<void> => {
    await readLog();
    lines.push(one);
  };
  const restart = life.restart;
  life.restart = async () => {
    await restart();
    await mark({ mark: "restarted" });
  };
  // What is in the log is read before an erasure rewrites it.
  const beginErasure = store.beginErasure;
  store.beginErasure = async (...erasure) => {
    await readLog();
    await beginErasure(...erasure);
  };

  await firstDay(life);
  await live(life, days, (_life, day) => {
    ordinaryDay(life, day);
    chapters(life, day, {
      onErased: (tenant, person, pseudonym) => lines.push({ mark: "erased", tenant, person, pseudonym }),
      onRaised,
    });
    life.in(3 * HOUR, () => atNight(life, day, mark));
    if (day % 30 === 0) process.stderr.write(`day ${day}: ${read} inputs\n`);
  });
  await readLog();
  await life.server.abandon();
  await store.close();
  write(life, lines, effects, inputs);
}

async function atNight({ server }: Life, day: number, mark: (one: Mark) => Promise<void>): Promise<void> {
  if (day % SAVED_EVERY === 0) {
    await server.pipeline.checkpoint();
    await mark({ mark: "saved" });
  }
  await mark({ mark: "retained", now: server.now });
  await server.store.retain(server.now);
}

function write(
  life: Life,
  all: readonly Line[],
  effects: ReadonlyMap<number, Committed["effects"]>,
  most: number,
): void {
  const end = all.findLastIndex((line) => !isMark(line) && line.seq <= most) + 1;
  const lines = all.slice(0, end);
  const last = inputsOf(lines).at(-1);
  const days = last === undefined ? 0 : (last.receivedAt - START) / DAY;
  process.stderr.write(`${inputsOf(all).length} inputs; the first ${most} take ${days.toFixed(1)} days\n`);
  const tally = createTally(String(THIS_ENGINE.version));
  for (const { seq, unit } of inputsOf(lines)) tally.add(seq, unit === null ? [] : (effects.get(seq) ?? []));
  const digests = tally.digests({ commit, engine: String(THIS_ENGINE.version) });
  writeRecording(name, { lines, libraries: life.libraries, decisions: tally.decisions, digests });
}
