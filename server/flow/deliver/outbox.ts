import type { Delivery } from "../../core/delivery.ts";
import type { ChannelKind } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import type { LaneSkip } from "../../store/contract.ts";
import type { Tools } from "./contract.ts";
import type { Lane, Lanes } from "./lanes.ts";
import type { Ways } from "./ways.ts";

/** Kinds that are sent. In-app messages and banners are fetched, and what humans are asked to do are alerts. */
export const SENT_KINDS: readonly ChannelKind[] = ["email", "sms", "voice", "push", "chat"];

const PAGE = 256;
/** Each page leaves out the lanes of the ones before, so that one long queue hides nobody behind it. */
const MOST_PAGES = 16;

/**
 * Reads what is due into the lanes, replacing what waited there: the outbox knows the order, most urgent first. Of a
 * lane that is closed only overdue rows come, so that they can fail and their ladder step on.
 */
export async function readOutbox(tools: Tools, lanes: Lanes, ways: Ways, now: Millis): Promise<void> {
  // Credentials that were refused are tried again once the settings are others.
  await Promise.all(
    [...lanes.all()].filter(({ refused }) => refused !== null).map((lane) => learnWay(lane, ways)),
  );
  const found = new Map<Lane, Delivery[]>();
  const cut = new Set<Lane>();
  const skip: LaneSkip[] = [...lanes.all()]
    .filter((lane) => !lanes.open(lane, now))
    .map(({ tenant, kind }) => ({ tenant, kind, unlessDueBy: now }));
  const read = new Set<Lane>();
  for (let page = 0; page < MOST_PAGES; page++) {
    const rows = await tools.store.dueDeliveries(now, PAGE, SENT_KINDS, skip);
    const fresh = group(lanes, rows);
    for (const [lane, its] of fresh) {
      found.set(lane, [...(found.get(lane) ?? []), ...its]);
      if (rows.length === PAGE) cut.add(lane);
    }
    if (rows.length < PAGE) break;
    for (const lane of fresh.keys()) {
      if (read.has(lane)) continue;
      read.add(lane);
      skip.push({ tenant: lane.tenant, kind: lane.kind });
    }
  }
  await Promise.all([...found.keys()].map((lane) => learnWay(lane, ways)));
  await learnPace(tools, found, now);
  for (const lane of lanes.all()) {
    lane.waiting = found.get(lane) ?? [];
    lane.more = cut.has(lane);
  }
}

function group(lanes: Lanes, rows: readonly Delivery[]): ReadonlyMap<Lane, readonly Delivery[]> {
  return Map.groupBy(rows, (row) => lanes.of(row));
}

async function learnWay(lane: Lane, ways: Ways): Promise<void> {
  lane.way = await ways.of(lane.tenant, lane.kind);
}

/** How many came out of a hold is asked only where it may be many. */
async function learnPace(
  { store, options }: Tools,
  found: ReadonlyMap<Lane, readonly Delivery[]>,
  now: Millis,
): Promise<void> {
  const many = [...found].filter(
    ([, rows]) => rows.filter(({ released }) => released).length > options.fewReleased,
  );
  if (many.length === 0) return;
  const counts = await store.releasedWaiting(now, SENT_KINDS);
  for (const [lane] of many) {
    const row = counts.find(({ tenant, kind }) => tenant === lane.tenant && kind === lane.kind);
    lane.pace.waiting(row?.count ?? 0, now);
  }
}
