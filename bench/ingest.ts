/** The real server over loopback: how long a single event takes, how many it takes in, how late its loop gets. */
import { type Bench, type Figure, median, type Options, quantile } from "./kit/figures.ts";
import { inFolder } from "./kit/folder.ts";
import { atRate, type BodyOf, describeAnswers, flatOut } from "./kit/load.ts";
import { type BenchServer, startBenchServer } from "./kit/server.ts";
import { cloudEventOf, dayAt, streamOf } from "./kit/world.ts";

const STREAM = streamOf(100_000);
const SMALL_STREAM = streamOf(20_000);
const TARGET_RATE = 1_000;

/** 1,000 a second, one by one; every fiftieth is a security alert, which leads to a message at once. */
export const latency: Bench = {
  name: "latency",
  about: "event received -> intervention durable, 1,000 events/s one by one, snapshots included",
  async run(options: Options): Promise<readonly Figure[]> {
    const { quick, say } = options;
    const [runs, seconds] = quick ? [2, 8] : [5, 30];
    const values = { p50: [] as number[], p99: [] as number[], p999: [] as number[] };
    const stalls = { p99: [] as number[], max: [] as number[] };
    await withServer(options, async (server) => {
      await atRate(server, {
        rate: TARGET_RATE,
        seconds: 5,
        connections: 32,
        bodyOf: singles(0, quick),
      });
      for (let run = 0; run < runs; run++) {
        server.reset();
        const cpu = (await server.figures()).cpuMs;
        const bodyOf = singles(run + 1, quick);
        const answers = await atRate(server, { rate: TARGET_RATE, seconds, connections: 32, bodyOf });
        const figures = await server.figures();
        values.p50.push(quantile(answers.marked, 0.5));
        values.p99.push(quantile(answers.marked, 0.99));
        values.p999.push(quantile(answers.times, 0.999));
        stalls.p99.push(figures.stallP99);
        stalls.max.push(figures.stallMax);
        const share = (figures.cpuMs - cpu) / (answers.seconds * 10);
        say(
          `run ${run + 1}: ${describeAnswers(answers)}; stall p99 ${figures.stallP99.toFixed(1)} max ${figures.stallMax.toFixed(1)} ms; ${share.toFixed(0)} % of a core, ${figures.rssMb.toFixed(0)} MB`,
        );
      }
    });
    const what = "event received -> intervention durable, 1,000/s";
    const loop = "event-loop stall at 1,000/s, snapshots included";
    return [
      { what: `${what}, p50`, unit: "ms", bound: { atMost: 0.3 }, runs: values.p50 },
      { what: `${what}, p99`, unit: "ms", bound: { atMost: 5 }, runs: values.p99 },
      { what: `${what}, p99.9 of all events`, unit: "ms", bound: { atMost: 15 }, runs: values.p999 },
      { what: `${loop}, p99`, unit: "ms", bound: { atMost: 10 }, runs: stalls.p99 },
      { what: `${loop}, max`, unit: "ms", bound: { atMost: 50 }, runs: stalls.max },
    ];
  },
};

export const batches: Bench = {
  name: "batches",
  about: "ingest in batches of 100, durable and matched",
  async run(options: Options): Promise<readonly Figure[]> {
    const { quick, say } = options;
    const [runs, requests] = quick ? [3, 500] : [5, 3_000];
    const rates: number[] = [];
    await withServer(options, async (server) => {
      let next = 0;
      const bodyOf: BodyOf = () => {
        const events = Array.from({ length: 100 }, () => eventNow(next++, quick));
        return { body: JSON.stringify(events) };
      };
      await flatOut(server, { media: "batch", connections: 4, requests: quick ? 1_000 : 5_000, bodyOf });
      for (let run = 0; run < runs; run++) {
        const bodies = Array.from({ length: requests }, (_, n) => bodyOf(n));
        server.reset();
        const cpu = (await server.figures()).cpuMs;
        const answers = await flatOut(server, {
          media: "batch",
          connections: 4,
          requests,
          bodyOf: (n) => bodies[n] ?? { body: "[]" },
        });
        const figures = await server.figures();
        const rate = (requests * 100) / answers.seconds;
        rates.push(rate);
        const perEvent = ((figures.cpuMs - cpu) * 1_000) / (requests * 100);
        say(
          `run ${run + 1}: ${Math.round(rate)} events/s, ${perEvent.toFixed(1)} us of CPU each; ${describeAnswers(answers)}; stall max ${figures.stallMax.toFixed(0)} ms, ${figures.rssMb.toFixed(0)} MB`,
        );
      }
    });
    return [
      {
        what: "ingest in batches of 100, durable and matched",
        unit: "events/s",
        bound: { atLeast: 40_000 },
        runs: rates,
      },
    ];
  },
};

