/**
 * The matcher: turns the events of one unit into changes of matches.
 *
 * The order of signals is (time, source, id). An event that is the newest of its key, as nearly all are, is folded
 * straight into the key's state. One that arrives out of order within five minutes takes its place in the log, the
 * signals after it are refolded, and the difference is told. What arrives later may only extend, end or answer what
 * is open; what is older than a day only counts in baselines. Time alone ends matches too: `nextDue`, `runDue`.
 */
import type { Event } from "../event.ts";
import { LATE, type Millis, ON_TIME } from "../time.ts";
import { accountOf } from "../unit-name.ts";
import { amendAll, bind, wake } from "./amending.ts";
import { Cells } from "./cells.ts";
import type { Relay } from "./changing.ts";
import type { CompiledLibrary } from "./compile.ts";
import type { Emit } from "./contract.ts";
import { Facts } from "./facts.ts";
import { settle, settledAt, watchCrowd } from "./folding.ts";
import { hear, hearLate, unhear } from "./hearing.ts";
import type { Listener } from "./rule.ts";
import { EVIDENCE, type Roles, type Signal, TOO_LATE } from "./signal.ts";

export { cloneCells, decodeCells, encodeCells } from "./codec.ts";

export function newCells(): Cells {
  return new Cells();
}

/**
 * Takes in one attributed event of the unit (`account/acme`, or `person/u1` for a person without an account) and
 * tells what it changes. Timers that are due by then run first, so that it does not matter whether anybody called
 * `runDue`.
 */
export function observe(
  cells: Cells,
  library: CompiledLibrary,
  unit: string,
  event: Event,
  emit: Emit,
): void {
  if (cells.unit === "") cells.unit = unit;
  runDue(cells, library, event.receivedAt, emit);
  const route = library.routes.get(event.type);
  if (route === undefined) return;
  if (route.isFact) learn(cells, event, emit);
  const age = cells.now - event.time;
  if (age > ON_TIME && route.listeners.length > 0) settle(cells);
  for (const listener of route.listeners) {
    const roles = rolesOf(listener, event);
    if (roles === 0) continue;
    const { rule } = listener;
    const part = rule.keying.partOf(event.account, event);
    if (part === undefined) continue;
    const relays =
      age <= ON_TIME
        ? hear(cells, rule, part, roles, event, emit)
        : hearLate(cells, rule, part, age > LATE ? (roles & EVIDENCE) | TOO_LATE : roles, event, emit);
    if (relays.length > 0) pass(cells, relays, emit);
  }
  watchCrowd(cells);
}

/** When time alone will next change something; Infinity when never. */
export function nextDue(cells: Cells): Millis {
  return cells.timers === null ? Number.POSITIVE_INFINITY : cells.timers.next;
}

/** Does everything that is due by then, in order of due time. */
export function runDue(cells: Cells, library: CompiledLibrary, upTo: Millis, emit: Emit): void {
  if (cells.library !== library) bind(cells, library);
  for (let due = nextDue(cells); due <= upTo; due = nextDue(cells)) {
    const cell = cells.timers?.first;
    if (cell === undefined) break;
    pass(cells, wake(cells, cell, due, emit), emit);
  }
  if (upTo > cells.now && upTo !== Number.POSITIVE_INFINITY) cells.now = upTo;
}

function rolesOf({ ears }: Listener, { data }: Signal): Roles {
  let roles = 0;
  for (const { role, test } of ears) if (test === null || test(data)) roles |= role;
  return roles;
}

/** Sign-up, onboarding and segment may change what later signals meant. */
function learn(cells: Cells, event: Event, emit: Emit): void {
  settle(cells);
  // Outermost first: what a pattern fired is passed on before what it heard of others is corrected.
  const targets = cells.list
    .filter(({ rule, pending }) => rule?.usesFacts === true && pending > 0)
    .sort((a, b) => (b.rule?.depth ?? 0) - (a.rule?.depth ?? 0));
  const relays = amendAll(
    cells,
    targets,
    () => {
      cells.facts ??= new Facts();
      cells.facts.learn(event);
      cells.facts.trim(settledAt(cells));
    },
    emit,
  );
  pass(cells, relays, emit);
}

/** Lets patterns hear of the firings of others that appeared, and forget those that vanished. */
function pass(cells: Cells, relays: readonly Relay[], emit: Emit): void {
  for (const { listener, what, signal } of relays) {
    const { rule } = listener;
    const part = rule.keying.partOf(accountOf(cells.unit), signal);
    const roles = rolesOf(listener, signal);
    if (part === undefined || roles === 0) continue;
    const further =
      what === "vanished"
        ? unhear(cells, rule, part, signal, emit)
        : hear(cells, rule, part, roles, signal, emit);
    pass(cells, further, emit);
  }
}
