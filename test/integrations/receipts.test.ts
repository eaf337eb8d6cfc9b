import { describe, expect, it } from "vitest";
import type { RawRequest } from "../../server/integrations/contract.ts";
import { receipts as sendgrid } from "../../server/integrations/sendgrid/receipts.ts";
import { receipts as twilio } from "../../server/integrations/twilio/receipts.ts";
import { sendgridEvent, smsReply, smsStatus } from "../fixtures/receipts.ts";
import { type Post, sendgridKeys, sendgridPost, twilioPost } from "../fixtures/sign.ts";

const NOW = Date.UTC(2026, 2, 2, 12);
const keys = sendgridKeys();
const requestOf = ({ headers, body, query = "" }: Post, base: string): RawRequest => ({
  method: "POST",
  url: base + query,
  headers,
  body: Buffer.from(body),
  receivedAt: NOW,
});

describe("SendGrid's events", () => {
  const URL_ = "https://help.acme.test/receipts/acme/sendgrid";
  const read = (payload: unknown) =>
    sendgrid.normalise(requestOf(sendgridPost(payload, keys, NOW), URL_), {}, "sendgrid");
  const who = { namespace: "email", value: "Ana@acme.test" };

  it("find our delivery by the name we sent along, or by the id of the message", () => {
    expect(read([sendgridEvent("delivered")]).receipts).toEqual([
      {
        id: "delivered:id-of-delivered",
        at: NOW,
        delivery: "delivery-1",
        providerId: "f0r3",
        receipt: "delivered",
      },
    ]);
  });

  it.each([
    ["processed", {}, "accepted", undefined],
    ["deferred", {}, "deferred", undefined],
    ["open", {}, "opened", undefined],
    ["click", { url: "https://acme.test" }, "clicked", undefined],
    ["bounce", { type: "bounce", status: "5.0.0" }, "bounced", { kind: "bounced", channel: "email" }],
    ["bounce", { type: "blocked" }, "failed", undefined],
    ["dropped", { reason: "Bounced Address" }, "bounced", { kind: "bounced", channel: "email" }],
    ["dropped", { reason: "Invalid" }, "bounced", { kind: "bounced", channel: "email" }],
    ["dropped", { reason: "Unsubscribed Address" }, "unsubscribed", { kind: "stop" }],
    ["dropped", { reason: "Spam Reporting Address" }, "complained", { kind: "stop" }],
    ["dropped", { reason: "Spam Content" }, "failed", undefined],
    ["spamreport", {}, "complained", { kind: "stop" }],
    ["unsubscribe", {}, "unsubscribed", { kind: "stop" }],
    ["group_unsubscribe", { asm_group_id: 10 }, "unsubscribed", { kind: "stop" }],
  ])("%s %j is %s, and for the person %j", (event, changes, receipt, change) => {
    const [made] = read([sendgridEvent(event, changes)]).receipts;

    expect(made?.receipt).toBe(receipt);
    expect(made?.change).toEqual(change);
    expect(made?.who).toEqual(change === undefined ? undefined : who);
  });

  it("are not seen by anybody when a machine opened the message", () => {
    expect(read([sendgridEvent("open", { sg_machine_open: true })]).receipts).toEqual([]);
    expect(read([sendgridEvent("open", { sg_machine_open: false })]).receipts).toHaveLength(1);
  });

  it("do not start what somebody stopped, and are read whatever else they hold", () => {
    const payload = [
      sendgridEvent("group_resubscribe"),
      { userid: "1" },
      null,
      "text",
      sendgridEvent("Processed", { timestamp: "1772452800123", sg_event_id: undefined }),
    ];

    const { receipts, ignored } = read(payload);

    expect(receipts).toMatchObject([{ receipt: "accepted", at: 1_772_452_800_123 }]);
    expect(ignored).toHaveLength(4);
    expect(read(sendgridEvent("delivered")).receipts).toHaveLength(1);
    expect(read([]).receipts).toEqual([]);
  });

  it("repeat nothing of what the receiving server said", () => {
    const bounce = sendgridEvent("bounce", {
      reason: "550 ana@acme.test unknown",
      type: "bounce",
      status: "5.1.1",
    });

    expect(read([bounce]).receipts[0]?.detail).toBe("bounce 5.1.1");
  });

  it("are believed for two days, with any of the keys", () => {
    const hours = (n: number) => requestOf(sendgridPost([], keys, NOW - n * 3_600_000), URL_);
    const other = sendgridKeys();

    expect(sendgrid.verify(hours(0), [other.publicKey, keys.publicKey], {})).toEqual({ ok: true });
    expect(sendgrid.verify(hours(48), [keys.publicKey], {})).toEqual({ ok: true });
    expect(sendgrid.verify(hours(49), [keys.publicKey], {})).toEqual({ ok: false, reason: "expired" });
    expect(sendgrid.verify(hours(-1), [keys.publicKey], {})).toEqual({ ok: false, reason: "future" });
    expect(sendgrid.verify(hours(0), [other.publicKey], {})).toEqual({ ok: false, reason: "mismatch" });
  });
});

