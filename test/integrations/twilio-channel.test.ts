import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outgoing } from "../../server/integrations/contract.ts";
import { twilioChannel } from "../../server/integrations/twilio/channel.ts";
import { createOutbound } from "../../server/lib/outbound-line.ts";
import { fakeClock } from "../fake-clock.ts";
import { type FakeTwilio, startFakeTwilio } from "../fakes/twilio.ts";
import { describeChannel, SUITE_NOW } from "./channel-contract.ts";

const clock = fakeClock(SUITE_NOW);
const adapter = twilioChannel({ outbound: createOutbound({ allowLoopback: true }), clock });

const SMS: Outgoing = {
  delivery: "delivery-0",
  tenant: "t1",
  to: { address: "+15551230001", name: null },
  from: { name: "", address: "" },
  replyTo: null,
  subject: null,
  text: "Your sign-in is locked. Unlock it here: https://help.cloud.test/p/abc",
  html: null,
  headers: {},
  receiptsUrl: "https://help.cloud.test/receipts/t1/twilio",
};

const settingsFor = (provider: FakeTwilio, baseUrl: string) => ({
  accountSid: provider.accountSid,
  authToken: provider.authToken,
  from: "+15550109999",
  baseUrl,
});

describeChannel("twilio", async () => {
  const provider = await startFakeTwilio(clock.now);
  return {
    adapter,
    provider,
    settings: (baseUrl) => settingsFor(provider, baseUrl),
    badSettings: (baseUrl) => ({
      ...settingsFor(provider, baseUrl),
      authToken: "another-token-which-is-wrong",
    }),
    secret: provider.authToken,
    message: SMS,
    badAddress: "+15550001234",
    ownServerError: {
      kind: "answer",
      status: 500,
      body: { code: 20500, message: "Internal server error", status: 500 },
    },
    stop: (number) => provider.stopped.add(number),
  };
});

describe("the list of messages at Twilio", () => {
  let provider: FakeTwilio;
  beforeAll(async () => {
    provider = await startFakeTwilio(clock.now);
  });
  afterAll(() => provider.close());

  const signal = () => AbortSignal.timeout(5_000);
  const settings = () => settingsFor(provider, provider.url);
  const lookUp = (to: string, text = SMS.text) =>
    adapter.lookUp?.({ delivery: "delivery-0", to, text, since: clock.now() }, settings(), signal());
  const sendTo = (address: string, text = SMS.text) =>
    adapter.send({ ...SMS, text, to: { address, name: null } }, settings(), signal());

  it("has a message whose connection broke after it was taken", async () => {
    provider.play([{ kind: "reset", taken: true }]);
    await expect(sendTo("+15551230002")).rejects.toMatchObject({ name: "InDoubt" });

    const answer = await lookUp("+15551230002");

    expect(answer).toEqual({ kind: "sent", providerId: provider.messages.at(-1)?.sid });
  });

  it("does not have one that was lost, nor another text to the same number", async () => {
    provider.play([{ kind: "reset", taken: false }]);
    await expect(sendTo("+15551230003")).rejects.toMatchObject({ name: "InDoubt" });
    await sendTo("+15551230003", "Something else https://help.cloud.test/p/xyz");

    expect(await lookUp("+15551230003")).toEqual({ kind: "absent" });
  });

  it("does not have it yet while it lags behind", async () => {
    provider.lag = 20_000;
    await sendTo("+15551230004");

    const at = clock.now();
    expect(await lookUp("+15551230004")).toEqual({ kind: "absent" });
    await clock.advanceAsync(20_000);
    const later = await adapter.lookUp?.(
      { delivery: "delivery-0", to: "+15551230004", text: SMS.text, since: at },
      settings(),
      signal(),
    );
    expect(later?.kind).toBe("sent");
    provider.lag = 0;
  });

  it("counts only messages since this one was claimed", async () => {
    await sendTo("+15551230005");
    await clock.advanceAsync(3_600_000);

    expect(await lookUp("+15551230005")).toEqual({ kind: "absent" });
  });

  it("has the delivery id in the address that Twilio reports to", async () => {
    await sendTo("+15551230006");

    expect(provider.messages.at(-1)?.statusCallback).toBe(
      "https://help.cloud.test/receipts/t1/twilio?delivery=delivery-0",
    );
  });

  it("is not asked to take a text that is too long for an SMS", async () => {
    const before = provider.requests.length;

    await expect(sendTo("+15551230007", "x".repeat(1601))).rejects.toMatchObject({ name: "Refused" });
    expect(provider.requests.length).toBe(before);
  });
});
