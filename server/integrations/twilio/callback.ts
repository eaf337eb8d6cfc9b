import type { PreferenceChange, ReceiptKind } from "../../core/control.ts";
import type { Ref } from "../../core/event.ts";
import { known } from "../../lib/foreign.ts";
import type { ReceiptIncoming } from "../contract.ts";

/** What Twilio posted, as far as it is read. */
export interface Callback {
  field(name: string): string | undefined;
  readonly delivery: string | undefined;
  readonly receivedAt: number;
}

const STOP: PreferenceChange = { kind: "stop" };
const BAD_NUMBER: PreferenceChange = { kind: "bounced", channel: "phone" };

/** Statuses arrive in any order; which one wins is decided where deliveries are kept. */
const MESSAGE: { readonly [status: string]: ReceiptKind } = {
  accepted: "accepted",
  scheduled: "accepted",
  queued: "accepted",
  sending: "accepted",
  sent: "accepted",
  delivered: "delivered",
  read: "opened",
  undelivered: "failed",
  failed: "failed",
  canceled: "failed",
};

const CALL: { readonly [status: string]: ReceiptKind } = {
  queued: "accepted",
  initiated: "accepted",
  ringing: "accepted",
  "in-progress": "accepted",
  completed: "delivered",
  busy: "failed",
  "no-answer": "failed",
  failed: "failed",
  canceled: "failed",
};

/** Error codes that decide by themselves: twilio.com/docs/api/errors. */
const OPTED_OUT = "21610";
const BAD_NUMBERS = new Set(["21211", "21214", "21217", "21614", "30005", "30006"]);

/** A status callback of a message; null when it is none. */
export function fromMessage(callback: Callback): ReceiptIncoming | string | null {
  const { field } = callback;
  const status = (field("MessageStatus") ?? field("SmsStatus"))?.toLowerCase();
  if (status === undefined || status === "received" || status === "receiving") return null;
  const sid = field("MessageSid") ?? field("SmsSid");
  const kind = Object.hasOwn(MESSAGE, status) ? MESSAGE[status] : undefined;
  if (sid === undefined || kind === undefined) return "a message status that is not known";
  const code = field("ErrorCode");
  return {
    ...receipt(callback, sid, status, kind),
    ...(kind === "failed" ? failureOf(code, field("To")) : {}),
  };
}

function failureOf(code: string | undefined, to: string | undefined): Partial<ReceiptIncoming> {
  const detail = code === undefined ? {} : { detail: `Twilio ${code}` };
  if (code === OPTED_OUT) {
    return { ...detail, receipt: "unsubscribed", change: STOP, ...known({ who: phoneOf(to) }) };
  }
  if (code !== undefined && BAD_NUMBERS.has(code)) {
    return { ...detail, receipt: "bounced", change: BAD_NUMBER, ...known({ who: phoneOf(to) }) };
  }
  return detail;
}

/** A status callback of a call that we made; calls that come in are not ours to take. */
export function fromCall(callback: Callback): ReceiptIncoming | string {
  const sid = callback.field("CallSid");
  const status = callback.field("CallStatus")?.toLowerCase() ?? "";
  const kind = Object.hasOwn(CALL, status) ? CALL[status] : undefined;
  if (callback.field("Direction")?.startsWith("inbound")) return "a call that came in";
  if (sid === undefined || kind === undefined) return "a call status that is not known";
  return receipt(callback, sid, status, kind);
}

/** Both are signed, while the idempotency token that Twilio also sends is not. */
function receipt(callback: Callback, sid: string, status: string, kind: ReceiptKind): ReceiptIncoming {
  const { delivery, receivedAt } = callback;
  return {
    id: `${sid}:${status}`,
    at: receivedAt,
    ...known({ delivery }),
    providerId: sid,
    receipt: kind,
  };
}

/** Words with which Twilio itself stops sending to a number, in any case. */
const STOP_WORDS = new Set(["STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"]);
/** Twilio also takes YES; to us it may be the answer to "Was this helpful?", so it starts nothing. */
const START_WORDS = new Set(["START", "UNSTOP"]);

/**
 * What somebody wrote to our number. STOP stops every channel, as a stop always does. START gives consent to SMS and
 * no more: it cannot take back a stop that was made elsewhere, or for more than SMS.
 */
export function fromReply({ field, receivedAt }: Callback): ReceiptIncoming | string {
  const sid = field("MessageSid") ?? field("SmsSid");
  const who = phoneOf(field("From"));
  if (sid === undefined || who === undefined) return "neither a status nor a message";
  const word = (field("OptOutType") ?? field("Body") ?? "").trim().toUpperCase();
  const base = { id: `${sid}:reply`, at: receivedAt, who };
  if (STOP_WORDS.has(word)) return { ...base, change: STOP, detail: "STOP by SMS" };
  if (START_WORDS.has(word)) {
    return {
      ...base,
      change: { kind: "consent", channel: "sms", given: true },
      detail: "START by SMS",
    };
  }
  return "a message that asks for nothing we do";
}

/** A number as +15551234567; WhatsApp and others put their name in front. */
function phoneOf(address: string | undefined): Ref | undefined {
  const number = address?.slice(address.lastIndexOf(":") + 1);
  return number !== undefined && /^\+\d{6,15}$/.test(number)
    ? { namespace: "phone", value: number }
    : undefined;
}
