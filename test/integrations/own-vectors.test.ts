import { describe, expect, it } from "vitest";
import type { RawRequest, Source } from "../../server/integrations/contract.ts";
import { source as segment } from "../../server/integrations/segment/source.ts";
import { receipts as sendgrid } from "../../server/integrations/sendgrid/receipts.ts";
import { source as sentry } from "../../server/integrations/sentry/source.ts";
import { source as stripe } from "../../server/integrations/stripe/source.ts";
import { receipts as twilio } from "../../server/integrations/twilio/receipts.ts";
import { source as zendesk } from "../../server/integrations/zendesk/source.ts";
import { smsStatus } from "../fixtures/receipts.ts";
import {
  type Post,
  segmentPost,
  sendgridKeys,
  sendgridPost,
  sentryPost,
  stripePost,
  twilioPost,
  zendeskPost,
} from "../fixtures/sign.ts";

/* Every scheme, signed as its vendor documents it; these need nothing but the project. */

const NOW = Date.UTC(2026, 2, 2, 12);
const HOUR = 3_600_000;
const ADDRESS = "https://help.acme.test/hook";
const PAYLOAD = { id: "evt_1", note: "Grüße" };
const [OLD, NEW, FOREIGN] = [sendgridKeys(), sendgridKeys(), sendgridKeys()];

interface Scheme {
  readonly system: string;
  readonly source: Source;
  /** What the receiver holds: the secret in use, the one that follows it, and one of somebody else. */
  readonly secrets: readonly [inUse: string, next: string, foreign: string];
  readonly header: string;
  /** Signed with the secret of that place. */
  readonly sign: (which: 0 | 1 | 2, at: number) => Post;
  /** How far the time of the signature may lie back and ahead; null where no time is signed. */
  readonly bounds: { readonly past: number; readonly future: number } | null;
}

const TEXTS = ["secret-in-use", "secret-that-follows", "secret-of-another"] as const;
const SCHEMES: readonly Scheme[] = [
  {
    ...{ system: "stripe", source: stripe, secrets: TEXTS, header: "stripe-signature" },
    sign: (which, at) => stripePost(PAYLOAD, TEXTS[which], at),
    bounds: { past: 300_000, future: 300_000 },
  },
  {
    ...{ system: "sentry", source: sentry, secrets: TEXTS, header: "sentry-hook-signature" },
    sign: (which) => sentryPost(PAYLOAD, TEXTS[which], "event_alert"),
    bounds: null,
  },
  {
    ...{ system: "zendesk", source: zendesk, secrets: TEXTS, header: "x-zendesk-webhook-signature" },
    sign: (which, at) => zendeskPost(PAYLOAD, TEXTS[which], at),
    bounds: { past: 900_000, future: 900_000 },
  },
  {
    ...{ system: "segment", source: segment, secrets: TEXTS, header: "x-signature" },
    sign: (which) => segmentPost(PAYLOAD, TEXTS[which]),
    bounds: null,
  },
  {
    ...{ system: "sendgrid", source: sendgrid, header: "x-twilio-email-event-webhook-signature" },
    secrets: [OLD.publicKey, NEW.publicKey, FOREIGN.publicKey],
    sign: (which, at) => sendgridPost([PAYLOAD], [OLD, NEW, FOREIGN][which] ?? FOREIGN, at),
    bounds: { past: 48 * HOUR, future: 300_000 },
  },
  {
    ...{ system: "twilio", source: twilio, secrets: TEXTS, header: "x-twilio-signature" },
    sign: (which) => twilioPost(smsStatus("sent"), TEXTS[which], ADDRESS, "?delivery=d-1"),
    bounds: null,
  },
];

function requestOf({ headers, body, query = "" }: Post): RawRequest {
  return { method: "POST", url: ADDRESS + query, headers, body: Buffer.from(body), receivedAt: NOW };
}

describe.each(SCHEMES.map((scheme) => [scheme.system, scheme] as const))("what %s signs", (_name, scheme) => {
  const { source, secrets, header, sign, bounds } = scheme;
  const [inUse, next] = secrets;
  const verdict = (request: RawRequest, held: readonly string[] = [inUse]) =>
    source.verify(request, held, {});
  const signed = (which: 0 | 1 | 2 = 0, at = NOW) => requestOf(sign(which, at));

  it("is believed", () => {
    expect(verdict(signed())).toEqual({ ok: true });
  });

  it("is not believed with another's secret, or with none", () => {
    expect(verdict(signed(2))).toEqual({ ok: false, reason: "mismatch" });
    expect(verdict(signed(), []).ok).toBe(false);
    expect(verdict(signed(), [""]).ok).toBe(false);
  });

  it("is not believed cut short, changed, empty or without its signature", () => {
    const request = signed();
    const value = request.headers[header] ?? "";
    expect(value.length).toBeGreaterThan(20);
    const withHeader = (given: string | undefined) => ({
      ...request,
      headers: { ...request.headers, [header]: given },
    });

    for (const given of [value.slice(0, -1), value.slice(0, -4), value.slice(1), "", undefined]) {
      expect(verdict(withHeader(given)).ok, given).toBe(false);
    }
    const body = Buffer.from(request.body);
    body[3] = (body[3] ?? 0) ^ 1;
    expect(verdict({ ...request, body }).ok).toBe(false);
    expect(verdict({ ...request, body: request.body.subarray(0, -3) }).ok).toBe(false);
  });

  it("is believed with either secret while one follows the other, and with the new one alone afterwards", () => {
    expect(verdict(signed(0), [inUse, next])).toEqual({ ok: true });
    expect(verdict(signed(1), [inUse, next])).toEqual({ ok: true });
    expect(verdict(signed(1), [next])).toEqual({ ok: true });
    expect(verdict(signed(0), [next])).toEqual({ ok: false, reason: "mismatch" });
  });

  if (bounds === null) return;
  it("is believed neither too old nor from the future", () => {
    const { past, future } = bounds;

    expect(verdict(signed(0, NOW - past))).toEqual({ ok: true });
    expect(verdict(signed(0, NOW - past - 1_000))).toEqual({ ok: false, reason: "expired" });
    expect(verdict(signed(0, NOW + future))).toEqual({ ok: true });
    expect(verdict(signed(0, NOW + future + 1_000))).toEqual({ ok: false, reason: "future" });
  });
});
