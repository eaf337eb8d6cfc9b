import type { Event, EventData } from "../../../server/core/event.ts";
import { type CompiledLibrary, compileLibrary } from "../../../server/core/matching/compile.ts";
import type { Cells, MatchChange, MatchView } from "../../../server/core/matching/contract.ts";
import { newCells, observe, runDue } from "../../../server/core/matching/matcher.ts";
import type { Pattern, Selector, When } from "../../../server/core/pattern.ts";
import { DAY, HOUR, MINUTE, type Millis } from "../../../server/core/time.ts";
import type { Expected } from "./reference.ts";

/** A Monday, 10:00 UTC. */
export const START: Millis = Date.UTC(2026, 2, 2, 10);

export function at(clock: string): Millis {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(":").map(Number);
  return Date.UTC(2026, 2, 2) + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

export function selector(type: string | readonly string[], where: Selector["where"] = {}): Selector {
  return { of: typeof type === "string" ? [type] : type, where };
}

export const NOTHING: Selector = { of: [], where: {} };

export function aPattern(when: When, rest: Partial<Pattern> = {}): Pattern {
  return {
    id: "P-900",
    name: "Something goes wrong",
    version: "1",
    family: "something",
    issue: "api_integration",
    when,
    per: ["account"],
    quiet: "within" in when ? when.within : DAY,
    segments: {},
    risk: 50,
    confidence: 1,
    halfLife: 6 * HOUR,
    watch: [],
    recipient: "technical",
    timing: "short",
    urgent: false,
    sensitive: false,
    anonymous: false,
    alertOnly: false,
    logOnly: false,
    refractory: 0,
    tags: [],
    history: { correlation: 0.5, prevention: 0.5, leadTime: HOUR },
    window: DAY,
    typicalTicket: "",
    message: "none",
    categories: [],
    owner: { role: "support-ops" },
    firstAction: "",
    playbook: "",
    playbookText: "",
    status: "active",
    ...rest,
  } as Pattern;
}

let serial = 0;

export function anEvent(type: string, time: Millis, rest: Partial<Event> = {}): Event {
  serial++;
  return {
    tenant: "t1",
    source: "test",
    id: `e${String(serial).padStart(6, "0")}`,
    type,
    time,
    receivedAt: time,
    account: "acme",
    person: "u1",
    data: {},
    ...rest,
  };
}

export function nameOf(pattern: string, key: string, episode: number): string {
  return `${pattern} ${key} ${episode}`;
}

/** One unit that is fed events; it keeps the matches that the changes add up to. */
export class World {
  readonly library: CompiledLibrary;
  readonly unit: string;
  cells: Cells = newCells();
  readonly changes: MatchChange[] = [];
  readonly matches = new Map<string, MatchView>();
  #now = Number.NEGATIVE_INFINITY;

  constructor(patterns: readonly Pattern[], unit = "account/acme") {
    this.library = compileLibrary(patterns, "1");
    this.unit = unit;
  }

  take(...events: readonly Event[]): this {
    for (const event of events) {
      this.#now = Math.max(this.#now, event.receivedAt);
      observe(this.cells, this.library, this.unit, event, this.apply);
    }
    return this;
  }

  tick(upTo: Millis): this {
    this.#now = Math.max(this.#now, upTo);
    runDue(this.cells, this.library, upTo, this.apply);
    return this;
  }

  /** A change must follow from the changes before it. */
  readonly apply = (change: MatchChange): void => {
    this.changes.push(change);
    if (change.kind === "retracted") {
      const name = nameOf(change.pattern.id, change.key, change.episode);
      if (!this.matches.delete(name)) throw new Error(`${name} was retracted without having fired`);
      return;
    }
    const { pattern, key, episode } = change.match;
    const name = nameOf(pattern.id, key, episode);
    if ((change.kind === "fired") === this.matches.has(name))
      throw new Error(`${name} ${change.kind} wrongly`);
    this.matches.set(name, change.match);
  };

  /** The matches in the form of the reference, in a fixed order. */
  seen(): Expected[] {
    return inOrder([...this.matches.values()].map((match) => ({ ...match, pattern: match.pattern.id })));
  }

  /** The only match there is. */
  get match(): MatchView {
    const [match, ...others] = this.matches.values();
    if (match === undefined || others.length > 0) throw new Error(`${others.length + 1} matches`);
    return match;
  }

  get kinds(): string[] {
    return this.changes.map(({ kind }) => kind);
  }
}

export function inOrder(matches: readonly Expected[]): Expected[] {
  const name = ({ pattern, key, episode }: Expected) => nameOf(pattern, key, episode + 1000);
  return [...matches].sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

/** Several events of a type, minutes after the start. */
export function series(type: string, minutes: readonly number[], data: EventData = {}): Event[] {
  return minutes.map((minute) => anEvent(type, START + minute * MINUTE, { data }));
}
