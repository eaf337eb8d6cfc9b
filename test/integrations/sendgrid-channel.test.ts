import { afterAll, beforeAll, expect, it } from "vitest";
import type { Outgoing } from "../../server/integrations/contract.ts";
import { sendgridChannel } from "../../server/integrations/sendgrid/channel.ts";
import { createOutbound } from "../../server/lib/outbound-line.ts";
import { fakeClock } from "../fake-clock.ts";
import { type FakeSendgrid, startFakeSendgrid } from "../fakes/sendgrid.ts";
import { describeChannel, SUITE_NOW } from "./channel-contract.ts";

const adapter = sendgridChannel({
  outbound: createOutbound({ allowLoopback: true }),
  clock: fakeClock(SUITE_NOW),
});

const MAIL: Outgoing = {
  delivery: "delivery-0",
  tenant: "t1",
  to: { address: "ana@acme.test", name: "Ana" },
  from: { name: "Acme Cloud", address: "help@cloud.test" },
  replyTo: "support@cloud.test",
  subject: "Your exports are being refused",
  text: "Plain words",
  html: "<p>Plain words</p>",
  headers: {
    "List-Unsubscribe": "<https://help.cloud.test/p/token>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  },
  receiptsUrl: null,
};

describeChannel("sendgrid", async () => {
  const provider = await startFakeSendgrid();
  return {
    adapter,
    provider,
    settings: (baseUrl) => ({ apiKey: provider.apiKey, baseUrl }),
    badSettings: (baseUrl) => ({ apiKey: "SG.another-key-which-is-wrong", baseUrl }),
    secret: provider.apiKey,
    message: MAIL,
    badAddress: "nobody",
    ownServerError: { kind: "answer", status: 500, body: { errors: [{ message: "internal error" }] } },
  };
});

let provider: FakeSendgrid;
beforeAll(async () => {
  provider = await startFakeSendgrid();
});
afterAll(() => provider.close());

const send = (mail: Outgoing, settings = {}) =>
  adapter.send(
    mail,
    { apiKey: provider.apiKey, baseUrl: provider.url, ...settings },
    AbortSignal.timeout(5_000),
  );

it("passes on sender, reply address, both texts and the headers for one-click unsubscribing", async () => {
  await send(MAIL);

  expect(provider.mails.at(-1)).toMatchObject({
    from: { email: "help@cloud.test", name: "Acme Cloud" },
    reply_to: { email: "support@cloud.test" },
    subject: "Your exports are being refused",
    content: [
      { type: "text/plain", value: "Plain words" },
      { type: "text/html", value: "<p>Plain words</p>" },
    ],
    headers: MAIL.headers,
    custom_args: { forestall_delivery: "delivery-0" },
    categories: ["forestall"],
  });
});

it("keeps line breaks out of subject, names and headers", async () => {
  const evil = "Hello\r\nBcc: victim@example.com";

  await send({
    ...MAIL,
    subject: evil,
    to: { address: "ana@acme.test", name: evil },
    from: { address: "help@cloud.test", name: evil },
    headers: { "X-Reason": evil },
  });

  expect(JSON.stringify(provider.mails.at(-1))).not.toMatch(/\\r|\\n/);
});

it("takes SendGrid's 200 for a success in sandbox mode only", async () => {
  provider.play([
    { kind: "answer", status: 200 },
    { kind: "answer", status: 200 },
  ]);

  await expect(send(MAIL, { sandbox: true })).resolves.toEqual({ providerId: null });
  await expect(send(MAIL)).rejects.toMatchObject({ name: "InDoubt" });
});

it("waits for SendGrid's own limit to be lifted when there is no Retry-After", async () => {
  const reset = String(SUITE_NOW / 1000 + 42);
  provider.play([{ kind: "answer", status: 429, headers: { "x-ratelimit-reset": reset } }]);

  await expect(send(MAIL)).rejects.toMatchObject({ name: "RetryLater", after: 42_000 });
});
