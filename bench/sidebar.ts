/** The app in Zendesk: from Zendesk's word to the risk on the screen, in a real browser, and the reads behind it. */
import { type ChildProcess, fork } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { MEMORY_FLAGS } from "../bin/node-version.js";
import { type Stage, startZendeskHost } from "../server/demo/zendesk-host/index.ts";
import { launchBrowser } from "../test/browser.ts";
import { type Built, buildApp } from "../test/sidebar-app/bundle.ts";
import type { Bench, Figure, Options } from "./kit/figures.ts";
import { inFolder } from "./kit/folder.ts";
import { measurePages, watchForRisk } from "./sidebar/pages.ts";
import { accountOf, addressOf, spread, zendeskId } from "./sidebar/people.ts";
import { measureReads } from "./sidebar/reads.ts";
import type { Ready, ServerOrders } from "./sidebar/server-process.ts";
import type { StoreOrders } from "./sidebar/store.ts";

const STORE = fileURLToPath(new URL("./sidebar/store.ts", import.meta.url));
const SERVER = fileURLToPath(new URL("./sidebar/server-process.ts", import.meta.url));
const SUBDOMAIN = "bench";
const INSTALLATION = 4_711;
const WARM_UP = 10;

export const sidebar: Bench = {
  name: "sidebar",
  about:
    "the app in Zendesk: risk on screen in a real browser, the API with 1 M accounts in the store, its size",
  async run({ quick, folder, profile, say }: Options): Promise<readonly Figure[]> {
    const accounts = quick ? 50_000 : 1_000_000;
    const known = quick ? 2_000 : 5_000;
    const built = await buildApp();
    return inFolder(folder, async (dataDir) => {
      say(
        `writing ${accounts.toLocaleString("en")} accounts, ${known.toLocaleString("en")} of them with a history`,
      );
      await fillStore({
        dataDir,
        accounts,
        rich: known,
        zendesk: { host: `${SUBDOMAIN}.zendesk.com`, installation: String(INSTALLATION) },
      });
      let url = "";
      const host = await startZendeskHost({
        appUrl: () => url,
        stage: () => stageOf(quick ? 40 : 110, known),
      });
      const orders = { dataDir, profile, publicPem: host.keys.publicPem, builtIn: built.folder };
      const server = await startServer({ ...orders, sdkUrl: host.sdkUrl, standIn: host.origin });
      url = server.url;
      try {
        return [
          ...(await inBrowser(host.origin, stageOf(quick ? 40 : 110, known))),
          sizeOf(built),
          ...(await measureReads(server, { known, all: accounts, requests: quick ? 50 : 100, say })),
        ];
      } finally {
        await server.stop();
        await host.close();
      }
    });
  },
};

/** One ticket for each requester. */
function stageOf(tickets: number, known: number): Stage {
  const agent = { id: 31, name: "Ana Ruiz", email: "ana@bench.example.com", externalId: null };
  return {
    ...{ subdomain: SUBDOMAIN, installation: INSTALLATION, agent },
    tickets: Array.from({ length: tickets }, (_, i) => {
      const account = accountOf(spread(i, known));
      const [person = ""] = account.people;
      return {
        ...{
          id: account.number,
          subject: "Our export stops",
          status: "open" as const,
          tags: [],
          conversation: [],
        },
        createdAt: new Date().toISOString(),
        requester: {
          ...{ id: Number(zendeskId(account.number, 0)), name: person, externalId: person },
          email: addressOf(person, account.id),
        },
      };
    }),
  };
}

async function inBrowser(origin: string, { tickets }: Stage): Promise<readonly Figure[]> {
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, locale: "en-US" });
    const page = await context.newPage();
    await page.addInitScript(watchForRisk);
    return await measurePages(
      page,
      tickets.map(({ id }) => `${origin}/agent/tickets/${id}?bare=1`),
      WARM_UP,
    );
  } finally {
    await browser.close();
  }
}

/** The script and the texts of the longest language, as they go over the line. */
function sizeOf({ script, read, folder }: Built): Figure {
  const zipped = (file: string) => gzipSync(read(file), { level: 9 }).length / 1_000;
  const texts = readdirSync(join(folder, "assets")).filter((file) => /^(de|en|es|fr|ja|pt-BR)-/.test(file));
  const longest = Math.max(...texts.map((file) => zipped(`assets/${file}`)));
  return {
    what: "sidebar, script with texts, gzip",
    unit: "kB",
    bound: { atMost: 60 },
    runs: [zipped(script) + longest],
  };
}

// ---- processes of their own

async function fillStore(orders: StoreOrders): Promise<void> {
  const child = fork(STORE, { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = endOf(child);
  child.send(orders);
  if ((await ended) !== 0) throw new Error("the store was not filled");
}

async function startServer(orders: ServerOrders): Promise<Ready & { stop(): Promise<unknown> }> {
  const child = fork(SERVER, { execArgv: MEMORY_FLAGS, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = endOf(child);
  child.send(orders);
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error("the server did not start")));
  });
  return {
    ...ready,
    stop() {
      child.send("stop");
      return ended;
    },
  };
}

const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once("exit", (code) => resolve(code)));
