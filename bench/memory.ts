/** What an active customer takes in memory: of the matcher alone, as a unit, and in the server with a million of them. */

import { assess, type Tools } from "../server/core/engine/assess.ts";
import { newCells } from "../server/core/matching/matcher.ts";
import { newUnit } from "../server/core/new-unit.ts";
import type { Unit } from "../server/core/unit.ts";
import { hashId } from "../server/lib/ids.ts";
import type { Bench, Figure, Options } from "./kit/figures.ts";
import { inFolder } from "./kit/folder.ts";
import { heapUsed } from "./kit/heap.ts";
import { flatOut } from "./kit/load.ts";
import { startBenchServer } from "./kit/server.ts";
import { cloudEventOf, eightPatterns, eventAt, type Stream, TENANT, tenantWith } from "./kit/world.ts";

const TOOLS: Tools = { hash: hashId, assume: "real" };
const MILLION = 1_000_000;
/** 1,000 events a second, whatever the number of customers. */
const EVERY = 1;
const TURNS = 4;

export const memory: Bench = {
  name: "memory",
  about: "memory per active account, 8 rules; the server's memory with a million accounts",
  async run(options: Options): Promise<readonly Figure[]> {
    const { quick, say } = options;
    const accounts = quick ? 50_000 : 500_000;
    const { perUnit, perCells } = await perAccount({ accounts, every: (EVERY * MILLION) / accounts });
    say(`${perCells.toFixed(0)} bytes in the matcher, ${perUnit.toFixed(0)} as a unit`);
    const rss = await inFolder(options.folder, (dataDir) =>
      ofServer(dataDir, quick ? 100_000 : MILLION, options),
    );
    return [
      {
        what: "memory per active account, 8 rules: matcher",
        unit: "bytes",
        bound: { atMost: 1_024 },
        runs: [perCells],
      },
      {
        what: "memory per active account, 8 rules: whole unit with two people",
        unit: "bytes",
        bound: { atMost: 1_024 },
        runs: [perUnit],
      },
      {
        what: quick ? "server with 100,000 accounts, RSS" : "server with 1 M accounts, RSS",
        unit: "MB",
        bound: { atMost: 1_200 },
        runs: [rss],
        note: "about 200,000 units are kept in memory; the others sleep on disk",
      },
    ];
  },
};

async function perAccount(stream: Stream): Promise<{ perUnit: number; perCells: number }> {
  const tenant = tenantWith(eightPatterns());
  const before = heapUsed();
  const units = new Map<string, Unit>();
  for (let n = 0; n < stream.accounts * TURNS; n++) {
    const event = eventAt(n, stream);
    const id = `account/${event.account}`;
    const unit = units.get(id) ?? newUnit(TENANT, id);
    units.set(id, unit);
    assess(unit, tenant, n + 1, event.receivedAt, { event }, TOOLS);
  }
  const all = heapUsed();
  const none = newCells();
  for (const unit of units.values()) unit.cells = none;
  const ofCells = all - heapUsed();
  return { perUnit: (all - before) / units.size, perCells: ofCells / units.size };
}

/** Every account has an event, in batches; then what the process holds. */
async function ofServer(dataDir: string, accounts: number, { say }: Options): Promise<number> {
  const server = await startBenchServer({ dataDir, tenant: true });
  try {
    let n = 0;
    const bodyOf = () => {
      const time = new Date().toISOString();
      const events = Array.from({ length: 100 }, () => ({
        ...cloudEventOf(eventAt(n++, { accounts, every: 1 })),
        time,
      }));
      return { body: JSON.stringify(events) };
    };
    await flatOut(server, { media: "batch", connections: 4, requests: accounts / 100, bodyOf });
    const { rssMb } = await server.figures();
    say(`${rssMb.toFixed(0)} MB after one event of each of ${accounts.toLocaleString("en")} accounts`);
    return rssMb;
  } finally {
    await server.stop();
  }
}
