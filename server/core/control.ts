import type { Alert, Delivery } from "./delivery.ts";
import type { Match } from "./match.ts";
import type { Channel } from "./pattern.ts";
import type { Sighting } from "./population.ts";
import type { ChannelKind, Incident, Readiness, Rollout, Switches, TenantSettings } from "./tenant.ts";
import type { Millis } from "./time.ts";
import type { PersonState, Tracked } from "./unit.ts";

/** Who did it: `agent:ana@…`, `ops:U123`, `customer`, `provider:twilio`, `system`. */
export type Actor = string;

/** How an attempt to send ended. */
export type AttemptResult =
  | { readonly kind: "sent"; readonly providerId: string | null; readonly preview: boolean }
  /** Nothing was accepted (429, 5xx that says so, refused before the request was written): try again then. */
  | { readonly kind: "retry"; readonly at: Millis; readonly detail: string }
  | { readonly kind: "failed"; readonly detail: string; readonly address: "bad" | "opted_out" | null }
  | { readonly kind: "in_doubt"; readonly detail: string };

export type ReceiptKind =
  | "accepted"
  | "delivered"
  | "shown"
  | "opened"
  | "clicked"
  | "dismissed"
  | "deferred"
  | "failed" // for good; the ladder steps on
  | "bounced" // the address is bad
  | "complained"
  | "unsubscribed"
  | "unknown"; // given up on after 24 h in doubt

export type FeedbackAnswer = "yes" | "no" | "not_mine" | "someone_else";

/** What the store says at the moment of claiming; recorded, so that the log alone explains the judgement. */
export interface ClaimFacts {
  /** What the clock says at the claim: earlier than the log's own time when it was set back in the meantime. */
  readonly at?: Millis;
  readonly switchedOff: boolean;
  readonly stopped: boolean;
  /** As the store has it now. */
  readonly consent: PersonState["consent"];
  readonly channelsOff: readonly ChannelKind[];
  /** Moments of messages to this person from other units in the last 24 h. */
  readonly elsewhere: readonly Millis[];
  /** Of a notice: another unit of this person has told them of the incident on this channel. */
  readonly noticed?: boolean;
}

/**
 * What the tables have of a unit: those of its people that were asked for; its matches that are open, have a message on
 * its way or were asked for; all deliveries, alerts and numbers of decisions of these; and deliveries of no match, as
 * far as they were asked for or are not final. Recorded, so that the log alone explains what a unit did after an upgrade.
 */
export interface Served {
  readonly persons: readonly PersonState[];
  readonly matches: readonly Match[];
  readonly deliveries: readonly Delivery[];
  readonly alerts: readonly Alert[];
  readonly judgements: readonly (readonly [match: string, decisions: number])[];
}

