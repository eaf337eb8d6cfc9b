import express, { type Request, type Response, Router } from "express";
import { changePreferences } from "../../actions/change-preferences.ts";
import type { Runner } from "../../actions/contract.ts";
import { giveFeedback } from "../../actions/give-feedback.ts";
import type { FeedbackAnswer } from "../../core/control.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { ACTIONS, type Asked } from "./actions.ts";
import { guarded, REQUESTS_PER_MINUTE, send, sendWrong, WrongTurn, wrongHandler } from "./answers.ts";
import { type FactsDeps, factsOf, type PageFacts } from "./facts.ts";
import { STRINGS } from "./strings.ts";
import type { PersonClaims, PersonTokens } from "./token.ts";
import { confirmPage, personPage, stoppedPage } from "./view.ts";

export { type PersonPageLinks, personLinks } from "./links.ts";
export { createShortLinks, type ShortLinksDeps, shortLinkHash } from "./short.ts";
export { createPersonTokens, type PersonTokens } from "./token.ts";

export interface PersonPagesDeps extends FactsDeps {
  /** Carries out what the person asks for. */
  readonly actions: Runner;
  readonly tokens: PersonTokens;
  readonly clock: Clock;
  readonly log: Logger;
  /** Requests of one address in a minute. */
  readonly requestsPerMinute?: number;
}

/**
 * The person's own page, to be mounted at `/p`: why a message came, feedback, snooze, channels, stop. Works without
 * login and without script: who has the link is the person. A GET never changes anything, since mail scanners fetch
 * every link; a POST does, then leads back to the page. The one-click POST of RFC 8058 is answered at once.
 */
export function createPersonPages(deps: PersonPagesDeps): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const form = express.text({ type: () => true, limit: "16kb", defaultCharset: "utf-8" });

  router.use(guarded("person-page", deps.requestsPerMinute ?? REQUESTS_PER_MINUTE, deps.clock));
  router.get("/:token", (request, response) => show(deps, request, response));
  router.post("/:token", form, (request, response) => oneClick(deps, request, response));
  router.post("/:token/:action", form, (request, response) => act(deps, request, response));
  router.use((_request, response) => sendWrong(response, "bad"));
  router.use(wrongHandler(deps.log));
  return router;
}

async function show(deps: PersonPagesDeps, request: Request, response: Response): Promise<void> {
  const { claims, facts } = await open(deps, request);
  const path = pathOf(request);
  if (claims.purpose === "unsubscribe") return send(response, facts, confirmPage(facts, path));
  const { done, answer } = request.query;
  const page = personPage(facts, {
    path,
    now: deps.clock.now(),
    done:
      typeof done === "string" && Object.hasOwn(STRINGS.done, done)
        ? (done as keyof typeof STRINGS.done)
        : null,
    answer: ANSWERS.find((each) => each === answer) ?? null,
  });
  send(response, facts, page);
}

const ANSWERS: readonly FeedbackAnswer[] = ["yes", "no", "not_mine", "someone_else"];

/**
 * RFC 8058: a mail program posts `List-Unsubscribe=One-Click`, without cookies, and wants 2xx and no redirect. A
 * program has no origin, so the check for other websites is left out: whoever has the link may stop.
 */
async function oneClick(deps: PersonPagesDeps, request: Request, response: Response): Promise<void> {
  const { claims, facts } = await open(deps, request);
  if (!isOneClick(request)) throw new WrongTurn("invalid");
  if (!facts.stopped) await carryOut(deps, claims, { changes: [{ kind: "stop" }] });
  send(response, facts, stoppedPage({ ...facts, stopped: true }, pathOf(request), true));
}

/** Programs send it as a form or as multipart; in both the field stands in the body as it is. */
function isOneClick(request: Request): boolean {
  const body = bodyOf(request);
  if (formOf(request).get("List-Unsubscribe") === "One-Click") return true;
  return /name="List-Unsubscribe"\r?\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click\s/.test(body);
}

async function act(deps: PersonPagesDeps, request: Request, response: Response): Promise<void> {
  if (isFromElsewhere(request)) throw new WrongTurn("elsewhere");
  const { claims, facts } = await open(deps, request);
  const name = String(request.params.action);
  const allowed = claims.purpose === "page" || name === "resume";
  const action = allowed && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) throw new WrongTurn("bad");
  const asked = action(formOf(request), claims, facts, deps.clock.now());
  if (asked === null) throw new WrongTurn("invalid");
  await carryOut(deps, claims, asked);
  const back = claims.purpose === "page" ? `?done=${asked.done}` : "";
  response.redirect(303, `${pathOf(request)}${back}`);
}

/**
 * Every browser of the last years says where a request comes from. Forms of our own page are `same-origin`; the page
 * of somebody else, who would need the link as well, is not listened to.
 */
function isFromElsewhere(request: Request): boolean {
  const site = request.get("sec-fetch-site");
  return site !== undefined && site !== "same-origin" && site !== "none";
}

/** One after the other: each wish stands in the audit by itself, beside what colleagues do. */
async function carryOut(
  { actions }: PersonPagesDeps,
  { tenant, person, delivery }: PersonClaims,
  { feedback, changes = [] }: Pick<Asked, "feedback" | "changes">,
): Promise<void> {
  const reason = `on the page behind message ${delivery}`;
  const by = { actor: "customer", role: "customer", reason, token: null } as const;
  if (feedback !== undefined) await actions.run(giveFeedback, { tenant, params: feedback, by });
  for (const change of changes) {
    await actions.run(changePreferences, { tenant, params: { person, change }, by });
  }
}

// ---- requests

async function open(
  deps: PersonPagesDeps,
  request: Request,
): Promise<{ claims: PersonClaims; facts: PageFacts }> {
  const reading = deps.tokens.read(String(request.params.token), deps.clock.now());
  if (reading.kind !== "valid") throw new WrongTurn(reading.kind === "expired" ? "gone" : "bad");
  const facts = await factsOf(deps, reading.claims);
  if (facts === null) throw new WrongTurn("gone");
  return { claims: reading.claims, facts };
}

const bodyOf = (request: Request): string => (typeof request.body === "string" ? request.body : "");
const formOf = (request: Request): URLSearchParams => new URLSearchParams(bodyOf(request));
const pathOf = (request: Request): string => `${request.baseUrl}/${String(request.params.token)}`;
