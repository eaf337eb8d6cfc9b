import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from "express";
import type { Runner } from "../../actions/contract.ts";
import { pairZendesk } from "../../actions/pair-zendesk.ts";
import { Refusal } from "../../actions/refusal.ts";
import type { ZendeskAccount, ZendeskPairing } from "../../actions/zendesk.ts";
import type { Clock } from "../../lib/clock.ts";
import { Problem } from "../../lib/errors.ts";
import type { Html } from "../../lib/html.ts";
import type { Logger } from "../../lib/log.ts";
import { createSealer } from "../../lib/sealed-text.ts";
import { asProblem, methodNotAllowed, sendProblem, sessionExpired } from "../problem.ts";
import { createLimiter } from "../rate-limit.ts";
import type { ZendeskRefresh, ZendeskSession } from "../wire.ts";
import { type Bundle, readBundle } from "./bundle.ts";
import { BadEntry, type Entry, VIEWS, type View } from "./entry.ts";
import { readEntry } from "./entry-token.ts";
import { policyOf, sendPage } from "./headers.ts";
import { localeOf } from "./locale.ts";
import { createPairStates, type PairState } from "./pair-state.ts";
import { createPairingBook } from "./pairing-book.ts";
import { createReplayGuard } from "./replay-guard.ts";
import { createSessions, type Session, type Sessions } from "./sessions.ts";
import { textIn } from "./texts.ts";
import { appPage, type Frame, PLAIN_CSS, pairPage, plainPage } from "./view.ts";

export type { Sessions } from "./sessions.ts";

/** What Zendesk wants apps to load, instead of bundling it. */
const SDK_URL = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js";

export interface ZendeskDeps {
  readonly secretKey: Uint8Array;
  readonly clock: Clock;
  readonly log: Logger;
  /** PEM public keys of the app. */
  readonly appKeys: readonly string[];
  /** The folder Vite builds into. */
  readonly builtIn: string;
  /** What `/api/v1` stands behind: the path of the public address, such as `` or `/help`. */
  basePath(): string;
  pairings(): Promise<readonly ZendeskPairing[]>;
  /** Keys of tenants whose pairing code waits for being typed. */
  waitingKeys(): Promise<readonly string[]>;
  /** Carries out the pairing. */
  readonly actions: Runner;
  readonly sdkUrl?: string;
  /** Origin of a page that stands in for Zendesk, in tests and the demo. Never set in production. */
  readonly standIn?: string;
}

export interface ZendeskPages {
  /** To be mounted at /zendesk. */
  readonly router: Router;
  readonly sessions: Sessions;
}

/** Pages of one office share an address. */
const ENTRIES = { name: "zendesk-entry", requests: 600, windowS: 60 };
const TRIES = { name: "pairing", requests: 5, windowS: 600 };
/** Over all installations, so that many of them do not guess together. */
const ALL_TRIES = { name: "pairing-all", requests: 100, windowS: 600 };

/**
 * The pages that Zendesk shows in its own: entered by a signed POST, answered with a page that holds a bearer for as
 * long as it is open. An account that no tenant is paired with is asked for a code and sees nothing else.
 */
export function createZendesk(deps: ZendeskDeps): ZendeskPages {
  const book = createPairingBook(deps.pairings, deps.clock);
  const sessions = createSessions({
    sealer: createSealer(deps.secretKey, "forestall/zendesk-session/v1"),
    clock: deps.clock,
    isPaired: async (tenant, account) => (await book.find(account))?.tenant === tenant,
  });
  const door = { ...deps, book, sessions, bundle: bundleOf(deps.builtIn), states: createPairStates(deps) };
  const router = Router({ caseSensitive: true, strict: true });
  const form = express.urlencoded({ extended: false, limit: "16kb" });
  const limiter = createLimiter(ENTRIES, deps.clock);
  router.use((request, response, next) => {
    response.set(limiter.take(request.ip ?? "unknown"));
    next();
  });
  router.get("/plain.css", (_request, response) => {
    response.set("cache-control", "public, max-age=3600").type("css").send(PLAIN_CSS);
  });
  router.get("/assets/:name", assets(door));
  const enter = entering(door);
  for (const view of VIEWS) router.post(`/${view}`, form, enter(view));
  router.post("/pair", form, pairing(door));
  router.post("/session/refresh", refreshing(door));
  for (const path of [...VIEWS, "pair"]) router.all(`/${path}`, openInZendesk(door));
  router.all("/session/refresh", ({ method }) => {
    throw methodNotAllowed(method, ["POST"]);
  });
  router.use(wrongHandler(door));
  return { router, sessions };
}

