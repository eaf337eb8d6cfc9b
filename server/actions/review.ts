import { z } from "zod";
import type { Decision } from "../core/decision.ts";
import { reasonWords } from "../core/reasons.ts";
import { type Action, type ActionContext, AGENTS } from "./contract.ts";
import { matchOf } from "./match.ts";
import { idText } from "./params.ts";
import { conflict, invalid, notFound } from "./refusal.ts";
import { matchRevision } from "./revisions.ts";

const params = z.strictObject({
  decision: idText,
  answer: z
    .enum(["approve", "edit", "reject"], "must be approve, edit or reject")
    .describe("Lets it go as it is, with another text, or not at all"),
  text: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(2_000)
    .optional()
    .describe("The new text; with `edit`, and only then"),
});

/** Lets a held message go, with other words, or not at all. Once: the second who answers hears who was first. */
export const review: Action<typeof params, { readonly match: string }> = {
  name: "review",
  summary: "Approve, edit or reject a message that is held for review",
  params,
  roles: AGENTS,
  revised: true,
  audits: ["decision.approve", "decision.edit", "decision.reject"],
  undo: "review",
  async subject({ decision, answer, text }, context, tenant) {
    if ((answer === "edit") !== (text !== undefined)) {
      throw invalid("Give the new text with `edit`, and only then.");
    }
    return `match/${(await heldBy(context, tenant, decision)).match}`;
  },
  async run(context, { decision: id, answer, text }, act) {
    const decision = await heldBy(context, act.tenant, id);
    const { match, tracked } = await matchOf(context, act.tenant, decision.match);
    if (tracked?.pursuit?.state !== "review") throw await act.tooLate("It waits for a review no more.");
    await act.expect(matchRevision(tracked));
    const { actor, reason } = act.by;
    const plain = { kind: "review", match: match.id, answer, actor, reason } as const;
    const control = text === undefined ? plain : { ...plain, text };
    await act.control({ unit: match.unit }, control, {
      action: `decision.${answer}`,
      detail: { decision: id, pattern: match.pattern },
      undo: { ...plain, undo: true, step: tracked.pursuit.step },
    });
    return { match: match.id };
  },
};

async function heldBy({ store }: ActionContext, tenant: string, id: string): Promise<Decision> {
  const decision = await store.decision(tenant, id);
  if (decision === null) throw notFound("There is no decision with this id.");
  if (decision.reason !== "review") {
    throw conflict(`This decision does not wait for a review: ${reasonWords(decision.reason)}.`);
  }
  return decision;
}
