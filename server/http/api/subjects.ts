import { z } from "zod";
import { type FoundPerson, findPerson, personOf } from "../../actions/person.ts";
import type { Ref } from "../../core/event.ts";
import { known } from "../../lib/foreign.ts";
import { companyDomain } from "../../lib/free-mail.ts";
import { invalid, notFound } from "../problem.ts";
import type * as wire from "../wire.ts";
import { contextOf } from "./context/index.ts";
import type { ApiDeps } from "./deps.ts";
import * as replies from "./replies.ts";
import {
  accountOf,
  accountRisk,
  type FoundAccount,
  findAccount,
  headlineOf,
  personRisk,
  tenantOf,
} from "./risk.ts";
import { type Call, type Route, route } from "./route.ts";
import { identity, idText, isoTime } from "./schemas.ts";

const READERS = ["agent", "ops", "admin"] as const;
const identityQuery = z.strictObject(identity);
const ticket = {
  ticket: idText.optional().meta({ description: "Number of the ticket on the screen" }),
  ticketAt: isoTime.optional().meta({ description: "When it was opened, where the asker knows" }),
};
const contextQuery = z.strictObject({ ...identity, ...ticket });

/** Who is at risk: persons, accounts, the requester of a ticket. */
export function subjectRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/persons/:id/risk",
      summary: "A person's risk score now, with every contribution to check it by hand",
      roles: READERS,
      query: identityQuery,
      body: null,
      reply: replies.risk,
      async handle(call) {
        const tenant = tenantOf(deps, call.tenant);
        const id = await resolveId(deps, call, "person");
        const body = await personRisk(deps, tenant, await personOf(deps, tenant.id, id), call.now);
        return { body, ...(body.revision === null ? {} : { revision: body.revision }) };
      },
    }),
    route({
      method: "get",
      path: "/accounts/:id/risk",
      summary: "An account's risk score now, with every contribution to check it by hand",
      roles: READERS,
      query: identityQuery,
      body: null,
      reply: replies.risk,
      async handle(call) {
        const tenant = tenantOf(deps, call.tenant);
        const id = await resolveId(deps, call, "account");
        return { body: await accountRisk(deps, tenant, await accountOf(deps, tenant.id, id), call.now) };
      },
    }),
    route({
      method: "get",
      path: "/persons/:id/context",
      summary: "The person, their account, the risk of both, and what helps to act",
      roles: READERS,
      query: contextQuery,
      body: null,
      reply: replies.requester,
      async handle(call) {
        const id = await resolveId(deps, call, "person");
        const person = await personOf(deps, call.tenant, id);
        const account = await accountBehind(deps, call.tenant, person);
        return { body: await requesterBody(deps, call, { person, account, matchedBy: null }) };
      },
    }),
    route({
      method: "get",
      path: "/accounts/:id/context",
      summary: "The account, its risk, and what helps to act",
      roles: READERS,
      query: contextQuery,
      body: null,
      reply: replies.requester,
      async handle(call) {
        const id = await resolveId(deps, call, "account");
        const account = await accountOf(deps, call.tenant, id);
        return { body: await requesterBody(deps, call, { person: null, account, matchedBy: null }) };
      },
    }),
    requesterRoute(deps),
  ];
}

function requesterRoute(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/requesters",
    summary: "The person behind a ticket, their account, and the risk of both",
    roles: READERS,
    query: z
      .strictObject({
        email: z.string().trim().max(320).optional().meta({ description: "Their address" }),
        externalId: idText.optional().meta({ description: "Your own id of the person" }),
        zendeskId: z
          .string()
          .regex(/^\d{1,20}$/, "must be the number of a Zendesk user")
          .optional()
          .meta({ description: "Number of the Zendesk user" }),
        ...ticket,
      })
      .refine(({ email, externalId, zendeskId }) => [email, externalId, zendeskId].some(Boolean), {
        error: "give at least one of email, externalId and zendeskId",
      }),
    body: null,
    reply: replies.requester,
    async handle(call) {
      const found = await findRequester(deps, call.tenant, known(call.query));
      return { body: await requesterBody(deps, call, found) };
    },
  });
}

interface Requester {
  readonly person: FoundPerson | null;
  readonly account: FoundAccount | null;
  readonly matchedBy: wire.RequesterBody["matchedBy"];
}

interface Names {
  readonly email?: string;
  readonly externalId?: string;
  readonly zendeskId?: string;
}

interface Way {
  readonly matchedBy: "zendeskId" | "externalId" | "email";
  readonly ref: Ref;
}

/**
 * The number of the Zendesk user first: it never changes, and what an agent linked hangs on it. Then the id that the
 * tenant's own systems gave Zendesk, which people there may edit; then the address, which may be shared. Whoever is
 * known by a ticket alone counts where no name leads to a person of the tenant's; the mail domain comes last, and
 * leads to the account only.
 */
