/** The demo: a server with an invented tenant, its history, and customers who live while somebody looks on. */

import { renderDelivery } from "../app/rendering.ts";
import type { Running } from "../app/serve.ts";
import { startServer } from "../app.ts";
import { controlHandlers } from "../cli/methods.ts";
import type { Config } from "../config.ts";
import { PlainError } from "../lib/errors.ts";
import { FolderLocked } from "../lib/folder-lock.ts";
import type { History } from "./generator.ts";
import { type HelpDesk, startHelpDesk } from "./help-desk/index.ts";
import { createInAppCustomers } from "./live/in-app.ts";
import { createIncident } from "./live/incident.ts";
import { createPlayer } from "./live/player.ts";
import { goOn } from "./live/routine.ts";
import { createStage } from "./live/stage.ts";
import { historyOf, loadHistory } from "./load.ts";
import { recall, remember } from "./memory.ts";
import { createDemoPage, type DemoPage } from "./page/index.ts";
import { createRandom } from "./random.ts";
import { createSenders } from "./senders/index.ts";
import { createPost } from "./senders/post.ts";
import { DEMO_TENANT, type DemoKeys, goLive, prepareTenant } from "./tenant.ts";
import { progressOf, type Terminal } from "./terminal/progress.ts";
import { createStyle, type Style } from "./terminal/style.ts";
import { tellWhatHappens } from "./terminal/telling.ts";

export const SEED = "larkstand-1";

export interface DemoOptions {
  readonly port?: number;
  /** Begins with an incident. */
  readonly incident: boolean;
  readonly seed?: string;
  readonly stdout?: Terminal;
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  /** Whether colours are wanted; on a terminal they are. */
  readonly colours?: boolean;
  /** Ends the demo, instead of the signals of this process. */
  readonly signal?: AbortSignal;
  /** 1 is real time. */
  readonly pace?: number;
  /** Another history than the whole one, for tests. */
  readonly abridge?: (history: History) => History;
}

