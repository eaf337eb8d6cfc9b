/** From starting the process to the first event that is accepted, with a long log: with snapshots, and without any. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Bench, Figure, Options } from "./kit/figures.ts";
import { inFolder } from "./kit/folder.ts";
import type { HistoryOrders } from "./kit/history-process.ts";
import { flatOut } from "./kit/load.ts";
import { startBenchServer } from "./kit/server.ts";
import { cloudEventOf, dayAt, streamOf } from "./kit/world.ts";

const ACCOUNTS = 100_000;
const PROCESS = fileURLToPath(new URL("./kit/history-process.ts", import.meta.url));

export const start: Bench = {
  name: "start",
  about: "start with 1 M events of history, to the first accepted event",
  async run({ quick, folder, say }: Options): Promise<readonly Figure[]> {
    const events = quick ? 100_000 : 1_000_000;
    return inFolder(folder, async (dataDir) => {
      say(`writing ${events.toLocaleString("en")} events`);
      const token = await fillHistory({ dataDir, events, accounts: quick ? 10_000 : ACCOUNTS });
      const without = await timeStart(dataDir, token);
      say(`without snapshots: ${without.seconds.toFixed(2)} s, ${without.progress} lines of progress`);
      const seconds: number[] = [];
      for (let run = 0; run < (quick ? 2 : 5); run++) {
        const { seconds: taken } = await timeStart(dataDir, token);
        seconds.push(taken);
        say(`with snapshots: ${taken.toFixed(2)} s`);
      }
      const what = `start with ${events.toLocaleString("en")} events`;
      return [
        { what: `${what}, with snapshots`, unit: "s", bound: { atMost: 3 }, runs: seconds },
        {
          what: `${what}, without`,
          unit: "s",
          bound: { atMost: 10 },
          runs: [without.seconds],
          note: `${without.progress} lines of progress`,
        },
      ];
    });
  },
};

/** Answers the tenant's write token. */
function fillHistory(orders: HistoryOrders): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = fork(PROCESS, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    let token: string | null = null;
    child.once("message", (made: string) => {
      token = made;
    });
    child.once("exit", (code) => {
      if (token === null) reject(new Error(`the history was not written, code ${code}`));
      else resolve(token);
    });
    child.send(orders);
  });
}

async function timeStart(dataDir: string, token: string): Promise<{ seconds: number; progress: number }> {
  const begun = performance.now();
  const server = await startBenchServer({ dataDir });
  try {
    const event = { ...cloudEventOf(dayAt(1, streamOf(ACCOUNTS))), id: crypto.randomUUID() };
    const body = JSON.stringify({ ...event, time: new Date().toISOString() });
    const target = { url: server.url, token };
    const { statuses } = await flatOut(target, {
      media: "event",
      connections: 1,
      requests: 1,
      bodyOf: () => ({ body }),
    });
    if (statuses.get(202) !== 1) throw new Error(`not accepted: ${[...statuses.keys()]}`);
    return { seconds: (performance.now() - begun) / 1_000, progress: server.progress };
  } finally {
    await server.stop();
  }
}
