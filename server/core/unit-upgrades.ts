import { alertOf, deliveryOf, each, trackedOf } from "./renamed.ts";

/**
 * How the state of a unit that an older engine wrote becomes one that this engine can go on with.
 *
 * The number of the engine grows whenever the encoding of a unit changes or what its parts mean. With each growth comes
 * one function that turns the state of the engine before into the state of the next; a snapshot goes through as many
 * of them as it is old. It is never thrown away: the log that could rebuild it no longer goes back to its beginning
 * (raw behaviour is kept for 90 days), and a stop, a consent or a plan that was lost could not be told from one that
 * never was.
 */

/** A unit as some engine wrote it: JSON of a shape that only the upgrade from that engine knows. */
export type EncodedUnit = { readonly [name: string]: unknown };

/** Turns the state of one engine into that of the next. Pure; it may rely on the shape of its own engine alone. */
export type Upgrade = (state: EncodedUnit) => EncodedUnit;

export interface Engine {
  /** Counted from 1. */
  readonly version: number;
  /** `upgrades[n - 1]` leads from engine n to engine n + 1. */
  readonly upgrades: readonly Upgrade[];
}

/** Engine 2 judges as engine 1 did, and says in other words what it came to. */
const toWordsOf2: Upgrade = (state) => ({
  ...state,
  tracked: each(trackedOf)(state.tracked),
  deliveries: each(deliveryOf)(state.deliveries),
  alerts: each(alertOf)(state.alerts),
});

export const THIS_ENGINE: Engine = { version: 2, upgrades: [toWordsOf2] };

/** The state of a unit cannot be gone on with; the message says in a plain sentence what to do. */
export class UnreadableUnit extends Error {
  override readonly name = "UnreadableUnit";
}

/**
 * The state as `engine` would have written it.
 * @param from the engine that wrote it
 * @throws UnreadableUnit when a newer engine did, or none that there was
 */
export function upgraded(state: EncodedUnit, from: number, engine: Engine): EncodedUnit {
  if (from > engine.version) {
    throw new UnreadableUnit(
      `a customer's state was written by engine ${from}, and this Forestall knows engines up to ` +
        `${engine.version}; start the newer Forestall that wrote it`,
    );
  }
  if (!Number.isInteger(from) || from < 1) {
    throw new UnreadableUnit(
      `a customer's state was written by an unknown engine; restore the newest backup`,
    );
  }
  return engine.upgrades.slice(from - 1).reduce((older, upgrade) => upgrade(older), state);
}