/** Runs until it is told to stop. @throws PlainError when a demo runs on this folder already */
export async function runDemo(config: Config, options: DemoOptions): Promise<void> {
  const out = options.stdout ?? process.stdout;
  const style = createStyle(options.colours ?? out.isTTY === true);
  const stop = stopOf(options.signal);
  const acts: Acts = { startIncident: async () => 0, page: null };
  const port = options.port ?? config.port;
  const desk = await startHelpDesk(port === 0 ? 0 : port + 1);
  const app = await start(config, port, { acts, desk, out }).catch(async (error: unknown) => {
    await desk.close();
    throw error;
  });
  out.write(`${style.bold("Forestall, with simulated customers")}\n`);
  try {
    await perform(app, options, acts, { out, style, desk, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    stop.abort();
    out.write("\nStopping. What was accepted is kept; the next start goes on from here.\n");
    acts.page?.close();
    await desk.close();
    await app.close();
    stop.forget();
  }
}

interface Acts {
  startIncident: () => Promise<number>;
  page: DemoPage | null;
}

interface Front {
  readonly out: Terminal;
  readonly style: Style;
  readonly desk: HelpDesk;
  readonly signal: AbortSignal;
}

async function perform(app: Running, options: DemoOptions, acts: Acts, front: Front): Promise<void> {
  const { out, style, desk, signal } = front;
  const keys = await prepareTenant(app);
  const whole = historyOf(app, options.seed ?? SEED, app.publicUrl);
  const told = { ...whole, history: options.abridge?.(whole.history) ?? whole.history };
  out.write(
    style.soft(
      `Everything is invented (seed ${told.memory.seed}): ${told.history.world.accounts.length} accounts, 90 days. Nothing leaves this machine.\n`,
    ),
  );
  const progress = progressOf(out, "History");
  remember(app.config.dataDir, told.memory);
  await loadHistory(app, told, { onProgress: progress.update, signal });
  progress.end();
  if (signal.aborted) return;
  await goLive(app);
  await desk.open(app, told.history.world);
  out.write(`\n  ${style.bold(app.publicUrl)}   accounts, decisions and why, messages, traces\n`);
  out.write(`  ${style.bold(desk.url)}   tickets in a stand-in for Zendesk, with the app beside them\n\n`);
  out.write(style.soft(`  ${hintOf(options)}\n\n`));
  await liveOn(app, told.history, keys, options, acts, front);
}

const hintOf = ({ stdin = process.stdin }: DemoOptions) =>
  stdin.isTTY === true
    ? "i and Enter: an incident, sixty customers fail at once. Ctrl-C: the end."
    : "The page has a button for an incident. Ctrl-C ends it.";

async function liveOn(
  app: Running,
  history: History,
  keys: DemoKeys,
  options: DemoOptions,
  acts: Acts,
  { out, style, desk, signal }: Front,
): Promise<void> {
  const { store, pipeline, now } = app;
  const url = () => app.publicUrl;
  const random = createRandom(`live ${now()}`);
  const senders = createSenders(createPost(url, signal), keys, url);
  const inApp = createInAppCustomers(url, keys, random.fork("in-app"), now, signal);
  const stage = createStage({
    world: history.world,
    tenant: () => pipeline.tenant(DEMO_TENANT),
    person: (id) => store.person(DEMO_TENANT, id),
    now,
    random: random.fork("stage"),
  });
  const player = createPlayer(senders, now, signal);
  desk.enliven(player);
  acts.startIncident = createIncident(history.world, senders, random.fork("incident"), now, signal);
  const unhear = tellWhatHappens(app, DEMO_TENANT, out, style);
  const unlisten = listenForKeys(options, acts, out);
  const onError = (error: unknown) => {
    if (!signal.aborted) app.log.error({ err: error }, "a simulated customer failed");
  };
  if (options.incident) acts.startIncident().catch(onError);
  try {
    const back = { stage, player, senders, inApp, pipeline, now, pace: options.pace ?? 1, signal };
    await Promise.all([inApp.run(), goOn(back, app.library.patterns, random.fork("routine"), onError)]);
  } finally {
    unhear();
    unlisten();
  }
}

function listenForKeys({ stdin = process.stdin }: DemoOptions, acts: Acts, out: Terminal): () => void {
  if (stdin.isTTY !== true) return () => {};
  const hear = (typed: Buffer | string) => {
    if (String(typed).trim().toLowerCase() !== "i") return;
    out.write("An incident: sixty customers fail at once.\n");
    acts.startIncident().catch(() => {});
  };
  stdin.on("data", hear);
  stdin.resume();
  return () => {
    stdin.off("data", hear);
    stdin.pause();
  };
}

// ---- starting and stopping

interface Cast {
  readonly acts: Acts;
  readonly desk: HelpDesk;
  readonly out: Terminal;
}

async function start(config: Config, port: number, cast: Cast): Promise<Running> {
  try {
    return await serve({ ...config, port }, cast);
  } catch (error) {
    if (error instanceof FolderLocked) throw alreadyRuns(config);
    if (!isPortTaken(error)) throw error;
  }
  const running = await serve({ ...config, port: 0 }, cast);
  cast.out.write(`Port ${port} is taken, so another one is used.\n`);
  return running;
}

function serve(config: Config, { acts, desk }: Cast): Promise<Running> {
  // Signed entries are checked as in production: with the public key of the app.
  const zendeskKeys = [...(config.zendeskKeys ?? []), desk.publicPem];
  return startServer(
    { ...config, zendeskKeys },
    {
      purpose: "forestall demo",
      handlers: controlHandlers,
      zendesk: desk.standIn,
      home: (app) => {
        acts.page = createDemoPage({
          store: app.store,
          pipeline: app.pipeline,
          now: app.now,
          log: app.log,
          timers: app.clock,
          tenant: DEMO_TENANT,
          render: (delivery) => renderDelivery(app.rendering, delivery),
          startIncident: () => acts.startIncident(),
        });
        return acts.page.router;
      },
    },
  );
}

function alreadyRuns({ dataDir }: Config): PlainError {
  const url = recall(dataDir)?.url ?? null;
  const where = url === null ? "" : ` at ${url}`;
  return new PlainError(
    `The demo runs already${where}; end it there with Ctrl-C, or set FORESTALL_DATA to another folder.`,
  );
}

const isPortTaken = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "EADDRINUSE";

interface Stop {
  readonly signal: AbortSignal;
  abort(): void;
  forget(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The first signal ends the demo in good order, a second one at once. */
function stopOf(given: AbortSignal | undefined): Stop {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (given !== undefined) {
    given.addEventListener("abort", abort, { once: true });
    return { signal: controller.signal, abort, forget: () => given.removeEventListener("abort", abort) };
  }
  const hear = () => {
    if (controller.signal.aborted) process.exit(1);
    abort();
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return {
    signal: controller.signal,
    abort,
    forget: () => {
      for (const signal of SIGNALS) process.off(signal, hear);
    },
  };
}
