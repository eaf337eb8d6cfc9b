import { join } from "node:path";
import { type RequestHandler, Router } from "express";
import { readAssets, readHomeAssets } from "../../http/home/assets.ts";
import { frame } from "../../http/home/frame.ts";
import { sendPage } from "../../http/home/headers.ts";
import { wrongHandler, wrongView } from "../../http/home/wrong.ts";
import { type Html, html } from "../../lib/html.ts";
import type { Trace } from "../../store/contract.ts";
import { fromThisPage, onThisMachine } from "../this-machine.ts";
import type { PageDeps } from "./deps.ts";
import { decisionLines } from "./facts/decisions.ts";
import { renderedOf, shownMessages } from "./facts/messages.ts";
import { overviewOf, runningIncidents } from "./facts/overview.ts";
import { sendPreview } from "./headers.ts";
import { createPageLive } from "./live.ts";
import { accountsPart } from "./view/accounts.ts";
import { decisionsPart } from "./view/decisions.ts";
import { incidentPart } from "./view/incident.ts";
import { messagesPart } from "./view/messages.ts";
import { countsPart, overviewView } from "./view/overview.ts";
import { traceView } from "./view/trace.ts";

export type { PageDeps } from "./deps.ts";

const LINES = 40;

export interface DemoPage {
  readonly router: Router;
  /** Ends the streams of open pages. */
  close(): void;
}

/**
 * The demo's page, to be mounted at `/` in place of the front page of a real server. It shows what happens: accounts
 * by band, decisions with their reasons, messages as customers see them, and the way of each back to its webhook.
 */
export function createDemoPage(deps: PageDeps): DemoPage {
  const router = Router({ caseSensitive: true, strict: true });
  const live = createPageLive(deps);
  const common = readHomeAssets();
  const own = readAssets("/demo/look", join(import.meta.dirname, "assets"), ["page.css", "page.js"]);
  const styles = [common.hrefOf("page.css"), own.hrefOf("page.css")];
  const still = (title: string, content: Html) => frame({ title, content, styles, script: null });
  const moving = (title: string, content: Html) =>
    frame({ title, content, styles, script: own.hrefOf("page.js") });
  router.use((request, response, next) =>
    OURS.test(request.path) ? onThisMachine(request, response, next) : next(),
  );
  router.get("/home/:file", common.serve);
  router.get("/demo/look/:file", own.serve);
  router.get("/", async (_request, response) => {
    sendPage(response, moving("Forestall: what is happening", await overview(deps)));
  });
  router.get("/demo/live", (request, response) => live.open(request, response));
  router.get("/demo/part/:name", partHandler(deps));
  router.get("/demo/trace/:id", traceHandler(deps, still));
  router.get("/demo/preview/:id", previewHandler(deps));
  router.post("/demo/incident", fromThisPage, async (request, response) => {
    const sent = await deps.startIncident();
    if (request.accepts(["html", "json"]) === "html") return response.redirect(303, "/");
    response.json({ sent });
  });
  router.use(wrongHandler(deps.log, (content) => still("Forestall", content)));
  return { router, close: () => live.close() };
}

const OURS = /^\/(demo(\/|$)|$)/;

async function overview(deps: PageDeps): Promise<Html> {
  const [facts, lines, messages] = await Promise.all([
    overviewOf(deps),
    decisionLines(deps, LINES),
    shownMessages(deps),
  ]);
  return overviewView({
    product: facts.product,
    incident: incidentOf(deps),
    accounts: accountsPart(facts),
    decisions: decisionsPart(lines),
    messages: messagesPart(messages, facts.product),
    sent24h: facts.sent24h,
    kept24h: facts.kept24h,
  });
}

function incidentOf(deps: PageDeps): Html {
  const state = deps.pipeline.tenant(deps.tenant);
  const nameOf = (pattern: string) => state?.library.byId(pattern)?.name ?? pattern;
  return incidentPart(runningIncidents(deps), state?.settings.incident.within ?? 0, nameOf);
}

/** A part of the page, for its own script. */
function partHandler(deps: PageDeps): RequestHandler<{ name: string }> {
  return async (request, response, next) => {
    switch (request.params.name) {
      case "accounts":
        return sendPage(response, accountsPart(await overviewOf(deps)));
      case "counts": {
        const { sent24h, kept24h } = await overviewOf(deps);
        return sendPage(response, countsPart(sent24h, kept24h));
      }
      case "decisions":
        return sendPage(response, decisionsPart(await decisionLines(deps, LINES)));
      case "messages": {
        const product = deps.pipeline.tenant(deps.tenant)?.settings.product.name ?? deps.tenant;
        return sendPage(response, messagesPart(await shownMessages(deps), product));
      }
      case "incident":
        return sendPage(response, incidentOf(deps));
      default:
        return next();
    }
  };
}

function traceHandler(
  deps: PageDeps,
  draw: (title: string, content: Html) => Html,
): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const trace = await deps.store.trace(deps.tenant, request.params.id);
    const library = deps.pipeline.tenant(deps.tenant)?.library;
    const patternName = (id: string) => library?.byId(id)?.name ?? id;
    const pattern = trace?.match ? library?.byId(trace.match.pattern) : undefined;
    const view =
      trace === null
        ? wrongView(
            "Nothing to trace",
            "There is no decision or message under this address, or it was kept long enough.",
          )
        : traceView({ trace, pattern, patternName, accountName: await accountNameOf(deps, trace) });
    if (request.query.part === "1") return sendPage(response, view);
    const content =
      trace === null
        ? view
        : html`<header class="top"><p><a href="/">To the overview</a></p></header><main id="main" class="trace-page panel">${view}</main>`;
    sendPage(response, draw("Trace", content), trace === null ? 404 : 200);
  };
}

async function accountNameOf({ store, tenant }: PageDeps, { match }: Trace): Promise<string | null> {
  if (match === null || match.account === null) return null;
  return (await store.account(tenant, match.account))?.name ?? match.account;
}

function previewHandler(deps: PageDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const row = await deps.store.delivery(deps.tenant, request.params.id);
    const rendered = row === null ? null : await renderedOf(deps, row);
    if (rendered?.kind === "email") return sendPreview(response, rendered.html);
    response.status(404);
    sendPreview(
      response,
      "<!doctype html><title>No such message</title><p>This message is not there any more.",
    );
  };
}
