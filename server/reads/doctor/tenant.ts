import type { Finding } from "../../actions/contract.ts";
import { isPublished } from "../../actions/sources.ts";
import { isDryRun } from "../../actions/tenant.ts";
import { ZENDESK_APP } from "../../actions/zendesk.ts";
import type { Channel, Pattern } from "../../core/pattern.ts";
import { MATRIX } from "../../core/policy/ladder.ts";
import { kindOf, type TenantState } from "../../core/tenant.ts";
import type { ChannelRow, SourceRow } from "../../store/contract.ts";
import type { ReadDeps } from "../lists.ts";

const LISTED = 8;

/** What is missing before a tenant can help its customers, and what it may not have noticed. */
export async function examineTenant(deps: ReadDeps, tenant: TenantState): Promise<readonly Finding[]> {
  const patterns = acting(tenant);
  return [
    ...owners(tenant, patterns),
    ...library(deps, tenant),
    ...templates(tenant, patterns),
    ...channels(deps, tenant, patterns),
    ...(await sources(deps, tenant)),
    ...(await unknownTypes(deps, tenant)),
    ...(await deadLetters(deps, tenant)),
    ...switches(tenant),
    rollout(tenant),
  ];
}

function acting({ library, switches: { patterns: off } }: TenantState): readonly Pattern[] {
  return library.patterns.filter(
    ({ id, status, logOnly }) => status !== "paused" && !logOnly && !off.includes(id),
  );
}

const finder =
  ({ id }: TenantState) =>
  (level: Finding["level"], what: string, todo: string | null = null): Finding => ({
    level,
    tenant: id,
    what,
    todo,
  });

function owners(tenant: TenantState, patterns: readonly Pattern[]): readonly Finding[] {
  const find = finder(tenant);
  const { owners: named } = tenant.settings;
  const set = (role: string) =>
    `\`forestall tenant settings ${tenant.id} --set owners.${role}=somebody@example.com\``;
  if (named.default === undefined) {
    return [find("problem", "nobody owns alerts: what needs a person would reach no one", set("default"))];
  }
  const missing = [...new Set(patterns.map(({ owner }) => owner.role))].filter(
    (role) => named[role] === undefined,
  );
  if (missing.length === 0) return [find("ok", "every alert has an owner")];
  const roles = missing.sort().join(", ");
  return [
    find("warning", `alerts for ${roles} go to the default owner`, `Name them: ${set(missing[0] ?? "")}`),
  ];
}

function library(deps: Pick<ReadDeps, "library">, tenant: TenantState): readonly Finding[] {
  const { version } = tenant.library;
  const shipped = deps.library.version;
  if (version === shipped) return [];
  return [
    finder(tenant)(
      "warning",
      `pattern library ${version}; this version of Forestall comes with ${shipped}`,
      `\`forestall patterns take --tenant ${tenant.id}\``,
    ),
  ];
}

/** The messages a pattern may send, besides those to our own people. */
function messagesOf(pattern: Pattern): readonly Channel[] {
  if (pattern.alertOnly) return [];
  const listed = pattern.channels ?? MATRIX[pattern.issue].messages;
  return listed.filter((channel) => kindOf(channel) !== "human");
}

/** Patterns that share a cause are told together: one missing link may keep several from helping. */
function templates(tenant: TenantState, patterns: readonly Pattern[]): readonly Finding[] {
  const find = finder(tenant);
  const byReason = new Map<string, Set<string>>();
  for (const pattern of patterns) {
    for (const channel of messagesOf(pattern)) {
      const reason = tenant.notReady.get(`${pattern.message}|${channel}`);
      if (reason === undefined || tenant.channels[kindOf(channel)] === "off") continue;
      const ids = byReason.get(reason) ?? new Set<string>();
      byReason.set(reason, ids.add(pattern.id));
    }
  }
  if (byReason.size === 0) return [find("ok", "every message can be rendered")];
  return [...byReason].map(([reason, ids]) => {
    const list = some([...ids]);
    return find("warning", `${list} cannot send: ${reason}`, remedyOf(tenant.id, reason));
  });
}

