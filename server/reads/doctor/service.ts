import type { Finding } from "../../actions/contract.ts";
import { SENT_CHANNELS } from "../../core/pattern.ts";
import { MINUTE } from "../../core/time.ts";
import type { ReadDeps } from "../lists.ts";

/** How late a timer may be: the tick runs every second, a busy moment may hold it up. */
const LATE_AFTER = 2 * MINUTE;
const LOOKED_AT = 1_000;

/** The store, and whether what is due gets done. */
export async function examineService(deps: ReadDeps): Promise<readonly Finding[]> {
  return [await storeWrites(deps), await lateTimers(deps), await lateDeliveries(deps), await doubts(deps)];
}

async function storeWrites({ store }: ReadDeps): Promise<Finding> {
  const writes = await store.probe().catch(() => false);
  if (!writes) {
    return found(
      "problem",
      "the database takes no writes",
      "See the disk's space and the owner of the data folder.",
    );
  }
  const { inputs = 0 } = await store.counts();
  return found("ok", `the database is whole and holds ${inputs.toLocaleString("en")} inputs`, null);
}

async function lateTimers({ store, pipeline, now }: ReadDeps): Promise<Finding> {
  const before = now() - LATE_AFTER;
  const due = await store.dueUnits(before, LOOKED_AT);
  // One in memory is ahead of its snapshot, whose timer may have run since: of those the heap knows.
  const asleep = due.filter(({ tenant, unit }) => !pipeline.units.isAwake(tenant, unit)).length;
  const late = asleep + (pipeline.units.due.peek() < before ? 1 : 0);
  if (late === 0) return found("ok", "no timer is late", null);
  return found(
    "warning",
    `timers of ${late === LOOKED_AT ? `${late} or more` : late} accounts are late`,
    "They run as soon as the server does (`forestall serve`); if it runs, its log says what keeps them.",
  );
}

async function lateDeliveries({ store, now }: ReadDeps): Promise<Finding> {
  const late = (await store.dueDeliveries(now() - LATE_AFTER, LOOKED_AT, SENT_CHANNELS)).length;
  if (late === 0) return found("ok", "no message waits longer than it should", null);
  return found(
    "warning",
    `${late} messages have been due for more than 2 min`,
    "They go out as soon as the server runs; if it does, its log says what the provider answers.",
  );
}

async function doubts({ store, now }: ReadDeps): Promise<Finding> {
  const open = (await store.doubtfulDeliveries(now() - LATE_AFTER, LOOKED_AT)).length;
  if (open === 0) return found("ok", "no message is in doubt", null);
  return found(
    "warning",
    `${open} messages are in doubt`,
    "The provider is asked; after 24 h they are given up.",
  );
}

/** Rows that were passed over, so that they stop nobody else. */
export async function unreadable({ store }: ReadDeps): Promise<Finding> {
  const met = await store.unreadable();
  const [first] = met;
  if (first === undefined) return found("ok", "no record was met that cannot be read", null);
  const which = met.length === 1 ? "1 record cannot be read" : `${met.length} records cannot be read`;
  return found("problem", `${which}; the others go on without`, first.message);
}

function found(level: Finding["level"], what: string, todo: string | null): Finding {
  return { level, tenant: null, what, todo };
}
