import { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import { html } from "../../lib/html.ts";
import type { Logger } from "../../lib/log.ts";
import type { Trace } from "../../store/contract.ts";
import { readAssets } from "./assets.ts";
import type { DemoHome, HomeDeps } from "./deps.ts";
import { decisionLines } from "./facts/decisions.ts";
import { renderedOf, shownMessages } from "./facts/messages.ts";
import { overviewOf, runningIncidents } from "./facts/overview.ts";
import { fromThisPage, onThisMachine, sendPage, sendPart, sendPreview } from "./headers.ts";
import { createHomeLive, type HomeLive } from "./live.ts";
import { accountsPart } from "./view/accounts.ts";
import { decisionsPart } from "./view/decisions.ts";
import { frame } from "./view/frame.ts";
import { countsPart, homeView } from "./view/home.ts";
import { incidentPart } from "./view/incident.ts";
import { messagesPart } from "./view/messages.ts";
import { traceView } from "./view/trace.ts";
import { welcomeView } from "./view/welcome.ts";
import { wrongView } from "./view/wrong.ts";

export type { DemoHome, HomeDeps } from "./deps.ts";
export { PAGE_CSP, PREVIEW_CSP } from "./headers.ts";

const LINES = 40;

export interface Home {
  readonly router: Router;
  /** Ends the streams of open pages. */
  close(): void;
}

/**
 * The front page, to be mounted at `/`. With a simulated tenant it shows what happens: accounts by band, decisions
 * with their reasons, messages as customers see them, and the way of each back to its webhook. Without one it says
 * what to do next. It sets its own content security policy on every page, with nothing inline and nothing foreign.
 */
export function createHome(deps: HomeDeps): Home {
  const router = Router({ caseSensitive: true, strict: true });
  const assets = readAssets();
  router.get("/home/:file", (request, response, next) => {
    const asset = assets.files.get(request.params.file);
    if (asset === undefined) return next();
    response.set("cache-control", "public, max-age=3600").type(asset.type).send(asset.body);
  });
  if (deps.demo === null) {
    router.get("/", async (_request, response) => {
      const content = welcomeView((await deps.store.tenants()).length);
      sendPage(response, frame({ title: "Forestall", content, assets: assets.version, live: false }));
    });
    router.use(wrongHandler(deps.log, assets.version));
    return { router, close: () => {} };
  }
  const live = createHomeLive(deps, deps.demo);
  mountDemo(router, deps, deps.demo, live, assets.version);
  router.use(wrongHandler(deps.log, assets.version));
  return { router, close: () => live.close() };
}

function mountDemo(router: Router, deps: HomeDeps, demo: DemoHome, live: HomeLive, assets: string): void {
  const ours = /^\/(demo(\/|$)|$)/;
  router.use((request, response, next) =>
    ours.test(request.path) ? onThisMachine(request, response, next) : next(),
  );
  router.get("/", async (_request, response) => {
    const content = await homeOf(deps, demo);
    sendPage(response, frame({ title: "Forestall: what is happening", content, assets, live: true }));
  });
  router.get("/demo/live", (request, response) => live.open(request, response));
  router.get("/demo/part/:name", partHandler(deps, demo));
  router.get("/demo/trace/:id", traceHandler(deps, demo, assets));
  router.get("/demo/preview/:id", previewHandler(deps, demo));
  router.post("/demo/incident", fromThisPage, async (request, response) => {
    const sent = await demo.startIncident();
    if (request.accepts(["html", "json"]) === "html") return response.redirect(303, "/");
    response.json({ sent });
  });
}

async function homeOf(deps: HomeDeps, demo: DemoHome) {
  const [overview, lines, messages] = await Promise.all([
    overviewOf(deps, demo.tenant),
    decisionLines(deps, demo.tenant, LINES),
    shownMessages(deps, demo),
  ]);
  return homeView({
    product: overview.product,
    incident: incidentOf(deps, demo),
    accounts: accountsPart(overview),
    decisions: decisionsPart(lines),
    messages: messagesPart(messages, overview.product),
    sent24h: overview.sent24h,
    kept24h: overview.kept24h,
  });
}

function incidentOf(deps: HomeDeps, { tenant }: DemoHome) {
  const state = deps.pipeline.tenant(tenant);
  const nameOf = (pattern: string) => state?.library.byId(pattern)?.name ?? pattern;
  return incidentPart(runningIncidents(deps, tenant), state?.settings.incident.within ?? 0, nameOf);
}

function partHandler(deps: HomeDeps, demo: DemoHome): RequestHandler<{ name: string }> {
  return async (request, response, next) => {
    switch (request.params.name) {
      case "accounts":
        return sendPart(response, accountsPart(await overviewOf(deps, demo.tenant)));
      case "counts": {
        const { sent24h, kept24h } = await overviewOf(deps, demo.tenant);
        return sendPart(response, countsPart(sent24h, kept24h));
      }
      case "decisions":
        return sendPart(response, decisionsPart(await decisionLines(deps, demo.tenant, LINES)));
      case "messages": {
        const product = deps.pipeline.tenant(demo.tenant)?.settings.product.name ?? demo.tenant;
        return sendPart(response, messagesPart(await shownMessages(deps, demo), product));
      }
      case "incident":
        return sendPart(response, incidentOf(deps, demo));
      default:
        return next();
    }
  };
}

function traceHandler(deps: HomeDeps, demo: DemoHome, assets: string): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const trace = await deps.store.trace(demo.tenant, request.params.id);
    const library = deps.pipeline.tenant(demo.tenant)?.library;
    const patternName = (id: string) => library?.byId(id)?.name ?? id;
    const pattern = trace?.match ? library?.byId(trace.match.pattern) : undefined;
    const view =
      trace === null
        ? wrongView(
            "Nothing to trace",
            "There is no decision or message under this address, or it was kept long enough.",
          )
        : traceView({ trace, pattern, patternName, accountName: await accountNameOf(deps, demo, trace) });
    if (request.query.part === "1") return sendPart(response, view);
    const content =
      trace === null
        ? view
        : html`<header class="top"><p><a href="/">To the overview</a></p></header><main id="main" class="trace-page panel">${view}</main>`;
    sendPage(response, frame({ title: "Trace", content, assets, live: false }), trace === null ? 404 : 200);
  };
}

async function accountNameOf(deps: HomeDeps, { tenant }: DemoHome, { match }: Trace): Promise<string | null> {
  if (match === null || match.account === null) return null;
  return (await deps.store.account(tenant, match.account))?.name ?? match.account;
}

function previewHandler(deps: HomeDeps, demo: DemoHome): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const row = await deps.store.delivery(demo.tenant, request.params.id);
    const rendered = row === null ? null : await renderedOf(deps, demo, row);
    if (rendered?.kind === "email") return sendPreview(response, rendered.html);
    response.status(404);
    sendPreview(
      response,
      "<!doctype html><title>No such message</title><p>This message is not there any more.",
    );
  };
}

/** A page, too, when something of ours fails; what it was goes to the log. */
function wrongHandler(log: Logger, assets: string): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    log.error({ err: error }, "the front page failed");
    if (response.headersSent) return next(error);
    const content = wrongView(
      "That did not work",
      "The server could not put this page together. Please try again in a moment.",
    );
    sendPage(response, frame({ title: "Forestall", content, assets, live: false }), 500);
  };
}
