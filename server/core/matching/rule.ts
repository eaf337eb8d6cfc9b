import type { Pattern } from "../pattern.ts";
import type { Millis } from "../time.ts";
import type { Episode } from "./episode.ts";
import type { Facts } from "./facts.ts";
import type { Keying } from "./keying.ts";
import type { Test } from "./listening.ts";
import type { Roles, Signal } from "./signal.ts";
import type { State } from "./state.ts";

/** What a fold over signals needs besides the state it changes. */
export interface Fold {
  readonly rule: Rule;
  readonly facts: Facts | null;
  /** Takes every episode that was opened, extended or closed; null when nobody wants to know. */
  readonly touched: Episode[] | null;
}

/** How one kind of `when` changes a state. */
export interface Behaviour {
  /** Takes the next signal in order; `advance` has run up to its time. */
  take(fold: Fold, state: State, signal: Signal, roles: Roles): void;
  /** Lets time pass: does what is due before `limit`, or at `limit` as well when `inclusive`. */
  advance(fold: Fold, state: State, limit: Millis, inclusive: boolean): void;
  /**
   * Takes a signal that came too late to have its place in the order. It may extend, end or answer a match that is
   * open and was open at its time, and count in baselines; it never opens one. `settled` is five minutes ago.
   */
  takeLate(fold: Fold, state: State, signal: Signal, roles: Roles, settled: Millis): void;
  /** When `advance` will next have something to do; Infinity when never. */
  due(rule: Rule, state: State): Millis;
  /** Forgets what a match rested on, once it is closed. */
  reset(state: State): void;
  /** True when the state can no longer make a difference to signals from `settled` on. */
  isSpent(state: State, settled: Millis): boolean;
  /**
   * True when a signal, the newest of its key, changes neither what is shown nor when time alone will: it need not be
   * folded in before it is five minutes old.
   */
  isSilent(rule: Rule, heard: Heard, signal: Signal, roles: Roles): boolean;
}

/** What a cell has heard so far. */
export interface Heard {
  /** Without what is still in the log; null while there was nothing to keep. */
  readonly base: State | null;
  /** How many of its signals are in the log. */
  readonly pending: number;
  /** What its timer is set to; Infinity when to nothing. */
  readonly due: Millis;
}

/** A pattern, ready to be matched. */
export interface Rule {
  /** Pattern id and version: a changed pattern has a state of its own. */
  readonly key: string;
  readonly pattern: Pattern;
  /** A paused pattern opens nothing; what is open still closes. */
  readonly active: boolean;
  readonly behaviour: Behaviour;
  readonly keying: Keying;
  /** Fewer beginning signals than this cannot open anything: they need no state yet. */
  readonly least: number;
  /** For how long a signal that opened nothing matters; null when that is not a matter of time alone. */
  readonly span: Millis | null;
  /** True for kinds that gather signals in `state.times` until there are `least`. */
  readonly gathers: boolean;
  /** Of a signal that opened nothing, only its time, id and person matter once it is five minutes old. */
  readonly forgetsData: boolean;
  /** The kind keeps a baseline, which late and old events count in as well. */
  readonly hasBaseline: boolean;
  /** Evidence that comes to an open match extends it, and does nothing else. */
  readonly growsByEvidence: boolean;
  /** A match is shown five minutes after it fired: until then it may be answered in time. */
  readonly waits: boolean;
  /** Depends on sign-up, onboarding or segment. */
  readonly usesFacts: boolean;
  /** 0 when it hears events only, one more than that of the patterns whose matches it hears. */
  readonly depth: number;
  /** By roles: what the log keeps beside a signal. */
  readonly addressees: readonly Addressee[];
  /** The patterns that listen for the matches of this one. */
  readonly outers: readonly Listener[];
}

/** Whom a signal in the log is for, and as what. After decoding, `rule` is null until a library is at hand. */
export interface Addressee {
  readonly key: string;
  readonly roles: Roles;
  readonly rule: Rule | null;
}

/** What one pattern wants to hear of one event type, or of the matches of one pattern. */
export interface Listener {
  readonly rule: Rule;
  readonly ears: readonly { readonly role: Roles; readonly test: Test | null }[];
}