export const singleEvents: Bench = {
  name: "singles",
  about: "ingest of single 1 KB events, durable",
  async run(options: Options): Promise<readonly Figure[]> {
    const { quick, say } = options;
    const [runs, requests] = quick ? [3, 10_000] : [5, 60_000];
    const rates: number[] = [];
    const p50: number[] = [];
    await withServer(options, async (server) => {
      await flatOut(server, {
        media: "event",
        connections: 8,
        requests: 20_000,
        bodyOf: singles(0, quick, 1_024),
      });
      for (let run = 0; run < runs; run++) {
        server.reset();
        const cpu = (await server.figures()).cpuMs;
        const bodyOf = singles(run + 1, quick, 1_024);
        const answers = await flatOut(server, { media: "event", connections: 8, requests, bodyOf });
        const figures = await server.figures();
        const perEvent = ((figures.cpuMs - cpu) * 1_000) / requests;
        rates.push(requests / answers.seconds);
        say(
          `run ${run + 1}: ${Math.round(rates.at(-1) ?? 0)} events/s, ${perEvent.toFixed(1)} us of CPU each; ${describeAnswers(answers)}`,
        );
      }
      // How long one takes while 8,000 a second come.
      for (let run = 0; run < runs; run++) {
        const answers = await atRate(server, {
          rate: 8_000,
          seconds: quick ? 3 : 10,
          connections: 64,
          bodyOf: singles(run + 101, quick, 1_024),
        });
        p50.push(median(answers.times));
        say(`at 8,000/s: ${describeAnswers(answers)}`);
      }
    });
    return [
      {
        what: "ingest of single 1 KB events, durable",
        unit: "events/s",
        bound: { atLeast: 8_000 },
        runs: rates,
      },
      { what: "single 1 KB events at 8,000/s, p50", unit: "ms", bound: { atMost: 0.5 }, runs: p50 },
    ];
  },
};

async function withServer(options: Options, work: (server: BenchServer) => Promise<void>): Promise<void> {
  await inFolder(options.folder, async (dataDir) => {
    const server = await startBenchServer({ dataDir, tenant: true, profile: options.profile });
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  });
}

function eventNow(n: number, quick: boolean) {
  return { ...cloudEventOf(dayAt(n, quick ? SMALL_STREAM : STREAM)), time: new Date().toISOString() };
}

/** So that an event that leads to an intervention is the first of its customer in every run. */
const RUN_LENGTH = 100_003;

/** One event a request; padded with a field that is not kept, as senders do. */
function singles(run: number, quick: boolean, bytes = 0): BodyOf {
  const name = `r${run}`;
  return (n) => {
    const mark = n % 50 === 0;
    const ordinary = eventNow(n + run * RUN_LENGTH, quick);
    const event = mark
      ? {
          ...ordinary,
          id: `${name}-${n}`,
          type: "security.alert",
          data: { kind: "new_device", severity: "high", user: ordinary.data.user },
        }
      : { ...ordinary, id: `${name}-${n}` };
    const body = JSON.stringify(event);
    if (body.length >= bytes) return { body, mark };
    const padded = { ...event, data: { ...event.data, context: "x".repeat(bytes - body.length - 13) } };
    return { body: JSON.stringify(padded), mark };
  };
}
