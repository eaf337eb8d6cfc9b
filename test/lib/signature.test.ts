import { describe, expect, it } from "vitest";
import {
  anyMatches,
  checkAge,
  hmacVerifier,
  isEcdsaKey,
  type Signed,
  sameText,
  verifyEcdsa,
} from "../../server/lib/signature.ts";
import { sendgridKeys } from "../fixtures/sign.ts";

const NOW = Date.UTC(2026, 2, 2, 12);
const request = (headers: Record<string, string>, body = "Hello, World!"): Signed => ({
  method: "POST",
  url: "https://forestall.test/hook",
  headers,
  body: Buffer.from(body),
  receivedAt: NOW,
});

describe("an HMAC scheme", () => {
  // Published test values of "Validating webhook deliveries" at docs.github.com.
  const verify = hmacVerifier({
    algorithm: "sha256",
    encoding: "hex",
    header: "x-hub-signature-256",
    prefix: "sha256=",
    template: "{body}",
  });
  const secret = "It's a Secret to Everybody";
  const right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const signedAs = (signature: string) => request({ "x-hub-signature-256": signature });

  it("believes a signature that others published", () => {
    expect(verify(signedAs(right), [secret])).toEqual({ ok: true });
  });

  it("believes any of the secrets, so that one can follow the other", () => {
    expect(verify(signedAs(right), ["the next one", secret])).toEqual({ ok: true });
  });

  it.each([
    ["none", {}, "missing"],
    ["an empty one", { "x-hub-signature-256": "" }, "missing"],
    ["one that came twice", { "x-hub-signature-256": `${right}, ${right}` }, "malformed"],
    ["one that was cut", { "x-hub-signature-256": right.slice(0, -1) }, "malformed"],
    ["one without its prefix", { "x-hub-signature-256": right.slice(7) }, "malformed"],
    ["capitals", { "x-hub-signature-256": `sha256=${right.slice(7).toUpperCase()}` }, "mismatch"],
    ["a character beyond ASCII", { "x-hub-signature-256": right.replace(/7$/, "ķ") }, "mismatch"],
  ])("refuses %s", (_what, headers, reason) => {
    expect(verify(request(headers), [secret])).toEqual({ ok: false, reason });
  });

  it("refuses every flipped bit of signature and body", () => {
    const flip = (text: string, bit: number) => {
      const bytes = Buffer.from(text, "latin1");
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return bytes.toString("latin1");
    };

    for (let bit = 0; bit < right.length * 8; bit++) {
      expect(verify(signedAs(flip(right, bit)), [secret]).ok, `signature bit ${bit}`).toBe(false);
    }
    for (let bit = 0; bit < 13 * 8; bit++) {
      const flipped = { ...signedAs(right), body: Buffer.from(flip("Hello, World!", bit), "latin1") };
      expect(verify(flipped, [secret]).ok, `body bit ${bit}`).toBe(false);
    }
  });

  it("believes nothing when there is no secret, or an empty one", () => {
    expect(verify(signedAs(right), []).ok).toBe(false);
    expect(verify(signedAs(right), [""]).ok).toBe(false);
  });

  it("refuses to be declared with a part that does not exist", () => {
    const scheme = { algorithm: "sha1", encoding: "hex", header: "x", template: "{host}{body}" } as const;

    expect(() => hmacVerifier(scheme)).toThrow("{host}");
  });

  it("signs method, address, body and time in the order of its template", () => {
    const scheme = {
      algorithm: "sha256",
      encoding: "base64",
      header: "x-hubspot-signature-v3",
      template: "{method}{url}{body}{timestamp}",
      timestamp: { header: "x-hubspot-request-timestamp", unit: "ms", past: 300_000, future: 300_000 },
    } as const;
    // Published test values of HubSpot's Python client.
    const published: Signed = {
      method: "POST",
      url: "https://www.example.com/webhook_uri",
      headers: {
        "x-hubspot-signature-v3": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
        "x-hubspot-request-timestamp": "1693657560000",
      },
      body: Buffer.from("{'example_field':'example_value'}"),
      receivedAt: 1_693_657_560_000,
    };

    const check = hmacVerifier(scheme);

    const key = ["yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"];
    expect(check(published, key)).toEqual({ ok: true });
    expect(check({ ...published, receivedAt: published.receivedAt + 300_001 }, key)).toEqual({
      ok: false,
      reason: "expired",
    });
    expect(check({ ...published, url: "https://www.example.com/other" }, key).ok).toBe(false);
  });
});

