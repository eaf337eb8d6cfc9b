import type { Delivery } from "../../core/delivery.ts";
import { type ChannelKind, kindOf } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import { type Breaker, createBreaker } from "../breaker.ts";
import type { Attempt, DeliverOptions, Trouble, Way } from "./contract.ts";
import { createPace, type Pace } from "./pace.ts";

/** One tenant's messages of one kind: they share a way out, and stand in nobody else's way. */
export interface Lane {
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

export interface Lanes {
  at(tenant: string, kind: ChannelKind): Lane;
  of(row: Delivery): Lane;
  all(): Iterable<Lane>;
  /** Whether the provider may be called. */
  open(lane: Lane, now: Millis): boolean;
  /** Whether there is room for one more call. */
  room(lane: Lane): boolean;
  /** Counts a call; the function is to be called with its end. */
  enter(lane: Lane): () => void;
  /** Learns from how an attempt ended. */
  learn(lane: Lane, attempt: Attempt, now: Millis): Trouble | null;
}

const NO_PAUSE = { from: 0, until: 0 };

export function createLanes(options: DeliverOptions): Lanes {
  const lanes = new Map<string, Lane>();
  const perTenant = new Map<string, number>();
  const perProvider = new Map<string, number>();

  const at = (tenant: string, kind: ChannelKind): Lane => {
    const key = `${kind} ${tenant}`;
    const known = lanes.get(key);
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
    const lane: Lane = { tenant, kind, ...idle, breaker: createBreaker(options.breaker), pace };
    lanes.set(key, lane);
    return lane;
  };
  const open = (lane: Lane, now: Millis) =>
    // Before it began only when the clock was set back: nobody knows then how much of it is left.
    (now >= lane.paused.until || now < lane.paused.from) &&
    lane.breaker.allows(now) &&
    (lane.refused === null || lane.refused !== lane.way?.fingerprint);

  return {
    at,
    of: (row) => at(row.tenant, kindOf(row.channel)),
    all: () => lanes.values(),
    open,
    room(lane) {
      const provider = lane.way?.system ?? "";
      return (
        lane.underWay < options.perWay &&
        (perTenant.get(lane.tenant) ?? 0) < options.perTenant &&
        (perProvider.get(provider) ?? 0) < options.perProvider
      );
    },
    enter(lane) {
      const provider = lane.way?.system ?? "";
      lane.underWay += 1;
      count(perTenant, lane.tenant, 1);
      count(perProvider, provider, 1);
      return () => {
        lane.underWay -= 1;
        count(perTenant, lane.tenant, -1);
        count(perProvider, provider, -1);
      };
    },
    learn(lane, { provider, pauseUntil, result }, now) {
      if (pauseUntil !== undefined) {
        lane.paused = { from: now, until: Math.max(lane.paused.until, pauseUntil) };
      }
      const { tenant, kind, way } = lane;
      if (way === null) return null;
      if (provider === "fine" && lane.works !== true) {
        lane.works = true;
        return { tenant, kind, system: way.system, what: "works", detail: "messages go through" };
      }
      if (provider !== "bad_credentials") return null;
      lane.works = false;
      lane.refused = way.fingerprint;
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
