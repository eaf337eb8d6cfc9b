import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { RawRequest, Source } from "../../server/integrations/contract.ts";
import { source as segment } from "../../server/integrations/segment/source.ts";
import { receipts as sendgrid } from "../../server/integrations/sendgrid/receipts.ts";
import { source as sentry } from "../../server/integrations/sentry/source.ts";
import { source as stripe } from "../../server/integrations/stripe/source.ts";
import { receipts as twilio } from "../../server/integrations/twilio/receipts.ts";
import { source as zendesk } from "../../server/integrations/zendesk/source.ts";
import { beside } from "../support/beside.ts";

/** A file of published test vectors, where the machine has one. */
const FILE = beside("signature-vectors.json");

interface Variant {
  readonly request_url: string;
  readonly signature: string;
  readonly accept: boolean;
}
interface Vector {
  readonly id: string;
  readonly system: string;
  readonly secret?: string;
  readonly publicKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly url?: string;
  readonly body?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly accept?: boolean;
  readonly clock?: string;
  readonly variants?: readonly Variant[];
}

const SOURCES: Readonly<Record<string, Source>> = { stripe, sentry, zendesk, sendgrid, twilio, segment };

const all: readonly Vector[] = FILE === undefined ? [] : JSON.parse(readFileSync(FILE, "utf8")).vectors;
const vectors = all.filter(({ system }) => Object.hasOwn(SOURCES, system)).flatMap(withVariants);

/** A vector with variants is as many vectors. */
function withVariants(vector: Vector): readonly Vector[] {
  if (vector.variants === undefined) return [vector];
  return vector.variants.map(({ request_url: url, signature, accept }, i) => {
    return { ...vector, id: `${vector.id}-${i}`, url, accept, headers: { "X-Twilio-Signature": signature } };
  });
}

function requestOf(vector: Vector): RawRequest {
  const { params, body = "", method = "POST", url = "https://forestall.test/hook" } = vector;
  const form = params === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  const headers: Record<string, string> = { "content-type": "application/json", ...form };
  for (const [name, value] of Object.entries(vector.headers ?? {})) headers[name.toLowerCase()] = value;
  const bytes = Buffer.from(params === undefined ? body : new URLSearchParams(params).toString());
  return { method, url, headers, body: bytes, receivedAt: clockOf(vector, headers) };
}

/** "freeze now at 1700000000", or in ISO; else the moment the sender names. */
function clockOf({ clock }: Vector, headers: Readonly<Record<string, string>>): number {
  const stamp =
    clock?.replace("freeze now at ", "").replace(" ms", "") ??
    headers["x-twilio-email-event-webhook-timestamp"] ??
    headers["x-zendesk-webhook-signature-timestamp"] ??
    "1772452800";
  return /^\d+$/.test(stamp) ? Number(stamp) * 1000 : Date.parse(stamp);
}

const secretsOf = ({ secret, publicKey }: Vector) => [secret ?? publicKey ?? ""];
// The published vectors of Zendesk use its test secret, which counts only where somebody allows it.
const SETTINGS = { allowTestSecret: true };
const accepts = (vector: Vector, request: RawRequest = requestOf(vector)) =>
  SOURCES[vector.system]?.verify(request, secretsOf(vector), SETTINGS).ok;

describe.skipIf(vectors.length === 0)("published and derived vectors", () => {
  it("cover all six systems", () => {
    expect(new Set(vectors.map(({ system }) => system)).size).toBe(6);
  });

  it.each(vectors.map((vector) => [vector.id, vector] as const))("%s is judged as it says", (_id, vector) => {
    expect(accepts(vector)).toBe(vector.accept);
  });

  it.each(vectors.filter(({ accept }) => accept === true).map((vector) => [vector.id, vector] as const))(
    "%s is refused with one bit changed, a header missing, doubled, cut or in capitals",
    (_id, vector) => {
      const request = requestOf(vector);
      const name = Object.keys(request.headers).find((header) => header.includes("signature")) ?? "";
      const value = request.headers[name] ?? "";
      const withHeader = (given: string | undefined) => ({
        ...request,
        headers: { ...request.headers, [name]: given },
      });
      const changed: readonly (readonly [string, RawRequest])[] = [
        ["missing", withHeader(undefined)],
        ["doubled", withHeader(`${value}, ${value}`)],
        ["cut", withHeader(value.slice(0, -2))],
        ["in capitals", withHeader(value.replace(/[0-9a-f]{20,}$|^[A-Za-z0-9+/]{20,}={0,2}$/i, upper))],
        ...flipsOf(request, coveredBytes(vector)),
      ];

      for (const [what, other] of changed) {
        if (what === "in capitals" && other.headers[name] === value) continue;
        expect(accepts(vector, other), what).toBe(false);
      }
    },
  );
});

const upper = (text: string) => text.toUpperCase();

/** Of a batch only the first element is signed. */
function coveredBytes({ id, body = "", params }: Vector): number {
  if (id === "segment-2-batch") return body.indexOf("},") + 1;
  return Buffer.byteLength(params === undefined ? body : new URLSearchParams(params).toString());
}

/** The body with a bit changed in each of its bytes, from the second on: the first may be white space or a bracket. */
function flipsOf(request: RawRequest, covered: number): readonly (readonly [string, RawRequest])[] {
  const places = Array.from({ length: Math.max(0, covered - 2) }, (_, i) => i + 1);
  return places.map((place) => {
    const body = Buffer.from(request.body);
    body[place] = (body[place] ?? 0) ^ 1;
    return [`byte ${place} of the body`, { ...request, body }] as const;
  });
}
