/* The live stream. */

import type {
  AlertBody,
  DecisionBody,
  DeliveryBody,
  IncidentBody,
  MatchBody,
  OutcomeBody,
} from "./records.ts";
import type { ScoreStepBody } from "./risk.ts";
import type { SwitchesBody } from "./tenant.ts";

/** One message of the stream; the event name says which. `reset`: something was missed, read again. */
export type LiveMessage =
  | { readonly event: "decision"; readonly data: DecisionBody }
  | { readonly event: "delivery"; readonly data: DeliveryBody }
  | { readonly event: "alert"; readonly data: AlertBody }
  | { readonly event: "match"; readonly data: MatchBody }
  | { readonly event: "outcome"; readonly data: OutcomeBody }
  | {
      readonly event: "score";
      readonly data: ScoreStepBody & { readonly key: string };
    }
  | { readonly event: "incident"; readonly data: IncidentBody }
  | { readonly event: "switches"; readonly data: SwitchesBody }
  | { readonly event: "reset"; readonly data: { readonly reason: string } };
