/**
 * What would have happened: the same `assess` over recorded events, without a store. Assumes, as the log cannot
 * say: channels configured and ready, deliveries made and not seen as helped, no feedback, reviews stay held, live.
 */
import type { Decision } from "../core/decision.ts";
import type { Effect } from "../core/effect.ts";
import { assess, dueOf, type Tools, type UnitInput } from "../core/engine/assess.ts";
import { profileOf } from "../core/engine/joining.ts";
import { structuredPerson } from "../core/engine/profile.ts";
import { endsQuietly } from "../core/engine/recovery.ts";
import { scoredFor, scoreKeys } from "../core/engine/scores.ts";
import type { Event } from "../core/event.ts";
import type { Match } from "../core/match.ts";
import { newUnit } from "../core/new-unit.ts";
import { bandOf, scoreOf } from "../core/score.ts";
import type { TenantState } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";
import type { Band, Unit } from "../core/unit.ts";
import { accountOf, TENANT_UNIT, unitOf } from "../core/unit-name.ts";
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
  /** A person in several accounts has a score in each. */
  readonly scores: readonly {
    readonly unit: string;
    readonly key: string;
    readonly score: number;
    readonly band: Band;
  }[];
}

export function createBacktest(initial: TenantState, hash: Tools["hash"]): Backtest {
  return new MemoryBacktest(initial, hash);
}

/** A unit, and when it was last put down as due; Infinity when it is not. */
interface Entry {
  readonly unit: Unit;
  hinted: Millis;
}

interface Forwarded {
  readonly unit: string;
  readonly body: UnitInput;
}

interface Membership {
  readonly unit: string;
  readonly at: Millis;
}

