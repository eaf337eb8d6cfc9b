import type { AttemptResult } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import type { Clock, Timers } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Pipeline } from "../contract.ts";
import type { Tools } from "./contract.ts";

/** While the store does not take writes, a result is offered again at these distances; then the lease decides. */
const OFFERS = [50, 200, 1_000, 3_000, 10_000, 20_000];

/**
 * Writes down how an attempt ended. A result that cannot be written is not lost silently: the row stays `sending`,
 * and when its lease has run out it is taken for one in doubt, never for one to send again.
 */
export async function record(
  tools: {
    readonly pipeline: Pick<Pipeline, "control">;
    readonly clock: Clock & Timers;
    readonly log: Logger;
  },
  row: Delivery,
  result: AttemptResult,
): Promise<void> {
  const control = { kind: "attempted", delivery: row.id, fence: row.fence, result } as const;
  for (const wait of [...OFFERS, null]) {
    try {
      await tools.pipeline.control(row.tenant, { unit: row.unit }, control);
      return;
    } catch (error) {
      if (wait === null) {
        tools.log.error(
          { err: error, delivery: row.id },
          "a result could not be written; the row is in doubt",
        );
        return;
      }
      await new Promise<void>((resolve) => tools.clock.after(wait, resolve));
    }
  }
}

/** The recipient stopped us at the provider: that holds on every channel, so it is a stop here too. */
export async function honourStop(
  tools: Pick<Tools, "pipeline" | "log">,
  row: Delivery,
  system: string,
): Promise<void> {
  if (row.person === null) return;
  const who = { actor: `provider:${system}`, reason: "stopped at the provider" };
  const control = { kind: "preference", person: row.person, change: { kind: "stop" }, ...who } as const;
  await tools.pipeline
    .control(row.tenant, { person: row.person }, control)
    .catch((error: unknown) =>
      tools.log.error({ err: error, delivery: row.id }, "a stop could not be written"),
    );
}
