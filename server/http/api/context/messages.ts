import type { Delivery } from "../../../core/delivery.ts";
import { kindOf } from "../../../core/tenant.ts";
import type * as wire from "../../wire.ts";
import type { ApiDeps } from "../deps.ts";
import { deliveryBody } from "../present.ts";
import type { About } from "./about.ts";

/** A message with its exact words and how it ended. */
export async function sentMessage(deps: ApiDeps, row: Delivery): Promise<wire.SentMessageBody> {
  const copy = await deps.store.sentCopy(row.tenant, row.id);
  return {
    delivery: deliveryBody(row),
    ended: endOf(row),
    text: copy === null ? null : textOf(copy.rendered),
  };
}

/** How a message ended, in one word. */
export function endOf(row: Delivery): wire.MessageEnd {
  switch (row.status) {
    case "queued":
    case "sending":
      return "waiting";
    case "failed":
      return "failed";
    case "suppressed":
      return "not_sent";
    case "in_doubt":
    case "unknown":
      return "unknown";
    case "dry_run":
      return "dry_run";
    case "sent":
      return endOfSent(row);
  }
}

function endOfSent({ channel, clickedAt, seenAt, deliveredAt }: Delivery): wire.MessageEnd {
  if (clickedAt !== null) return "clicked";
  const kind = kindOf(channel);
  if (seenAt !== null && kind === "in_app") return "shown";
  // An SMS counts as seen once it arrived: nobody can tell whether it was read.
  if (seenAt !== null && kind === "email") return "opened";
  return seenAt !== null || deliveredAt !== null ? "delivered" : "sent";
}

/** The words of a rendered message of any channel, without markup. */
export function textOf(rendered: unknown): wire.MessageTextBody | null {
  if (typeof rendered !== "object" || rendered === null) return null;
  const { subject, title, text, body, steps } = rendered as Record<string, unknown>;
  const words = firstText(text, body);
  if (words === null) return null;
  const lines = Array.isArray(steps) ? steps.filter((step) => typeof step === "string") : [];
  return { title: firstText(subject, title), body: [words, ...lines].join("\n") };
}

function firstText(...values: readonly unknown[]): string | null {
  return values.find((value) => typeof value === "string") ?? null;
}

/** The newest message that left, or tried to: to the person, else to somebody of the account. */
export async function lastMessage({
  deps,
  tenant,
  person,
  account,
}: About): Promise<wire.SentMessageBody | null> {
  const asked = [
    ...(person === null ? [] : [{ person: person.state.id }]),
    ...(account === null ? [] : [{ account: account.state.id }]),
  ];
  for (const key of asked) {
    const { rows } = await deps.store.deliveries(tenant.id, { ...key, limit: 10 });
    const row = rows.find(({ status, channel }) => status !== "suppressed" && kindOf(channel) !== "human");
    if (row !== undefined) return sentMessage(deps, row);
  }
  return null;
}