class MemoryBacktest implements Backtest {
  readonly #units = new Map<string, Entry>();
  readonly #tenants: Tenants;
  readonly #tools: Tools;
  readonly #initial: TenantState;
  readonly #due = new DueHeap<Entry>();
  /** Person -> units with when they came there, the newest first. */
  readonly #unitsOf = new Map<string, readonly Membership[]>();
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
    this.#noteProductArea(event);
    const { person } = event;
    const named = event.account ?? (typeof event.data.account === "string" ? event.data.account : null);
    if (named !== null) {
      const home = this.#entry(unitOf(named, null));
      // Nearly every event is of somebody who is where the event says.
      if (person === null || home.unit.persons.has(person)) return this.#takeIn(home, of(named, event));
    }
    const account = person === null ? null : this.#accountOf(person, named, event.receivedAt);
    return this.#takeIn(this.#entry(unitOf(account, person)), of(account, event));
  }

  #takeIn(entry: Entry, event: Event): Event {
    this.#apply(entry, event.receivedAt, { event });
    return event;
  }

  /** A person's events belong to the account they name, else to the one the person came to last. */
  #accountOf(person: string, named: string | null, at: Millis): string | null {
    const units = this.#unitsOf.get(person) ?? [];
    const account = named ?? accountOf(units[0]?.unit ?? "");
    this.#join(person, units, unitOf(account, person), at);
    return account;
  }

  #join(person: string, units: readonly Membership[], to: string, at: Millis): void {
    if (units.some(({ unit }) => unit === to)) return;
    const alone = `person/${person}`;
    const [other] = units;
    const now = [{ unit: to, at }, ...units.filter(({ unit }) => unit !== alone)];
    this.#unitsOf.set(
      person,
      now.sort((a, b) => b.at - a.at || compare(a.unit, b.unit)),
    );
    if (other?.unit === alone) {
      this.#apply(this.#entry(alone), at, { control: { kind: "handover", person, to, as: person } });
    } else if (other !== undefined) {
      this.#apply(this.#entry(other.unit), at, { control: { kind: "share", person, to } });
    }
  }

  #noteProductArea({ data: { productArea: name }, time }: Event): void {
    if (typeof name !== "string" || name === "") return;
    const known = this.#state.productAreas.get(name);
    if (known !== undefined && known <= time) return;
    this.#state = { ...this.#state, productAreas: new Map([...this.#state.productAreas, [name, time]]) };
  }

  /** One input, and what follows from it, in the order in which the pipeline takes them. */
  #apply(entry: Entry, receivedAt: Millis, body: UnitInput): void {
    const queue = this.#assess(entry, receivedAt, body);
    // Grows while it is walked.
    for (const { unit, body: control } of queue) {
      for (const more of this.#assess(this.#entry(unit), receivedAt, control)) queue.push(more);
    }
  }

  /** Applies one input and answers what it means to other units. */
  #assess(entry: Entry, receivedAt: Millis, body: UnitInput): Forwarded[] {
    const effects = assess(entry.unit, this.#state, ++this.#seq, receivedAt, body, this.#tools);
    this.#hint(entry);
    // Most events change nothing, and a year has millions.
    if (effects.length === 0) return [];
    const forwarded: Forwarded[] = [];
    for (const effect of effects) {
      if (effect.kind === "forward") forwarded.push({ unit: effect.unit, body: { control: effect.control } });
      else this.#keep(effect);
    }
    const isTold = "control" in body && body.control.kind === "profile";
    if (!isTold) forwarded.push(...this.#tellOtherUnits(entry.unit, effects));
    return forwarded;
  }

  #keep(effect: Effect): void {
    if (effect.kind === "match") this.#matches.set(effect.row.id, effect.row);
    else if (effect.kind === "decision") this.#decisions.push(effect.row);
    else if (effect.kind === "tenant" && effect.control.kind === "incident") {
      const { incidents } = this.#tenants.apply(this.#initial.id, this.#seq, 0, effect.control);
      this.#state = { ...this.#state, incidents, seq: this.#seq };
    }
  }

  /** As the pipeline does for a person in several accounts. */
  *#tellOtherUnits(from: Unit, effects: readonly Effect[]): Iterable<Forwarded> {
    const persons = new Set(effects.flatMap((effect) => (effect.kind === "person" ? [effect.row.id] : [])));
    for (const id of persons) {
      const units = (this.#unitsOf.get(id) ?? []).map(({ unit }) => unit);
      const person = from.persons.get(id);
      if (person === undefined || units.length < 2 || !units.includes(from.id)) continue;
      for (const unit of units) {
        const there = unit === from.id ? person : this.#entry(unit).unit.persons.get(id);
        if (there !== undefined && profileOf(there) === profileOf(person)) continue;
        yield { unit, body: { control: { kind: "profile", person: structuredPerson(person) } } };
      }
    }
  }

  #entry(id: string): Entry {
    const known = this.#units.get(id);
    if (known !== undefined) return known;
    const entry = { unit: newUnit(this.#initial.id, id), hinted: Number.POSITIVE_INFINITY };
    this.#units.set(id, entry);
    return entry;
  }

  #hint(entry: Entry): void {
    const due = dueOf(entry.unit);
    if (entry.hinted <= due) return;
    entry.hinted = due;
    this.#due.push(due, entry);
  }

  /** Timers of all units, in order of due time: what spans units (incidents) sees them as they came. */
  #runDue(upTo: Millis): void {
    for (let next = this.#due.pop(upTo); next !== null; next = this.#due.pop(upTo)) {
      const entry = next.key;
      if (entry.hinted === next.due) entry.hinted = Number.POSITIVE_INFINITY;
      if (dueOf(entry.unit) <= next.due) this.#apply(entry, next.due, { control: { kind: "tick" } });
      else this.#hint(entry);
    }
  }

  finish(at: Millis): BacktestResult {
    this.#runDue(at);
    const matches = [...this.#matches.values()]
      .map((match) => this.#asOf(match, at))
      .sort((a, b) => a.firedAt - b.firedAt || compare(a.id, b.id));
    return { matches, decisions: this.#decisions, scores: this.#scores(at) };
  }

  /** A match that has gone quiet is closed, though the matcher waits a little for what is out of order before that. */
  #asOf(match: Match, at: Millis): Match {
    const quiet = this.#initial.library.byId(match.pattern)?.quiet ?? Number.POSITIVE_INFINITY;
    const kind = this.#initial.library.byId(match.pattern)?.when.kind;
    const staysOpen = kind === undefined || !endsQuietly(kind) || match.lastSeen + quiet >= at;
    if (match.state !== "open" || staysOpen) return match;
    return { ...match, state: "closed", closedAt: match.lastSeen + quiet, closedBy: "quiet" };
  }

  #scores(at: Millis): BacktestResult["scores"] {
    const rows: { unit: string; key: string; score: number; band: Band }[] = [];
    const patternOf = (id: string) => this.#initial.library.byId(id);
    for (const { unit } of this.#units.values()) {
      if (unit.id === TENANT_UNIT) continue;
      for (const key of scoreKeys(unit)) {
        const { score } = scoreOf(scoredFor(unit, key, patternOf), at);
        rows.push({ unit: unit.id, key, score, band: bandOf(score, this.#initial.settings.bands) });
      }
    }
    return rows.sort((a, b) => b.score - a.score || compare(a.key, b.key));
  }
}

function of(account: string | null, event: Event): Event {
  return account === event.account ? event : { ...event, account };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
