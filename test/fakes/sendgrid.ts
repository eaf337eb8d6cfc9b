import { createSign, generateKeyPairSync } from "node:crypto";
import { type FakeServer, type Script, startFakeServer, takes } from "./misbehaviour.ts";

/** One message as SendGrid takes it: POST /v3/mail/send. */
export interface SendgridMail {
  readonly personalizations: readonly {
    readonly to: readonly { readonly email: string; readonly name?: string }[];
  }[];
  readonly from: { readonly email: string; readonly name?: string };
  readonly reply_to?: { readonly email: string };
  readonly subject: string;
  readonly content: readonly { readonly type: string; readonly value: string }[];
  readonly headers?: { readonly [name: string]: string };
  readonly custom_args?: { readonly [name: string]: string };
  readonly categories?: readonly string[];
}

export interface FakeSendgrid extends FakeServer {
  readonly apiKey: string;
  /** base64 SPKI, as SendGrid's settings page shows it. */
  readonly publicKey: string;
  readonly mails: readonly SendgridMail[];
  /** How often each delivery id was taken. */
  count(delivery: string): number;
  readonly counts: ReadonlyMap<string, number>;
  /** Posts signed events to our webhook, as SendGrid does; answers the status. */
  emit(url: string, events: readonly object[], at?: number): Promise<number>;
  /** One event about a message that was taken. */
  event(delivery: string, event: string, more?: object): object;
  play(script: Script): void;
}

export async function startFakeSendgrid(): Promise<FakeSendgrid> {
  const apiKey = "SG.fake-key.which-nobody-may-ever-read";
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const mails: SendgridMail[] = [];
  const counts = new Map<string, number>();
  let events = 0;
  const server = await startFakeServer((request, step) => {
    if (request.method !== "POST" || request.url.pathname !== "/v3/mail/send")
      return refusal(404, "not found");
    if (request.headers.authorization !== `Bearer ${apiKey}`) {
      return refusal(401, "The provided authorization grant is invalid, expired, or revoked");
    }
    const mail = JSON.parse(request.body) as SendgridMail;
    const fault = faultOf(mail);
    if (fault !== null) return fault;
    if (takes(step)) {
      mails.push(mail);
      const delivery = deliveryOf(mail);
      counts.set(delivery, (counts.get(delivery) ?? 0) + 1);
    }
    return { status: 202, headers: { "x-message-id": messageId(deliveryOf(mail)) }, body: "" };
  });
  return {
    ...server,
    apiKey,
    publicKey: publicKey.export({ format: "der", type: "spki" }).toString("base64"),
    mails,
    counts,
    count: (delivery) => counts.get(delivery) ?? 0,
    event(delivery, event, more = {}) {
      const mail = mails.find((each) => deliveryOf(each) === delivery);
      return {
        email: mail?.personalizations[0]?.to[0]?.email ?? "somebody@example.com",
        timestamp: 1_772_452_800,
        event,
        sg_event_id: `event-${events++}`,
        sg_message_id: `${messageId(delivery)}.filterdrecv-1`,
        ...mail?.custom_args,
        ...more,
      };
    },
    async emit(url, batch, at = Date.now()) {
      const body = `${JSON.stringify(batch)}\r\n`;
      const timestamp = String(Math.floor(at / 1000));
      const signature = createSign("sha256").update(timestamp).update(body).sign(privateKey, "base64");
      const headers = {
        "content-type": "application/json",
        "x-twilio-email-event-webhook-signature": signature,
        "x-twilio-email-event-webhook-timestamp": timestamp,
      };
      return (await fetch(url, { method: "POST", headers, body })).status;
    },
  };
}

const messageId = (delivery: string) => `sg-${delivery}`;
const deliveryOf = (mail: SendgridMail) => mail.custom_args?.forestall_delivery ?? "";

function refusal(status: number, message: string, field: string | null = null) {
  return { status, body: { errors: [{ message, field, help: null }] } };
}

/** What the real one checks, as far as it concerns us. */
function faultOf(mail: SendgridMail) {
  const to = mail.personalizations[0]?.to[0]?.email ?? "";
  if (!/^[^@\s]+@[^@\s]+$/.test(to)) {
    return refusal(400, "Does not contain a valid address.", "personalizations.0.to.0.email");
  }
  if (/[\r\n]/.test(`${mail.subject}${Object.values(mail.headers ?? {}).join("")}`)) {
    return refusal(400, "line breaks are not allowed in headers", "headers");
  }
  if (mail.content[0]?.type !== "text/plain") return refusal(400, "text/plain must come first", "content");
  return null;
}
