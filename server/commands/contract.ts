import type { ZodType } from "zod";
import type { AnyAction } from "../actions/contract.ts";
import type { App, LongWork } from "../admin/contract.ts";

/** What a command may use besides the application: it says how far it is, and stops when nobody waits any more. */
export type Context = LongWork;

/**
 * One command, carried out in the server when one runs and in the calling process when none does. Parameters and
 * results are JSON, as both may have to travel through the control socket.
 */
export interface Command<Params, Result> {
  /** `tenant.create`: also the method on the control socket. */
  readonly name: string;
  readonly params: ZodType<Params>;
  /** What it has carried out, where it is more than a question. */
  readonly action?: AnyAction;
  /** @throws PlainError, with a sentence for the person who gave the command */
  run(app: App, params: Params, context: Context): Promise<Result>;
}
