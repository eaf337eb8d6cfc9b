import { z } from "zod";
import { type Action, CUSTOMERS } from "./contract.ts";
import { idText } from "./params.ts";
import { invalid } from "./refusal.ts";

const params = z
  .strictObject({
    person: idText,
    match: z.string(),
    delivery: z.string(),
    answer: z.enum(["yes", "no", "not_mine", "someone_else"]).nullable(),
    stars: z.int().min(1).max(5).nullable(),
  })
  .refine(({ answer, stars }) => answer !== null || stars !== null, "Give an answer, or stars, or both");

/** Whether it helped, in the customer's own words. It is kept as feedback, and not in the audit of colleagues' acts. */
export const giveFeedback: Action<typeof params, null> = {
  name: "give-feedback",
  summary: "Say whether a message helped",
  params,
  roles: CUSTOMERS,
  revised: false,
  audits: [],
  undo: null,
  subject: ({ person }) => `person/${person}`,
  async run({ store, pipeline }, given, act) {
    const { person, delivery } = given;
    if (given.answer === "someone_else") {
      const match = await store.match(act.tenant, given.match);
      if (match === null || !match.key.startsWith("account/")) {
        throw invalid("Nobody else could have done it: this is about one person alone.");
      }
    }
    const row = await store.delivery(act.tenant, delivery);
    // A message that is gone is not asked about in any one account.
    const target = row === null ? { person } : { unit: row.unit };
    await pipeline.control(act.tenant, target, { kind: "feedback", ...given });
    return null;
  },
};
