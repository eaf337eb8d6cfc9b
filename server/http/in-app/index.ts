import express, { type Request, type Response, Router } from "express";
import { changePreferences } from "../../actions/change-preferences.ts";
import type { Runner } from "../../actions/contract.ts";
import { giveFeedback } from "../../actions/give-feedback.ts";
import type { Delivery } from "../../core/delivery.ts";
import type { Pipeline } from "../../flow/contract.ts";
import type { InAppMessage, InAppOutbox, Visitor } from "../../flow/deliver/in-app.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { TokenRow } from "../../store/contract.ts";
import { authenticate, type TokenBook } from "../auth.ts";
import { invalidPart, methodNotAllowed, notFound, problemHandler, unauthorized } from "../problem.ts";
import { createLimiter, type Limiter } from "../rate-limit.ts";
import { IN_APP_ACTIONS, type InAppSaying } from "./actions.ts";
import { allowOrigin, preflight } from "./cors.ts";
import { visitorOf } from "./identity.ts";

export interface InAppApiDeps {
  readonly outbox: InAppOutbox;
  /** Takes receipts. */
  readonly pipeline: Pick<Pipeline, "control">;
  /** Carries out what a person asks for. */
  readonly actions: Runner;
  readonly tokens: TokenBook;
  /** The secrets with which the tenant's server signs who is logged in; two while they are changed. */
  readonly identitySecrets: (tenant: string) => Promise<readonly string[]>;
  /** Pages of the tenant that may ask. */
  readonly origins: (tenant: string) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: Partial<InAppLimits>;
}

export interface InAppLimits {
  /** Requests of one visitor in a minute. */
  readonly perVisitor: number;
  /** Requests of one address in a minute: an office may share one. */
  readonly perAddress: number;
}
const LIMITS: InAppLimits = { perVisitor: 60, perAddress: 600 };

/**
 * What the snippet in the tenant's pages talks to, to be mounted at `/in-app/v1`. The public token says which tenant;
 * the visitor is a person whom the tenant's server vouches for, or an anonymous session. Nobody sees or touches what
 * is another visitor's: it does not exist for them.
 */
export function createInAppApi(deps: InAppApiDeps): Router {
  const router = Router({ caseSensitive: true });
  const limits = { ...LIMITS, ...deps.limits };
  const perAddress = createLimiter(
    { name: "in-app-address", requests: limits.perAddress, windowS: 60 },
    deps.clock,
  );
  const perVisitor = createLimiter({ name: "in-app", requests: limits.perVisitor, windowS: 60 }, deps.clock);
  const enter = (request: Request, response: Response) => admit(deps, perVisitor, request, response);

  router.use((request, response, next) => {
    response.set({ "cache-control": "no-store", "cross-origin-resource-policy": "cross-origin" });
    if (request.method === "OPTIONS") return preflight(response);
    response.set(perAddress.take(request.ip ?? "unknown"));
    next();
  });
  router.get("/messages", async (request, response) => {
    const { tenant, visitor } = await enter(request, response);
    const messages = await deps.outbox.fetch(tenant, visitor);
    response.json({ messages: messages.map(wireOf) });
  });
  router.post(
    "/messages/:id/:action",
    express.json({ limit: "4kb", type: () => true }),
    async (request, response) => {
      const admitted = await enter(request, response);
      await act(deps, admitted, request);
      response.status(204).end();
    },
  );
  router.all("/messages", (request) => {
    throw methodNotAllowed(request.method, ["GET"]);
  });
  router.use(() => {
    throw notFound("Nothing lives at this address; docs/in-app.md lists what does.");
  });
  router.use(problemHandler(deps.log));
  return router;
}

interface Admitted {
  readonly tenant: string;
  readonly visitor: Visitor;
}

/** Which tenant, which page, who, how often: in this order. */
async function admit(
  deps: InAppApiDeps,
  limiter: Limiter,
  request: Request,
  response: Response,
): Promise<Admitted> {
  const token = await authenticate(request.get("authorization"), deps.tokens, deps.clock.now());
  const tenant = tenantOf(token);
  allowOrigin(request, response, await deps.origins(tenant));
  const headers = { identity: request.get("forestall-identity"), session: request.get("forestall-session") };
  const visitor = await visitorOf(headers, await deps.identitySecrets(tenant), deps.clock);
  response.set(limiter.take(JSON.stringify([tenant, visitor])));
  return { tenant, visitor };
}

/** Only the public token: any other in a page would be in everybody's hands. */
function tenantOf({ role, tenant }: TokenRow): string {
  if (role === "public") return tenant;
  throw unauthorized(
    "Pages use the public token; keep this one on your server, and revoke it if a page has it.",
  );
}

async function act(deps: InAppApiDeps, { tenant, visitor }: Admitted, request: Request): Promise<void> {
  const name = String(request.params.action);
  const action = Object.hasOwn(IN_APP_ACTIONS, name) ? IN_APP_ACTIONS[name] : undefined;
  const row = await deps.outbox.find(tenant, visitor, String(request.params.id));
  const allowed = visitor.person !== undefined || action?.anonymous === true;
  if (action === undefined || row === null || !allowed)
    throw notFound("There is no such message, or nothing like that to say about it.");
  const body = action.body.safeParse(request.body);
  if (!body.success) throw invalidPart("body", body.error);
  await carryOut(deps, tenant, row, action.say(row, body.data, deps.clock.now()));
}

async function carryOut(
  { actions, pipeline, clock }: InAppApiDeps,
  tenant: string,
  { id, unit, person }: Delivery,
  said: InAppSaying,
): Promise<void> {
  const reason = `in the product, at message ${id}`;
  const by = { actor: "customer", role: "customer", reason, token: null } as const;
  if ("receipt" in said) {
    const control = { kind: "receipt", delivery: id, receipt: said.receipt, at: clock.now() } as const;
    await pipeline.control(tenant, { unit }, control);
  } else if ("feedback" in said) {
    await actions.run(giveFeedback, { tenant, params: said.feedback, by });
  } else {
    const params = { person: person ?? "", change: said.change };
    await actions.run(changePreferences, { tenant, params, by });
  }
}

/** Texts and addresses as the templates made them; the snippet sets them as text. */
function wireOf({ delivery, rendered }: InAppMessage) {
  const { kind: _kind, ...content } = rendered;
  return { ...content, id: delivery.id, at: new Date(delivery.createdAt).toISOString() };
}