describe("Twilio's callbacks", () => {
  const URL_ = "https://help.acme.test/receipts/acme/twilio";
  const TOKEN = "auth-token";
  const post = (fields: Readonly<Record<string, string>>, query = "") =>
    requestOf(twilioPost(fields, TOKEN, URL_, query), URL_);
  const read = (fields: Readonly<Record<string, string>>, query = "") =>
    twilio.normalise(post(fields, query), {}, "twilio");
  const phone = { namespace: "phone", value: "+15550100" };

  it("find our delivery by the address we gave, which is signed, or by the id of the message", () => {
    expect(read(smsStatus("delivered"), "?delivery=delivery-1").receipts).toEqual([
      {
        id: "SM0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f:delivered",
        at: NOW,
        delivery: "delivery-1",
        providerId: "SM0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
        receipt: "delivered",
      },
    ]);
  });

  it.each([
    ["queued", {}, "accepted", undefined],
    ["sent", {}, "accepted", undefined],
    ["read", {}, "opened", undefined],
    ["undelivered", { ErrorCode: "30003" }, "failed", undefined],
    ["undelivered", { ErrorCode: "30005" }, "bounced", { kind: "bounced", channel: "phone" }],
    ["failed", { ErrorCode: "21610" }, "unsubscribed", { kind: "stop" }],
    ["failed", {}, "failed", undefined],
  ])("%s %j is %s, and for the person %j", (status, changes, receipt, change) => {
    const [made] = read(smsStatus(status, changes)).receipts;

    expect(made?.receipt).toBe(receipt);
    expect(made?.change).toEqual(change);
    expect(made?.who).toEqual(change === undefined ? undefined : phone);
  });

  it.each([
    ["STOP", {}, { kind: "stop" }],
    [" stop ", {}, { kind: "stop" }],
    ["Unsubscribe", {}, { kind: "stop" }],
    ["please stop calling me", { OptOutType: "STOP" }, { kind: "stop" }],
    ["START", {}, { kind: "consent", channel: "sms", given: true }],
    ["UNSTOP", {}, { kind: "consent", channel: "sms", given: true }],
  ])("a reply %j %j means %j for who wrote it", (body, changes, change) => {
    expect(read(smsReply(body, changes)).receipts).toMatchObject([{ who: phone, change }]);
  });

  it.each([["YES"], ["HELP"], ["INFO"], ["STOPPED working for me"], ["Running late"], [""]])(
    "a reply %j asks for nothing we do, and is kept nowhere",
    (body) => {
      const { receipts, ignored } = read(smsReply(body));

      expect(receipts).toEqual([]);
      expect(ignored).toEqual(["a message that asks for nothing we do"]);
    },
  );

  it("come from WhatsApp and calls too", () => {
    const whatsapp = { From: "whatsapp:+15550100" };
    const call = { CallSid: "CA1", CallStatus: "completed", Direction: "outbound-api", From: "+15550199" };

    expect(read(smsReply("STOP", whatsapp)).receipts).toMatchObject([{ who: phone }]);
    expect(read(call).receipts).toMatchObject([{ providerId: "CA1", receipt: "delivered" }]);
    expect(read({ ...call, CallStatus: "no-answer" }).receipts).toMatchObject([{ receipt: "failed" }]);
    expect(read({ ...call, Direction: "inbound" }).receipts).toEqual([]);
  });

  it("are answered with empty TwiML", () => {
    const answer = twilio.answer?.(post(smsReply("HELP")));

    expect(answer).toMatchObject({ status: 200, contentType: expect.stringMatching(/^text\/xml/) });
    expect(answer?.body).toContain("<Response></Response>");
  });

  it("are believed for the whole address and every field, with either of two tokens", () => {
    const request = post(smsStatus("sent"), "?delivery=delivery-1");

    expect(twilio.verify(request, ["next", TOKEN], {})).toEqual({ ok: true });
    expect(twilio.verify({ ...request, url: `${URL_}?delivery=delivery-2` }, [TOKEN], {}).ok).toBe(false);
    expect(twilio.verify({ ...request, body: Buffer.from(`${request.body}&x=1`) }, [TOKEN], {}).ok).toBe(
      false,
    );
    expect(twilio.verify({ ...request, url: URL_.replace("help", "evil") }, [TOKEN], {}).ok).toBe(false);
  });

  it("with a body that is no form are believed only when its hash is in the address", () => {
    const url = `${URL_}?a=1`;
    const json = requestOf({ ...twilioPost({}, TOKEN, url), body: '{"evil":true}' }, url);
    const asJson = { ...json, headers: { ...json.headers, "content-type": "application/json" } };

    expect(twilio.verify(asJson, [TOKEN], {})).toEqual({ ok: false, reason: "mismatch" });
  });

  it("take their token from the settings of the channel", () => {
    expect(twilio.secretsIn?.({ accountSid: "AC1", authToken: TOKEN })).toEqual([TOKEN]);
    expect(twilio.secretsIn?.({ apiKeySid: "SK1" })).toEqual([]);
  });
});
