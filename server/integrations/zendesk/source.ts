import type { Incoming } from "../../core/event.ts";
import { at, isRecord, text } from "../../lib/foreign.ts";
import { parseJson } from "../../lib/json.ts";
import { hmacVerifier } from "../../lib/signature.ts";
import { type Settings, type Source, Unreadable } from "../contract.ts";
import { fromDirectory } from "./directory-event.ts";
import type { Maker } from "./maker.ts";
import { settings as schema, TEST_SECRET } from "./settings.ts";
import { fromTicketEvent } from "./ticket-event.ts";
import { fromTrigger } from "./trigger.ts";

/** Zendesk prescribes no tolerance, and a retry may carry the first attempt's timestamp; identities do the rest. */
const TOLERANCE = 15 * 60_000;

const verifySigned = hmacVerifier({
  algorithm: "sha256",
  encoding: "base64",
  header: "x-zendesk-webhook-signature",
  template: "{timestamp}{body}",
  timestamp: {
    header: "x-zendesk-webhook-signature-timestamp",
    unit: "iso",
    past: TOLERANCE,
    future: TOLERANCE,
  },
});

const EVENT = "zen:event-type:";

export const source: Source = {
  secret: {
    madeBy: "vendor",
    where: "Signing secret of the webhook, under Apps and integrations, Webhooks",
    published: [TEST_SECRET],
  },

  verify(request, secrets, given) {
    const usable = allowsTestSecret(given) ? secrets : secrets.filter((secret) => secret !== TEST_SECRET);
    return verifySigned(request, usable);
  },

  normalise(request, given, sourceId) {
    const body = parseJson(request.body, Unreadable);
    const maker: Maker = { source: sourceId, settings: schema.parse(given), request };
    const webhookId = text(request.headers["x-zendesk-webhook-invocation-id"]) ?? null;
    const made = eventOf(body, maker);
    return typeof made === "string"
      ? { events: [], receipts: [], webhookId, ignored: [made] }
      : { events: [made], receipts: [], webhookId, ignored: [] };
  },
};

function allowsTestSecret(settings: Settings): boolean {
  return settings.allowTestSecret === true;
}

/** Subscribed events name their type; what a trigger sends is what its author wrote. */
function eventOf(body: unknown, maker: Maker): Incoming | string {
  if (!isRecord(body)) return "no object in the body";
  const type = text(at(body, "type"));
  if (type?.startsWith(`${EVENT}ticket.`)) return fromTicketEvent(type.slice(EVENT.length), body, maker);
  if (type?.startsWith(EVENT)) return fromDirectory(type.slice(EVENT.length), body, maker);
  return fromTrigger(body, maker);
}
