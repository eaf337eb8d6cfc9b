import type { Integration, Source } from "../integrations/contract.ts";
import { PlainError } from "../lib/errors.ts";
import { randomToken } from "../lib/ids.ts";
import { plainIssues } from "../lib/plain-issues.ts";
import { redactFields } from "../lib/redact.ts";
import type { SourceRow } from "../store/contract.ts";
import { audit } from "./audit.ts";
import type { By, ConnectedSource, SourceView } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";
import { ZENDESK_APP } from "./zendesk.ts";

/** The source that the address without an id belongs to. */
export const DEFAULT_SOURCE = "default";
const SOURCE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What systems the tenant may connect, and as what: a webhook of its own, or the receipts of a channel. */
interface Connectable {
  readonly integration: Integration;
  readonly source: Source;
  readonly receipts: boolean;
}

export interface SourceWish {
  readonly system: string;
  readonly id?: string | undefined;
  readonly secrets?: readonly string[] | undefined;
  readonly settings?: { readonly [name: string]: unknown } | undefined;
}

export async function addSource(
  deps: AdminDeps,
  tenant: string,
  wish: SourceWish,
  by: By,
): Promise<ConnectedSource> {
  tenantOf(deps, tenant);
  const { system, id = DEFAULT_SOURCE } = wish;
  const found = connectable(deps, system);
  if (!SOURCE_ID.test(id)) {
    throw new PlainError(`"${id}" cannot be a source's id: write 1 to 64 letters, digits, dots and hyphens.`);
  }
  if ((await find(deps, tenant, system, id)) !== undefined) {
    throw new PlainError(
      `${tenant} has a source ${nameOf(system, id)} already; give another --id, or \`source rotate\` its secret.`,
    );
  }
  const settings = settingsOf(found, wish.settings ?? {});
  const { secrets, made } = firstSecrets(found, wish.secrets ?? []);
  const row = { tenant, system, id, settings, secrets, createdAt: deps.now(), lastReceivedAt: null };
  await save(deps, row, by, "source.add");
  return connected(deps, row, made);
}

export async function listSources(deps: AdminDeps, tenant?: string): Promise<readonly SourceView[]> {
  if (tenant !== undefined) tenantOf(deps, tenant);
  const rows = (await deps.store.sources(tenant)).filter(({ system }) => system !== ZENDESK_APP);
  return rows.map((row) => viewOf(deps, row));
}

/** How many secrets count at once: enough for one change after the other, not for a heap of forgotten ones. */
const MOST_SECRETS = 2;

export async function rotateSource(
  deps: AdminDeps,
  tenant: string,
  wish: {
    readonly system: string;
    readonly id?: string | undefined;
    readonly secret?: string | undefined;
    readonly finish?: boolean | undefined;
  },
  by: By,
): Promise<ConnectedSource> {
  const before = await existing(deps, tenant, wish);
  if (wish.finish === true) {
    const row = { ...before, secrets: before.secrets.slice(-1) };
    await save(deps, row, by, "source.rotate.finish");
    return connected(deps, row, null);
  }
  const found = connectable(deps, wish.system);
  if (wish.secret === undefined && isTheirs(found)) throw new PlainError(giveTheSecret(found));
  const next = checked(wish.secret ?? randomToken("fst_source"));
  // Whichever was newest stays beside the new one, until the other system uses that.
  const secrets = [...before.secrets.filter((each) => each !== next), next].slice(-MOST_SECRETS);
  const row = { ...before, secrets };
  await save(deps, row, by, "source.rotate");
  return connected(deps, row, wish.secret === undefined ? next : null);
}

/** Changes settings of a source; those that are not named stay. */
export async function changeSource(
  deps: AdminDeps,
  tenant: string,
  wish: {
    readonly system: string;
    readonly id?: string | undefined;
    readonly settings: { readonly [name: string]: unknown };
  },
  by: By,
): Promise<SourceView> {
  const before = await existing(deps, tenant, wish);
  const settings = settingsOf(connectable(deps, wish.system), { ...before.settings, ...wish.settings });
  const row = { ...before, settings };
  await save(deps, row, by, "source.change");
  return viewOf(deps, row);
}

export async function removeSource(
  deps: AdminDeps,
  tenant: string,
  wish: { readonly system: string; readonly id?: string | undefined },
  by: By,
): Promise<void> {
  const { system, id } = await existing(deps, tenant, wish);
  await audit(deps, tenant, by, { action: "source.remove", subject: `source/${system}/${id}` });
  await deps.store.removeSource(tenant, system, id);
  await deps.changed?.("sources");
}

/** Where the other system sends to. */
export function urlOf(
  deps: Pick<AdminDeps, "config" | "integrations" | "ownUrl">,
  { tenant, system, id }: Pick<SourceRow, "tenant" | "system" | "id">,
): string {
  const { publicUrl, host, port } = deps.config;
  const base = publicUrl ?? deps.ownUrl?.() ?? `http://${host}:${port}`;
  const integration = deps.integrations.find((each) => each.id === system);
  if (integration?.source === undefined) return `${base}/receipts/${tenant}/${system}`;
  return `${base}/webhooks/${tenant}/${system}${id === DEFAULT_SOURCE ? "" : `/${id}`}`;
}

