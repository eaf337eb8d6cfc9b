/**
 * What the matcher should find, computed the naive way: all signals sorted, everything counted again from scratch
 * for every signal, no state kept but the list of what was seen. Slow, and as close to the words of the rules as can
 * be. Written apart from the engine; the two share nothing but types, `keys.ts` and the meaning of `where`.
 */
import type { Event, EventData } from "../../../server/core/event.ts";
import { accountKey, keyValue, personKey } from "../../../server/core/keys.ts";
import type { ClosedBy } from "../../../server/core/match.ts";
import type { Pattern, Selector, When } from "../../../server/core/pattern.ts";
import { DAY, MINUTE, type Millis } from "../../../server/core/time.ts";
import { satisfies } from "../../../server/core/where.ts";

const GRACE = 5 * MINUTE;

export interface Expected {
  readonly pattern: string;
  readonly key: string;
  readonly episode: number;
  readonly person: string | null;
  readonly firstAt: Millis;
  readonly firedAt: Millis;
  readonly lastSeen: Millis;
  readonly state: "open" | "closed";
  readonly closedAt: Millis | null;
  readonly closedBy: ClosedBy | null;
  readonly count: number;
  readonly events: readonly string[];
  readonly data: EventData;
}

interface Op {
  /** Its place in the order: the time of an event on time, five minutes before arrival of a later one. */
  readonly at: Millis;
  readonly arrival: number;
  readonly lateness: "on time" | "late" | "too late";
  readonly time: Millis;
  readonly source: string;
  readonly id: string;
  /** The event type, or `match:` and the id of a pattern. */
  readonly type: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly data: EventData;
}

/** The matches as of `now`, of one unit's events in the order in which they arrived. */
export function referenceMatches(
  patterns: readonly Pattern[],
  unit: string,
  events: readonly Event[],
  now: Millis,
): Expected[] {
  const account = unit.startsWith("account/") ? unit.slice("account/".length) : null;
  const ops = opsOf(events);
  const results: Expected[] = [];
  for (const pattern of innerFirst(patterns)) {
    if (pattern.status === "paused") continue;
    const heard = ops.filter((op) => hears(pattern, op));
    const keys = new Map<string, Op[]>();
    for (const op of sorted(heard)) {
      const key = keyOf(pattern, account, op);
      if (key !== null) keys.set(key, [...(keys.get(key) ?? []), op]);
    }
    for (const [key, own] of keys) {
      for (const match of new Run(pattern, own, ops, now).matches()) {
        const shown = ["absence", "drop"].includes(pattern.when.kind) ? match.firedAt + GRACE <= now : true;
        if (!shown) continue;
        results.push(show(pattern, key, match));
        ops.push(firing(pattern, account, match));
      }
    }
  }
  return results;
}

function opsOf(events: readonly Event[]): Op[] {
  let now = Number.NEGATIVE_INFINITY;
  return events.map((event, arrival) => {
    now = Math.max(now, event.receivedAt);
    const age = now - event.time;
    const lateness = age <= GRACE ? "on time" : age <= DAY ? "late" : "too late";
    const at = lateness === "on time" ? event.time : now - GRACE;
    const { time, source, id, type, account, person, data } = event;
    return { at, arrival, lateness, time, source, id, type, account, person, data };
  });
}

function sorted(ops: readonly Op[]): Op[] {
  const rank = (op: Op) => (op.lateness === "on time" ? 1 : 0);
  return [...ops].sort((a, b) => {
    if (a.at !== b.at) return a.at - b.at;
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    if (rank(a) === 0) return a.arrival - b.arrival;
    if (a.source !== b.source) return a.source < b.source ? -1 : 1;
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  });
}

function innerFirst(patterns: readonly Pattern[]): Pattern[] {
  const order: Pattern[] = [];
  const visit = (pattern: Pattern) => {
    if (order.includes(pattern)) return;
    for (const { match } of selectorsOf(pattern)) {
      for (const inner of patterns) if (inner.id === match) visit(inner);
    }
    order.push(pattern);
  };
  for (const pattern of patterns) visit(pattern);
  return order;
}

function selectorsOf({ when, recovers }: Pattern): Selector[] {
  const own: Selector[] =
    when.kind === "absence"
      ? [when.after, when.missing]
      : when.kind === "sequence"
        ? [when.first, when.then]
        : when.kind === "consecutive"
          ? [when, when.brokenBy]
          : [when];
  return recovers === undefined ? own : [...own, recovers];
}

