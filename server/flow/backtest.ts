/**
 * What would have happened: the same `assess` over recorded events, without a store. Assumes, as the log cannot
 * say: channels configured and ready, deliveries made and not seen as helped, no feedback, reviews stay held, live.
 */
import type { UnitControl } from "../core/control.ts";
import type { Decision } from "../core/decision.ts";
import type { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import type { Match } from "../core/match.ts";
import { newUnit, TENANT_UNIT } from "../core/new-unit.ts";
import { bandOf, scoreOf } from "../core/score.ts";
import type { TenantState } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";
import type { Band, Unit } from "../core/unit.ts";
import { scoredFor, scoreKeys } from "./assess/scores.ts";
import { assess, dueOf, type Tools } from "./assess.ts";
import { unitOf } from "./pipeline/directory.ts";
import { DueHeap } from "./pipeline/due-heap.ts";
import { createTenants, type Tenants } from "./pipeline/tenants.ts";

export interface Backtest {
  /** In order of arrival: `receivedAt` never goes back. @returns the event as it was attributed */
  take(event: Event): Event;
  /** Runs all timers up to then and answers everything that came of it. */
  finish(at: Millis): BacktestResult;
}

export interface BacktestResult {
  readonly matches: readonly Match[];
  readonly decisions: readonly Decision[];
  readonly scores: readonly { readonly key: string; readonly score: number; readonly band: Band }[];
}

export function createBacktest(initial: TenantState, hash: Tools["hash"]): Backtest {
  return new MemoryBacktest(initial, hash);
}

class MemoryBacktest implements Backtest {
  readonly #units = new Map<string, Unit>();
  readonly #tenants: Tenants;
  readonly #tools: Tools;
  readonly #initial: TenantState;
  readonly #due = new DueHeap();
  readonly #hinted = new Map<string, Millis>();
  readonly #defaultUnit = new Map<string, string>();
  readonly #matches = new Map<string, Match>();
  readonly #decisions: Decision[] = [];
  #state: TenantState;
  #seq = 0;

  constructor(initial: TenantState, hash: Tools["hash"]) {
    this.#initial = initial;
    this.#state = initial;
    this.#tools = { hash, assume: "delivered" };
    this.#tenants = createTenants(() => initial.library);
  }

  take(event: Event): Event {
    this.#runDue(event.receivedAt);
    const attributed = this.#attribute(event);
    this.#apply(unitOf(attributed.account, attributed.person), attributed.receivedAt, { event: attributed });
    return attributed;
  }

  /** A person's events belong to the account they were last seen in. */
  #attribute(event: Event): Event {
    const { person } = event;
    const named = event.account ?? (typeof event.data.account === "string" ? event.data.account : null);
    if (person === null) return named === event.account ? event : { ...event, account: named };
    const known = this.#defaultUnit.get(person);
    const account = named ?? known ?? null;
    if (named !== null && named !== known) this.#join(person, named, event.receivedAt);
    return account === event.account ? event : { ...event, account };
  }

  #join(person: string, account: string, at: Millis): void {
    const before = this.#defaultUnit.get(person);
    this.#defaultUnit.set(person, account);
    const to = `account/${account}`;
    const alone = `person/${person}`;
    if (before === undefined && this.#units.has(alone)) {
      this.#apply(alone, at, { control: { kind: "handover", person, to, as: person } });
    }
    const state =
      before === undefined ? undefined : this.#units.get(`account/${before}`)?.persons.get(person);
    if (state !== undefined) this.#apply(to, at, { control: { kind: "profile", person: state } });
  }

  #apply(id: string, receivedAt: Millis, body: { event: Event } | { control: UnitControl }): void {
    const unit = this.#unit(id);
    const effects = assess(unit, this.#state, ++this.#seq, receivedAt, body, this.#tools);
    this.#hint(unit);
    for (const effect of effects) this.#keep(effect, receivedAt);
  }

  #keep(effect: Effect, receivedAt: Millis): void {
    if (effect.kind === "match") this.#matches.set(effect.row.id, effect.row);
    else if (effect.kind === "decision") this.#decisions.push(effect.row);
    else if (effect.kind === "forward") this.#apply(effect.unit, receivedAt, { control: effect.control });
    else if (effect.kind === "tenant") {
      const { incidents } = this.#tenants.apply(this.#initial.id, this.#seq, effect.control);
      this.#state = { ...this.#initial, incidents, seq: this.#seq };
    }
  }

  #unit(id: string): Unit {
    const known = this.#units.get(id);
    if (known !== undefined) return known;
    const unit = newUnit(this.#initial.id, id);
    this.#units.set(id, unit);
    return unit;
  }

  #hint(unit: Unit): void {
    const due = dueOf(unit);
    if ((this.#hinted.get(unit.id) ?? Number.POSITIVE_INFINITY) <= due) return;
    this.#hinted.set(unit.id, due);
    this.#due.push(due, unit.id);
  }

  /** Timers of all units, in order of due time: what spans units (incidents) sees them as they came. */
  #runDue(upTo: Millis): void {
    for (let entry = this.#due.pop(upTo); entry !== null; entry = this.#due.pop(upTo)) {
      if (this.#hinted.get(entry.key) === entry.due) this.#hinted.delete(entry.key);
      const unit = this.#units.get(entry.key);
      if (unit === undefined) continue;
      const due = dueOf(unit);
      if (due <= entry.due) this.#apply(unit.id, entry.due, { control: { kind: "tick" } });
      else this.#hint(unit);
    }
  }

  finish(at: Millis): BacktestResult {
    this.#runDue(at);
    const matches = [...this.#matches.values()]
      .map((match) => this.#asOf(match, at))
      .sort((a, b) => a.firedAt - b.firedAt || compare(a.id, b.id));
    return { matches, decisions: this.#decisions, scores: this.#scores(at) };
  }

  /** A match that has gone quiet is closed, though the matcher waits a little for stragglers before it says so. */
  #asOf(match: Match, at: Millis): Match {
    const quiet = this.#initial.library.byId(match.pattern)?.quiet ?? Number.POSITIVE_INFINITY;
    const kind = this.#initial.library.byId(match.pattern)?.when.kind;
    const endsQuietly = kind !== undefined && !["absence", "level", "spike", "drop"].includes(kind);
    if (match.state !== "open" || !endsQuietly || match.lastSeen + quiet >= at) return match;
    return { ...match, state: "closed", closedAt: match.lastSeen + quiet, closedBy: "quiet" };
  }

  #scores(at: Millis): BacktestResult["scores"] {
    const rows: { key: string; score: number; band: Band }[] = [];
    const patternOf = (id: string) => this.#initial.library.byId(id);
    for (const unit of this.#units.values()) {
      if (unit.id === TENANT_UNIT) continue;
      for (const key of scoreKeys(unit)) {
        const { score } = scoreOf(scoredFor(unit, key, patternOf), at);
        rows.push({ key, score, band: bandOf(score, this.#initial.settings.bands) });
      }
    }
    return rows.sort((a, b) => b.score - a.score || compare(a.key, b.key));
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
