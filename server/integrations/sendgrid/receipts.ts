import { at, isRecord, list, text } from "../../lib/foreign.ts";
import { parseJson } from "../../lib/json.ts";
import { checkAge, refuse, verifyEcdsa } from "../../lib/signature.ts";
import { type RawRequest, type Source, Unreadable } from "../contract.ts";
import { receiptOf } from "./event.ts";

/**
 * SendGrid repeats a batch for 24 hours, perhaps under the first attempt's timestamp, so a narrow window would lose
 * what it tells. Two days bound how long a caught batch can be used; the events' own ids do the rest.
 */
const TOLERANCE = { unit: "s", past: 48 * 3_600_000, future: 5 * 60_000 } as const;

/**
 * The Event Webhook with "Signed Event Webhook" switched on. The secrets are the public keys that SendGrid shows.
 * The body is a list, in which one signed byte more or less counts, the line break at its end included.
 */
export const receipts: Source = {
  secret: { madeBy: "vendor", where: "Verification Key of the Event Webhook, under Settings, Mail Settings" },

  secretsIn: ({ webhookKeys }) => list(webhookKeys).filter((key) => typeof key === "string"),

  verify(request, publicKeys) {
    const signature = request.headers["x-twilio-email-event-webhook-signature"];
    const stamp = request.headers["x-twilio-email-event-webhook-timestamp"];
    if (signature === undefined || stamp === undefined) return refuse("missing");
    const age = checkAge(stamp, TOLERANCE, request.receivedAt);
    if (!age.ok && age.reason === "malformed") return age;
    const signed = verifyEcdsa(signature, publicKeys, [stamp, request.body]);
    return signed.ok ? age : signed;
  },

  normalise(request: RawRequest) {
    const body = parseJson(request.body, Unreadable);
    const receipts = [];
    const ignored: string[] = [];
    for (const element of isRecord(body) ? [body] : list(body)) {
      const made = receiptOf(element, request.receivedAt);
      if (typeof made === "string") ignored.push(made);
      else receipts.push(made);
    }
    const [first] = list(body);
    return { events: [], receipts, webhookId: text(at(first, "sg_event_id")) ?? null, ignored };
  },
};