function remedyOf(tenant: string, reason: string): string {
  const link = /links\.(\S+)/.exec(reason)?.[1];
  const settings = [
    ...(reason.includes("product's name") ? ["product.name=..."] : []),
    ...(link === undefined ? [] : [`links.${link}=https://...`]),
    ...(reason.includes("supportEmail") ? ["product.supportEmail=..."] : []),
  ];
  const set = settings.map((setting) => ` --set ${setting}`).join("");
  return `\`forestall tenant settings ${tenant}${set}\``;
}

const PROVIDERS = { email: "sendgrid", sms: "twilio" } as const;
type Provided = keyof typeof PROVIDERS;

function channels(
  { config }: Pick<ReadDeps, "config">,
  tenant: TenantState,
  patterns: readonly Pattern[],
): readonly Finding[] {
  const find = finder(tenant);
  const used = new Set(patterns.flatMap(messagesOf).map(kindOf));
  const live = (["email", "sms"] as const).filter((kind) => tenant.channels[kind] === "live");
  const previews = (["email", "sms"] as const).filter((kind) => used.has(kind) && !live.includes(kind));
  return [
    ...live.flatMap((kind) => sending(tenant, kind, config.publicUrl)),
    ...(live.length > 0 && config.publicUrl === null ? [nowhereToLead(tenant, live)] : []),
    ...previews.map((kind) =>
      find(
        "warning",
        `${kind} is in preview: messages are rendered and kept, none leaves`,
        `\`forestall channel add ${PROVIDERS[kind]} --tenant ${tenant.id} --set ...\``,
      ),
    ),
  ];
}

/** A provider alone sends nothing that anybody could use. */
function sending(tenant: TenantState, kind: Provided, publicUrl: string | null): readonly Finding[] {
  const find = finder(tenant);
  if (kind === "email" && tenant.settings.product.senderEmail.trim() === "") {
    return [
      find(
        "problem",
        "email cannot go out: no sender address is set",
        `\`forestall tenant settings ${tenant.id} --set product.senderEmail=...\` with one that the provider may send from`,
      ),
    ];
  }
  return publicUrl === null ? [] : [find("ok", `${kind} goes out`)];
}

/** Nobody could stop such a message, and no provider could say what became of it. */
function nowhereToLead(tenant: TenantState, live: readonly Provided[]): Finding {
  const providers = live.map((kind) => PROVIDERS[kind]).join(" and ");
  return finder(tenant)(
    "problem",
    `links in messages would lead to this machine alone, and ${providers} could not report: FORESTALL_PUBLIC_URL is not set`,
    "Set FORESTALL_PUBLIC_URL to the address under which the server is reached from outside, and start it again.",
  );
}

async function sources({ store, integrations }: ReadDeps, tenant: TenantState): Promise<readonly Finding[]> {
  const find = finder(tenant);
  const rows = (await store.sources(tenant.id)).filter(({ system }) => system !== ZENDESK_APP);
  const { rows: events } = await store.events(tenant.id, { limit: 1 });
  const silent = rows.filter(({ lastReceivedAt }) => lastReceivedAt === null);
  const channelRows = await store.channels(tenant.id);
  const unsigned = rows.filter(
    (row) => row.secrets.length === 0 && !isInChannel(integrations, channelRows, row),
  );
  const known = rows.filter((row) => {
    const source = integrations.find(({ id }) => id === row.system)?.source;
    return source !== undefined && isPublished(source, row);
  });
  const nothing = events.length === 0 && rows.length === 0;
  return [
    ...(nothing
      ? [find("problem", "no event has come yet", "Send some to /v1/events, or `forestall source add`.")]
      : []),
    ...unsigned.map(({ system, id }) =>
      find(
        "problem",
        `the source ${system}/${id} has no secret: everything it sends is refused`,
        `\`forestall source rotate ${system} --id ${id} --tenant ${tenant.id} --secret ...\``,
      ),
    ),
    ...known.map(({ system, id }) =>
      find(
        "problem",
        `the source ${system}/${id} has a secret that everybody knows`,
        `\`forestall source rotate ${system} --id ${id} --tenant ${tenant.id} --secret ...\` with the real one, then \`--finish\`.`,
      ),
    ),
    ...silent.map(({ system, id }) =>
      find(
        "warning",
        `the source ${system}/${id} has never received anything`,
        `Enter its address there: \`forestall source list --tenant ${tenant.id}\` shows it.`,
      ),
    ),
    ...(silent.length === 0 && !nothing ? [find("ok", "events come in")] : []),
  ];
}

