import type { GuardBody, WhoActed } from "./wire.ts";

/** Why something did not work, as far as it changes what a person is told. */
export type Failure =
  /** No answer. After a write nobody knows whether it was done: `unclear`. */
  | {
      readonly kind:
        | "network"
        | "unclear"
        | "away"
        | "session"
        | "permission"
        | "not_connected"
        | "not_found"
        | "too_late";
    }
  | {
      readonly kind: "conflict";
      readonly first: WhoActed | null;
      readonly detail: string;
      readonly guards: readonly GuardBody[];
    }
  | { readonly kind: "too_many"; readonly seconds: number }
  | { readonly kind: "refused"; readonly detail: string };

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

/** Anything else that is thrown is a mistake of ours, and said as such. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) return error.failure;
  console.error(error);
  return { kind: "refused", detail: "" };
}
