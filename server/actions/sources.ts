import { z } from "zod";
import type { Integration, Source } from "../integrations/contract.ts";
import { plainIssues } from "../lib/plain-issues.ts";
import { redactFields } from "../lib/redact.ts";
import type { SourceRow } from "../store/contract.ts";
import type { Act, ActionContext } from "./contract.ts";
import { invalid, notFound } from "./refusal.ts";
import { tenantOf } from "./tenant.ts";
import { ZENDESK_APP } from "./zendesk.ts";

/** The source that the address without an id belongs to. */
const DEFAULT_SOURCE = "default";

export const fields = z.record(z.string(), z.unknown());
export const oneSource = z.strictObject({
  system: z.string().min(1),
  id: z.string().default(DEFAULT_SOURCE),
});
export type OneSource = z.output<typeof oneSource>;

export const sourceSubject = ({ system, id }: OneSource) => `source/${system}/${id}`;

export interface SourceView {
  readonly tenant: string;
  readonly system: string;
  readonly id: string;
  /** What the other system sends to. */
  readonly url: string;
  /** How many secrets count: two while they are rotated, none when the vendor's is still to be given. */
  readonly secrets: number;
  readonly settings: { readonly [name: string]: unknown };
  readonly createdAt: number;
  readonly lastReceivedAt: number | null;
}
export interface ConnectedSource extends SourceView {
  /** A secret that was made here, to be entered in the other system; shown once. Null when theirs was given. */
  readonly secret: string | null;
  readonly todo: readonly string[];
}

/** What systems the tenant may connect, and as what: a webhook of its own, or the receipts of a channel. */
export interface Connectable {
  readonly integration: Integration;
  readonly source: Source;
  readonly receipts: boolean;
}

type SourceDeps = Pick<ActionContext, "config" | "integrations" | "ownUrl">;
type Kept = Pick<ActionContext, "store" | "pipeline">;

/** How many secrets count at once: enough for one change after the other, not for a heap of forgotten ones. */
export const MOST_SECRETS = 2;

/** Where the other system sends to. */
export function urlOf(
  deps: SourceDeps,
  { tenant, system, id }: Pick<SourceRow, "tenant" | "system" | "id">,
): string {
  const { publicUrl, host, port } = deps.config;
  const base = publicUrl ?? deps.ownUrl?.() ?? `http://${host}:${port}`;
  const integration = deps.integrations.find((each) => each.id === system);
  if (integration?.source === undefined) return `${base}/receipts/${tenant}/${system}`;
  return `${base}/webhooks/${tenant}/${system}${id === DEFAULT_SOURCE ? "" : `/${id}`}`;
}

export function connectable(
  { integrations }: Pick<ActionContext, "integrations">,
  system: string,
): Connectable {
  const integration = integrations.find(({ id }) => id === system);
  const source = integration?.source ?? integration?.channel?.receipts;
  if (integration === undefined || source === undefined) {
    const names = integrations.filter((each) => each.source ?? each.channel?.receipts).map(({ id }) => id);
    throw invalid(`Nothing comes in from "${system}"; write one of ${names.sort().join(", ")}.`);
  }
  return { integration, source, receipts: integration.source === undefined };
}

/** The settings of a system that only sends receipts are those of its channel. */
export function settingsOf({ integration, receipts }: Connectable, given: object): SourceRow["settings"] {
  if (receipts) {
    if (Object.keys(given).length === 0) return {};
    throw invalid(`Set this where the channel is connected: \`forestall channel add ${integration.id}\`.`);
  }
  const read = integration.settings.safeParse(given);
  if (!read.success) throw invalid(`${integration.title} cannot use this: ${plainIssues(read.error)}.`);
  return read.data as SourceRow["settings"];
}

/** A short one could be guessed, and one with a blank at the end was pasted badly. */
export function checked(secret: string): string {
  if (secret.length >= 8 && secret.length <= 2_000 && secret === secret.trim()) return secret;
  throw invalid("This cannot be the secret: it has fewer than 8 characters, or blanks around it.");
}

export const isTheirs = ({ source }: Connectable) => source.secret?.madeBy === "vendor";

export function giveTheSecret({ integration, source }: Connectable): string {
  return `${integration.title} makes the secret: give it with --secret. You find it there: ${source.secret?.where ?? "where the webhook is set up"}.`;
}

export function connected(deps: SourceDeps, row: SourceRow, secret: string | null): ConnectedSource {
  const found = connectable(deps, row.system);
  const view = sourceView(deps, row);
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

export function sourceView(deps: SourceDeps, row: SourceRow): SourceView {
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

/** The source with its audit row, then whoever has it in memory. */
export async function keep(
  { changed }: ActionContext,
  act: Act,
  row: SourceRow,
  action: string,
): Promise<void> {
  await act.note({ action, detail: { secrets: row.secrets.length } }, [{ kind: "source", row }]);
  await changed?.("sources");
}

export async function find(
  { store }: Kept,
  tenant: string,
  system: string,
  id: string,
): Promise<SourceRow | undefined> {
  if (system === ZENDESK_APP) return undefined;
  return (await store.sources(tenant)).find((row) => row.system === system && row.id === id);
}

export async function existing(deps: Kept, tenant: string, { system, id }: OneSource): Promise<SourceRow> {
  tenantOf(deps, tenant);
  const row = await find(deps, tenant, system, id);
  if (row !== undefined) return row;
  throw notFound(
    `${tenant} has no source ${nameOf(system, id)}; \`forestall source list --tenant ${tenant}\` shows them.`,
  );
}

export const nameOf = (system: string, id: string) => (id === DEFAULT_SOURCE ? system : `${system}/${id}`);