function matches(selector: Selector, op: Op): boolean {
  const named =
    selector.of.includes(op.type) || (selector.match !== undefined && op.type === `match:${selector.match}`);
  return named && satisfies(selector.where, op.data);
}

/** A level or a score that is not in the event, or not beyond its bound, is as if the event were not there. */
function hears(pattern: Pattern, op: Op): boolean {
  const { when, recovers } = pattern;
  if (recovers !== undefined && matches(recovers, op)) return true;
  if (!selectorsOf(pattern).some((selector) => matches(selector, op))) return false;
  if (when.kind === "level") return shareOf(when, op) !== null;
  return when.kind !== "score" || isBeyond(when, op);
}

function isBeyond(when: Extract<When, { kind: "score" }>, op: Op): boolean {
  const value = op.data[when.field];
  if (typeof value !== "number") return false;
  return (when.over !== undefined && value > when.over) || (when.under !== undefined && value < when.under);
}

function shareOf(when: Extract<When, { kind: "level" }>, op: Op): number | null {
  const used = op.data[when.value];
  const limit = op.data[when.limit];
  return typeof used === "number" && typeof limit === "number" && limit > 0 ? used / limit : null;
}

function keyOf({ per }: Pattern, account: string | null, op: Op): string | null {
  const value = (part: string) => {
    if (part === "account") return op.account === null ? null : account;
    const found = part === "person" ? op.person : op.data[part];
    return found === undefined || found === null || found === "" || typeof found === "object"
      ? null
      : String(found);
  };
  const head = per.includes("account") && per[0] !== "person" ? "account" : "person";
  const owner = value(head);
  if (owner === null) return null;
  let key = head === "account" ? accountKey(owner) : personKey(owner);
  for (const part of per) {
    if (part === head) continue;
    const text = value(part);
    if (text === null) return null;
    key += `;${part}=${keyValue(text)}`;
  }
  return key;
}

interface Match {
  readonly episode: number;
  readonly firstAt: Millis;
  readonly firedAt: Millis;
  lastSeen: Millis;
  closedAt: Millis | null;
  closedBy: ClosedBy | null;
  evidence: Op[];
  readonly firedOn: { readonly id: string; readonly person: string | null; readonly data: EventData };
}

function show(pattern: Pattern, key: string, match: Match): Expected {
  const { episode, firstAt, firedAt, lastSeen, closedAt, closedBy, evidence } = match;
  return {
    pattern: pattern.id,
    key,
    episode,
    person: personOf(evidence),
    firstAt,
    firedAt,
    lastSeen,
    state: closedAt === null ? "open" : "closed",
    closedAt,
    closedBy,
    count: evidence.length,
    events: evidence.slice(-20).map(({ id }) => id),
    data: evidence.at(-1)?.data ?? {},
  };
}

function personOf(evidence: readonly Op[]): string | null {
  let best: string | null = null;
  let most = 0;
  for (const { person } of [...evidence].reverse()) {
    if (person === null) continue;
    const count = evidence.filter((op) => op.person === person).length;
    if (count <= most) continue;
    most = count;
    best = person;
  }
  return best;
}

function firing(pattern: Pattern, account: string | null, match: Match): Op {
  return {
    at: match.firedAt,
    arrival: -1,
    lateness: "on time",
    time: match.firedAt,
    source: `match/${pattern.id}`,
    type: `match:${pattern.id}`,
    account,
    ...match.firedOn,
  };
}

/** Goes once through the signals of one pattern and key. */
class Run {
  readonly #pattern: Pattern;
  readonly #ops: readonly Op[];
  readonly #all: readonly Op[];
  readonly #now: Millis;
  readonly #found: Match[] = [];
  #open: Match | null = null;
  /** Signals that were taken, in order, and how many of them no later match may rest on. */
  readonly #seen: Op[] = [];
  #used = 0;
  /** The next bucket that was not looked at when it ended. */
  #bucket: number | null = null;
  #firstBucket = 0;
  /** Absence: what it waits for an answer to. */
  #armed: Op | null = null;

  constructor(pattern: Pattern, ops: readonly Op[], all: readonly Op[], now: Millis) {
    this.#pattern = pattern;
    this.#ops = ops;
    this.#all = all;
    this.#now = now;
  }

  matches(): Match[] {
    for (const op of this.#ops) {
      this.#passTime(op.at, false, op.lateness === "on time");
      if (op.lateness === "on time") this.#take(op);
      else this.#takeLate(op);
    }
    this.#passTime(this.#now - GRACE, true, true);
    return this.#found;
  }

