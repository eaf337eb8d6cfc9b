import { shardOf } from "../../core/hash.ts";
import type { Millis } from "../../core/time.ts";
import type { Vault } from "../vault.ts";
import type { Connection } from "./durability/connection.ts";
import type { Tail } from "./log/tail.ts";
import type { Names } from "./names.ts";
import type { Unreadable } from "./unreadable.ts";

/** What the parts of the store share. */
export interface Base {
  readonly connection: Connection;
  readonly names: Names;
  readonly tail: Tail;
  readonly vault: Vault;
  readonly now: () => Millis;
  readonly unreadable: Unreadable;
}

/** Lets everything else run between two slices of long work. */
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const flag = (value: boolean): 0 | 1 => (value ? 1 : 0);

/** The number of a unit, given now if it has none. */
export function unitNo({ names }: Base, tenant: number, tenantId: string, unit: string): number {
  return names.unit(tenant, unit) || names.giveUnit(tenant, unit, shardOf(tenantId, unit));
}
