import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  BadAddress,
  BadCredentials,
  type ChannelAdapter,
  InDoubt,
  type Outgoing,
  Refused,
  RefusedByRecipient,
  RetryLater,
  type Settings,
} from "../../server/integrations/contract.ts";
import { closedPort, type FakeServer, type Step, tooMany } from "../fakes/misbehaviour.ts";

/** What a channel must bring to be put through the suite that every channel passes. */
export interface ChannelUnderTest {
  readonly adapter: ChannelAdapter;
  readonly provider: FakeServer & { count(delivery: string): number };
  /** Settings that work, at this address. */
  settings(baseUrl: string): Settings;
  readonly badSettings: (baseUrl: string) => Settings;
  readonly secret: string;
  readonly message: Outgoing;
  readonly badAddress: string;
  /** A 5xx in the provider's own words. */
  readonly ownServerError: Step;
  /** Makes the provider refuse this recipient as stopped, where it does that at sending. */
  readonly stop?: (address: string) => void;
}

/** A clock for HTTP dates: the adapter gets the same. */
export const SUITE_NOW = Date.UTC(2026, 2, 2, 12);

export function describeChannel(name: string, start: () => Promise<ChannelUnderTest>): void {
  describe(`the channel ${name}`, () => {
    let channel: ChannelUnderTest;
    let settings: Settings;
    let last = 0;
    let message: Outgoing;

    beforeAll(async () => {
      channel = await start();
      settings = channel.settings(channel.provider.url);
    });
    afterAll(() => channel.provider.close());
    beforeEach(() => {
      channel.provider.play([]);
      message = { ...channel.message, delivery: `delivery-${++last}` };
    });

    const send = (change: Partial<Outgoing> = {}, how = settings, signal = AbortSignal.timeout(5_000)) =>
      channel.adapter.send({ ...message, ...change }, how, signal);
    const failure = async (sending: Promise<unknown>): Promise<Error> => {
      const error: unknown = await sending.then(
        () => new Error("it was sent"),
        (reason: unknown) => reason,
      );
      if (!(error instanceof Error)) throw new TypeError("not an error");
      const visible = inspect(error, { depth: 20, showHidden: true });
      expect(visible).not.toContain(channel.secret);
      expect(visible).not.toContain(Buffer.from(channel.secret).toString("base64"));
      expect(visible).not.toContain(message.to.address);
      return error;
    };
    const sent = () => channel.provider.count(message.delivery);

    it("sends once, with our delivery id, and gets the provider's id", async () => {
      const result = await send();

      expect(result.providerId).toMatch(/\w{4}/);
      expect(sent()).toBe(1);
    });

    it("asks once per call and never tries again by itself", async () => {
      const before = channel.provider.requests.length;
      channel.provider.play([tooMany(), tooMany()]);

      await failure(send());

      expect(channel.provider.requests.length - before).toBe(1);
    });

    it("sends twice when it is told to twice: not doing so is the outbox's job", async () => {
      await send();
      await send();

      expect(sent()).toBe(2);
    });

    it.each([
      ["seconds", "17", 17_000],
      ["an HTTP date", new Date(SUITE_NOW + 90_000).toUTCString(), 90_000],
      ["nothing", undefined, null],
      ["nonsense", "soon", null],
    ])("waits as long as a 429 with %s asks for", async (_what, header, after) => {
      channel.provider.play([tooMany(header)]);

      const error = await failure(send());

      expect(error).toBeInstanceOf(RetryLater);
      expect(error).toMatchObject({ after });
      expect(sent()).toBe(0);
    });

    it("tries again later after a 503, and after a 5xx in the provider's own words", async () => {
      channel.provider.play([{ kind: "html", status: 503 }, channel.ownServerError]);

      expect(await failure(send())).toBeInstanceOf(RetryLater);
      expect(await failure(send())).toBeInstanceOf(RetryLater);
    });

    it.each([500, 502, 504])(
      "is in doubt after a %i that something in between may have said",
      async (status) => {
        channel.provider.play([{ kind: "html", status, taken: true }]);

        expect(await failure(send())).toBeInstanceOf(InDoubt);
        expect(sent()).toBe(1);
      },
    );

    it("is in doubt when the connection breaks after the request went out", async () => {
      channel.provider.play([{ kind: "reset", taken: true }]);

      expect(await failure(send())).toBeInstanceOf(InDoubt);
      expect(sent()).toBe(1);
    });

    it.each(["slow", "stall"] as const)("is in doubt when the answer is too late (%s)", async (kind) => {
      channel.provider.play([{ kind, ms: 3_000, taken: true }]);

      expect(await failure(send({}, settings, AbortSignal.timeout(150)))).toBeInstanceOf(InDoubt);
    });

    it("is in doubt when a success cannot be read", async () => {
      channel.provider.play([
        { kind: "bad_json", taken: true },
        { kind: "html", status: 200, taken: true },
      ]);

      expect(await failure(send())).toBeInstanceOf(InDoubt);
      expect(await failure(send())).toBeInstanceOf(InDoubt);
    });

    it("tries again later when nobody listens, so that nothing can have been taken", async () => {
      const nobody = channel.settings(await closedPort());

      expect(await failure(send({}, nobody))).toBeInstanceOf(RetryLater);
    });

    it("tries again later when the TLS handshake fails", async () => {
      const before = channel.provider.requests.length;
      const overTls = channel.settings(channel.provider.url.replace("http:", "https:"));

      expect(await failure(send({}, overTls))).toBeInstanceOf(RetryLater);
      expect(channel.provider.requests.length).toBe(before);
    });

    it("tries again later when it is told to stop before anything went out", async () => {
      expect(await failure(send({}, settings, AbortSignal.abort()))).toBeInstanceOf(RetryLater);
      expect(sent()).toBe(0);
    });

    it("says that the credentials are wrong", async () => {
      const error = await failure(send({}, channel.badSettings(channel.provider.url)));

      expect(error).toBeInstanceOf(BadCredentials);
    });

    it("says which settings are missing", async () => {
      expect(await failure(send({}, {}))).toBeInstanceOf(BadCredentials);
    });

    it("says that an address is bad", async () => {
      const to = { ...message.to, address: channel.badAddress };

      expect(await failure(send({ to }))).toBeInstanceOf(BadAddress);
    });

    it("never goes where a redirect points", async () => {
      const elsewhere = await closedPort();
      channel.provider.play([{ kind: "answer", status: 307, headers: { location: elsewhere } }]);

      expect(await failure(send())).toBeInstanceOf(Refused);
    });

    it("is refused for good by any other 4xx", async () => {
      channel.provider.play([{ kind: "answer", status: 413, body: "" }]);

      expect(await failure(send())).toBeInstanceOf(Refused);
    });

    it("says that the recipient has stopped messages, or hears of it by receipts", async () => {
      if (channel.stop === undefined) return expect(channel.adapter.reconciles).toBe("receipts");
      channel.stop("+15551230099");

      const error = await failure(send({ to: { ...message.to, address: "+15551230099" } }));

      expect(error).toBeInstanceOf(RefusedByRecipient);
    });
  });
}