  // ---- time

  #passTime(until: Millis, inclusive: boolean, bucketsInclusive: boolean): void {
    const { when, quiet } = this.#pattern;
    const isOver = (end: Millis) => end < until || (inclusive && end === until);
    if (when.kind === "spike" || when.kind === "drop") {
      this.#passBuckets((end) => end < until || (bucketsInclusive && end === until));
    } else if (when.kind === "absence") {
      const armed = this.#armed;
      if (armed === null || !isOver(armed.time + when.for)) return;
      this.#armed = null;
      this.#fire(armed.time + when.for, armed.time, [armed]);
    } else if (when.kind !== "level" && this.#open !== null && isOver(this.#open.lastSeen + quiet)) {
      this.#close(this.#open.lastSeen + quiet, "quiet");
    }
  }

  #close(at: Millis, by: ClosedBy): void {
    if (this.#open === null) return;
    this.#open.closedAt = at;
    this.#open.closedBy = by;
    this.#open = null;
    this.#used = this.#seen.length;
  }

  #fire(at: Millis, firstAt: Millis, evidence: Op[], id = evidence.at(-1)?.id): void {
    const last = this.#found.at(-1);
    if (last !== undefined && at - last.firedAt < this.#pattern.refractory) return;
    const episode = this.#found.length;
    this.#open = {
      episode,
      firstAt,
      firedAt: at,
      lastSeen: at,
      closedAt: null,
      closedBy: null,
      evidence: [...evidence],
      firedOn: {
        id: id ?? `${this.#pattern.id}#${episode}`,
        person: personOf(evidence),
        data: evidence.at(-1)?.data ?? {},
      },
    };
    this.#found.push(this.#open);
  }

  #extend(op: Op): void {
    if (this.#open === null) return;
    const { evidence } = this.#open;
    let at = evidence.length;
    while (at > 0 && (evidence[at - 1]?.time ?? 0) > op.time) at--;
    evidence.splice(at, 0, op);
    this.#open.lastSeen = Math.max(this.#open.lastSeen, op.time);
  }

  // ---- signals on time

  #take(op: Op): void {
    const { when, recovers } = this.#pattern;
    if (recovers !== undefined && matches(recovers, op)) this.#close(op.time, "recovery");
    switch (when.kind) {
      case "consecutive":
        if (matches(when.brokenBy, op)) {
          this.#close(op.time, "broken");
          this.#used = this.#seen.length;
        }
        return this.#takeEvidence(op, when);
      case "sequence":
        this.#takeEvidence(op, when.then);
        if (matches(when.first, op)) this.#seen.push(op);
        return;
      case "absence":
        if (matches(when.missing, op)) {
          this.#close(op.time, "answered");
          this.#armed = null;
        }
        if (!matches(when.after, op)) return;
        if (this.#open !== null) this.#extend(op);
        else this.#armed ??= op;
        return;
      default:
        return this.#takeEvidence(op, when);
    }
  }

  #takeEvidence(op: Op, selector: Selector): void {
    if (!matches(selector, op)) return;
    const { when } = this.#pattern;
    if (when.kind === "level") return this.#takeLevel(op);
    if (when.kind === "spike" || when.kind === "drop") return this.#takeBucket(op);
    if (!this.#counts(op)) return;
    if (when.kind !== "sequence") this.#seen.push(op);
    if (this.#open !== null) return this.#extend(op);
    const evidence = this.#firstEvidence(op);
    if (evidence !== null) this.#fire(op.time, evidence[0]?.time ?? op.time, evidence);
  }

  /** Whether a signal that is selected is evidence, alone by what it is. */
  #counts(op: Op): boolean {
    const { when } = this.#pattern;
    if (when.kind === "distinct") return this.#valueOf(op) !== null;
    if (when.kind === "sequence") return this.#opener(op) !== null;
    if (when.kind === "score") return isBeyond(when, op);
    if (when.kind !== "once") return true;
    const facts = this.#facts(op);
    if (when.unless === "onboarded" && facts.some(({ type }) => type === "onboarding.completed"))
      return false;
    if (when.sinceSignup === undefined) return true;
    const signups = facts.filter(({ type }) => type === "account.signed_up").map(({ time }) => time);
    return signups.length > 0 && op.time - Math.min(...signups) <= when.sinceSignup;
  }

  /** Facts that hold at a signal's time and were known when the signal counted. */
  #facts(op: Op): Op[] {
    return this.#all.filter((fact) => {
      if (fact.time > op.time) return false;
      if (fact.lateness === "on time") return true;
      return op.lateness === "on time" ? fact.at <= op.time : fact.arrival <= op.arrival;
    });
  }

  #threshold(op: Op, usual: number): number {
    const { segments } = this.#pattern;
    for (const field of ["segment", "plan"]) {
      const known = this.#facts(op)
        .filter(({ type }) => type === "account.signed_up" || type === "account.updated")
        .filter(({ data }) => typeof data[field] === "string")
        .sort((a, b) => a.time - b.time || (`${a.source} ${a.id}` < `${b.source} ${b.id}` ? -1 : 1));
      const own = segments[String(known.at(-1)?.data[field])];
      if (own !== undefined) return own.count;
    }
    return usual;
  }

  /** The signals that make the pattern fire at this one, which was just seen; null when it does not. */
  #firstEvidence(op: Op): Op[] | null {
    const { when } = this.#pattern;
    const usable = this.#seen.slice(this.#used);
    switch (when.kind) {
      case "once":
      case "score":
        return [op];
      case "sequence": {
        const opener = this.#opener(op);
        return opener === null ? null : [opener, op];
      }
      case "count":
      case "consecutive": {
        const last = usable.slice(-this.#threshold(op, when.count));
        if (last.length < this.#threshold(op, when.count)) return null;
        const span = op.time - (last[0]?.time ?? 0);
        return when.kind === "count" && span > when.within ? null : last;
      }
      case "distinct": {
        const values = usable.map((one) => this.#valueOf(one));
        const newestOfEach = usable.filter((_, i) => values.lastIndexOf(values[i] ?? null) === i);
        const needed = this.#threshold(op, when.count);
        const last = newestOfEach.slice(-needed);
        if (last.length < needed || op.time - (last[0]?.time ?? 0) > when.within) return null;
        return last;
      }
      default:
        return null;
    }
  }

  #valueOf(op: Op): string | null {
    const { when } = this.#pattern;
    if (when.kind !== "distinct") return null;
    const value = when.distinct === "person" ? op.person : op.data[when.distinct];
    return value === undefined || value === null || value === "" || typeof value === "object"
      ? null
      : String(value);
  }

  /** Sequence: the latest A that B may follow. */
  #opener(op: Op): Op | null {
    const { when } = this.#pattern;
    const opener = this.#seen.slice(this.#used).at(-1);
    if (when.kind !== "sequence" || opener === undefined) return null;
    const between = op.time - opener.time;
    return between >= 0 && between <= when.within ? opener : null;
  }

  #takeLevel(op: Op): void {
    const { when } = this.#pattern;
    if (when.kind !== "level") return;
    const share = shareOf(when, op);
    if (share === null) return;
    const previous = this.#seen.at(-1);
    const wasHigh = previous !== undefined && (shareOf(when, previous) ?? 0) >= when.at;
    if (share >= when.at && this.#open !== null) this.#extend(op);
    else if (share >= when.at && !wasHigh) this.#fire(op.time, op.time, [op]);
    else if (share < when.clear) this.#close(op.time, "cleared");
    this.#seen.push(op);
  }

  // ---- buckets

  #inBucket(number: number, from = 0): Op[] {
    const { when } = this.#pattern;
    if (when.kind !== "spike" && when.kind !== "drop") return [];
    const own = this.#seen.slice(from).filter((op) => Math.floor(op.time / when.bucket) === number);
    return own.sort((a, b) => a.time - b.time);
  }

  #usual(number: number): number | null {
    const { when } = this.#pattern;
    if (when.kind !== "spike" && when.kind !== "drop") return null;
    const sameDay = when.bucket <= DAY && (number - this.#firstBucket) * when.bucket >= 14 * DAY;
    if (!sameDay && number - this.#firstBucket < when.over) return null;
    const all = new Map<number, number>();
    for (const { time } of this.#seen) {
      const one = Math.floor(time / when.bucket);
      all.set(one, (all.get(one) ?? 0) + 1);
    }
    const counts: number[] = [];
    const perDay = DAY / when.bucket;
    for (let one = number - 1; one >= this.#firstBucket && counts.length < when.over; one--) {
      const daysBack = Math.floor(number / perDay) - Math.floor(one / perDay);
      // Straight on to the last bucket of the same day of the week before.
      if (sameDay && daysBack % 7 !== 0) one -= (6 - ((daysBack - 1) % 7)) * perDay - 1;
      else counts.push(all.get(one) ?? 0);
    }
    counts.sort((a, b) => a - b);
    const half = Math.floor(counts.length / 2);
    return ((counts[half] ?? 0) + (counts[Math.ceil(counts.length / 2) - 1] ?? 0)) / 2;
  }

  #isUnusual(number: number, count: number): boolean {
    const { when } = this.#pattern;
    const usual = this.#usual(number);
    if (usual === null) return false;
    if (when.kind === "spike") return count > 0 && count >= when.minimum && count >= when.factor * usual;
    return when.kind === "drop" && usual > 0 && usual >= when.minimum && count <= when.factor * usual;
  }

  #passBuckets(isOver: (end: Millis) => boolean): void {
    const { when } = this.#pattern;
    if ((when.kind !== "spike" && when.kind !== "drop") || this.#bucket === null) return;
    for (let end = (this.#bucket + 1) * when.bucket; isOver(end); end += when.bucket) {
      const number = this.#bucket++;
      const own = this.#inBucket(number);
      if (!this.#isUnusual(number, own.length)) this.#close(end, "ordinary");
      else if (when.kind === "drop" && this.#open !== null) {
        this.#open.evidence.push(...own);
        this.#open.lastSeen = end;
      } else if (when.kind === "drop") this.#fire(end, number * when.bucket, own);
    }
  }

  #takeBucket(op: Op): void {
    const { when } = this.#pattern;
    if (when.kind !== "spike" && when.kind !== "drop") return;
    const number = Math.floor(op.time / when.bucket);
    if (this.#bucket === null) {
      this.#bucket = number;
      this.#firstBucket = number;
    }
    this.#seen.push(op);
    if (when.kind === "drop") return;
    const fresh = this.#inBucket(number, this.#used);
    if (!this.#isUnusual(number, fresh.length)) return;
    if (this.#open !== null) this.#extend(op);
    else this.#fire(op.time, fresh[0]?.time ?? op.time, fresh, op.id);
  }

  #takeLateBucket(op: Op): void {
    const { when } = this.#pattern;
    if ((when.kind !== "spike" && when.kind !== "drop") || !matches(when, op)) return;
    const number = Math.floor(op.time / when.bucket);
    this.#firstBucket = this.#bucket === null ? number : Math.min(number, this.#firstBucket);
    this.#bucket ??= Math.floor(op.at / when.bucket);
    this.#seen.push(op);
    const wasOpen = this.#open !== null && this.#open.firedAt <= op.time;
    if (when.kind === "spike" && op.lateness === "late" && wasOpen) this.#extend(op);
  }

  // ---- signals too late for their place

  #takeLate(op: Op): void {
    const { when, recovers } = this.#pattern;
    const isLate = op.lateness === "late";
    const wasOpen = () => this.#open !== null && this.#open.firedAt <= op.time;
    const ends = () => isLate && wasOpen() && op.time >= (this.#open?.lastSeen ?? 0);
    if (recovers !== undefined && matches(recovers, op) && ends()) this.#close(op.time, "recovery");
    if (when.kind === "spike" || when.kind === "drop") return this.#takeLateBucket(op);
    if (!isLate) return;
    if (when.kind === "consecutive" && matches(when.brokenBy, op) && ends()) this.#close(op.time, "broken");
    if (when.kind === "absence") return this.#takeLateAbsence(op, wasOpen, ends);
    const selector = when.kind === "sequence" ? when.then : when;
    if (!matches(selector, op) || !wasOpen()) return;
    if (when.kind !== "level") {
      if (this.#counts(op)) this.#extend(op);
      return;
    }
    const share = shareOf(when, op);
    if (share !== null && share >= when.at) this.#extend(op);
    else if (share !== null && share < when.clear && ends()) this.#close(op.time, "cleared");
  }

  #takeLateAbsence(op: Op, wasOpen: () => boolean, ends: () => boolean): void {
    const { when } = this.#pattern;
    if (when.kind !== "absence") return;
    let answered = false;
    if (matches(when.missing, op)) {
      if (ends()) {
        this.#close(op.time, "answered");
        answered = true;
      } else if (!wasOpen() && this.#armed !== null && this.#armed.time <= op.time) {
        this.#armed = null;
        answered = true;
      }
    }
    if (!matches(when.after, op)) return;
    if (wasOpen()) this.#extend(op);
    else if (answered && op.time + when.for > op.at) this.#armed = op;
  }
}
