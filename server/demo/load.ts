import type { App } from "../app/parts.ts";
import type { Incoming } from "../core/event.ts";
import type { Pipeline } from "../flow/contract.ts";
import { createHistory, type History } from "./generator.ts";
import { type DemoMemory, recall, remember } from "./memory.ts";
import { DEMO_TENANT } from "./tenant.ts";

/** Events in one commit. */
const BATCH = 1_000;

export interface Loading {
  /** How many of the events are in the store, of how many. */
  onProgress(told: number, of: number): void;
  readonly signal: AbortSignal;
}

/** Which history this data folder tells: the one it began with, or a new one that ends now. */
export function historyOf(
  app: App,
  seed: string,
  url: string,
): { readonly history: History; readonly memory: DemoMemory } {
  const begun = { seed, end: app.now(), told: 0, complete: false };
  const memory = { ...(recall(app.config.dataDir) ?? begun), url };
  const history = createHistory({ seed: memory.seed, end: memory.end, patterns: app.library.patterns });
  return { history, memory };
}

/**
 * Brings the history in, in order of time. What a start that was cut off had brought in already is skipped: the same
 * seed tells the same events in the same order.
 */
export async function loadHistory(
  app: App,
  { history, memory }: ReturnType<typeof historyOf>,
  { onProgress, signal }: Loading,
): Promise<DemoMemory> {
  if (memory.complete) return memory;
  const total = count(history.events());
  let kept = memory;
  const keep = (told: number, complete: boolean) => {
    kept = { ...kept, told, complete };
    remember(app.config.dataDir, kept);
    onProgress(told, total);
  };
  keep(memory.told, false);
  for (const batch of inBatches(history.events(), memory.told)) {
    if (signal.aborted) return kept;
    await app.pipeline.receive(DEMO_TENANT, batch);
    keep(kept.told + batch.length, false);
  }
  await applyStops(app.pipeline, history);
  keep(kept.told, true);
  return kept;
}

/** Telling it twice takes less than a second, and a progress bar needs to know its end. */
function count(events: Iterable<unknown>): number {
  let total = 0;
  for (const _event of events) total += 1;
  return total;
}

function* inBatches(events: Iterable<Incoming>, skip: number): Generator<Incoming[]> {
  let batch: Incoming[] = [];
  let left = skip;
  for (const event of events) {
    if (left > 0) {
      left -= 1;
      continue;
    }
    batch.push(event);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A few of the invented people once said that they want no messages. */
async function applyStops(pipeline: Pick<Pipeline, "control">, { world }: History): Promise<void> {
  const stopped = world.accounts.flatMap(({ people }) => people).filter((person) => person.stopped);
  for (const { id: person } of stopped) {
    const change = { kind: "stop" } as const;
    const control = {
      kind: "preference",
      person,
      change,
      actor: "customer",
      reason: "stopped on their page",
    } as const;
    await pipeline.control(DEMO_TENANT, { person }, control);
  }
}
