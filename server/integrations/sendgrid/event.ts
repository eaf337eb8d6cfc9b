import type { PreferenceChange, ReceiptKind } from "../../core/control.ts";
import { at, isRecord, known, text, unixMillis } from "../../lib/foreign.ts";
import { sha256Hex } from "../../lib/ids.ts";
import type { ReceiptIncoming } from "../contract.ts";

/** Under this name our delivery id went along with the message; SendGrid puts it beside its own fields. */
const DELIVERY = "forestall_delivery";

interface Meaning {
  readonly receipt: ReceiptKind;
  readonly change?: PreferenceChange;
}

const STOP: PreferenceChange = { kind: "stop" };
const BAD_ADDRESS: PreferenceChange = { kind: "bounced", channel: "email" };

const MEANINGS: { readonly [event: string]: Meaning } = {
  processed: { receipt: "accepted" },
  deferred: { receipt: "deferred" },
  delivered: { receipt: "delivered" },
  open: { receipt: "opened" },
  click: { receipt: "clicked" },
  bounce: { receipt: "bounced", change: BAD_ADDRESS },
  spamreport: { receipt: "complained", change: STOP },
  unsubscribe: { receipt: "unsubscribed", change: STOP },
  group_unsubscribe: { receipt: "unsubscribed", change: STOP },
};

/** One element of a batch, or why it is of no interest. */
export function receiptOf(value: unknown, receivedAt: number): ReceiptIncoming | string {
  if (!isRecord(value)) return "not an event";
  const event = text(value.event)?.toLowerCase();
  if (event === undefined) return "no event in the element";
  // Apple's mail proxy opens every message; nobody has seen it for that.
  if (event === "open" && (value.sg_machine_open === true || value.sg_machine_open === "true")) {
    return "opened by a machine";
  }
  const meaning = meaningOf(event, value);
  if (meaning === null) return `an event that changes nothing: ${event.slice(0, 40)}`;
  const email = text(value.email);
  return {
    // The id alone is not enough: vendors' samples repeat it over kinds, and each kind counts once.
    id: `${event}:${text(value.sg_event_id, 1_000) ?? sha256Hex(JSON.stringify(value))}`,
    at: unixMillis(value.timestamp) ?? receivedAt,
    ...known({
      delivery: text(at(value, DELIVERY)),
      providerId: text(value.sg_message_id, 1_000)?.split(".")[0],
      detail: detailOf(value),
      // An address that is merely wrong or blocked says nothing on behalf of its owner.
      who:
        email === undefined || meaning.change === undefined
          ? undefined
          : { namespace: "email", value: email },
    }),
    ...meaning,
  };
}

function meaningOf(event: string, value: { readonly [name: string]: unknown }): Meaning | null {
  // A block is the receiving server's refusal of this one message, often for an hour: the address is fine.
  if (event === "bounce" && text(value.type)?.toLowerCase() === "blocked") return { receipt: "failed" };
  if (event === "dropped") return droppedFor(text(value.reason)?.toLowerCase() ?? "");
  return Object.hasOwn(MEANINGS, event) ? (MEANINGS[event] ?? null) : null;
}

/** SendGrid drops a message itself when its lists say so; the reason names the list. */
function droppedFor(reason: string): Meaning {
  if (reason.includes("bounced") || reason.includes("invalid")) {
    return { receipt: "bounced", change: BAD_ADDRESS };
  }
  if (reason.includes("unsubscribed")) return { receipt: "unsubscribed", change: STOP };
  return reason.includes("spam report") ? { receipt: "complained", change: STOP } : { receipt: "failed" };
}

/** A short word on a failure, without the text of the receiving server, which repeats addresses. */
function detailOf(value: { readonly [name: string]: unknown }): string | undefined {
  const status = text(value.status, 20);
  const sort = text(value.bounce_classification, 60) ?? text(value.type, 20);
  const words = [sort, status].filter((word) => word !== undefined);
  return words.length === 0 ? undefined : words.join(" ");
}
