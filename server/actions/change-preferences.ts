import { z } from "zod";
import { type Action, CUSTOMERS } from "./contract.ts";
import { channelKind, idText, moment } from "./params.ts";
import { checkEnd } from "./person.ts";

const change = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("stop") }),
  z.strictObject({ kind: z.literal("resume") }),
  z.strictObject({ kind: z.literal("channel"), channel: channelKind, on: z.boolean() }),
  z.strictObject({ kind: z.literal("prefer"), channel: channelKind.nullable() }),
  z.strictObject({ kind: z.literal("snooze"), until: moment.nullable() }),
  z.strictObject({
    kind: z.literal("consent"),
    channel: z.enum(["email", "sms", "phone", "push"]),
    given: z.boolean(),
  }),
]);
const params = z.strictObject({ person: idText, change });

/** What the customer wants to get, and when: one wish at a time, each with an audit row beside what colleagues do. */
export const changePreferences: Action<typeof params, null> = {
  name: "change-preferences",
  summary: "Stop, resume, snooze or choose channels, as the customer themselves",
  params,
  roles: CUSTOMERS,
  revised: false,
  audits: ["stop", "resume", "channel", "prefer", "snooze", "consent"].map((kind) => `person.${kind}`),
  undo: null,
  subject: ({ person }) => `person/${person}`,
  async run(_context, { person, change: wanted }, act) {
    if (wanted.kind === "snooze" && wanted.until !== null) checkEnd(wanted.until, act.now);
    const { actor, reason } = act.by;
    const control = { kind: "preference", person, change: wanted, actor, reason } as const;
    await act.control({ person }, control, { action: `person.${wanted.kind}`, detail: { ...wanted } });
    return null;
  },
};
