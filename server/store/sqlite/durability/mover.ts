import { Worker } from "node:worker_threads";

export interface MoverData {
  readonly file: string;
  readonly pageSize: number;
}

/** A log, by its salts, and one of its frames. */
export interface Place {
  readonly log: string;
  readonly frame: number;
}

export type Question =
  /** Sums what stands after this place, and holds the end of it. */
  | { readonly kind: "sum"; readonly after: Place }
  /** Moves everything up to what is held. */
  | { readonly kind: "move" }
  | { readonly kind: "let go" }
  | { readonly kind: "end" };

export type Answer =
  | {
      readonly kind: "sums";
      readonly log: string;
      readonly through: number;
      readonly sums: readonly (readonly [page: number, crc: number])[];
    }
  | { readonly kind: "moved" }
  | { readonly kind: "failed"; readonly why: string };

/** The thread that moves pages, begun when it is first needed: small databases never do. */
export class Mover {
  readonly #data: MoverData;
  #worker: Worker | null = null;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(data: MoverData) {
    this.#data = data;
  }

  /** One question at a time. @throws Error when the thread could not do it */
  ask(question: Exclude<Question, { kind: "end" }>): Promise<Answer> {
    const worker = this.#begun();
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        worker.off("message", onMessage).off("error", onEnd).off("exit", onEnd);
        worker.unref();
        end();
      };
      const onMessage = (answer: Answer) =>
        settle(() => (answer.kind === "failed" ? reject(new Error(answer.why)) : resolve(answer)));
      const onEnd = (why: unknown) => {
        this.#worker = null;
        settle(() => reject(new Error(`the thread ended: ${why}`)));
      };
      worker.on("message", onMessage).on("error", onEnd).on("exit", onEnd);
      worker.ref();
      worker.postMessage(question);
    });
  }

  /** Nothing may be under way. */
  async end(): Promise<void> {
    if (this.#worker === null) return;
    this.#worker.ref();
    this.#worker.postMessage({ kind: "end" } satisfies Question);
    this.#worker = null;
    await this.#ended;
  }

  #begun(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL("./checkpoint-thread.ts", import.meta.url), { workerData: this.#data });
    worker.unref();
    this.#ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.on("error", () => undefined);
    this.#worker = worker;
    return worker;
  }
}
