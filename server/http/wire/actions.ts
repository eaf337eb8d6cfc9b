/* Answers of writes. */

import type { BandName, IsoTime } from "./base.ts";
import type { AlertBody, DecisionBody, DeliveryBody, IncidentBody } from "./records.ts";
import type { PersonControlsBody } from "./risk.ts";
import type { RolloutBody, SwitchesBody } from "./tenant.ts";

/** Answer of linking a requester: the person they are from now on. */
export interface LinkActionBody extends ActionBody {
  readonly person: string;
  readonly linked: readonly ("zendeskId" | "email")[];
}

/** What stands in the way of a message sent by hand. */
export interface GuardBody {
  readonly reason: string;
  readonly kind: "hold" | "stop";
  readonly until: IsoTime | null;
  readonly detail: string;
  /** False: no reason of yours lifts it. */
  readonly overridable: boolean;
}

/** Answer of every write: the audit row it left, and what followed from it at once. */
export interface ActionBody {
  /** Id for `/actions/<id>/undo`. */
  readonly action: string;
  readonly undoable: boolean;
  readonly effects: {
    readonly decisions: readonly DecisionBody[];
    readonly deliveries: readonly DeliveryBody[];
    readonly alerts: readonly AlertBody[];
    readonly scores: readonly { readonly key: string; readonly score: number; readonly band: BandName }[];
  };
}

export interface PersonActionBody extends ActionBody {
  readonly person: string;
  readonly controls: PersonControlsBody;
  readonly revision: string;
}

export interface AlertActionBody extends ActionBody {
  readonly alert: AlertBody;
}

export interface MatchActionBody extends ActionBody {
  readonly match: string;
}

export interface IncidentActionBody extends ActionBody {
  readonly incident: IncidentBody;
}

export interface SwitchesActionBody extends ActionBody {
  readonly switches: SwitchesBody;
}

export interface RolloutActionBody extends ActionBody {
  readonly rollout: RolloutBody;
}

export interface ManualPreviewBody {
  readonly guards: readonly GuardBody[];
  /** `send` goes as it is, `override` needs `override: true`, `never` cannot be sent. */
  readonly verdict: "send" | "override" | "never";
  /** The message as the person would see it; null when it cannot be rendered. */
  readonly rendered: unknown;
}

export interface ManualActionBody extends ActionBody {
  readonly delivery: DeliveryBody;
}
