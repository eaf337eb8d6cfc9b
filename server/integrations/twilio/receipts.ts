import { text } from "../../lib/foreign.ts";
import type { Answer, Source } from "../contract.ts";
import { fromCall, fromMessage, fromReply } from "./callback.ts";
import { formOf, isForm, queryOf, verify } from "./verify.ts";

/** Under this name our delivery id is in the address that Twilio reports to; the address is signed. */
const DELIVERY = "delivery";

/** Empty TwiML: "nothing to say back". Twilio itself answers STOP, START and HELP. */
const NOTHING_TO_SAY: Answer = {
  status: 200,
  contentType: "text/xml; charset=utf-8",
  body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
};

/** Status callbacks of messages and calls, and what people write back. Nobody's words are kept. */
export const receipts: Source = {
  secret: { madeBy: "vendor", where: "Auth Token on the first page of the console" },
  maxBytes: 64 * 1024,
  secretsIn: ({ authToken }) => (typeof authToken === "string" ? [authToken] : []),
  verify,

  normalise(request) {
    const form = isForm(request.headers) ? formOf(request.body) : new URLSearchParams();
    const callback = {
      field: (name: string) => text(form.get(name), 2_000),
      delivery: text(queryOf(request.url).get(DELIVERY)),
      receivedAt: request.receivedAt,
    };
    const made = callback.field("CallSid") !== undefined ? fromCall(callback) : fromMessage(callback);
    const result = made ?? fromReply(callback);
    const webhookId = text(request.headers["i-twilio-idempotency-token"]) ?? null;
    return typeof result === "string"
      ? { events: [], receipts: [], webhookId, ignored: [result] }
      : { events: [], receipts: [result], webhookId, ignored: [] };
  },

  answer: () => NOTHING_TO_SAY,
};
