import type { Incoming } from "../core/event.ts";
import { isKnown } from "../core/vocabulary.ts";
import { Overloaded } from "../flow/contract.ts";
import { auditOf } from "./audit.ts";
import type { By, ImportResult, LongWork } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";
import { OutOfOrder, reordered } from "./events-file/order.ts";
import { type EventsFile, readEventsFile } from "./events-file/read.ts";
import { sorted } from "./events-file/sort.ts";

/** Events in one commit. */
const AT_ONCE = 1_000;
/** A server that is busy with live events goes first; after this many tries it is not busy but ill. */
const MOST_TRIES = 60;

/**
 * Brings history in: everything is computed as it would have been at the time, and nothing is sent. An import that was
 * cut off is simply started again, as what is known already changes nothing.
 */
export async function importEvents(
  deps: AdminDeps,
  tenant: string,
  path: string,
  by: By,
  work: LongWork = {},
): Promise<ImportResult> {
  tenantOf(deps, tenant);
  const bring = new Bringing(deps, tenant, work);
  const file = () => readEventsFile(path, deps.readEvent);
  let reading = file();
  await deps.pipeline.receive(tenant, [], {
    audit: auditOf(deps, tenant, by, { action: "events.import", subject: "events" }),
  });
  try {
    await bring.all(reading, reordered(reading.events));
  } catch (error) {
    if (!(error instanceof OutOfOrder)) throw error;
    // What came in already stays; it is a small part, and comes in place when it is seen again.
    reading = file();
    await bring.all(reading, sorted(reading.events));
  }
  const { lines, rejected, problems } = reading.found;
  return { lines, rejected, problems, ...bring.counted() };
}

class Bringing {
  readonly #deps: AdminDeps;
  readonly #tenant: string;
  readonly #work: LongWork;
  readonly #unknown = new Map<string, number>();
  #accepted = 0;
  #seen = 0;

  constructor(deps: AdminDeps, tenant: string, work: LongWork) {
    this.#deps = deps;
    this.#tenant = tenant;
    this.#work = work;
  }

  async all(file: EventsFile, events: AsyncIterable<readonly Incoming[]>): Promise<void> {
    this.#seen = 0;
    this.#unknown.clear();
    for await (const batch of events) {
      for (let at = 0; at < batch.length; at += AT_ONCE) {
        this.#work.signal?.throwIfAborted();
        await this.#take(batch.slice(at, at + AT_ONCE));
        this.#work.onProgress?.({ share: file.share(), text: `${this.#seen.toLocaleString("en")} events` });
      }
    }
  }

  counted(): Pick<ImportResult, "accepted" | "duplicates" | "unknownTypes"> {
    const unknownTypes = [...this.#unknown].map(([type, count]) => ({ type, count }));
    unknownTypes.sort((a, b) => b.count - a.count);
    return { accepted: this.#accepted, duplicates: this.#seen - this.#accepted, unknownTypes };
  }

  async #take(events: readonly Incoming[]): Promise<void> {
    for (const { type } of events) {
      if (!isKnown(type)) this.#unknown.set(type, (this.#unknown.get(type) ?? 0) + 1);
    }
    const history = events.map((event): Incoming => ({ ...event, backfill: true }));
    const { accepted } = await this.#patiently(() => this.#deps.pipeline.receive(this.#tenant, history));
    this.#accepted += accepted;
    this.#seen += events.length;
  }

  async #patiently<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Overloaded) || tries >= MOST_TRIES) throw error;
        await pause(error.retryAfterS * 1_000, this.#work.signal);
      }
    }
  }
}

function pause(length: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, length);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
