import { type RequestHandler, Router } from "express";
import type { Millis } from "../core/time.ts";
import type { Pipeline } from "../flow/contract.ts";
import { type Clock, isFresh } from "../lib/clock.ts";
import { equalSecrets } from "../lib/constant-time.ts";
import type { Log } from "../store/contract.ts";
import type { Metrics } from "./metrics.ts";
import { methodNotAllowed, unauthorized } from "./problem.ts";

export interface HealthOptions {
  readonly store: Pick<Log, "probe">;
  readonly pipeline: Pick<Pipeline, "load">;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** When timers last ran; null before the first time. */
  lastTick(): Millis | null;
  /** When set, `/metrics` asks for it as a Bearer token. */
  readonly metricsToken?: string;
}

/** Timers run every second: so much later, something is wrong. */
const LATE = 10_000;
/** Probing writes to the disk, so many callers share one answer. */
const PROBE_AGAIN = 1_000;
const PROBE_TIMEOUT = 2_000;

/** Alive, ready, and in figures: for whoever runs the server. Nothing here is about a tenant. */
export function healthRouter(options: HealthOptions): Router {
  const router = Router({ caseSensitive: true });
  const probe = sharedProbe(options);
  router.use(["/healthz", "/readyz", "/metrics"], onlyGet);
  router.get("/healthz", (_request, response) => {
    response.set("cache-control", "no-store").json({ status: "ok" });
  });
  router.get("/readyz", async (_request, response) => {
    const { pipeline } = options;
    const checks = {
      store: (await probe()) ? "ok" : "failing",
      timers: timersLate(options) ? "late" : "ok",
      pipeline: pipeline.load.failing ? "failing" : "ok",
    };
    const ready = Object.values(checks).every((state) => state === "ok");
    if (!ready) response.set("retry-after", "2");
    response
      .set("cache-control", "no-store")
      .status(ready ? 200 : 503)
      .json({ status: ready ? "ready" : "not_ready", checks, waiting: pipeline.load.waiting });
  });
  router.get("/metrics", async (request, response) => {
    const { metrics, metricsToken } = options;
    const given = /^Bearer +(\S+)$/i.exec(request.get("authorization") ?? "")?.[1] ?? "";
    if (metricsToken !== undefined && !equalSecrets(given, metricsToken)) {
      throw unauthorized("The metrics ask for their own token.");
    }
    response.set({ "content-type": metrics.contentType, "cache-control": "no-store" });
    response.send(await metrics.expose());
  });
  return router;
}

const onlyGet: RequestHandler = (request, _response, next) => {
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw methodNotAllowed(request.method, ["GET", "HEAD"]);
  }
  next();
};

function timersLate({ clock, lastTick }: HealthOptions): boolean {
  const last = lastTick();
  return last === null || clock.now() - last > LATE;
}

function sharedProbe({ store, clock }: HealthOptions): () => Promise<boolean> {
  let asked: { readonly at: Millis; readonly answer: Promise<boolean> } | null = null;
  return () => {
    if (asked === null || !isFresh(asked.at, clock.now(), PROBE_AGAIN)) {
      asked = { at: clock.now(), answer: inTime(store.probe()) };
    }
    return asked.answer;
  };
}

/** A store that does not answer is not ready. */
function inTime(answer: Promise<boolean>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PROBE_TIMEOUT);
    const settle = (ok: boolean) => {
      clearTimeout(timer);
      resolve(ok);
    };
    answer.then(settle, () => settle(false));
  });
}
