import type { Integration, Settings, Source } from "../../integrations/contract.ts";
import type { Clock } from "../../lib/clock.ts";
import { shareRead } from "../../lib/shared-read.ts";
import type { ChannelRow, SourceRow, Tenancy } from "../../store/contract.ts";

/** A connected system: how it is verified and read, and with which secrets. */
export interface Connected {
  readonly tenant: string;
  readonly system: string;
  readonly id: string;
  readonly source: Source;
  readonly settings: Settings;
  readonly secrets: readonly string[];
}

/** What is connected, of all tenants, in memory. */
export interface SourceBook {
  /** Without an id: the source called `default` or like the system, else the only one there is. */
  webhook(tenant: string, system: string, id: string | null): Promise<Connected | null>;
  /** The receipts of a channel: its secrets stand in its own settings, or were added like a source's. */
  receipts(tenant: string, system: string): Promise<Connected | null>;
  /** To be called after a source or channel was changed in this process. */
  reload(): Promise<void>;
}

/** How old it may get: what another process connected or cut off counts within this time. */
const FRESH_FOR = 5_000;
/** What is not known is asked for again at most this often. */
const ASK_AGAIN = 1_000;

interface Entries {
  readonly webhooks: ReadonlyMap<string, Connected>;
  readonly receipts: ReadonlyMap<string, Connected>;
}

export function createSourceBook(
  store: Pick<Tenancy, "sources" | "channels">,
  integrations: ReadonlyMap<string, Integration>,
  clock: Clock,
): SourceBook {
  const entries = shareRead(async (): Promise<Entries> => {
    const [sources, channels] = await Promise.all([store.sources(), store.channels()]);
    return entriesOf(sources, channels, integrations);
  }, clock);
  const look = async (find: (entries: Entries) => Connected | undefined): Promise<Connected | null> => {
    const held = entries.last();
    const found = held === null ? undefined : find(held);
    if (entries.isFresh(found === undefined ? ASK_AGAIN : FRESH_FOR)) return found ?? null;
    // A store that cannot be read is no reason to turn senders away that were known a moment ago.
    const newest = await entries.read().catch((error: unknown) => {
      if (held === null) throw error;
      return held;
    });
    return find(newest) ?? null;
  };

  return {
    webhook: (tenant, system, id) => look(({ webhooks }) => webhooks.get(keyOf(tenant, system, id ?? ""))),
    receipts: (tenant, system) => look(({ receipts }) => receipts.get(keyOf(tenant, system, ""))),
    reload: () => entries.reload(),
  };
}

const keyOf = (tenant: string, system: string, id: string) => `${tenant}/${system}/${id}`;

function entriesOf(
  sources: readonly SourceRow[],
  channels: readonly ChannelRow[],
  integrations: ReadonlyMap<string, Integration>,
): Entries {
  const webhooks = new Map<string, Connected>();
  const receipts = new Map<string, Connected>();
  for (const row of sources) {
    const integration = integrations.get(row.system);
    const source = integration?.source;
    if (source !== undefined) webhooks.set(keyOf(row.tenant, row.system, row.id), { ...row, source });
    const other = integration?.channel?.receipts;
    if (other !== undefined) addReceipts(receipts, row, row.id, other, row.secrets);
  }
  for (const row of channels) {
    const source = integrations.get(row.system)?.channel?.receipts;
    if (source === undefined) continue;
    addReceipts(receipts, row, row.system, source, source.secretsIn?.(row.settings) ?? []);
  }
  addShort(webhooks);
  return { webhooks, receipts };
}

/** The address without an id belongs to the usual source of a system, or to the only one. */
function addShort(webhooks: Map<string, Connected>): void {
  const bySystem = Map.groupBy(webhooks.values(), ({ tenant, system }) => keyOf(tenant, system, ""));
  for (const [short, sources] of bySystem) {
    const usual = sources.find(({ id, system }) => id === "default" || id === system);
    const [only] = sources.length === 1 ? sources : [];
    const source = usual ?? only;
    if (source !== undefined) webhooks.set(short, source);
  }
}

function addReceipts(
  receipts: Map<string, Connected>,
  row: { readonly tenant: string; readonly system: string; readonly settings: Settings },
  id: string,
  source: Source,
  secrets: readonly string[],
): void {
  const { tenant, system, settings } = row;
  const key = keyOf(tenant, system, "");
  const known = receipts.get(key);
  const all = [...new Set([...(known?.secrets ?? []), ...secrets])].filter((secret) => secret !== "");
  receipts.set(key, { tenant, system, id: known?.id ?? id, source, settings, secrets: all });
}
