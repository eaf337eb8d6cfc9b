import type { ServerResponse } from "node:http";
import type { Cancel, Timers } from "./clock.ts";

/**
 * Server-sent events to everybody who listens to the same thing.
 *
 * A listener is told when to come back after a break, then what it missed, then whatever is said, and a comment every
 * 15 seconds, so that nothing on the way takes the connection for dead. One that does not read is dropped once too
 * much waits for it: it comes back, and nobody else has waited. One that hung up is forgotten at once.
 */
export interface EventStream<About> {
  readonly listeners: number;
  /**
   * @param about what `hears` and `mayStay` are asked with
   * @param missed what it has to hear first, made by `eventText`
   * @returns false, and nothing is written, when as many listen as may
   */
  open(response: ServerResponse, about: About, missed?: string): boolean;
  /** @param said its text is asked for only when somebody hears it */
  say(said: Said, hears?: (about: About) => boolean): void;
  /** Ends the stream of everybody who listens, and of whoever comes after. */
  close(): void;
}

export interface Said {
  text(): string;
}

export interface EventStreamOptions<About> {
  readonly timers: Timers;
  /** So many may listen at once. */
  readonly most: number;
  readonly heartbeatMs?: number;
  /** Bytes that may wait for one listener. */
  readonly mayWait?: number;
  /** Asked before every heartbeat; whoever may not is dropped. */
  readonly mayStay?: (about: About) => Promise<boolean>;
}

const HEARTBEAT = 15_000;
const MAY_WAIT = 1_000_000;
/** What a browser waits before it comes back, in milliseconds. */
const COME_BACK = 2_000;

/** One event on the wire. JSON has no line breaks, so one `data:` line is enough. */
export function eventText(event: string, data: unknown, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

interface Listener<About> {
  readonly response: ServerResponse;
  readonly about: About;
  cancelHeartbeat: Cancel;
}

export function createEventStream<About>(options: EventStreamOptions<About>): EventStream<About> {
  const { timers, most, heartbeatMs = HEARTBEAT, mayWait = MAY_WAIT, mayStay } = options;
  const listeners = new Set<Listener<About>>();
  let isClosed = false;

  const drop = (listener: Listener<About>) => {
    if (!listeners.delete(listener)) return;
    listener.cancelHeartbeat();
    listener.response.destroy();
  };
  const write = (listener: Listener<About>, text: string) => {
    const { response } = listener;
    if (response.destroyed || response.writableEnded) return drop(listener);
    response.write(text);
    if (response.writableLength > mayWait) drop(listener);
  };
  const beat = async (listener: Listener<About>) => {
    const stays = mayStay === undefined || (await mayStay(listener.about));
    if (!listeners.has(listener)) return;
    if (!stays) return drop(listener);
    write(listener, ": still here\n\n");
    schedule(listener);
  };
  const schedule = (listener: Listener<About>) => {
    if (!listeners.has(listener)) return;
    listener.cancelHeartbeat = timers.after(heartbeatMs, () => void beat(listener));
  };

  return {
    get listeners() {
      return listeners.size;
    },
    open(response, about, missed = "") {
      if (listeners.size >= most) return false;
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        // nginx keeps an answer back until it is whole, or large.
        "x-accel-buffering": "no",
      });
      if (isClosed) {
        response.end();
        return true;
      }
      const listener: Listener<About> = { response, about, cancelHeartbeat: () => {} };
      listeners.add(listener);
      response.on("close", () => drop(listener));
      write(listener, `retry: ${COME_BACK}\n\n${missed}`);
      schedule(listener);
      return true;
    },
    say(said, hears = () => true) {
      for (const listener of [...listeners]) {
        if (hears(listener.about)) write(listener, said.text());
      }
    },
    close() {
      isClosed = true;
      for (const { response, cancelHeartbeat } of listeners) {
        cancelHeartbeat();
        response.end();
      }
      listeners.clear();
    },
  };
}