function connectable({ integrations }: Pick<AdminDeps, "integrations">, system: string): Connectable {
  const integration = integrations.find(({ id }) => id === system);
  const source = integration?.source ?? integration?.channel?.receipts;
  if (integration === undefined || source === undefined) {
    const names = integrations.filter((each) => each.source ?? each.channel?.receipts).map(({ id }) => id);
    throw new PlainError(`Nothing comes in from "${system}"; write one of ${names.sort().join(", ")}.`);
  }
  return { integration, source, receipts: integration.source === undefined };
}

/** The settings of a system that only sends receipts are those of its channel. */
function settingsOf({ integration, receipts }: Connectable, given: object): SourceRow["settings"] {
  if (receipts) {
    if (Object.keys(given).length === 0) return {};
    throw new PlainError(
      `Set this where the channel is connected: \`forestall channel add ${integration.id}\`.`,
    );
  }
  const read = integration.settings.safeParse(given);
  if (!read.success)
    throw new PlainError(`${integration.title} cannot use this: ${plainIssues(read.error)}.`);
  return read.data as SourceRow["settings"];
}

function firstSecrets(
  found: Connectable,
  given: readonly string[],
): { secrets: string[]; made: string | null } {
  if (given.length > MOST_SECRETS) throw new PlainError(`Give at most ${MOST_SECRETS} secrets.`);
  if (given.length > 0) return { secrets: given.map(checked), made: null };
  if (isTheirs(found)) return { secrets: [], made: null };
  const made = randomToken("fst_source");
  return { secrets: [made], made };
}

/** A short one could be guessed, and one with a blank at the end was pasted badly. */
function checked(secret: string): string {
  if (secret.length >= 8 && secret.length <= 2_000 && secret === secret.trim()) return secret;
  throw new PlainError("This cannot be the secret: it has fewer than 8 characters, or blanks around it.");
}

const isTheirs = ({ source }: Connectable) => source.secret?.madeBy === "vendor";

function giveTheSecret({ integration, source }: Connectable): string {
  return `${integration.title} makes the secret: give it with --secret. You find it there: ${source.secret?.where ?? "where the webhook is set up"}.`;
}

function connected(deps: AdminDeps, row: SourceRow, secret: string | null): ConnectedSource {
  const found = connectable(deps, row.system);
  const view = viewOf(deps, row);
  const { title } = found.integration;
  const where = found.source.secret?.where ?? "where the webhook is set up";
  const todo = [`Give ${title} this address to send to: ${view.url}`];
  if (secret !== null) todo.push(`Enter the secret there: ${where}.`);
  if (isPublished(found.source, row)) todo.push(warnOfPublished(found, row));
  if (row.secrets.length === 0) {
    const again = `forestall source rotate ${row.system} --tenant ${row.tenant} --secret ...`;
    todo.push(`Nothing is accepted until the secret is known (${where}): \`${again}\`.`);
  }
  return { ...view, secret, todo };
}

/** One of its secrets stands in the vendor's documentation, for trying out. */
export function isPublished({ secret }: Source, { secrets }: Pick<SourceRow, "secrets">): boolean {
  return secrets.some((each) => secret?.published?.includes(each) === true);
}

function warnOfPublished({ integration, source }: Connectable, { system, tenant }: SourceRow): string {
  const where = source.secret?.where ?? "where the webhook is set up";
  return `Warning: this secret is published by ${integration.title} for trying out, so anybody could sign with it, and nothing signed with it is taken. Give the real one (${where}): \`forestall source rotate ${system} --tenant ${tenant} --secret ...\`.`;
}

function viewOf(deps: Pick<AdminDeps, "config" | "integrations" | "ownUrl">, row: SourceRow): SourceView {
  const { tenant, system, id, createdAt, lastReceivedAt } = row;
  const settings = redactFields(row.settings) as SourceView["settings"];
  return {
    tenant,
    system,
    id,
    url: urlOf(deps, row),
    secrets: row.secrets.length,
    settings,
    createdAt,
    lastReceivedAt,
  };
}

async function save(deps: AdminDeps, row: SourceRow, by: By, action: string): Promise<void> {
  const { system, id, secrets } = row;
  await audit(deps, row.tenant, by, {
    action,
    subject: `source/${system}/${id}`,
    detail: { secrets: secrets.length },
  });
  await deps.store.saveSource(row);
  await deps.changed?.("sources");
}

async function find(
  deps: AdminDeps,
  tenant: string,
  system: string,
  id: string,
): Promise<SourceRow | undefined> {
  if (system === ZENDESK_APP) return undefined;
  return (await deps.store.sources(tenant)).find((row) => row.system === system && row.id === id);
}

async function existing(
  deps: AdminDeps,
  tenant: string,
  { system, id = DEFAULT_SOURCE }: { readonly system: string; readonly id?: string | undefined },
): Promise<SourceRow> {
  tenantOf(deps, tenant);
  const row = await find(deps, tenant, system, id);
  if (row !== undefined) return row;
  throw new PlainError(
    `${tenant} has no source ${nameOf(system, id)}; \`forestall source list --tenant ${tenant}\` shows them.`,
  );
}

const nameOf = (system: string, id: string) => (id === DEFAULT_SOURCE ? system : `${system}/${id}`);
