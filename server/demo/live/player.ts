import { setTimeout as pause } from "node:timers/promises";
import { MINUTE, type Millis, SECOND } from "../../core/time.ts";
import { type Cast, type Step, type Trouble, told } from "../history/story.ts";
import type { Senders } from "../senders/index.ts";

/** Plays troubles in real time: what took an hour has happened within the last minutes, and is told at once. */
export interface Player {
  /** Sends the evidence of a trouble, the last of it happening now. */
  play(trouble: Trouble, cast: Cast): Promise<void>;
  /** What ends it, now. */
  end(trouble: Trouble, cast: Cast): Promise<void>;
  ticket(cast: Cast, category: string): Promise<void>;
  solved(cast: Cast, category: string): Promise<void>;
}

/** What arrives later than five minutes after its time fires nothing, so a story has to fit into less. */
const LONGEST = 3.5 * MINUTE;
const BETWEEN: Millis = 0.12 * SECOND;

export function createPlayer(senders: Senders, now: () => Millis, signal: AbortSignal): Player {
  const tell = async (cast: Cast, steps: readonly Step[], begin: Millis) => {
    for (const happening of told(cast.account, begin, steps)) {
      await senders.tell(happening);
      await pause(BETWEEN, undefined, { signal });
    }
  };
  const ticket = (cast: Cast, type: string, category: string) =>
    tell(
      cast,
      [{ after: 0, type, person: cast.actor, data: { ticket: numberOf(cast), category, channel: "email" } }],
      now(),
    );
  return {
    play(trouble, cast) {
      const steps = trouble.script(cast);
      const span = Math.max(...steps.map(({ after }) => after));
      const scale = span > LONGEST ? LONGEST / span : 1;
      const scaled = steps.map((step) => ({ ...step, after: Math.round(step.after * scale) }));
      return tell(cast, scaled, now() - Math.round(span * scale));
    },
    end: (trouble, cast) => tell(cast, trouble.ending?.(cast) ?? [], now()),
    ticket: (cast, category) => ticket(cast, "ticket.created", category),
    solved: (cast, category) => ticket(cast, "ticket.solved", category),
  };
}

/** A help desk counts its tickets; here the number stands for the scene. */
function numberOf({ serial }: Cast): string {
  return `9${Number.parseInt(serial.replace("-", ""), 36) % 1_000_000_000}`;
}
