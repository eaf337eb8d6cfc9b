import { z } from "zod";
import type * as wire from "../../wire.ts";
import { type Answer, band, flag, named, number, reasonWord, text, timeOrNull } from "./base.ts";
import { alert, decision, delivery, incident } from "./records.ts";
import { controls } from "./risk.ts";
import { rollout, switches } from "./tenant.ts";

export const guard: Answer<wire.GuardBody> = named(
  "Guard",
  z.strictObject({
    reason: reasonWord,
    kind: z.enum(["hold", "stop"]),
    until: timeOrNull,
    detail: text,
    overridable: flag,
  }),
);

const actionFields = {
  action: text,
  undoable: flag,
  effects: z.strictObject({
    decisions: z.array(decision),
    deliveries: z.array(delivery),
    alerts: z.array(alert),
    scores: z.array(z.strictObject({ key: text, score: number, band })),
  }),
};

export const action: Answer<wire.ActionBody> = named("Action", z.strictObject(actionFields));

export const personAction: Answer<wire.PersonActionBody> = named(
  "PersonAction",
  z.strictObject({ ...actionFields, person: text, controls, revision: text }),
);

export const linkAction: Answer<wire.LinkActionBody> = named(
  "LinkAction",
  z.strictObject({ ...actionFields, person: text, linked: z.array(z.enum(["zendeskId", "email"])) }),
);

export const alertAction: Answer<wire.AlertActionBody> = named(
  "AlertAction",
  z.strictObject({ ...actionFields, alert }),
);

export const matchAction: Answer<wire.MatchActionBody> = named(
  "MatchAction",
  z.strictObject({ ...actionFields, match: text }),
);

export const incidentAction: Answer<wire.IncidentActionBody> = named(
  "IncidentAction",
  z.strictObject({ ...actionFields, incident }),
);

export const switchesAction: Answer<wire.SwitchesActionBody> = named(
  "SwitchesAction",
  z.strictObject({ ...actionFields, switches }),
);

export const rolloutAction: Answer<wire.RolloutActionBody> = named(
  "RolloutAction",
  z.strictObject({ ...actionFields, rollout }),
);

export const manualReply: Answer<wire.ManualPreviewBody | wire.ManualActionBody> = z.union([
  named(
    "ManualPreview",
    z.strictObject({
      guards: z.array(guard),
      verdict: z.enum(["send", "override", "never"]),
      rendered: z.unknown(),
    }),
  ),
  named("ManualAction", z.strictObject({ ...actionFields, delivery })),
]);
