import { z } from "zod";
import type { Delivery } from "../core/delivery.ts";
import { reasonWords } from "../core/reasons.ts";
import { byHandMessage, questionOf } from "./by-hand.ts";
import { guardsFor, type StandingGuard } from "./by-hand-guards.ts";
import { type Action, AGENTS } from "./contract.ts";
import { conflict } from "./refusal.ts";

const params = byHandMessage.extend({
  override: z
    .boolean()
    .optional()
    .describe("Sends although guards stand in the way that may be lifted; the reason says why"),
});

export interface SentByHand {
  readonly delivery: Delivery;
  /** This key has sent it before: nothing was done now. */
  readonly known: boolean;
}

/**
 * Sends a template to a person: what stands in the way is listed in the refusal, and lifted only where it may be. The
 * key of the request names the message: the same key sends once, and answers with what it sent.
 */
export const sendByHand: Action<typeof params, SentByHand> = {
  name: "send-by-hand",
  summary: "Send a template to a person by hand",
  params,
  roles: AGENTS,
  revised: false,
  audits: ["delivery.manual"],
  undo: "manual",
  subject: ({ person }) => `person/${person}`,
  async run(context, wanted, act) {
    const id = context.hashId("manual", act.tenant, act.key ?? context.newId());
    const sent = await context.store.delivery(act.tenant, id);
    if (sent !== null) return { delivery: sent, known: true };
    const { override = false, ...message } = wanted;
    const question = await questionOf(context, act.tenant, message, act.now);
    refuseOrGoOn(guardsFor(question), override);
    const { person, channel, template, match = null } = message;
    const { actor, reason } = act.by;
    const what = { delivery: id, person, channel, template, match, actor, reason };
    const control = { kind: "manual", ...what } as const;
    const effects = await act.control({ unit: question.unit.id }, control, {
      detail: { delivery: id, channel, template, match, override },
      undo: { ...control, undo: true },
    });
    const made = effects.find((effect) => effect.kind === "delivery" && effect.row.id === id);
    if (made?.kind === "delivery") return { delivery: made.row, known: false };
    const last = effects.findLast((effect) => effect.kind === "decision");
    const why = last === undefined ? "" : `: ${reasonWords(last.row.reason)}`;
    throw conflict(`The message was not taken${why}.`);
  },
};

/** @throws Refusal listing the guards */
function refuseOrGoOn(guards: readonly StandingGuard[], override: boolean): void {
  const never = guards.filter(({ overridable }) => !overridable);
  if (never.length > 0) throw conflict(never.map(({ detail }) => detail).join(" "), { guards });
  if (guards.length === 0 || override) return;
  const detail = guards.map((guard) => guard.detail).join(" ");
  throw conflict(`${detail} Send it all the same with \`override: true\` and your reason.`, { guards });
}
