import { RecordRefused } from "../contract.ts";

/** Where a record is kept, for the sentence when it is refused: nothing personal. A function where many are read. */
export type Where = string | (() => string);

/**
 * Nothing of a record is ever part of these sentences: it may be about a person. They name the kind of record, the
 * field (a key that somebody chose, such as the role of a contact, stands as `*`), and where it is kept.
 */

/** A newer version of Forestall wrote it, and only that knows what it means. */
export class RecordIsNewer extends RecordRefused {
  constructor(kind: string, where: Where, shape: number, known: number) {
    super(
      `A record was written by a newer version of Forestall (shape ${shape} of ${kind}, this one knows ${known}; ` +
        `${placed(where)}): start the newer version, or restore a backup from before it.`,
      placed(where),
    );
  }
}

/** No version of Forestall wrote it like that. */
export class RecordDoesNotFit extends RecordRefused {
  /** @param field where in it, `facts.consent.sms`; empty for all of it */
  constructor(kind: string, where: Where, field: string) {
    const what = field === "" ? "it is something else" : `its field ${field} is missing or something else`;
    super(
      `A record cannot be read as ${kind}: ${what} (${placed(where)}). Restore a backup from before it was changed.`,
      placed(where),
    );
  }
}

const placed = (where: Where): string => (typeof where === "string" ? where : where());
