import type { Alert, Delivery } from "./delivery.ts";
import type { Match } from "./match.ts";
import type { Cells } from "./matching/contract.ts";
import type { Channel, IssueType } from "./pattern.ts";
import type { Population } from "./population.ts";
import type { ChannelKind } from "./tenant.ts";
import type { Millis } from "./time.ts";

/**
 * A unit is what `assess` works on: one account with its persons, or one person without an account. It is the grain
 * of order, timers, snapshots and undo; units are spread over 1024 shards by hash.
 */
export interface Unit {
  readonly tenant: string;
  /** `account/acme`, `person/u1`, or `tenant` for what concerns the whole tenant. */
  readonly id: string;
  /** Log position of the last input applied. */
  seq: number;
  /** `receivedAt` of the last input, or due time of the last timer: never goes back. */
  clock: Millis;
  /** When it was last told of a backfill that moved its clock; 0 once something live has come. */
  toldAt: Millis;
  /** Log position of the newest change of patterns that it learned of between two inputs; 0 when there was none. */
  patternsAsOf: number;
  account: AccountState | null;
  readonly persons: Map<string, PersonState>;
  cells: Cells;
  /** Matches that still count: scored, pursued, or without a final outcome. */
  readonly tracked: Map<string, Tracked>;
  /** Deliveries that are not final, or belong to a tracked match. */
  readonly deliveries: Map<string, Delivery>;
  /** Alerts that are not resolved, or belong to a tracked match. */
  readonly alerts: Map<string, Alert>;
  /** Only on the tenant's own unit (`tenant`): what is counted over all units. */
  population: Population | null;
  /** Sorted by due time, then kind, then ref. Matcher timers are asked for separately. */
  timers: Timer[];
  /** By score key: what was last written to history. */
  readonly scores: Map<string, ScoreState>;
}

export interface AccountState {
  readonly id: string;
  /** The company's name; people's names are never here. */
  name: string | null;
  plan: string | null;
  segment: string | null;
  region: string | null;
  industry: string | null;
  mrr: number | null;
  owner: string | null;
  timeZone: string | null;
  productArea: string | null;
  signedUpAt: Millis | null;
  onboardedAt: Millis | null;
  /** role -> person ids, from account.* events. */
  contacts: { [role: string]: readonly string[] };
}

/** Everything the policy needs to know about a person. Names and addresses are not here. */
export interface PersonState {
  readonly id: string;
  timeZone: string | null;
  locale: string | null;
  roles: readonly string[];
  tier: string | null;
  /** A known address for the kind, and whether it bounced. */
  reach: { email: boolean; phone: boolean; push: boolean; bouncedEmail: boolean; bouncedPhone: boolean };
  /** Recorded answers: absent means never asked. */
  consent: { email?: boolean; sms?: boolean; phone?: boolean; push?: boolean };
  /** Stopped proactive messages on every channel at once. */
  stoppedAt: Millis | null;
  channelsOff: readonly ChannelKind[];
  preferred: Channel | ChannelKind | null;
  snoozedUntil: Millis | null;
  /** By an agent or ops. `FOREVER` until somebody resumes. */
  pausedUntil: Millis | null;
  /** family -> until: "I do not have this problem". */
  muted: { [family: string]: Millis };
  /** Messages that count against cap, gap and duplicate, newest last; `messagesCountFor` says how long. */
  messages: PersonMessage[];
  tickets: PersonTicket[];
  /** Time of the newest event that names them. */
  lastEventAt: Millis | null;
}

export interface PersonMessage {
  readonly delivery: string;
  readonly match: string;
  readonly family: string;
  readonly channel: Channel;
  readonly step: number;
  /** Counted from this moment: sent, shown (in-app), or reserved while waiting. */
  at: Millis;
  state: "reserved" | "in_doubt" | "sent" | "void";
  /** Decided while its account was in dry run: counts only while it still is. */
  readonly dry: boolean;
}

export interface PersonTicket {
  readonly id: string;
  /** Null when its category maps to nothing. */
  issue: IssueType | null;
  openedAt: Millis;
  /** Created or last reopened. */
  at: Millis;
  open: boolean;
}

/** A match with what we do about it. */
export interface Tracked {
  match: Match;
  /** Score share forced to 0: recovered, false alarm, "I do not have this problem". */
  silenced: "recovery" | "false_alarm" | "not_mine" | null;
  pursuit: Pursuit | null;
  /** Newest outcome, kept until it can no longer change. */
  outcome: string | null;
  /** Tickets seen since firing that may decide the outcome. */
  ticket: { readonly id: string; readonly at: Millis } | null;
  helped: "clicked" | "yes" | null;
  /** It fired in another unit, or under another name: no evidence adds to it here. */
  adopted?: true;
}

/**
 * What is done about one match, in one of four modes. `judgements` and `heldFor` only grow; `step` is where the ladder
 * stands.
 *
 * - `held`: the guards are to be asked. It begins so, and is asked within the same turn; after that a `judge` timer
 *   asks again when the hold ends, or sooner when what held it may be gone. Time in a hold counts from `heldSince`.
 * - `review`: the guards would let it go and a colleague has to agree. Their answer or the `review` timer ends it: an
 *   approval leads to `held` with `approved`, everything else to `ended`.
 * - `sent`: on `step` a delivery was made (queued, sent, or for the record alone), or only a person of ours is asked.
 *   The timers `step` and `human` lead on when it was not enough. A next step that must wait is `held` again, and back
 *   in `sent` when the message before it is seen after all.
 * - `ended`: no timer of it is set, and `lastReason` says why. It is the end unless what ended it is taken back: the score of
 *   a match that was `below` rises, new evidence comes well after an incident, the match opens again before anything
 *   was sent, or a colleague takes a verdict or a review back. Then it is `held`.
 *
 * A delivery has a life of its own (core/delivery.ts): a queued row may be stopped while the pursuit is `sent`, which
 * gives its step free again.
 */
export interface Pursuit {
  state: "held" | "review" | "sent" | "ended";
  step: number;
  /** Steps on which a delivery was made that was not taken back: none of them is sent on again. */
  sentSteps: number[];
  /** Delivery ids, oldest first. */
  deliveries: string[];
  /** The person chosen; null until somebody was. */
  person: string | null;
  dueBy: Millis;
  heldSince: Millis | null;
  heldFor: Millis;
  /** How many judgements there were: the number of the next one is part of its decision's id. */
  judgements: number;
  /** A human approved it: `review` passes from now on. */
  approved: boolean;
  humanDone: boolean;
  alerted: boolean;
  lastReason: string;
  /** The account incident of which this is the one message, to the account's admin. */
  insteadOf?: string;
}

export type TimerKind =
  | "judge" // a hold ends, or the first judgement
  | "step" // the ladder's next step
  | "human" // the human step is due
  | "review"
  | "outcome"
  | "settle" // corrections of the outcome end
  | "sweep" // recompute the score
  | "incident" // every minute of a running incident
  | "notice" // the next units are told of an incident; in a unit: what it was told can be forgotten
  | "journey" // a bucket of a journey signal is complete
  | "quiet" // an adopted match goes quiet
  | "doubt"; // give up on an in-doubt delivery

export interface Timer {
  readonly due: Millis;
  readonly kind: TimerKind;
  readonly ref: string;
}

export interface ScoreState {
  score: number;
  band: Band;
  /** Sorted match ids with a live contribution. */
  contributors: readonly string[];
  at: Millis;
}

export type Band = "normal" | "watch" | "alert" | "critical";