interface Door extends ZendeskDeps {
  readonly book: ReturnType<typeof createPairingBook>;
  readonly sessions: Sessions;
  readonly states: ReturnType<typeof createPairStates>;
  readonly bundle: () => Bundle | null;
}

/** Built once and for all; what was not there at the start is looked for again. */
function bundleOf(folder: string): () => Bundle | null {
  let bundle: Bundle | null = null;
  return () => {
    bundle ??= readBundle(folder);
    return bundle;
  };
}

function entering(door: Door): (view: View) => RequestHandler {
  const replays = createReplayGuard();
  const keysFor = async (account: ZendeskAccount) => {
    const paired = await door.book.find(account);
    if (paired === null) return [...door.appKeys, ...(await door.waitingKeys())];
    return paired.publicKeys.length > 0 ? paired.publicKeys : door.appKeys;
  };
  return (view) => async (request, response) => {
    const token = fieldOf(request, "token");
    const { origin } = request.query;
    const entry = await readEntry(
      {
        token,
        view,
        origin: typeof origin === "string" ? origin : undefined,
        originOf: (host) => originOf(door, host),
      },
      { keysFor },
      door.clock,
    );
    replays.once(token, entry.endsAt, door.clock.now());
    const paired = await door.book.find(entry.account);
    if (paired === null) return askForCode(door, request, response, door.states.of(entry), null);
    showApp(door, request, response, paired.tenant, entry);
  };
}

function showApp(door: Door, request: Request, response: Response, tenant: string, entry: Entry): void {
  const { sdkUrl = SDK_URL } = door;
  const ancestors = originOf(door, entry.account.host);
  const frame = frameOf(request, entry.locale);
  const bundle = door.bundle();
  if (bundle === null) {
    const text = textIn(frame.lang, "door.incomplete", { command: "npm run build" });
    const page = plainPage(frame, textIn(frame.lang, "door.incomplete_title"), text);
    return sendPage(response, page, policyOf({ sdkUrl: null, ancestors }), 503);
  }
  const session = sessionFor(door, door.sessions.start(tenant, entry), entry, frame.lang);
  sendPage(response, appPage(frame, session, bundle, sdkUrl), policyOf({ sdkUrl, ancestors }));
}

function sessionFor(door: Door, session: Session, { view }: Entry, locale: string): ZendeskSession {
  const base = door.basePath();
  return {
    ...refreshOf(session),
    user: session.user,
    host: session.host,
    locale,
    view,
    apiUrl: base,
    refreshUrl: `${base}/zendesk/session/refresh`,
  };
}

function refreshOf({ bearer, expiresAt, endsAt, role }: Session): ZendeskRefresh {
  return {
    bearer,
    role,
    expiresAt: new Date(expiresAt).toISOString(),
    sessionEndsAt: new Date(endsAt).toISOString(),
  };
}

function askForCode(
  door: Door,
  request: Request,
  response: Response,
  state: PairState,
  wrong: string | null,
  status = 200,
): void {
  const { host } = state.entry.account;
  const query = request.originalUrl.includes("?") ? request.originalUrl.replace(/^[^?]*/, "") : "";
  const form = { action: `pair${query}`, state: state.sealed, host, wrong };
  const page = pairPage(frameOf(request, state.entry.locale), form);
  sendPage(response, page, policyOf({ sdkUrl: null, ancestors: originOf(door, host) }), status);
}

/** The state proves that Zendesk let this person in here a moment ago; no other page can make it. */
function pairing(door: Door): RequestHandler {
  const perInstallation = createLimiter(TRIES, door.clock);
  const all = createLimiter(ALL_TRIES, door.clock);
  return async (request, response) => {
    const site = request.get("sec-fetch-site");
    if (site !== undefined && site !== "same-origin") throw new BadEntry("a code from another page");
    const state = door.states.read(fieldOf(request, "state"));
    const { entry } = state;
    const { lang } = frameOf(request, entry.locale);
    const again = (why: "wrong" | "expired" | "taken" | "many", status: number) =>
      askForCode(door, request, response, state, textIn(lang, `connect.${why}`), status);
    try {
      perInstallation.take(`${entry.account.host}/${entry.account.installation}`);
      all.take("all");
    } catch (error) {
      if (error instanceof Problem) return again("many", 429);
      throw error;
    }
    const paired = await pair(door, entry, fieldOf(request, "code"));
    if (typeof paired === "string") return again(paired, 422);
    await door.book.reload();
    showApp(door, request, response, paired.tenant, entry);
  };
}

