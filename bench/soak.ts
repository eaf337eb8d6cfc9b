/** Whether the server grows while nothing but time passes: 1,000 events a second, minutes on end. */
import { readdirSync } from "node:fs";
import type { Bench, Figure, Options } from "./kit/figures.ts";
import { inFolder } from "./kit/folder.ts";
import { atRate, describeAnswers } from "./kit/load.ts";
import { type BenchServer, startBenchServer } from "./kit/server.ts";
import { cloudEventOf, dayAt, streamOf } from "./kit/world.ts";

const RATE = 1_000;
const STREAM = streamOf(10_000);
const SAMPLE_EVERY = 1_000;
const TEN_MINUTES = 600;

export const soak: Bench = {
  name: "soak",
  about: "memory and descriptors over minutes at 1,000 events/s; --minutes 60 for the whole target",
  async run({ quick, minutes, folder, say }: Options): Promise<readonly Figure[]> {
    const seconds = 60 * (minutes ?? (quick ? 0.5 : 4));
    return inFolder(folder, async (dataDir) => {
      const server = await startBenchServer({ dataDir, tenant: true });
      try {
        const descriptors = openFiles(server);
        const samples: (readonly [seconds: number, mb: number])[] = [];
        const begun = performance.now();
        const timer = setInterval(() => {
          const at = (performance.now() - begun) / 1_000;
          void server.figures().then(({ rssMb }) => samples.push([at, rssMb]));
        }, SAMPLE_EVERY);
        const answers = await atRate(server, { rate: RATE, seconds, connections: 16, bodyOf });
        clearInterval(timer);
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY));
        // The first half is warming up: caches fill, code is compiled.
        const settled = samples.filter(([at]) => at > seconds / 2);
        const grown = openFiles(server) - descriptors;
        const last = samples.at(-1)?.[1] ?? Number.NaN;
        say(`${describeAnswers(answers)}; ${last.toFixed(0)} MB at the end, ${grown} more descriptors`);
        const isWhole = seconds >= 3_600;
        return [
          {
            what: `soak of ${(seconds / 60).toFixed(1)} min, growth of RSS in 10 min`,
            unit: "MB",
            bound: isWhole ? { atMost: 1 } : null,
            runs: [slope(settled) * TEN_MINUTES],
            ...(isWhole
              ? {}
              : { note: "too short to hold against the target of 1 MB, which is for an hour" }),
          },
          { what: "soak, RSS at the end", unit: "MB", bound: { atMost: 512 }, runs: [last] },
          { what: "soak, more open descriptors", unit: "", bound: null, runs: [grown] },
        ];
      } finally {
        await server.stop();
      }
    });
  },
};

function bodyOf(n: number) {
  return { body: JSON.stringify({ ...cloudEventOf(dayAt(n, STREAM)), time: new Date().toISOString() }) };
}

function openFiles({ pid }: BenchServer): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Least squares, per second. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, mb]) => mb))];
  const above = points.reduce((sum, [at, mb]) => sum + (at - x) * (mb - y), 0);
  const below = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return above / below;
}
