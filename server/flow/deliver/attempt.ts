import type { AttemptResult } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import type { ContactDetails } from "../../core/event.ts";
import { kindOf } from "../../core/tenant.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Outbox } from "../../store/contract.ts";
import { call } from "./call.ts";
import type { Attempt, KeptCopy, NotReady, Rendered, Tools, Way } from "./contract.ts";
import { addressOf, outgoing } from "./message.ts";
import { retryOrFail } from "./retry.ts";

/**
 * One attempt at a row that was claimed: find the address, write the message, keep the copy, call the provider.
 * Whatever goes wrong before the call is certain not to have sent anything. Never throws.
 */
export async function attempt(
  tools: Tools,
  row: Delivery,
  way: Way | null,
  stop: AbortSignal,
): Promise<Attempt> {
  if (way === null) return unsent({ kind: "failed", detail: "no such channel is connected", address: null });
  const ready = await prepare(tools, row, way).catch((error: unknown) => {
    tools.log.error({ err: error, delivery: row.id }, "a message could not be prepared");
    return again(tools, row, "the message could not be prepared");
  });
  if ("result" in ready) return ready;
  if (stop.aborted) return again(tools, row, "the server was stopping");
  // The lease must outlast the call, or another worker may take the row for one in doubt.
  const left = (row.leaseUntil ?? 0) - tools.clock.now();
  const { callTimeout, lease } = tools.options;
  if (left < Math.min(callTimeout, lease / 2))
    return again(tools, row, "preparing the message took too long");
  return call(tools, row, way, ready, stop);
}

async function prepare(tools: Tools, row: Delivery, way: Way) {
  const contact = row.person === null ? null : await tools.store.contact(row.tenant, row.person);
  const address = addressOf(kindOf(row.channel), contact);
  if (address === null && way.adapter.preview !== true) {
    return unsent({ kind: "failed", detail: "no address is known", address: null });
  }
  const rendered = await tools.render(row);
  if ("reason" in rendered) return unsent(notReady(rendered));
  await keepCopy(tools, row, rendered);
  return outgoing(tools, row, way, { address: address ?? "", name: nameOf(contact) }, rendered);
}

/** What is sent is kept first: the look-up of a message in doubt needs its text. */
export function keepCopy(
  tools: { readonly store: Pick<Outbox, "saveSentCopy">; readonly clock: Clock },
  row: Delivery,
  rendered: Rendered,
): Promise<void> {
  const { tenant, id: delivery, person } = row;
  const kept: KeptCopy = { ...rendered, claim: row.fence };
  return tools.store.saveSentCopy({ tenant, delivery, person, at: tools.clock.now(), rendered: kept });
}

const nameOf = (contact: ContactDetails | null) => contact?.preferredName ?? contact?.name ?? null;

const notReady = ({ reason }: NotReady): AttemptResult => ({
  kind: "failed",
  detail: `not ready: ${reason}`,
  address: null,
});

/** For a row that comes due while its provider cannot be asked. */
export function unavailable(tools: Tools, row: Delivery): Attempt {
  return again(tools, row, "the provider was not available");
}

function again({ clock, random, options }: Tools, row: Delivery, detail: string): Attempt {
  return unsent(retryOrFail(row, clock.now(), null, detail, random, options));
}

const unsent = (result: AttemptResult): Attempt => ({ result, provider: "nothing" });
