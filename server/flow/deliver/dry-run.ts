import type { Delivery } from "../../core/delivery.ts";
import { keepCopy } from "./attempt.ts";
import type { Tools } from "./contract.ts";

/** A flood of decisions in dry run is rendered as far as anybody could read it. */
const MOST_WAITING = 1_000;

export interface DryRun {
  take(row: Delivery): void;
  idle(): Promise<void>;
}

/** Writes what a tenant in dry run would have sent, so that it can be read before anything goes live. */
export function createDryRun(tools: Tools): DryRun {
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  const write = async (row: Delivery): Promise<void> => {
    try {
      const rendered = await tools.render(row);
      if (!("reason" in rendered)) await keepCopy(tools, row, rendered);
    } catch (error) {
      tools.log.warn({ err: error, delivery: row.id }, "a dry run could not be written");
    } finally {
      waiting -= 1;
    }
  };

  return {
    take(row) {
      if (waiting >= MOST_WAITING) return;
      waiting += 1;
      last = last.then(() => write(row));
    },
    idle: () => last,
  };
}
