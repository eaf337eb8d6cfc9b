import type { Delivery } from "../../core/delivery.ts";
import { type ChannelKind, kindOf } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import { type Breaker, createBreaker } from "../breaker.ts";
import type { Attempt, DeliverOptions, Trouble, Way } from "./contract.ts";
import { createPace, type Pace } from "./pace.ts";

/** One tenant's messages of one kind: they share a way out, and stand in nobody else's way. */
export interface Queue {
  readonly tenant: string;
  readonly kind: ChannelKind;
  /** Due rows in the order in which they go. */
  waiting: readonly Delivery[];
  underWay: number;
  /** The provider asked for a pause from when to when. */
  paused: { readonly from: Millis; readonly until: Millis };
  /** Settings with which credentials were refused. */
  refused: string | null;
  /** Whether ops believe that it works: null until something went through it. */
  works: boolean | null;
  /** The way out as it was last seen. */
  way: Way | null;
  /** There is more in the outbox than `waiting` holds. */
  more: boolean;
  readonly breaker: Breaker;
  readonly pace: Pace;
}

export interface Queues {
  at(tenant: string, kind: ChannelKind): Queue;
  of(row: Delivery): Queue;
  all(): Iterable<Queue>;
  /** Whether the provider may be called. */
  open(queue: Queue, now: Millis): boolean;
  /** Whether there is room for one more call. */
  room(queue: Queue): boolean;
  /** Counts a call; the function is to be called with its end. */
  enter(queue: Queue): () => void;
  /** Learns from how an attempt ended. */
  learn(queue: Queue, attempt: Attempt, now: Millis): Trouble | null;
}

const NO_PAUSE = { from: 0, until: 0 };

export function createQueues(options: DeliverOptions): Queues {
  const queues = new Map<string, Queue>();
  const perTenant = new Map<string, number>();
  const perProvider = new Map<string, number>();

  const at = (tenant: string, kind: ChannelKind): Queue => {
    const key = `${kind} ${tenant}`;
    const known = queues.get(key);
    if (known !== undefined) return known;
    const pace = createPace({ spread: options.spread, few: options.fewReleased });
    const idle = {
      waiting: [],
      underWay: 0,
      paused: NO_PAUSE,
      refused: null,
      works: null,
      way: null,
      more: false,
    } as const;
    const queue: Queue = { tenant, kind, ...idle, breaker: createBreaker(options.breaker), pace };
    queues.set(key, queue);
    return queue;
  };
  const open = (queue: Queue, now: Millis) =>
    // Before it began only when the clock was set back: nobody knows then how much of it is left.
    (now >= queue.paused.until || now < queue.paused.from) &&
    queue.breaker.allows(now) &&
    (queue.refused === null || queue.refused !== queue.way?.fingerprint);

  return {
    at,
    of: (row) => at(row.tenant, kindOf(row.channel)),
    all: () => queues.values(),
    open,
    room(queue) {
      const provider = queue.way?.system ?? "";
      return (
        queue.underWay < options.perWay &&
        (perTenant.get(queue.tenant) ?? 0) < options.perTenant &&
        (perProvider.get(provider) ?? 0) < options.perProvider
      );
    },
    enter(queue) {
      const provider = queue.way?.system ?? "";
      queue.underWay += 1;
      count(perTenant, queue.tenant, 1);
      count(perProvider, provider, 1);
      return () => {
        queue.underWay -= 1;
        count(perTenant, queue.tenant, -1);
        count(perProvider, provider, -1);
      };
    },
    learn(queue, { provider, pauseUntil, result }, now) {
      if (pauseUntil !== undefined) {
        queue.paused = { from: now, until: Math.max(queue.paused.until, pauseUntil) };
      }
      const { tenant, kind, way } = queue;
      if (way === null) return null;
      if (provider === "fine" && queue.works !== true) {
        queue.works = true;
        return { tenant, kind, system: way.system, what: "works", detail: "messages go through" };
      }
      if (provider !== "bad_credentials") return null;
      queue.works = false;
      queue.refused = way.fingerprint;
      const detail = result.kind === "failed" ? result.detail : "";
      return { tenant, kind, system: way.system, what: "bad_credentials", detail };
    },
  };
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
