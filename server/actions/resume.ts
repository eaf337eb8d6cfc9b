import type { Switches } from "../core/tenant.ts";
import { type Action, OPS } from "./contract.ts";
import { switchesRevision } from "./revisions.ts";
import { isEverything, switchParams, turn } from "./switches.ts";
import { tenantOf } from "./tenant.ts";

/**
 * Switches back on what is named; with nothing named the tenant as a whole, while single switches stay as they are. A
 * pattern that left the library may still be switched on, to tidy up.
 */
export const resume: Action<typeof switchParams, Switches> = {
  name: "resume",
  summary: "Switch the tenant, patterns or channels on again",
  params: switchParams,
  roles: OPS,
  revised: true,
  audits: ["switch.on"],
  undo: "switches",
  subject: () => "switches",
  async run(context, wanted, act) {
    const { switches } = tenantOf(context, act.tenant);
    await act.expect(switchesRevision(switches));
    const { patterns = [], channels = [] } = wanted;
    const after = isEverything(wanted)
      ? { ...switches, tenant: false }
      : {
          ...switches,
          patterns: switches.patterns.filter((each) => !patterns.includes(each)),
          channels: switches.channels.filter((each) => !channels.includes(each)),
        };
    return turn(act, switches, after, wanted);
  },
};
