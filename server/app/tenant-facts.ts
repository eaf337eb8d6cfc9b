import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/contract.ts";

/** What the in-app API asks of a tenant at every request, read from the store every few seconds. */
export interface TenantFacts {
  readonly identitySecrets: (tenant: string) => Promise<readonly string[]>;
  readonly origins: (tenant: string) => Promise<readonly string[]>;
}

const FRESH_FOR = 5_000;

export function createTenantFacts(store: Pick<Store, "tenants" | "channels">, clock: Clock): TenantFacts {
  const read = remembering(clock, async () => {
    const [tenants, channels] = await Promise.all([store.tenants(), store.channels()]);
    const inApp = channels.filter(({ kind }) => kind === "in_app");
    return {
      secrets: new Map(tenants.map(({ id, identitySecret }) => [id, [identitySecret]])),
      origins: new Map(inApp.map(({ tenant, settings }) => [tenant, textsIn(settings.origins)])),
    };
  });
  return {
    identitySecrets: async (tenant) => (await read()).secrets.get(tenant) ?? [],
    origins: async (tenant) => (await read()).origins.get(tenant) ?? [],
  };
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** One reading for all who ask at the same time, kept for a few seconds; one that failed is not kept. */
function remembering<Value>(clock: Clock, read: () => Promise<Value>): () => Promise<Value> {
  let known: { readonly at: number; readonly value: Promise<Value> } | null = null;
  return () => {
    if (known !== null && clock.now() - known.at < FRESH_FOR) return known.value;
    const value = read();
    known = { at: clock.now(), value };
    value.catch(() => {
      known = null;
    });
    return value;
  };
}
