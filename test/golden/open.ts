/** Opens the database of an earlier version with the store and the pipeline of this one. */
import { rmSync } from "node:fs";
import { openLibraries } from "../../server/app/libraries.ts";
import type { Delivery } from "../../server/core/delivery.ts";
import { MINUTE } from "../../server/core/time.ts";
import { type Engine, THIS_ENGINE } from "../../server/core/unit-upgrades.ts";
import type { ChannelAdapter } from "../../server/integrations/contract.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import type { Store } from "../../server/store/contract.ts";
import { openSqliteStore } from "../../server/store/sqlite/store.ts";
import { type FakeClock, fakeClock } from "../fake-clock.ts";
import { SECRET_KEY, type Unpacked } from "./databases.ts";
import { collectFacts, type Facts } from "./facts.ts";
import { type Server, startServer } from "./life/server.ts";

export const TENANTS = ["north", "shop"];

export interface Reopened {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly server: Server;
  /** What left by a channel since then. */
  readonly left: Delivery[];
  facts(): Promise<Facts>;
  close(): Promise<void>;
}

export interface ReopenOptions {
  /** Wraps the store, to have a start fail or forget. */
  readonly wrap?: (store: Store) => Store;
  readonly engine?: Engine;
}

/** The engine after this one, which keeps states as they are and judges as this one does. */
export const RAISED: Engine = {
  version: THIS_ENGINE.version + 1,
  upgrades: [...THIS_ENGINE.upgrades, (state) => state],
};

/** A minute after its process ended. Nothing is sent before `server.resume()`. */
export async function reopen(
  { file, expected }: Unpacked,
  { wrap, engine }: ReopenOptions = {},
): Promise<Reopened> {
  const clock = fakeClock(expected.now + MINUTE);
  const bare = openSqliteStore({ file, secretKey: SECRET_KEY, now: () => clock.now() });
  await bare.open();
  const store = wrap?.(bare) ?? bare;
  const libraries = await openLibraries(bare, loadShipped());
  const left: Delivery[] = [];
  const adapters = { mail: countingChannel("email", bare, left), text: countingChannel("sms", bare, left) };
  const server = await startServer({
    store,
    clock,
    seed: "reopened",
    libraryOf: (version) => libraries.of(version),
    adapter: (system) => (system === "mail" || system === "text" ? adapters[system] : undefined),
    ...(engine === undefined ? {} : { engine }),
  });
  return {
    store,
    clock,
    server,
    left,
    facts: () => collectFacts({ store: bare, pipeline: server.pipeline, tenants: TENANTS }),
    async close() {
      await server.abandon();
      await bare.close();
    },
  };
}

/** Takes everything, says nothing later, and remembers which row it was. */
function countingChannel(kind: "email" | "sms", store: Store, left: Delivery[]): ChannelAdapter {
  return {
    kind,
    reconciles: "receipts",
    async send({ tenant, delivery }) {
      const row = await store.delivery(tenant, delivery);
      if (row === null) throw new Error(`a message leaves that the store does not know: ${delivery}`);
      left.push(row);
      return { providerId: `again-${left.length}` };
    },
  };
}

export function remove({ dir }: Unpacked): void {
  rmSync(dir, { recursive: true, force: true });
}
