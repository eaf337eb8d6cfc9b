import type { ClosedBy } from "../match.ts";
import type { Millis } from "../time.ts";
import { Episode } from "./episode.ts";
import type { Evidence } from "./evidence.ts";
import type { Fold } from "./rule.ts";
import { BREAK, EVIDENCE, RECOVERY, type Roles, type Signal } from "./signal.ts";
import type { State } from "./state.ts";

/** True when the pattern may fire: it is not paused, and its last firing is `refractory` ago. */
export function mayFire({ rule }: Fold, { lastFired }: State, at: Millis): boolean {
  return rule.active && (lastFired === null || at - lastFired >= rule.pattern.refractory);
}

export function open(fold: Fold, state: State, firstAt: Millis, firedAt: Millis, evidence: Evidence): void {
  const { rule, touched } = fold;
  const { ids, data } = evidence;
  const id = ids[ids.length - 1] ?? `${rule.pattern.id}#${state.episodes}`;
  const firing = rule.outers.length === 0 ? null : { id, person: evidence.person(), data };
  state.episode = new Episode(state.episodes, firstAt, firedAt, firedAt, evidence, firing);
  state.episodes++;
  state.lastFired = firedAt;
  state.times.length = 0;
  state.refs.length = 0;
  touched?.push(state.episode);
}

/** New evidence in an open match. */
export function extend({ touched }: Fold, episode: Episode, signal: Signal): void {
  if (signal.time > episode.lastSeen) episode.lastSeen = signal.time;
  episode.evidence.addSignal(signal);
  touched?.push(episode);
}

/** Ends the open match, when there is one. What it rested on is never used again. */
export function close({ rule, touched }: Fold, state: State, at: Millis, by: ClosedBy): void {
  const { episode } = state;
  if (episode === null) return;
  episode.closedAt = at;
  episode.closedBy = by;
  state.episode = null;
  rule.behaviour.reset(state);
  touched?.push(episode);
}

/** Closes a match that got no new evidence for `quiet`. */
export function closeQuiet(fold: Fold, state: State, limit: Millis, inclusive: boolean): void {
  const { episode } = state;
  if (episode === null) return;
  const end = episode.lastSeen + fold.rule.pattern.quiet;
  if (end < limit || (inclusive && end === limit)) close(fold, state, end, "quiet");
}

/** The open match, when it was open at that time too. */
export function openAt(state: State, time: Millis): Episode | null {
  return state.episode !== null && state.episode.firedAt <= time ? state.episode : null;
}

/** A late signal ends an open match unless evidence came after it: then the trouble went on. */
export function endLate(fold: Fold, state: State, { time }: Signal, roles: Roles): void {
  const episode = openAt(state, time);
  if (episode === null || time < episode.lastSeen) return;
  if ((roles & RECOVERY) !== 0) close(fold, state, time, "recovery");
  else if ((roles & BREAK) !== 0) close(fold, state, time, "broken");
}

/** What a late signal means to most kinds: it ends or extends the open match. */
export function endOrExtendLate(fold: Fold, state: State, signal: Signal, roles: Roles): void {
  endLate(fold, state, signal, roles);
  const episode = openAt(state, signal.time);
  if (episode !== null && (roles & EVIDENCE) !== 0) extend(fold, episode, signal);
}
