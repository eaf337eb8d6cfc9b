import type { Engine } from "../../core/unit-upgrades.ts";
import { type Log, type LogInput, StoreUnavailable } from "../../store/contract.ts";
import type { Events } from "./events.ts";
import type { Inputs } from "./inputs.ts";
import type { JourneyCounter } from "./journey-counter.ts";
import { tenantControlOf } from "./log-record.ts";
import type { Saving } from "./saving.ts";
import type { Tenants } from "./tenants.ts";
import type { Units } from "./units.ts";

const LOG_PAGE = 10_000;
const PROGRESS_EVERY = 50_000;

export interface StartDeps {
  readonly store: Pick<Log, "lastSeq" | "checkpoint" | "inputs" | "judgedBy" | "setJudgedBy">;
  readonly engine: Engine;
  readonly inputs: Inputs;
  readonly events: Events;
  readonly tenants: Tenants;
  readonly units: Units;
  readonly journeys: JourneyCounter;
  readonly saving: Saving;
}

/** Folds the tenant-wide log, and takes up the units that have inputs after the checkpoint. */
export async function startFromLog(deps: StartDeps, onProgress?: (inputs: number) => void): Promise<void> {
  const { store, inputs, tenants, units, saving } = deps;
  const lastSeq = await store.lastSeq();
  units.judgedBefore(await takeOver(store, deps.engine, lastSeq));
  inputs.startAfter(lastSeq);
  for await (const page of pages(store, { after: 0, tenantWide: true })) {
    for (const input of page) {
      const { tenant, seq, receivedAt } = input;
      if (input.unit === null) tenants.apply(tenant, seq, receivedAt, tenantControlOf(input));
    }
  }
  let read = 0;
  const checkpoint = await store.checkpoint();
  for await (const page of pages(store, { after: checkpoint })) {
    for (const input of page) countAgain(deps, input);
    await units.resume(page, checkpoint);
    read += page.length;
    if (read >= PROGRESS_EVERY) onProgress?.(read);
    // A start that is cut short has to find them again by their inputs.
    const reached = units.owed.length > 0 ? null : (page.at(-1)?.seq ?? 0);
    await saving.makeRoom(reached);
  }
}

/** What was written before engines said so. */
const FIRST_ENGINE = 1;

/**
 * Says in the store, before anything is judged, that this engine judges from here on.
 * @returns the position up to which other engines had judged; 0 when none did
 * @throws StoreUnavailable when a newer engine judged already: this one does not understand what it left behind
 */
async function takeOver(store: StartDeps["store"], engine: Engine, lastSeq: number): Promise<number> {
  const known = await store.judgedBy();
  const before = known?.engine ?? (lastSeq === 0 ? engine.version : FIRST_ENGINE);
  if (before > engine.version) {
    throw new StoreUnavailable(
      `The data was written by a newer version of Forestall (engine ${before}, this one knows up to ${engine.version}): ` +
        "start the newer version, or restore a backup from before it.",
    );
  }
  if (known?.engine === engine.version) return known.judgedBefore;
  const judgedBefore = before === engine.version ? 0 : lastSeq;
  await store.setJudgedBy({ engine: engine.version, judgedBefore });
  return judgedBefore;
}

/** Journey signals that were counted but not written are counted again. */
function countAgain({ events, journeys }: StartDeps, { tenant, seq, body }: LogInput): void {
  if ("event" in body) {
    events.countJourneys(tenant, body.event, seq);
    journeys.keep();
  } else if (body.control.kind === "tally") journeys.written(tenant, body.control.counts);
}

async function* pages(
  store: StartDeps["store"],
  query: { after: number; tenantWide?: boolean },
): AsyncGenerator<readonly LogInput[]> {
  let { after } = query;
  for (;;) {
    const page = await store.inputs({ ...query, after, limit: LOG_PAGE });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < LOG_PAGE) return;
    after = last.seq;
  }
}
