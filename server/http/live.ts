import type { ServerResponse } from "node:http";
import type { Effect } from "../core/effect.ts";
import type { TenantState } from "../core/tenant.ts";
import type { Committed } from "../flow/contract.ts";
import type { Cancel, Clock, Timers } from "../lib/clock.ts";
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
 * The live stream, as server-sent events.
 *
 * What a commit led to is kept per tenant in a small ring. A listener that comes back with `Last-Event-ID` gets what
 * it missed from there; when that is gone, it gets `reset` and reads everything again. A listener that does not read
 * is dropped once too much waits for it: it comes back and resumes, and nobody else waits.
 */
export interface Live {
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
  /** Messages kept per tenant for those who come back. */
  readonly keep?: number;
  /** Bytes that may wait for one listener. */
  readonly mayWait?: number;
  readonly perTenant?: number;
}

const HEARTBEAT = 15_000;
const KEEP = 1_000;
const MAY_WAIT = 1_000_000;
const PER_TENANT = 200;
/** What a browser waits before it comes back, in milliseconds. */
const COME_BACK = 2_000;

interface Kept {
  /** `<log position>.<index>`: grows within a tenant, also over restarts. */
  readonly seq: number;
  readonly index: number;
  readonly event: StreamEvent;
  readonly make: () => LiveMessage["data"];
  text: string | null;
}

interface Listener extends ListenerOptions {
  readonly response: ServerResponse;
  cancelHeartbeat: Cancel;
}

interface Room {
  readonly kept: Kept[];
  /** Everything up to here was in the ring or is gone from it. */
  lost: { seq: number; index: number };
  readonly listeners: Set<Listener>;
  state: TenantState | null;
}

export function createLive(options: LiveOptions): Live {
  const { deps, timers } = options;
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT;
  const keep = options.keep ?? KEEP;
  const mayWait = options.mayWait ?? MAY_WAIT;
  const perTenant = options.perTenant ?? PER_TENANT;
  const rooms = new Map<string, Room>();

  const roomOf = (tenant: string): Room => {
    const known = rooms.get(tenant);
    if (known !== undefined) return known;
    const made: Room = {
      kept: [],
      // What happened before this process began is not here.
      lost: { seq: Number.MAX_SAFE_INTEGER, index: 0 },
      listeners: new Set(),
      state: deps.pipeline.tenant(tenant),
    };
    rooms.set(tenant, made);
    return made;
  };

  const drop = (room: Room, listener: Listener) => {
    if (!room.listeners.delete(listener)) return;
    listener.cancelHeartbeat();
    listener.response.destroy();
  };

  const write = (room: Room, listener: Listener, text: string) => {
    const { response } = listener;
    if (response.destroyed || response.writableEnded) return drop(room, listener);
    response.write(text);
    if (response.writableLength > mayWait) drop(room, listener);
  };

  const hear = (committed: Committed) => {
    const room = roomOf(committed.tenant);
    const tenant = deps.pipeline.tenant(committed.tenant);
    if (tenant === null) return;
    if (room.lost.seq === Number.MAX_SAFE_INTEGER) {
      room.lost = { seq: committed.seq - 1, index: Number.MAX_SAFE_INTEGER };
    }
    const messages = [...effectMessages(tenant, committed.effects), ...changes(room.state, tenant)];
    room.state = tenant;
    messages.forEach(({ event, make }, index) => {
      const kept: Kept = { seq: committed.seq, index, event, make, text: null };
      room.kept.push(kept);
      for (const listener of [...room.listeners]) {
        if (listener.events?.has(event) ?? true) write(room, listener, textOf(kept));
      }
    });
    // Cut in larger pieces, as each cut moves the rest.
    if (room.kept.length > 2 * keep) {
      const gone = room.kept.splice(0, room.kept.length - keep).at(-1);
      if (gone !== undefined) room.lost = { seq: gone.seq, index: gone.index };
    }
  };
  const leave = deps.pipeline.subscribe(hear);

  const beat = async (room: Room, listener: Listener) => {
    const row = await options.tokenNow(listener.token).catch(() => listener.token);
    if (!room.listeners.has(listener)) return;
    if (row === undefined || whyDead(row, deps.clock.now()) !== null) return drop(room, listener);
    write(room, listener, ": still here\n\n");
    schedule(room, listener);
  };
  const schedule = (room: Room, listener: Listener) => {
    listener.cancelHeartbeat = timers.after(heartbeatMs, () => void beat(room, listener));
  };

  return {
    open(response, wanted) {
      const room = roomOf(wanted.tenant);
      if (room.listeners.size >= perTenant) {
        throw tooMany("Too many streams are open for this tenant; close one first.", 30);
      }
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
      });
      const listener: Listener = { ...wanted, response, cancelHeartbeat: () => {} };
      room.listeners.add(listener);
      response.on("close", () => drop(room, listener));
      write(room, listener, `retry: ${COME_BACK}\n\n${missed(room, wanted)}`);
      if (room.listeners.has(listener)) schedule(room, listener);
    },
    close() {
      leave();
      for (const room of rooms.values()) {
        for (const { response, cancelHeartbeat } of room.listeners) {
          cancelHeartbeat();
          response.end();
        }
        room.listeners.clear();
      }
    },
    get listeners() {
      return [...rooms.values()].reduce((sum, room) => sum + room.listeners.size, 0);
    },
  };
}

/** What a listener that comes back has to hear first. */
function missed(room: Room, { lastEventId, events }: ListenerOptions): string {
  if (lastEventId === null) return "";
  const [, seqText, indexText] = /^(\d{1,16})\.(\d{1,9})$/.exec(lastEventId) ?? [];
  const seq = Number(seqText);
  const index = Number(indexText);
  const last = room.kept.at(-1);
  const here = last !== undefined && !isBefore(last, { seq, index });
  const known = Number.isSafeInteger(seq) && here && !isBefore({ seq, index }, room.lost);
  if (!known) return `event: reset\ndata: ${JSON.stringify({ reason: "missed" })}\n\n`;
  return room.kept
    .filter((kept) => isBefore({ seq, index }, kept) && (events?.has(kept.event) ?? true))
    .map(textOf)
    .join("");
}

function isBefore(a: { seq: number; index: number }, b: { seq: number; index: number }): boolean {
  return a.seq < b.seq || (a.seq === b.seq && a.index < b.index);
}

/** Made when somebody listens, and once for all who do. JSON has no line breaks, so one `data:` line is enough. */
function textOf(kept: Kept): string {
  kept.text ??= `id: ${kept.seq}.${kept.index}\nevent: ${kept.event}\ndata: ${JSON.stringify(kept.make())}\n\n`;
  return kept.text;
}

type Message = Pick<Kept, "event" | "make">;

function effectMessages(tenant: TenantState, effects: readonly Effect[]): readonly Message[] {
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