async function findRequester(deps: ApiDeps, tenant: string, names: Names): Promise<Requester> {
  const domain = companyDomain(names.email ?? "");
  const ways = waysOf(names);
  const refs = ways.map(({ ref }) => ref);
  const known = await deps.store.identify(
    tenant,
    domain === null ? refs : [...refs, { namespace: "domain", value: domain }],
  );
  let standIn: Omit<Requester, "account"> | null = null;
  for (const [i, { matchedBy, ref }] of ways.entries()) {
    const id = personNamed(known[i] ?? null, ref);
    const person = id === null ? null : await findPerson(deps, tenant, id);
    if (person === null) continue;
    const isStandIn = ref.namespace !== "native" && person.state.id.startsWith(`${ref.namespace}:`);
    if (isStandIn) standIn ??= { person, matchedBy };
    else return { person, account: await accountBehind(deps, tenant, person), matchedBy };
  }
  const own = standIn?.person == null ? null : await accountBehind(deps, tenant, standIn.person);
  const behind = known[ways.length];
  const account = own ?? (behind?.kind === "account" ? await findAccount(deps, tenant, behind.id) : null);
  return {
    person: standIn?.person ?? null,
    account,
    matchedBy: standIn?.matchedBy ?? (account === null ? null : "domain"),
  };
}

function waysOf({ zendeskId = "", externalId = "", email = "" }: Names): readonly Way[] {
  const all: readonly Way[] = [
    { matchedBy: "zendeskId", ref: { namespace: "zendesk", value: zendeskId } },
    { matchedBy: "externalId", ref: { namespace: "native", value: externalId } },
    { matchedBy: "email", ref: { namespace: "email", value: email.toLowerCase() } },
  ];
  return all.filter(({ ref }) => ref.value !== "");
}

/** A native id need not have been recorded as a name: it is the id itself. */
function personNamed(known: { readonly kind: string; readonly id: string } | null, ref: Ref): string | null {
  if (known?.kind === "person") return known.id;
  return ref.namespace === "native" ? ref.value : null;
}

/** The newest account they are in. */
async function accountBehind(
  deps: ApiDeps,
  tenant: string,
  person: FoundPerson,
): Promise<FoundAccount | null> {
  const unit = person.units.find(({ account }) => account !== null);
  return unit?.account === undefined || unit.account === null
    ? null
    : findAccount(deps, tenant, unit.account.id);
}

type ContextCall = Call<
  { readonly ticket?: string | undefined; readonly ticketAt?: number | undefined },
  unknown
>;

async function requesterBody(
  deps: ApiDeps,
  call: ContextCall,
  { person, account, matchedBy }: Requester,
): Promise<wire.RequesterBody> {
  const tenant = tenantOf(deps, call.tenant);
  const personal = person === null ? null : await personRisk(deps, tenant, person, call.now);
  const accounts = account === null ? null : await accountRisk(deps, tenant, account, call.now);
  const { ticket = null, ticketAt = null } = call.query;
  const about = { deps, tenant, person, account, ticket, ticketAt, now: call.now };
  return {
    person: person === null ? null : { ...pickPerson(person) },
    account: account === null ? null : pickAccount(account),
    matchedBy,
    personRisk: personal,
    accountRisk: accounts,
    headline: higher(personal, accounts),
    context: await contextOf(about, [personal, accounts]),
  };
}

function pickPerson({ state }: FoundPerson): NonNullable<wire.RequesterBody["person"]> {
  return { id: state.id, locale: state.locale, roles: state.roles };
}
function pickAccount({ state }: FoundAccount): NonNullable<wire.RequesterBody["account"]> {
  const { id, name, plan, segment, owner } = state;
  return { id, name, plan, segment, owner };
}

/** The higher of the two numbers, which are never mixed; the person's on a tie, as that is who asks. */
function higher(person: wire.RiskBody | null, account: wire.RiskBody | null): string {
  if (person === null && account === null) return "Nothing is known about this requester.";
  const [first] = [person, account]
    .filter((risk) => risk !== null)
    .toSorted((a, b) => b.unrounded - a.unrounded);
  return first?.headline ?? headlineOf({ kind: "person", id: "", name: null }, 0, "normal", undefined);
}

/**
 * The native id a call is about: the one in its path, or the one another system's id stands for.
 * @throws Problem 400 when both were given, 404 when the identity is not known
 */
export async function resolveId(
  deps: ApiDeps,
  call: Call<{ readonly identity?: string | undefined }, unknown>,
  kind: "person" | "account",
): Promise<string> {
  const name = call.query.identity;
  if (name === undefined) return call.id;
  const colon = name.indexOf(":");
  const [namespace, value] = [name.slice(0, colon), name.slice(colon + 1)];
  if (call.id !== "-" && call.id !== value) {
    throw invalid("Give an id in the path or an `identity`, not both; write `-` for the id in the path.");
  }
  const [known] = await deps.store.identify(call.tenant, [{ namespace, value }]);
  if (known === undefined || known === null || known.kind !== kind) {
    throw notFound(`No ${kind} is known by this identity.`);
  }
  return known.id;
}
