import { z } from "zod";
import type { Incoming } from "../core/event.ts";
import { isKnown } from "../core/vocabulary.ts";
import { Overloaded } from "../flow/contract.ts";
import { type Action, type ActionContext, type LineProblem, type LongWork, OPERATORS } from "./contract.ts";
import { OutOfOrder, reordered } from "./events-file/order.ts";
import { type EventsFile, readEventsFile } from "./events-file/read.ts";
import { sorted } from "./events-file/sort.ts";
import { file } from "./params.ts";
import { tenantOf } from "./tenant.ts";

/** Events in one commit. */
const AT_ONCE = 1_000;
/** A server that is busy with live events goes first; after this many tries it is not busy but ill. */
const MOST_TRIES = 60;

const params = z.strictObject({ file });

export interface ImportResult {
  readonly lines: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The first hundred. */
  readonly problems: readonly LineProblem[];
  /** Event types that are not in the vocabulary: kept and counted, without data. */
  readonly unknownTypes: readonly { readonly type: string; readonly count: number }[];
}

/**
 * Brings history in: everything is computed as it would have been at the time, and nothing is sent. An import that was
 * cut off is simply started again, as what is known already changes nothing.
 */
export const importEvents: Action<typeof params, ImportResult> = {
  name: "import-events",
  summary: "Bring history in: CloudEvents, one a line",
  params,
  roles: OPERATORS,
  revised: false,
  audits: ["events.import"],
  undo: null,
  // The same file twice takes turns; different ones need not.
  subject: ({ file: path }) => `import/${path}`,
  async run(context, { file: path }, act) {
    tenantOf(context, act.tenant);
    const bring = new Bringing(context, act.tenant, act.work);
    const open = () => readEventsFile(path, context.readEvent);
    let reading = open();
    await act.note({ subject: "events" });
    try {
      await bring.all(reading, reordered(reading.events));
    } catch (error) {
      if (!(error instanceof OutOfOrder)) throw error;
      // What came in already stays; it is a small part, and comes in place when it is seen again.
      reading = open();
      await bring.all(reading, sorted(reading.events));
    }
    const { lines, rejected, problems } = reading.found;
    return { lines, rejected, problems, ...bring.counted() };
  },
};

class Bringing {
  readonly #deps: ActionContext;
  readonly #tenant: string;
  readonly #work: LongWork;
  readonly #unknown = new Map<string, number>();
  #accepted = 0;
  #seen = 0;

  constructor(deps: ActionContext, tenant: string, work: LongWork) {
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