describe("the age of a timestamp", () => {
  const rule = { unit: "s", past: 300_000, future: 60_000 } as const;
  const stamp = (at: number) => String(at / 1000);

  it.each([
    [stamp(NOW), { ok: true }],
    [stamp(NOW - 300_000), { ok: true }],
    [stamp(NOW - 301_000), { ok: false, reason: "expired" }],
    [stamp(NOW + 60_000), { ok: true }],
    [stamp(NOW + 61_000), { ok: false, reason: "future" }],
    ["", { ok: false, reason: "malformed" }],
    ["12e9", { ok: false, reason: "malformed" }],
    ["-1772452800", { ok: false, reason: "malformed" }],
    ["1772452800, 1772452800", { ok: false, reason: "malformed" }],
  ])("reads %j", (text, expected) => {
    expect(checkAge(text, rule, NOW)).toEqual(expected);
  });

  it("reads ISO 8601 with a zone, and nothing looser", () => {
    const iso = { unit: "iso", past: 1_000, future: 1_000 } as const;

    expect(checkAge("2026-03-02T12:00:00Z", iso, NOW)).toEqual({ ok: true });
    expect(checkAge("2026-03-02T13:00:00.000000001+01:00", iso, NOW)).toEqual({ ok: true });
    expect(checkAge("2026-03-02 12:00:00", iso, NOW)).toEqual({ ok: false, reason: "malformed" });
    expect(checkAge("March 2, 2026", iso, NOW)).toEqual({ ok: false, reason: "malformed" });
  });
});

describe("comparing", () => {
  it("takes texts of unequal length for unequal instead of failing", () => {
    expect(sameText("abc", "abcd")).toBe(false);
    expect(sameText("abc", "abc")).toBe(true);
  });

  it("does not take a character for the byte it would be cut to", () => {
    expect(sameText("\u0161", "a")).toBe(false);
  });

  it("tries every secret, so that the time does not tell which one it was", () => {
    const tried: string[] = [];

    anyMatches("x", ["first", "second", "third"], (secret) => {
      tried.push(secret);
      return secret === "first" ? "x" : "y";
    });

    expect(tried).toEqual(["first", "second", "third"]);
  });
});

describe("an ECDSA signature", () => {
  const keys = sendgridKeys();
  const other = sendgridKeys();
  const signature = keys.sign("1772452800[]\r\n");
  const pieces = ["1772452800", Buffer.from("[]\r\n")];

  it("is believed for any of the public keys, as base64 or PEM", () => {
    const pem = `-----BEGIN PUBLIC KEY-----\n${keys.publicKey}\n-----END PUBLIC KEY-----`;

    expect(verifyEcdsa(signature, [other.publicKey, keys.publicKey], pieces)).toEqual({ ok: true });
    expect(verifyEcdsa(signature, [pem], pieces)).toEqual({ ok: true });
  });

  it("is refused over other bytes, with another key, and without one", () => {
    expect(verifyEcdsa(signature, [keys.publicKey], ["1772452800", Buffer.from("[]")]).ok).toBe(false);
    expect(verifyEcdsa(signature, [other.publicKey], pieces).ok).toBe(false);
    expect(verifyEcdsa(signature, ["not a key", ""], pieces).ok).toBe(false);
    expect(verifyEcdsa(signature, [], pieces).ok).toBe(false);
  });

  it("has one spelling only: every changed character is refused", () => {
    for (let i = 0; i < signature.length; i++) {
      const changed = signature.slice(0, i) + (signature[i] === "A" ? "B" : "A") + signature.slice(i + 1);
      expect(verifyEcdsa(changed, [keys.publicKey], pieces).ok, changed).toBe(false);
    }
    expect(verifyEcdsa(`${signature} `, [keys.publicKey], pieces).ok).toBe(false);
    expect(verifyEcdsa("A".repeat(10_000), [keys.publicKey], pieces)).toEqual({
      ok: false,
      reason: "malformed",
    });
  });

  it("is only taken from keys of the curve that SendGrid uses", () => {
    expect(isEcdsaKey(keys.publicKey)).toBe(true);
    expect(isEcdsaKey("SG.not-a-key")).toBe(false);
  });
});
