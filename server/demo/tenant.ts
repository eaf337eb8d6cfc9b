import { randomBytes } from "node:crypto";
import { changeSettings } from "../actions/change-settings.ts";
import { connectSource } from "../actions/connect-source.ts";
import type { By } from "../actions/contract.ts";
import { createTenant } from "../actions/create-tenant.ts";
import { createToken } from "../actions/create-token.ts";
import { goLive as goLiveAction } from "../actions/go-live.ts";
import { revokeToken } from "../actions/revoke-token.ts";
import { takeLibrary } from "../actions/take-library.ts";
import type { App } from "../app/parts.ts";
import type { Pattern } from "../core/pattern.ts";
import type { Messages } from "../messages/render.ts";

export const DEMO_TENANT = "larkstand";

/** Everything with which the simulated customers and vendors prove who they are. */
export interface DemoKeys {
  readonly write: string;
  readonly public: string;
  readonly identitySecret: string;
  readonly secrets: { readonly [system in DemoSystem]: string };
}
const SYSTEMS = ["sentry", "stripe", "zendesk", "twilio"] as const;
export type DemoSystem = (typeof SYSTEMS)[number];

const by: By = { actor: "system:demo", role: "operator", reason: "the demo", token: null };
const FOR_DEMO = { tenant: DEMO_TENANT, by };
const LABEL = "demo";

/**
 * The simulated tenant, made at the first start: with every link and owner, email and SMS in preview. Tokens are made anew at each start, since those of the last one are known to nobody any more.
 */
export async function prepareTenant(app: App): Promise<DemoKeys> {
  const known = await app.store.tenants();
  if (!known.some(({ id }) => id === DEMO_TENANT)) {
    const params = { name: "Larkstand", timeZone: "Europe/Berlin" };
    await app.actions.run(createTenant, { ...FOR_DEMO, params });
  }
  await app.actions.run(takeLibrary, { ...FOR_DEMO, params: {} });
  const patch = settingsOf(app.messages, app.library.patterns);
  await app.actions.run(changeSettings, { ...FOR_DEMO, params: { patch } });
  await app.refreshReadiness(DEMO_TENANT);
  const secrets = await connect(app);
  const tenant = (await app.store.tenants()).find(({ id }) => id === DEMO_TENANT);
  const tokens = await freshTokens(app);
  return { ...tokens, identitySecret: tenant?.identitySecret ?? "", secrets };
}

/** Messages go out from now on: history was brought in first, as a real tenant would do it. */
export async function goLive(app: App): Promise<void> {
  if (app.pipeline.tenant(DEMO_TENANT)?.rollout.all === true) return;
  await app.actions.run(goLiveAction, { ...FOR_DEMO, params: { all: true } });
}

async function freshTokens(app: App): Promise<Pick<DemoKeys, "write" | "public">> {
  for (const { id, label, revokedAt } of await app.reads.tokens(DEMO_TENANT)) {
    if (label !== LABEL || revokedAt !== null) continue;
    await app.actions.run(revokeToken, { ...FOR_DEMO, params: { id } });
  }
  const make = async (role: "write" | "public") =>
    (await app.actions.run(createToken, { ...FOR_DEMO, params: { role, label: LABEL } })).result.token;
  return { write: await make("write"), public: await make("public") };
}

/** A real secret per system, as its vendor would have made it; those of an earlier start stay. */
async function connect(app: App): Promise<DemoKeys["secrets"]> {
  const rows = await app.store.sources(DEMO_TENANT);
  const found: { [system: string]: string } = {};
  for (const system of SYSTEMS) {
    const known = rows.find((row) => row.system === system)?.secrets[0];
    const secret = known ?? `demo_${randomBytes(24).toString("hex")}`;
    if (known === undefined) {
      await app.actions.run(connectSource, { ...FOR_DEMO, params: { system, secrets: [secret] } });
    }
    found[system] = secret;
  }
  return found as DemoKeys["secrets"];
}

/** An invented product with everything that messages need; links lead nowhere, as nobody has to go there. */
function settingsOf(messages: Messages, patterns: readonly Pattern[]) {
  const links = [...messages.templates.values()].flatMap((template) => template.links);
  const site = "https://larkstand.example.com";
  const roles = [...new Set(["default", "review", ...patterns.map(({ owner }) => owner.role)])];
  return {
    name: "Larkstand",
    timeZone: "Europe/Berlin",
    product: {
      name: "Larkstand",
      senderName: "Larkstand Help",
      senderEmail: "help@larkstand.example.com",
      supportEmail: "support@larkstand.example.com",
      supportUrl: `${site}/support`,
      color: "#1d5c4d",
    },
    links: Object.fromEntries([...new Set(links)].map((key) => [key, `${site}/help/${key.toLowerCase()}`])),
    owners: Object.fromEntries(roles.map((role) => [role, `${role}@larkstand.example.com`])),
    categories: categoriesOf(patterns),
    // The demo tells in a minute what takes hours elsewhere, and an incident has to be over while somebody looks on.
    incident: { within: "2m", quietEnd: "1m" },
  };
}

/** Ticket categories as the patterns name them; the first pattern to name one decides. */
function categoriesOf(patterns: readonly Pattern[]): { readonly [category: string]: string } {
  const map: { [category: string]: string } = {};
  for (const { categories, issue } of patterns) {
    if (issue === "journey" || issue === "sentiment") continue;
    for (const category of categories) map[category] ??= issue;
  }
  return map;
}
