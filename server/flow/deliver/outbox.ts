import type { Delivery } from "../../core/delivery.ts";
import { SENT_CHANNELS } from "../../core/pattern.ts";
import type { Millis } from "../../core/time.ts";
import { type QueueSkip, RecordRefused } from "../../store/contract.ts";
import type { Tools } from "./contract.ts";
import type { Queue, Queues } from "./queues.ts";
import type { Ways } from "./ways.ts";

const PAGE = 256;
/** Each page leaves out the queues of the ones before, so that a long one hides nobody behind it. */
const MOST_PAGES = 16;

/**
 * Reads what is due into the queues, replacing what waited there: the outbox knows the order, most urgent first. Of a
 * queue that is closed only overdue rows come, so that they can fail and their ladder step on.
 */
export async function readOutbox(tools: Tools, queues: Queues, ways: Ways, now: Millis): Promise<void> {
  // Credentials that were refused are tried again once the settings are others.
  await Promise.all(
    [...queues.all()].filter(({ refused }) => refused !== null).map((queue) => learnWay(queue, ways)),
  );
  const found = new Map<Queue, Delivery[]>();
  const cut = new Set<Queue>();
  const skip: QueueSkip[] = [...queues.all()]
    .filter((queue) => !queues.open(queue, now))
    .map(({ tenant, kind }) => ({ tenant, kind, unlessDueBy: now }));
  const read = new Set<Queue>();
  for (let page = 0; page < MOST_PAGES; page++) {
    const rows = await tools.store.dueDeliveries(now, PAGE, SENT_CHANNELS, skip);
    const fresh = group(queues, rows);
    for (const [queue, its] of fresh) {
      found.set(queue, [...(found.get(queue) ?? []), ...its]);
      if (rows.length === PAGE) cut.add(queue);
    }
    if (rows.length < PAGE) break;
    for (const queue of fresh.keys()) {
      if (read.has(queue)) continue;
      read.add(queue);
      skip.push({ tenant: queue.tenant, kind: queue.kind });
    }
  }
  const known = await Promise.all([...found.keys()].map((queue) => learnWay(queue, ways)));
  for (const [i, queue] of [...found.keys()].entries()) if (known[i] === false) found.delete(queue);
  await learnPace(tools, found, now);
  for (const queue of queues.all()) {
    queue.waiting = found.get(queue) ?? [];
    queue.more = cut.has(queue);
  }
}

function group(queues: Queues, rows: readonly Delivery[]): ReadonlyMap<Queue, readonly Delivery[]> {
  return Map.groupBy(rows, (row) => queues.of(row));
}

/** False when settings of the tenant cannot be read: its messages wait, and nobody else's. */
async function learnWay(queue: Queue, ways: Ways): Promise<boolean> {
  try {
    queue.way = await ways.of(queue.tenant, queue.kind);
    return true;
  } catch (error) {
    if (error instanceof RecordRefused) return false;
    throw error;
  }
}

/** How many came out of a hold is asked only where it may be many. */
async function learnPace(
  { store, options }: Tools,
  found: ReadonlyMap<Queue, readonly Delivery[]>,
  now: Millis,
): Promise<void> {
  const many = [...found].filter(
    ([, rows]) => rows.filter(({ released }) => released).length > options.fewReleased,
  );
  if (many.length === 0) return;
  const counts = await store.releasedWaiting(now, SENT_CHANNELS);
  for (const [queue] of many) {
    const row = counts.find(({ tenant, kind }) => tenant === queue.tenant && kind === queue.kind);
    queue.pace.waiting(row?.count ?? 0, now);
  }
}
