import type { Switches } from "../core/tenant.ts";
import { type Action, OPS } from "./contract.ts";
import { makesNoSense } from "./refusal.ts";
import { switchesRevision } from "./revisions.ts";
import { isEverything, switchParams, turn } from "./switches.ts";
import { tenantOf } from "./tenant.ts";

/** Switches the tenant, patterns or channels off. Judged again at every sending, so it holds for what is queued. */
export const pause: Action<typeof switchParams, Switches> = {
  name: "pause",
  summary: "Switch the tenant, patterns or channels off; what is queued stops within a second",
  params: switchParams,
  roles: OPS,
  revised: true,
  audits: ["switch.off"],
  undo: "switches",
  subject: () => "switches",
  async run(context, wanted, act) {
    const { switches, library } = tenantOf(context, act.tenant);
    await act.expect(switchesRevision(switches));
    const { patterns = [], channels = [] } = wanted;
    const unknown = patterns.find((id) => library.byId(id) === undefined);
    if (unknown !== undefined) throw makesNoSense(`There is no pattern ${unknown}.`);
    const after = isEverything(wanted)
      ? { ...switches, tenant: true }
      : {
          ...switches,
          patterns: [...new Set([...switches.patterns, ...patterns])],
          channels: [...new Set([...switches.channels, ...channels])],
        };
    return turn(act, switches, after, wanted);
  },
};
