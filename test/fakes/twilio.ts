import { createHmac } from "node:crypto";
import { type FakeRequest, type FakeServer, type Step, startFakeServer, takes } from "./misbehaviour.ts";

export interface TwilioMessage {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly statusCallback: string | null;
  readonly createdAt: number;
  status: string;
}

export interface FakeTwilio extends FakeServer {
  readonly accountSid: string;
  readonly authToken: string;
  readonly messages: readonly TwilioMessage[];
  count(delivery: string): number;
  readonly counts: ReadonlyMap<string, number>;
  /** Numbers that answered STOP: refused with 21610. */
  readonly stopped: Set<string>;
  /** A message appears in the list that much later than it was taken; milliseconds. */
  lag: number;
  /** Posts a signed status callback to where the message asked for it; answers the status. */
  report(sid: string, status: string, more?: { readonly [name: string]: string }): Promise<number>;
  /** Posts a signed form to any address of ours, such as an inbound STOP. */
  post(url: string, form: { readonly [name: string]: string }): Promise<number>;
}

const ACCOUNT = `AC${"a".repeat(32)}`;

/** `now` is the provider's clock: what the list's lag and the messages' dates go by. */
export async function startFakeTwilio(now: () => number = Date.now): Promise<FakeTwilio> {
  const authToken = "fake-token-which-nobody-may-ever-read";
  const messages: TwilioMessage[] = [];
  const counts = new Map<string, number>();
  const stopped = new Set<string>();
  const path = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`;
  let lag = 0;

  const create = (request: FakeRequest, step: Step) => {
    const form = new URLSearchParams(request.body);
    const fault = faultOf(form, stopped);
    if (fault !== null) return fault;
    const message: TwilioMessage = {
      sid: `SM${String(messages.length + 1).padStart(32, "0")}`,
      to: form.get("To") ?? "",
      from: form.get("From") ?? form.get("MessagingServiceSid") ?? "",
      body: form.get("Body") ?? "",
      statusCallback: form.get("StatusCallback"),
      createdAt: now(),
      status: "queued",
    };
    if (takes(step)) {
      messages.push(message);
      const delivery = deliveryOf(message);
      counts.set(delivery, (counts.get(delivery) ?? 0) + 1);
    }
    return { status: 201, body: shown(message) };
  };

  const list = (request: FakeRequest) => {
    const { searchParams } = request.url;
    const to = searchParams.get("To");
    const after = searchParams.get("DateSent>") ?? searchParams.get("DateSent>=");
    const found = messages.filter(
      (each) =>
        (to === null || each.to === to) &&
        each.createdAt + lag <= now() &&
        (after === null || (each.status !== "queued" && each.createdAt >= Date.parse(after))),
    );
    const page = found.toReversed().slice(0, Number(searchParams.get("PageSize") ?? 50));
    return { status: 200, body: { messages: page.map(shown), page: 0, next_page_uri: null } };
  };

  const server = await startFakeServer((request, step) => {
    const expected = `Basic ${Buffer.from(`${ACCOUNT}:${authToken}`).toString("base64")}`;
    if (request.headers.authorization !== expected) return refusal(401, 20003, "Authenticate");
    if (request.url.pathname !== path) return refusal(404, 20404, "The requested resource was not found");
    return request.method === "POST" ? create(request, step) : list(request);
  });

  const post = async (url: string, form: { readonly [name: string]: string }) => {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signatureOf(authToken, url, form),
    };
    return (await fetch(url, { method: "POST", headers, body: new URLSearchParams(form) })).status;
  };

  return {
    ...server,
    accountSid: ACCOUNT,
    authToken,
    messages,
    counts,
    count: (delivery) => counts.get(delivery) ?? 0,
    stopped,
    get lag() {
      return lag;
    },
    set lag(ms) {
      lag = ms;
    },
    post,
    async report(sid, status, more = {}) {
      const message = messages.find((each) => each.sid === sid);
      if (message === undefined || message.statusCallback === null) return 0;
      message.status = status;
      const ids = { MessageSid: sid, SmsSid: sid, AccountSid: ACCOUNT, ApiVersion: "2010-04-01" };
      const who = { From: message.from, To: message.to };
      return post(message.statusCallback, {
        ...ids,
        MessageStatus: status,
        SmsStatus: status,
        ...who,
        ...more,
      });
    },
  };
}

/** base64(HMAC-SHA1(token, url + each parameter, sorted by name, as name and value)). */
function signatureOf(token: string, url: string, form: { readonly [name: string]: string }): string {
  const sorted = Object.keys(form).sort();
  const signed = url + sorted.map((name) => `${name}${form[name] ?? ""}`).join("");
  return createHmac("sha1", token).update(signed).digest("base64");
}

function deliveryOf(message: TwilioMessage): string {
  return new URL(message.statusCallback ?? "http://none.test").searchParams.get("delivery") ?? "";
}

function shown(message: TwilioMessage) {
  const created = new Date(message.createdAt).toUTCString().replace("GMT", "+0000");
  return {
    sid: message.sid,
    account_sid: ACCOUNT,
    to: message.to,
    from: message.from,
    body: message.body,
    status: message.status,
    direction: "outbound-api",
    date_created: created,
    date_updated: created,
    date_sent: message.status === "queued" ? null : created,
    num_segments: "1",
    num_media: "0",
    price: null,
    price_unit: "USD",
    error_code: null,
    error_message: null,
    api_version: "2010-04-01",
    uri: `/2010-04-01/Accounts/${ACCOUNT}/Messages/${message.sid}.json`,
    subresource_uris: {},
  };
}

function refusal(status: number, code: number, message: string) {
  return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

function faultOf(form: URLSearchParams, stopped: ReadonlySet<string>) {
  const to = form.get("To") ?? "";
  if (stopped.has(to)) return refusal(400, 21610, "Attempt to send to unsubscribed recipient");
  if (!/^\+[1-9]\d{6,14}$/.test(to)) {
    return refusal(400, 21211, `The 'To' number ${to} is not a valid phone number`);
  }
  if (to.startsWith("+1555000"))
    return refusal(400, 21614, `'To' number is not a valid mobile number: ${to}`);
  if ((form.get("Body") ?? "") === "") return refusal(400, 21602, "Message body is required");
  return null;
}
