/**
 * What the store alone can do, on this machine's disk: `node bench/store.ts [--events 1000000] [--reads]`.
 * Commits of events only, each with fsync; with `--reads` also reading among a million scored keys.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ScoreRow } from "../server/core/effect.ts";
import { shardOf } from "../server/core/hash.ts";
import type { Band } from "../server/core/unit.ts";
import type { Batch, LogInput, Store } from "../server/store/contract.ts";
import { openSqliteStore } from "../server/store/sqlite/store.ts";

const ACCOUNTS = 100_000;
const START = Date.UTC(2026, 2, 2, 12);
const EMPTY: Batch = {
  inputs: [],
  effects: [],
  contacts: [],
  identities: [],
  memberships: [],
  receptions: [],
  deadLetters: [],
  audit: [],
  incidents: [],
  unknownTypes: [],
};

const { values } = parseArgs({
  options: { events: { type: "string", default: "1000000" }, reads: { type: "boolean", default: false } },
});
const folder = mkdtempSync(join(process.cwd(), ".bench-store-"));
const file = join(folder, "forestall.db");
try {
  await run(Number(values.events), values.reads);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(events: number, reads: boolean): Promise<void> {
  console.log(`fdatasync of 4 KB: ${show(fsyncTimes())}`);
  let store = openStore();
  await store.open();
  const seq = await batches(store, events);
  await singles(store, seq, 5_000);
  await store.close();
  console.log(`file: ${(statSync(file).size / events).toFixed(0)} bytes per event`);
  store = openStore();
  const begun = performance.now();
  await store.open();
  console.log(`open with ${events} events: ${(performance.now() - begun).toFixed(0)} ms`);
  if (reads) await readers(store);
  await store.close();
}

function openStore(): Store {
  return openSqliteStore({ file, secretKey: Buffer.alloc(32, 7), now: () => START });
}

async function batches(store: Store, events: number): Promise<number> {
  const times: number[] = [];
  const known: number[] = [];
  let worstLoop = 0;
  let lastTurn = performance.now();
  const begun = performance.now();
  for (let seq = 1; seq <= events; seq += 100) {
    const inputs = Array.from({ length: 100 }, (_, i) => input(seq + i));
    const asked = performance.now();
    await store.known(inputs.map(({ body }) => ("event" in body ? body.event : never())));
    const at = performance.now();
    await store.commit({ ...EMPTY, inputs });
    times.push(performance.now() - at);
    known.push(at - asked);
    await new Promise((resolve) => setImmediate(resolve));
    worstLoop = Math.max(worstLoop, performance.now() - lastTurn);
    lastTurn = performance.now();
  }
  const seconds = (performance.now() - begun) / 1_000;
  const inCommit = times.reduce((sum, each) => sum + each, 0) / 1_000;
  console.log(
    `batches of 100: ${Math.round(events / seconds)} events/s all in, ${Math.round(events / inCommit)} in commit`,
  );
  console.log(`  commit ${show(times)}; known() ${show(known)}; longest turn ${worstLoop.toFixed(1)} ms`);
  return events;
}

async function singles(store: Store, from: number, count: number): Promise<void> {
  const times: number[] = [];
  for (let seq = from + 1; seq <= from + count; seq++) {
    const at = performance.now();
    await store.commit({ ...EMPTY, inputs: [input(seq)] });
    times.push(performance.now() - at);
    await new Promise((resolve) => setImmediate(resolve));
  }
  console.log(`one event per commit: ${show(times)}`);
}

/** A million scored keys, a fifth of them above normal. */
async function readers(store: Store): Promise<void> {
  const keys = 1_000_000;
  const begun = performance.now();
  for (let from = 0; from < keys; from += 1_000) {
    const effects = Array.from({ length: 1_000 }, (_, i) => ({
      kind: "score" as const,
      row: score(from + i),
    }));
    await store.commit({ ...EMPTY, effects });
  }
  console.log(`${keys} scores written in ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  const account = (i: number) => `account/a${(i * 7919) % keys}`;
  await time("score", (i) => store.score("t1", account(i)));
  await time("risks, first page", () => store.risks("t1", { limit: 50 }));
  await time("risks, band watch", () => store.risks("t1", { band: "watch", kind: "account", limit: 50 }));
  await time("risks, one pattern", () => store.risks("t1", { pattern: "P-003", limit: 50 }));
  let after: string | null = null;
  await time("risks, page after page", async () => {
    const page = await store.risks("t1", { limit: 50, ...(after === null ? {} : { after }) });
    after = page.next;
  });
}

async function time(name: string, action: (i: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < 500; i++) {
    const at = performance.now();
    await action(i);
    times.push(performance.now() - at);
  }
  console.log(`${name}: ${show(times)}`);
}

function input(seq: number): LogInput {
  const account = `a${(seq * 7919) % ACCOUNTS}`;
  const unit = `account/${account}`;
  const at = START + seq;
  const event = {
    tenant: "t1",
    source: "api-gateway",
    id: crypto.randomUUID(),
    type: "api.request_failed",
    time: at,
    receivedAt: at,
    account,
    person: `${account}-u${seq % 3}`,
    data: { status: 429, endpoint: "/v1/export", latencyMs: seq % 1_000 },
    reception: `r${Math.floor(seq / 100)}`,
  };
  return { seq, tenant: "t1", unit, shard: shardOf("t1", unit), receivedAt: at, body: { event } };
}

function score(i: number): ScoreRow {
  const points = i % 5 === 0 ? 31 + ((i * 31) % 70) : i % 31;
  const band: Band = points > 80 ? "critical" : points > 60 ? "alert" : points > 30 ? "watch" : "normal";
  const pattern = `P-00${1 + (i % 4)}`;
  const contribution = {
    match: `m${i}`,
    pattern,
    family: pattern,
    alone: points,
    points,
    more: 0,
    lastSeen: START,
  };
  return {
    tenant: "t1",
    unit: `account/a${i}`,
    key: `account/a${i}`,
    at: START,
    score: points,
    band,
    contributions: points > 0 ? [contribution] : [],
    why: "12 rate-limit errors",
    history: false,
  };
}

function fsyncTimes(): readonly number[] {
  const fd = openSync(join(folder, "fsync"), "w");
  const page = Buffer.alloc(4_096);
  const times = Array.from({ length: 500 }, (_, i) => {
    writeSync(fd, page, 0, page.length, (i % 64) * page.length);
    const at = performance.now();
    fdatasyncSync(fd);
    return performance.now() - at;
  });
  closeSync(fd);
  return times;
}

function show(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3);
  return `p50 ${at(0.5)} p99 ${at(0.99)} p99.9 ${at(0.999)} max ${(sorted.at(-1) ?? 0).toFixed(3)} ms`;
}

function never(): never {
  throw new Error("every input of this bench is an event");
}
