import type { ServerResponse } from "node:http";
import type { Effect } from "../core/effect.ts";
import type { TenantState } from "../core/tenant.ts";
import type { Clock, Timers } from "../lib/clock.ts";
import { EventRing, type Telling } from "../lib/event-ring.ts";
import { createEventStream, type EventStream } from "../lib/event-stream.ts";
import type { TokenRow } from "../store/contract.ts";
import type { ApiDeps } from "./api/deps.ts";
import {
  alertBody,
  decisionBody,
  deliveryBody,
  incidentBody,
  matchBody,
  outcomeBody,
  scoreStep,
  switchesBody,
} from "./api/present.ts";
import type { StreamEvent } from "./api/replies.ts";
import { whyDead } from "./auth.ts";
import { tooMany } from "./problem.ts";
import type { LiveMessage } from "./wire.ts";

/**
 * The live stream of each tenant, as server-sent events: what its commits led to. A listener that comes back gets what
 * it missed, as far as that is kept.
 */
export interface Live {
  /** @throws Problem 429 when too many of the tenant listen */
  open(response: ServerResponse, listener: ListenerOptions): void;
  /** Ends every stream. */
  close(): void;
  readonly listeners: number;
}

export interface ListenerOptions {
  readonly tenant: string;
  readonly token: TokenRow;
  /** Null: all of them. */
  readonly events: ReadonlySet<StreamEvent> | null;
  readonly lastEventId: string | null;
}

export interface LiveOptions {
  readonly deps: Pick<ApiDeps, "pipeline"> & { readonly clock: Clock };
  readonly timers: Timers;
  /** What the token is now: a stream ends when its token is revoked. */
  tokenNow(token: TokenRow): Promise<TokenRow | undefined>;
  readonly heartbeatMs?: number;
}

/** Messages kept per tenant for those who come back. */
const KEEP = 1_000;
const PER_TENANT = 200;

interface Room {
  readonly ring: EventRing<StreamEvent>;
  readonly stream: EventStream<ListenerOptions>;
  state: TenantState | null;
}

export function createLive({ deps, timers, tokenNow, heartbeatMs }: LiveOptions): Live {
  const rooms = new Map<string, Room>();

  const mayStay = async ({ token }: ListenerOptions) => {
    const row = await tokenNow(token).catch(() => token);
    return row !== undefined && whyDead(row, deps.clock.now()) === null;
  };
  const roomOf = (tenant: string): Room => {
    const known = rooms.get(tenant);
    if (known !== undefined) return known;
    const beats = heartbeatMs === undefined ? {} : { heartbeatMs };
    const made: Room = {
      ring: new EventRing(KEEP),
      stream: createEventStream({ timers, most: PER_TENANT, mayStay, ...beats }),
      state: deps.pipeline.tenant(tenant),
    };
    rooms.set(tenant, made);
    return made;
  };
  const leave = deps.pipeline.subscribe((committed) => {
    const room = roomOf(committed.tenant);
    const tenant = deps.pipeline.tenant(committed.tenant);
    if (tenant === null) return;
    const tellings = [...effectTellings(tenant, committed.effects), ...changes(room.state, tenant)];
    room.state = tenant;
    for (const told of room.ring.add(committed.seq, tellings)) {
      room.stream.say(told, (listener) => hears(listener, told.event));
    }
  });

  return {
    open(response, listener) {
      const { ring, stream } = roomOf(listener.tenant);
      const missed = ring.missed(listener.lastEventId, (event) => hears(listener, event));
      if (stream.open(response, listener, missed)) return;
      throw tooMany("Too many streams are open for this tenant; close one first.", 30);
    },
    close() {
      leave();
      for (const { stream } of rooms.values()) stream.close();
    },
    get listeners() {
      return [...rooms.values()].reduce((sum, { stream }) => sum + stream.listeners, 0);
    },
  };
}

function hears({ events }: ListenerOptions, event: StreamEvent): boolean {
  return events?.has(event) ?? true;
}

/** `data` is made only when somebody listens. */
interface Message extends Telling<StreamEvent> {
  readonly make: () => LiveMessage["data"];
}

function effectTellings(tenant: TenantState, effects: readonly Effect[]): readonly Message[] {
  return effects.flatMap((effect): readonly Message[] => {
    switch (effect.kind) {
      case "decision":
        return [{ event: "decision", make: () => decisionBody(effect.row) }];
      case "delivery":
        return [{ event: "delivery", make: () => deliveryBody(effect.row) }];
      case "alert":
        return [{ event: "alert", make: () => alertBody(effect.row) }];
      case "match":
        return [{ event: "match", make: () => matchBody(tenant, effect.row) }];
      case "outcome":
        return [{ event: "outcome", make: () => outcomeBody(effect.row) }];
      case "score":
        return [{ event: "score", make: () => ({ ...scoreStep(effect.row), key: effect.row.key }) }];
      default:
        return [];
    }
  });
}

/** Incidents and switches are tenant-wide state: a commit changed them when the state is another one. */
function changes(before: TenantState | null, after: TenantState): readonly Message[] {
  if (before === null || before === after) return [];
  const messages: Message[] = [];
  if (before.incidents !== after.incidents) {
    const known = new Set(before.incidents);
    for (const incident of after.incidents) {
      if (!known.has(incident)) messages.push({ event: "incident", make: () => incidentBody(incident) });
    }
  }
  if (before.switches !== after.switches) {
    messages.push({ event: "switches", make: () => switchesBody(after.switches) });
  }
  return messages;
}
