import type { Delivery } from "../../core/delivery.ts";
import { ALL_ON, type Switches } from "../../core/tenant.ts";
import type { Logger } from "../../lib/log.ts";
import type { Tenancy } from "../../store/contract.ts";
import type { Committed, Pipeline } from "../contract.ts";
import { type ClaimDeps, isSwitchedOff, stopSwitchedOff } from "./claim.ts";

export interface SwitchedOffDeps extends ClaimDeps {
  readonly store: ClaimDeps["store"] & Pick<Tenancy, "tenants">;
  readonly pipeline: ClaimDeps["pipeline"] & Pick<Pipeline, "subscribe">;
  readonly log: Logger;
}

export interface SwitchedOff {
  /** Stops what is queued and switched off, of every tenant. Call it every second. */
  sweep(): Promise<void>;
  /** Looks at nothing new, and waits for what is under way. */
  close(): Promise<void>;
}

const PAGE = 200;

/**
 * A switch that is turned off stops what is queued at once, whether or not anybody would have asked for it: a message
 * in the product waits for its reader, one that a provider refused for its next try. Turning the switch on again must
 * find nothing left of them. The look every second is for rows that are queued again in the meantime, and for
 * switches that were turned while no server ran.
 */
export function createSwitchedOff(deps: SwitchedOffDeps): SwitchedOff {
  const { store, pipeline, log } = deps;
  /** Tenants with a switch that is off. */
  const off = new Set<string>();
  let looked = false;
  let closing = false;
  let running: Promise<void> = Promise.resolve();

  const note = (tenant: string): void => {
    if (isAllOn(pipeline.tenant(tenant)?.switches ?? ALL_ON)) off.delete(tenant);
    else off.add(tenant);
  };

  const stopQueued = async (tenant: string): Promise<void> => {
    for (let after: string | undefined; !closing; ) {
      const query = { status: "queued", limit: PAGE, ...(after === undefined ? {} : { after }) } as const;
      const { rows, next } = await store.deliveries(tenant, query);
      const theirs = rows.filter((row) => isSwitchedOff(pipeline.tenant(tenant)?.switches, row));
      await Promise.all(theirs.map((row) => stopOne(row)));
      if (next === null) return;
      after = next;
    }
  };

  const stopOne = (row: Delivery): Promise<void> =>
    stopSwitchedOff(deps, row).catch((error: unknown) =>
      log.warn({ err: error, delivery: row.id }, "a switched-off message could not be stopped yet"),
    );

  /** One after the other: two looks at once would judge the same rows twice. */
  const look = (tenants: () => Iterable<string>): Promise<void> => {
    running = running.then(async () => {
      for (const tenant of [...tenants()]) await stopQueued(tenant);
    });
    running = running.catch((error: unknown) => log.warn({ err: error }, "the outbox could not be read"));
    return running;
  };

  const unsubscribe = pipeline.subscribe((committed) => {
    if (!turnsSwitch(committed)) return;
    note(committed.tenant);
    if (off.has(committed.tenant)) void look(() => [committed.tenant]);
  });

  return {
    async sweep() {
      if (!looked) for (const { id } of await store.tenants()) note(id);
      looked = true;
      if (off.size > 0) await look(() => off);
    },
    async close() {
      closing = true;
      unsubscribe();
      await running;
    },
  };
}

function turnsSwitch({ effects }: Committed): boolean {
  return effects.some((effect) => effect.kind === "tenant" && effect.control.kind === "switches");
}

function isAllOn({ tenant, patterns, channels }: Switches): boolean {
  return !tenant && patterns.length === 0 && channels.length === 0;
}
