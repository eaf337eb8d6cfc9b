import { z } from "zod";
import type { Effect } from "../../core/effect.ts";
import { alertOf, changed, decisionOf, deliveryOf, each } from "../../core/renamed.ts";
import { isRecord } from "../../lib/foreign.ts";
import { ACCOUNT, account } from "./account.ts";
import { ALERT, alert } from "./alert.ts";
import { CONTRIBUTIONS, contributions } from "./contributions.ts";
import { DECISION, decision } from "./decision.ts";
import { DELIVERY, delivery } from "./delivery.ts";
import { FEEDBACK, feedback } from "./feedback.ts";
import { MATCH, match } from "./match.ts";
import { OUTCOME, outcome } from "./outcome.ts";
import { band, flag, number, text } from "./parts.ts";
import { PERSON, person } from "./person.ts";
import { shape } from "./shape.ts";

const VERSION = 2;

const score = z.object({
  tenant: text,
  unit: text,
  key: text,
  at: number,
  score: number,
  band,
  contributions,
  why: text,
  change: text.exactOptional(),
  history: flag,
});

/** Those that are records; what comes back as an input of its own does not wait. */
export type LastingEffect = Exclude<Effect, { readonly kind: "tenant" | "forward" }>;

const RENAMED: { readonly [kind: string]: (row: unknown) => unknown } = {
  decision: decisionOf,
  delivery: deliveryOf,
  alert: alertOf,
};

function renamed(effect: unknown): unknown {
  const change = isRecord(effect) && typeof effect.kind === "string" ? RENAMED[effect.kind] : undefined;
  return change === undefined ? effect : changed(effect, "row", change);
}

/** What a small commit led to, until it stands in the tables it belongs to. */
export const EFFECTS = shape<readonly LastingEffect[]>()({
  kind: "effects that wait for their tables",
  version: VERSION,
  upgrades: [each(renamed)],
  holds: [
    [MATCH, 1],
    [DECISION, 2],
    [DELIVERY, 2],
    [ALERT, 2],
    [OUTCOME, 1],
    [CONTRIBUTIONS, 1],
    [FEEDBACK, 1],
    [ACCOUNT, 1],
    [PERSON, 1],
  ],
  schema: z.array(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("match"), row: match }),
      z.object({ kind: z.literal("decision"), row: decision }),
      z.object({ kind: z.literal("delivery"), row: delivery }),
      z.object({ kind: z.literal("alert"), row: alert }),
      z.object({ kind: z.literal("outcome"), row: outcome }),
      z.object({ kind: z.literal("score"), row: score }),
      z.object({ kind: z.literal("feedback"), row: feedback }),
      z.object({ kind: z.literal("account"), tenant: text, unit: text, row: account }),
      z.object({ kind: z.literal("person"), tenant: text, unit: text, row: person }),
      z.object({ kind: z.literal("person_removed"), tenant: text, unit: text, person: text }),
    ]),
  ),
});

export const { read: readEffects, write: writeEffects } = EFFECTS;