const WRONG_CODES = ["wrong", "expired", "taken"] as const;

/** The tenant that the code led to, or what is wrong with it. */
async function pair({ actions }: Door, entry: Entry, code: string) {
  const { account, role, user } = entry;
  const reason = "typed the pairing code in Zendesk";
  const by = { actor: `${role}:zendesk ${user}`, role, reason, token: null };
  try {
    const done = await actions.run(pairZendesk, { tenant: "", params: { code, ...account }, by });
    return done.result;
  } catch (error) {
    const wrong =
      error instanceof Refusal ? WRONG_CODES.find((each) => each === error.extra.code) : undefined;
    if (wrong === undefined) throw error;
    return wrong;
  }
}

/** What can be carried out from the pages in Zendesk themselves; all else they ask of the API. */
export const ZENDESK_ACTS = [pairZendesk] as const;

/** A page that is open changes its bearer for a fresh one before it ends. */
function refreshing({ sessions }: Door): RequestHandler {
  return async (request, response) => {
    response.set("cache-control", "no-store");
    const bearer = /^Bearer +([A-Za-z0-9._-]{8,2048})$/i.exec(request.get("authorization") ?? "")?.[1];
    const session = bearer === undefined ? null : await sessions.refresh(bearer);
    if (session === null) throw sessionExpired();
    response.json(refreshOf(session));
  };
}

function assets({ bundle }: Door): RequestHandler {
  return (request, response, next) => {
    const file = bundle()?.files.get(String(request.params.name));
    if (file === undefined) return next();
    response.set({
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": file.type,
      vary: "Accept-Encoding",
    });
    const small = request.acceptsEncodings("gzip") === "gzip";
    if (small) response.set("content-encoding", "gzip");
    response.end(small ? file.gzip : file.body);
  };
}

/** Somebody opened the address in a tab of its own. */
function openInZendesk(door: Door): RequestHandler {
  return (request, response) => {
    response.set("allow", "POST");
    sendText(door, request, response, 405, "outside");
  };
}

/** Pages for people; the refresh address answers as the API does. */
function wrongHandler(door: Door): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof BadEntry) {
      door.log.warn({ reason: error.message, path: request.path }, "a page in Zendesk was refused");
      return sendText(door, request, response, error.why === "no_agent" ? 403 : 401, error.why);
    }
    const problem = asProblem(error);
    if (request.path.startsWith("/session/") || problem.status >= 500) {
      if (problem.status >= 500) door.log.error({ err: problem.cause ?? error }, "a page in Zendesk failed");
      if (request.path.startsWith("/session/")) return sendProblem(response, problem);
    }
    response.set(problem.headers);
    sendSaying(door, request, response, problem.status, problem.details.title, problem.details.detail);
  };
}

/** Says it in the language of the browser, as nobody is known yet. */
function sendText(
  door: Door,
  request: Request,
  response: Response,
  status: number,
  name: BadEntry["why"] | "outside",
): void {
  const { lang } = frameOf(request, null);
  const text = textIn(lang, `door.${name}`, { setting: "FORESTALL_ZENDESK_KEYS" });
  sendSaying(door, request, response, status, textIn(lang, `door.${name}_title`), text);
}

/** Nobody is vouched for, so any Zendesk account may show it: there is nothing on it. */
function sendSaying(
  door: Door,
  request: Request,
  response: Response,
  status: number,
  title: string,
  text: string,
): void {
  const page: Html = plainPage(frameOf(request, null), title, text);
  const ancestors = `https://*.zendesk.com${door.standIn === undefined ? "" : ` ${door.standIn}`}`;
  sendPage(response, page, policyOf({ sdkUrl: null, ancestors }), status);
}

function originOf({ standIn }: Pick<ZendeskDeps, "standIn">, host: string): string {
  return standIn ?? `https://${host}`;
}

function frameOf(request: Request, locale: string | null): Frame {
  const { colorScheme } = request.query;
  return {
    scheme: colorScheme === "dark" ? "dark" : "light",
    lang: localeOf(locale, request.get("accept-language")),
  };
}

function fieldOf(request: Request, name: string): string {
  const body: unknown = request.body;
  const value =
    typeof body === "object" && body !== null
      ? Object.entries(body).find(([key]) => key === name)
      : undefined;
  return typeof value?.[1] === "string" ? value[1] : "";
}
