import { z } from "zod";
import type { ContactDetails } from "../../core/event.ts";
import type { DeadLetter } from "../contract.ts";
import { text } from "./parts.ts";
import { shape } from "./shape.ts";

/* Sealed: what is about persons, or may be. */

const VERSION = 1;

export const CONTACT = shape<ContactDetails>()({
  kind: "contact details",
  version: VERSION,
  upgrades: [],
  schema: z.object({
    email: text.exactOptional(),
    phone: text.exactOptional(),
    name: text.exactOptional(),
    preferredName: text.exactOptional(),
  }),
});

/** The body in base64. */
export type LetterContent = Pick<DeadLetter, "system" | "sourceId" | "reason"> & { readonly body: string };

export const LETTER = shape<LetterContent>()({
  kind: "a dead letter",
  version: VERSION,
  upgrades: [],
  schema: z.object({ system: text, sourceId: text, reason: text, body: text }),
});

/** A message as it was rendered. What stands in it depends on the channel, and is looked for by whoever shows it. */
export const COPY = shape<unknown>()({
  kind: "the copy of a message",
  version: VERSION,
  upgrades: [],
  schema: z.unknown(),
});

/** An erasure that was begun. */
export interface Intent {
  readonly tenant: string;
  readonly person: string;
  readonly pseudonym: string;
}

export const INTENT = shape<Intent>()({
  kind: "an erasure that was begun",
  version: VERSION,
  upgrades: [],
  schema: z.object({ tenant: text, person: text, pseudonym: text }),
});

export const { from: readContact, wrap: writeContact } = CONTACT;
export const { from: readLetter, wrap: writeLetter } = LETTER;
export const { from: readCopy, wrap: writeCopy } = COPY;
export const { from: readIntent, wrap: writeIntent } = INTENT;