/** Inputs of one unit that are not events. */
export type UnitControl =
  | { readonly kind: "tick" }
  /** The first input after an upgrade, of a unit whose newest inputs another engine had judged. */
  | { readonly kind: "reconcile"; readonly engine: number; readonly served: Served }
  /** Backfill begins here, at this moment of the present. */
  | { readonly kind: "backfill"; readonly at: Millis }
  | {
      readonly kind: "claim";
      readonly delivery: string;
      readonly facts: ClaimFacts | null;
      readonly leaseFor: Millis;
    }
  | {
      readonly kind: "attempted";
      readonly delivery: string;
      readonly fence: number;
      readonly result: AttemptResult;
    }
  | {
      readonly kind: "receipt";
      readonly delivery: string;
      readonly receipt: ReceiptKind;
      readonly at: Millis;
      readonly detail?: string;
      readonly providerId?: string;
    }
  | {
      readonly kind: "feedback";
      readonly delivery: string | null;
      readonly match: string;
      readonly person: string;
      readonly answer: FeedbackAnswer | null;
      readonly stars: number | null;
    }
  | {
      readonly kind: "preference";
      readonly person: string;
      readonly change: PreferenceChange;
      readonly actor: Actor;
      readonly reason: string;
    }
  | {
      readonly kind: "verdict";
      readonly match: string;
      readonly verdict: "false_alarm" | "real";
      readonly actor: Actor;
      readonly reason: string;
      readonly undo?: true;
    }
  | {
      readonly kind: "review";
      readonly match: string;
      readonly answer: "approve" | "edit" | "reject";
      readonly text?: string;
      readonly actor: Actor;
      readonly reason: string;
      readonly undo?: true;
      /** Of an `undo`: the step that was asked about. Those of before do not say it; theirs is the first. */
      readonly step?: number;
    }
  | {
      readonly kind: "alert";
      readonly alert: string;
      /** `restore` takes an action back: the alert is as it was `before`. */
      readonly action: "acknowledge" | "assign" | "snooze" | "resolve" | "restore";
      readonly before?: Pick<Alert, "state" | "assignee" | "snoozedUntil">;
      readonly assignee?: string;
      readonly until?: Millis;
      readonly actor: Actor;
      readonly reason: string;
      readonly expect?: number;
    }
  | {
      readonly kind: "manual";
      readonly delivery: string;
      readonly person: string;
      readonly channel: Channel;
      readonly template: string;
      readonly match: string | null;
      readonly actor: Actor;
      readonly reason: string;
      /** Takes back what is not being sent yet. */
      readonly undo?: true;
    }
  | {
      /** Names that were given to the person are nobody's again; what came under them stays. */
      readonly kind: "unlink";
      readonly person: string;
      /** As the store keeps names: keyed hashes. */
      readonly names: readonly string[];
      readonly actor: Actor;
      readonly reason: string;
    }
  /** A person's state as another unit has it (a person in several accounts). */
  | { readonly kind: "profile"; readonly person: PersonState }
  /** A person without an account got one, or two identities turned out to be one person. */
  | {
      readonly kind: "adopt";
      readonly from: string;
      readonly person: PersonState;
      readonly tracked: readonly Tracked[];
      readonly deliveries?: readonly Delivery[];
      readonly alerts?: readonly Alert[];
    }
  | { readonly kind: "handover"; readonly person: string; readonly to: string; readonly as: string }
  /** A person of this unit was seen in another one too: it gets their profile. */
  | { readonly kind: "share"; readonly person: string; readonly to: string }
  | { readonly kind: "erase"; readonly person: string; readonly pseudonym: string }
  /** To the tenant's own unit: a match fired somewhere. */
  | { readonly kind: "sighting"; readonly sighting: Sighting }
  /** From the tenant's own unit: a match is part of an incident. */
  | { readonly kind: "affected"; readonly match: string; readonly incident: string }
  /** From the tenant's own unit to those an incident affects: its broadcast was answered, or it is over. */
  | { readonly kind: "notice"; readonly incident: string }
  /** To the tenant's own unit: what the journey signals counted since the last tally. */
  | { readonly kind: "tally"; readonly counts: readonly Tally[] }
  /**
   * To the tenant's own unit: somebody (or a monitoring system) says that there is an incident, or that it is over.
   * From there to the unit of an account: most of its people are affected, so its admin is told instead of them.
   */
  | {
      readonly kind: "declare";
      readonly scope: Incident["scope"];
      readonly running: boolean;
      readonly actor: Actor;
      readonly reason: string;
    }
  /** To the tenant's own unit: whether messages of a kind get through its connection. */
  | {
      readonly kind: "connection";
      readonly channel: ChannelKind;
      /** `sendgrid`, `twilio`. */
      readonly system: string;
      readonly what: "bad_credentials" | "breaker_open" | "works";
      /** In the provider's or our own words; no address, no secret. */
      readonly detail: string;
    }
  | {
      readonly kind: "broadcast";
      readonly incident: string;
      readonly answer: "approved" | "declined";
      readonly actor: Actor;
    };

/** Occurrences of one journey signal in one minute. */
export interface Tally {
  readonly pattern: string;
  readonly key: string;
  readonly minute: Millis;
  readonly count: number;
}

export type PreferenceChange =
  | { readonly kind: "stop" }
  | { readonly kind: "resume" }
  | { readonly kind: "channel"; readonly channel: ChannelKind; readonly on: boolean }
  | { readonly kind: "prefer"; readonly channel: ChannelKind | null }
  | { readonly kind: "snooze"; readonly until: Millis | null }
  | { readonly kind: "pause"; readonly until: Millis | null } // by an agent or ops
  | {
      readonly kind: "consent";
      readonly channel: "email" | "sms" | "phone" | "push";
      readonly given: boolean;
    }
  | { readonly kind: "bounced"; readonly channel: "email" | "phone" };

/** The control of one kind. */
export type ControlOf<Kind extends UnitControl["kind"]> = Extract<UnitControl, { readonly kind: Kind }>;

/** Inputs that change the tenant-wide state; they concern every unit. */
export type TenantControl =
  | { readonly kind: "settings"; readonly settings: TenantSettings }
  /** Patterns and templates as loaded: the library's content is stored by version. */
  | {
      readonly kind: "library";
      readonly version: string;
      readonly approvedBy: Actor;
    }
  | {
      readonly kind: "readiness";
      readonly channels: { readonly [kind in ChannelKind]: Readiness };
      readonly notReady: readonly (readonly [string, string])[];
      readonly templates: readonly (readonly [string, string])[];
    }
  | { readonly kind: "switches"; readonly switches: Switches; readonly actor: Actor; readonly reason: string }
  | { readonly kind: "rollout"; readonly rollout: Rollout; readonly actor: Actor; readonly reason: string }
  /** A product area was seen for the first time. */
  | { readonly kind: "product_area"; readonly name: string; readonly at: Millis }
  | { readonly kind: "incident"; readonly incident: Incident };

export type Control = UnitControl | TenantControl;

/** Every kind of tenant-wide input, once. */
const OF_TENANT: { readonly [kind in TenantControl["kind"]]: true } = {
  settings: true,
  library: true,
  readiness: true,
  switches: true,
  rollout: true,
  product_area: true,
  incident: true,
};

export const isOfTenant = (control: Control): control is TenantControl =>
  Object.hasOwn(OF_TENANT, control.kind);
