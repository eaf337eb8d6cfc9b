import type { Millis } from "../../core/time.ts";
import type { Random } from "../random.ts";
import type { DemoPerson, Role } from "../world/people.ts";
import type { DemoAccount } from "../world/world.ts";

export type Data = { readonly [name: string]: unknown };

/** One thing that happens in the invented world. */
export interface Happening {
  readonly at: Millis;
  readonly type: string;
  readonly account: DemoAccount;
  /** Null when the account as a whole did it, such as its API client. */
  readonly person: DemoPerson | null;
  readonly data: Data;
}

/** A happening that is told relative to the beginning of its trouble. */
export interface Step {
  readonly after: Millis;
  readonly type: string;
  readonly data: Data;
  readonly person: DemoPerson | null;
}

/** Who plays in a trouble. */
export interface Cast {
  readonly account: DemoAccount;
  readonly actor: DemoPerson;
  readonly colleagues: readonly DemoPerson[];
  readonly random: Random;
  /** When it begins. */
  readonly at: Millis;
  /** Names what is new in this trouble: an order, a checkout. */
  readonly serial: string;
}

/** What leads to one pattern firing: events in the order in which they really come. */
export interface Trouble {
  /** The pattern that it is meant to fire. */
  readonly pattern: string;
  readonly actor: Role | "anyone";
  /** How often it is planted in 90 days. */
  readonly times: number;
  readonly fits?: (account: DemoAccount) => boolean;
  /** The evidence; the pattern fires with the last step, or `firesAfter` the beginning. */
  script(cast: Cast): readonly Step[];
  readonly firesAfter?: Millis;
  /** What ends the trouble, relative to its end. */
  ending?(cast: Cast): readonly Step[];
  /** Who writes the ticket when one is written; the actor unless told. */
  writers?(cast: Cast): readonly DemoPerson[];
}

/** A trouble that happens at a moment to somebody, with everything that comes of it. */
export interface Episode {
  readonly pattern: string;
  readonly account: DemoAccount;
  readonly actor: DemoPerson;
  readonly firedAt: Millis;
  readonly happenings: readonly Happening[];
  readonly writers: readonly DemoPerson[];
  /** What ends it, when it ends at that moment. */
  endingAt(at: Millis): readonly Happening[];
}

export function told(account: DemoAccount, at: Millis, steps: readonly Step[]): Happening[] {
  return steps.map(({ after, type, data, person }) => ({ at: at + after, type, account, person, data }));
}

export function step(after: Millis, type: string, data: Data = {}, person: DemoPerson | null = null): Step {
  return { after, type, data, person };
}

/** The same thing again and again: `count` steps from `from` on, about `every` apart. */
export function repeat(
  count: number,
  every: Millis,
  make: (after: Millis, index: number) => Step,
  random: Random,
): Step[] {
  return Array.from({ length: count }, (_, index) =>
    make(Math.round(index * every * random.between(0.85, 1)), index),
  );
}