/** Receipts are signed with what the channel's own settings hold. */
function isInChannel(
  integrations: ReadDeps["integrations"],
  rows: readonly ChannelRow[],
  { system }: Pick<SourceRow, "system">,
): boolean {
  const receipts = integrations.find(({ id }) => id === system)?.channel?.receipts;
  return rows.some((row) => row.system === system && (receipts?.secretsIn?.(row.settings).length ?? 0) > 0);
}

async function unknownTypes({ store }: ReadDeps, tenant: TenantState): Promise<readonly Finding[]> {
  const types = await store.unknownTypes(tenant.id);
  if (types.length === 0) return [];
  const list = some(types.map(({ type, source, count }) => `"${type}" from ${source} (${count})`));
  return [
    finder(tenant)(
      "warning",
      `event types that mean nothing here: ${list}`,
      'Send them under a type of docs/vocabulary.md, or map the names of Segment calls: `forestall source set segment --set \'names={"My Event":{"type":"auth.login_failed"}}\'`',
    ),
  ];
}

async function deadLetters({ store }: ReadDeps, tenant: TenantState): Promise<readonly Finding[]> {
  const { rows } = await store.deadLetters(tenant.id, { limit: 100 });
  const [newest] = rows;
  if (newest === undefined) return [];
  const count = rows.length === 100 ? "100 or more" : String(rows.length);
  const { system, reason } = newest;
  return [
    finder(tenant)(
      "warning",
      `${count} ingest requests could not be read, the newest from ${system}: ${reason}`,
      "Look at what that system sends: GET /api/v1/dead-letters (role admin) shows reasons and bodies.",
    ),
  ];
}

function switches(tenant: TenantState): readonly Finding[] {
  const { tenant: all, patterns, channels: kinds } = tenant.switches;
  const off = all ? ["everything"] : [...patterns, ...kinds];
  if (off.length === 0) return [];
  // What was switched off by name is switched on by name.
  const named = [
    ...(patterns.length > 0 ? [` --pattern ${patterns.join(",")}`] : []),
    ...(kinds.length > 0 ? [` --channel ${kinds.join(",")}`] : []),
  ];
  const resume = `\`forestall resume --tenant ${tenant.id}${all ? "" : named.join("")}\``;
  return [finder(tenant)("warning", `switched off: ${off.join(", ")}`, resume)];
}

function rollout(tenant: TenantState): Finding {
  const find = finder(tenant);
  const { all, accounts, segments, percent } = tenant.rollout;
  if (isDryRun(tenant.rollout)) {
    return find(
      "warning",
      "dry run: everything is decided and rendered, nothing is sent",
      `\`forestall live --tenant ${tenant.id} --percent 5\` when the decisions look right`,
    );
  }
  if (all) return find("ok", "live for every account");
  const parts = [
    accounts.length > 0 ? `${accounts.length} accounts` : "",
    segments.length > 0 ? `segments ${segments.join(", ")}` : "",
    percent > 0 ? `${percent} % of accounts` : "",
  ];
  return find("ok", `live for ${parts.filter((part) => part !== "").join(", ")}`);
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).join(", ");
  return names.length > LISTED ? `${shown} and ${names.length - LISTED} more` : shown;
}
