import { z } from "zod";
import type { Switches } from "../core/tenant.ts";
import type { Act } from "./contract.ts";
import { channelKind, names } from "./params.ts";

/** What is switched off or on; with nothing named, the whole tenant. */
export const switchParams = z.strictObject({
  patterns: names.optional(),
  channels: z.array(channelKind).optional(),
});
export type SwitchParams = z.output<typeof switchParams>;

export function isEverything({ patterns = [], channels = [] }: SwitchParams): boolean {
  return patterns.length === 0 && channels.length === 0;
}

export async function turn(
  act: Act,
  before: Switches,
  after: Switches,
  { patterns = [], channels = [] }: SwitchParams,
): Promise<Switches> {
  const { actor, reason } = act.by;
  const control = (switches: Switches) => ({ kind: "switches", switches, actor, reason }) as const;
  await act.tenantControl(control(after), { detail: { patterns, channels }, undo: control(before) });
  return after;
}
