/** A backtest with the whole shipped library: the engine alone, and the command with a file to read. */
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { runBacktest } from "../server/cli/backtest/run.ts";
import { BACKTEST_TENANT, backtestTenant } from "../server/cli/backtest-tenant.ts";
import type { Event } from "../server/core/event.ts";
import { createBacktest } from "../server/flow/backtest.ts";
import { hashId } from "../server/lib/ids.ts";
import { loadShipped } from "../server/patterns/load.ts";
import type { Bench, Figure, Options } from "./kit/figures.ts";
import { cloudEventOf, eventAt, type Stream } from "./kit/world.ts";

/** As dense as a year with ten million events: timers run by the clock, not by the event. */
const EVERY = (365 * 86_400_000) / 10_000_000;
const CHUNK = 10_000;
/** Most events are about customers who get on well; one in so many is trouble. */
const TROUBLE_EVERY = 25;
const ORDINARY = [
  { type: "page.viewed", data: { page: "/reports", dwellMs: 3_000 } },
  { type: "feature.used", data: { feature: "export", core: true } },
  { type: "session.started", data: { platform: "web" } },
  { type: "action.succeeded", data: { action: "save" } },
  { type: "auth.login_succeeded", data: {} },
  { type: "config.saved", data: { area: "billing" } },
];

export const backtest: Bench = {
  name: "backtest",
  about: "backtest, the whole shipped library, 10,000 accounts, ten million events a year",
  async run({ quick, say }: Options): Promise<readonly Figure[]> {
    const [runs, events] = quick ? [2, 200_000] : [5, 1_000_000];
    const stream: Stream = { accounts: 10_000, every: EVERY };
    const folder = mkdtempSync(join(tmpdir(), "forestall-bench-"));
    const file = join(folder, "events.ndjson");
    try {
      await writeEvents(file, events, stream);
      const engine: number[] = [];
      const whole: number[] = [];
      for (let run = 0; run < runs; run++) {
        engine.push(playEngine(events, stream));
        whole.push(await playFile(file, events));
        say(`run ${run + 1}: engine ${rounded(engine)} events/s, from a file ${rounded(whole)} events/s`);
      }
      const memory = process.memoryUsage().rss / 2 ** 20;
      return [
        { what: "backtest, engine", unit: "events/s", bound: { atLeast: 300_000 }, runs: engine },
        { what: "backtest, file to report", unit: "events/s", bound: null, runs: whole },
        { what: "backtest, memory of the process", unit: "MB", bound: null, runs: [memory] },
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const rounded = (rates: readonly number[]) => Math.round(rates.at(-1) ?? 0).toLocaleString("en");

/** Events per second in the engine; making the events is not counted. */
function playEngine(count: number, stream: Stream): number {
  const tenant = backtestTenant({ library: loadShipped(), holdout: 10, timeZone: "UTC" });
  const engine = createBacktest(tenant, hashId);
  let spent = 0;
  for (let first = 0; first < count; first += CHUNK) {
    const events = Array.from({ length: CHUNK }, (_, i) => recordedAt(first + i, stream));
    const begun = performance.now();
    for (const event of events) engine.take(event);
    spent += performance.now() - begun;
  }
  const begun = performance.now();
  engine.finish(eventAt(count, stream).time);
  return count / ((spent + performance.now() - begun) / 1_000);
}

function recordedAt(n: number, stream: Stream): Event {
  const event = { ...eventAt(n, stream), tenant: BACKTEST_TENANT };
  return n % TROUBLE_EVERY === 0 ? event : { ...event, ...(ORDINARY[n % ORDINARY.length] ?? {}) };
}

async function playFile(file: string, count: number): Promise<number> {
  const begun = performance.now();
  const { played } = await runBacktest({
    events: file,
    holdout: 10,
    timeZone: "UTC",
    arrival: "time",
    onProgress: () => {},
  });
  if (played.events !== count) throw new Error(`${played.events} of ${count} events were played`);
  return count / ((performance.now() - begun) / 1_000);
}

async function writeEvents(path: string, count: number, stream: Stream): Promise<void> {
  const out = createWriteStream(path);
  const done = finished(out);
  for (let first = 0; first < count; first += CHUNK) {
    const lines = Array.from({ length: CHUNK }, (_, i) =>
      JSON.stringify(cloudEventOf(recordedAt(first + i, stream))),
    );
    if (!out.write(`${lines.join("\n")}\n`))
      await new Promise((resolve) => out.once("drain", () => resolve(null)));
  }
  out.end();
  await done;
}
