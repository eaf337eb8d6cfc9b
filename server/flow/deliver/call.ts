import type { Delivery } from "../../core/delivery.ts";
import {
  BadAddress,
  BadCredentials,
  InDoubt,
  type Outgoing,
  Refused,
  RefusedByRecipient,
  RetryLater,
} from "../../integrations/contract.ts";
import type { Attempt, Tools, Way } from "./contract.ts";
import { retryOrFail } from "./retry.ts";

/** After the time-out an adapter has this long to say whether anything went out. */
const GRACE = 1_000;

/**
 * Calls the provider once and says what came of it. Never throws: an adapter that fails in a way nobody foresaw may
 * have sent the message, so that is in doubt.
 */
export async function call(
  tools: Tools,
  row: Delivery,
  way: Way,
  message: Outgoing,
  stop: AbortSignal,
): Promise<Attempt> {
  const limit = new AbortController();
  const tooLate = tools.clock.after(tools.options.callTimeout, () => limit.abort());
  const signal = AbortSignal.any([limit.signal, stop]);
  try {
    const { providerId } = await Promise.race([
      way.adapter.send(message, way.settings, signal),
      silence(tools, signal),
    ]);
    const preview = way.adapter.preview === true;
    return { result: { kind: "sent", providerId, preview }, provider: "fine" };
  } catch (error) {
    return explain(tools, row, error);
  } finally {
    tooLate();
  }
}

/** For an adapter that does not listen to its signal. */
function silence({ clock }: Tools, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const giveUp = () =>
      clock.after(GRACE, () => reject(new InDoubt("The provider's client did not stop in time")));
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}

function explain({ clock, random, options, log }: Tools, row: Delivery, error: unknown): Attempt {
  if (error instanceof RetryLater) {
    const now = clock.now();
    const result = retryOrFail(row, now, error.after, error.message, random, options);
    if (error.after === null) return { result, provider: "failing" };
    return { result, provider: "nothing", pauseUntil: now + error.after };
  }
  if (error instanceof InDoubt) {
    return { result: { kind: "in_doubt", detail: error.message }, provider: "failing" };
  }
  if (error instanceof BadCredentials) return failed(error, null, "bad_credentials");
  if (error instanceof BadAddress) return failed(error, "bad");
  if (error instanceof RefusedByRecipient) return failed(error, "opted_out");
  if (error instanceof Refused) return failed(error, null);
  log.error({ err: error, delivery: row.id }, "a channel failed in an unforeseen way");
  return { result: { kind: "in_doubt", detail: "The channel failed half-way" }, provider: "failing" };
}

function failed(
  error: Error,
  address: "bad" | "opted_out" | null,
  provider: Attempt["provider"] = "fine",
): Attempt {
  return { result: { kind: "failed", detail: error.message, address }, provider };
}
