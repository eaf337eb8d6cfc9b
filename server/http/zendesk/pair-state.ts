import type { Millis } from "../../core/time.ts";
import type { Clock } from "../../lib/clock.ts";
import { createSealer } from "../../lib/sealed-text.ts";
import { BadEntry, type Entry } from "./entry.ts";

/** As long as a pairing code counts. */
const LASTS: Millis = 10 * 60_000;

/** Who was let in by Zendesk and is now typing a code: carried through the form, sealed. */
export interface PairState {
  readonly entry: Entry;
  readonly sealed: string;
}

export function createPairStates({
  secretKey,
  clock,
}: {
  readonly secretKey: Uint8Array;
  readonly clock: Clock;
}) {
  const sealer = createSealer(secretKey, "forestall/zendesk-pairing/v1");
  return {
    of(entry: Entry): PairState {
      return { entry, sealed: sealer.seal({ entry, until: clock.now() + LASTS }) };
    },
    /** @throws BadEntry */
    read(sealed: string): PairState {
      const opened = sealer.open(sealed) as { readonly entry: Entry; readonly until: Millis } | undefined;
      if (opened === undefined) throw new BadEntry("the form was not made here");
      if (opened.until <= clock.now()) throw new BadEntry("the form is too old", "used");
      return { entry: opened.entry, sealed };
    },
  };
}
