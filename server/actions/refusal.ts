import { PlainError } from "../lib/errors.ts";

/**
 * Why an act is not carried out, as a word for programs:
 * - `invalid`: what was handed in cannot be used as it is
 * - `not_found`: what it is about does not exist
 * - `not_allowed`: the role may not do this
 * - `conflict`: somebody was first, or things do not stand so that it can be done now
 * - `makes_no_sense`: each part is right, and together they are not
 */
export type RefusalReason = "invalid" | "not_found" | "not_allowed" | "conflict" | "makes_no_sense";

/**
 * An act that was refused, with a plain sentence. It is the same whoever asked: the command line prints the sentence as
 * a line, HTTP answers with it as a problem (RFC 9457).
 */
export class Refusal extends PlainError {
  override readonly name = "Refusal";
  readonly reason: RefusalReason;
  /** More for programs, as JSON: who was `first`, which `guards` stand in the way. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    reason: RefusalReason,
    sentence: string,
    extra: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(sentence, options);
    this.reason = reason;
    this.extra = extra;
  }
}

export const invalid = (sentence: string, extra?: Readonly<Record<string, unknown>>) =>
  new Refusal("invalid", sentence, extra);
export const notFound = (sentence: string) => new Refusal("not_found", sentence);
export const makesNoSense = (sentence: string) => new Refusal("makes_no_sense", sentence);
export const conflict = (sentence: string, extra?: Readonly<Record<string, unknown>>) =>
  new Refusal("conflict", sentence, extra);
