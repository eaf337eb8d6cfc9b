/** The real server in a process of its own, told what to do and asked how it fares over the channel to its parent. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { startServer } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { createProfiler } from "./profiler.ts";
import type { Orders, Question, Reply } from "./server.ts";
import { prepareTenant } from "./tenant.ts";

/** The monitor's own timer: what it measures above this is the loop being late. */
const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

process.once("message", (orders: Orders) => {
  void start(orders);
});

async function start({ dataDir, tenant, profile }: Orders): Promise<void> {
  const begun = performance.now();
  const environment = { FORESTALL_DATA: dataDir, PORT: "0", LOG_LEVEL: "error" };
  const { config } = loadConfig(environment, process.cwd());
  let progress = 0;
  const running = await startServer(config, {
    onProgress: () => {
      progress += 1;
    },
  });
  const startedIn = performance.now() - begun;
  const token = tenant === true ? await prepareTenant(running) : "";
  const profiler = typeof profile !== "string" ? null : createProfiler(profile);
  process.on("message", (question: Question) => {
    if (question === "figures") return answer(figures());
    if (question === "stop") {
      void (profiler?.write() ?? Promise.resolve()).then(() => running.close()).then(() => process.exit(0));
      return;
    }
    profiler?.begin();
    delay.reset();
  });
  delay.enable();
  answer({ url: running.url, token, startedIn, progress, sinceBirth: performance.now() });
}

function figures(): Reply {
  const { user, system } = process.cpuUsage();
  const late = (nanos: number) => Math.max(0, nanos / 1e6 - RESOLUTION_MS);
  return {
    cpuMs: (user + system) / 1_000,
    rssMb: process.memoryUsage().rss / 2 ** 20,
    stallP99: late(delay.percentile(99)),
    stallMax: late(delay.max),
  };
}

function answer(reply: Reply): void {
  process.send?.(reply);
}
