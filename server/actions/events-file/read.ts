import type { Incoming } from "../../core/event.ts";
import type { Millis } from "../../core/time.ts";
import { check } from "../../flow/receive/check.ts";
import type { LineProblem } from "../contract.ts";
import { type Lines, readLines } from "./lines.ts";

/** One CloudEvent as an event, or a sentence that says what is wrong with it. */
export type ReadEvent = (value: unknown, receivedAt: Millis) => Incoming | string;

/** Problems that are remembered; of the others only the number is. */
const MOST_PROBLEMS = 100;

export interface EventsFile {
  readonly events: AsyncGenerator<readonly Incoming[]>;
  /** How much of the file was read, from 0 to 1. */
  share(): number;
  /** So far. */
  readonly found: { lines: number; rejected: number; readonly problems: LineProblem[] };
}

/**
 * The events of an NDJSON file with one CloudEvent a line, in the order of the file; empty lines are passed over.
 * What cannot be used is reported by its line, and does not keep the rest out.
 * @throws PlainError when the file cannot be read
 */
export function readEventsFile(path: string, readEvent: ReadEvent): EventsFile {
  const { lines, share } = readLines(path);
  const found: EventsFile["found"] = { lines: 0, rejected: 0, problems: [] };
  return { events: eventsOf(lines, readEvent, found), share, found };
}

async function* eventsOf(
  lines: AsyncGenerator<Lines>,
  readEvent: ReadEvent,
  found: EventsFile["found"],
): AsyncGenerator<readonly Incoming[]> {
  for await (const { first, lines: texts } of lines) {
    const events: Incoming[] = [];
    for (const [place, text] of texts.entries()) {
      const event = readLine(text, readEvent);
      if (event === null) continue;
      found.lines += 1;
      if (typeof event === "object") events.push(event);
      else {
        found.rejected += 1;
        if (found.problems.length < MOST_PROBLEMS)
          found.problems.push({ line: first + place, reason: event });
      }
    }
    yield events;
  }
}

/** A file has no moment of arrival, so an event has to say when it happened. */
const NO_TIME = Number.NaN;

function readLine(text: string, readEvent: ReadEvent): Incoming | string | null {
  if (text === "" || text.trim() === "") return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not JSON; write one event a line";
  }
  const event = readEvent(value, NO_TIME);
  if (typeof event === "string") return event;
  return Number.isNaN(event.time)
    ? "time is missing: a file does not say when its events came"
    : (check(event) ?? event);
}
