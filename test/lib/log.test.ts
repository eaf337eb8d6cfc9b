import { describe, expect, it } from "vitest";
import { createLogger, type LogOptions } from "../../server/lib/log.ts";
import { KnownSecrets, redactPersonalData } from "../../server/lib/redact.ts";

/** A logger that writes into a list. */
function listening(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { log: createLogger({ level: "info", ...options, destination }), lines };
}

/** A stand-in for something that must not be seen, unlike any ordinary word. */
const CANARY = "canary-5f1e0b7a";

describe("the log", () => {
  it("writes one JSON object per line, with its time in UTC and its level by name", () => {
    const { log, lines } = listening();

    log.info({ tenant: "acme", match: "m1" }, "match opened");

    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      tenant: "acme",
      match: "m1",
      msg: "match opened",
    });
  });

  it("keeps to its level", () => {
    const { log, lines } = listening({ level: "warn" });

    log.info("not this");
    log.warn("this");

    expect(lines).toHaveLength(1);
  });

  it.each([
    "authorization",
    "Cookie",
    "set-cookie",
    "token",
    "accessToken",
    "refresh_tokens",
    "secret",
    "secretKey",
    "apiKey",
    "x-api-key",
    "private_key",
    "password",
    "stripe-signature",
    "email",
    "emails",
    "phone",
    "firstName",
    "body",
  ])("hides what stands under the name %s, at any depth", (name) => {
    const { log, lines } = listening();

    log.info(
      { [name]: CANARY, request: { headers: { [name]: CANARY }, list: [{ [name]: [CANARY] }] } },
      "seen",
    );

    expect(lines[0]).not.toContain(CANARY);
    expect(lines[0]).toContain("[redacted]");
  });

  it("shows names that only resemble a telling one", () => {
    const { log, lines } = listening();

    log.info({ tokenCount: 7, bodyHash: "ab12", from: "watch", to: "alert" }, "seen");

    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      tokenCount: 7,
      bodyHash: "ab12",
      from: "watch",
      to: "alert",
    });
  });

  it("hides what a child logger is bound to", () => {
    const { log, lines } = listening();

    log.child({ tenant: "acme" }).child({ apiKey: CANARY }).info("seen");

    expect(lines[0]).not.toContain(CANARY);
    expect(lines[0]).toContain('"tenant":"acme"');
  });

  it("shows of an error its name, message, stack, code and cause, and not what a library hung on it", () => {
    const { log, lines } = listening();
    const cause = Object.assign(new TypeError("socket hang up"), { code: "ECONNRESET" });
    const error = Object.assign(new Error("the provider is away", { cause }), { config: { key: CANARY } });

    log.error(error);
    log.error({ failure: error, err: error }, "could not send");

    expect(lines.join("")).not.toContain(CANARY);
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      failure: { name: "Error", message: "the provider is away", cause: { code: "ECONNRESET" } },
      err: { stack: expect.stringContaining("log.test.ts") },
    });
  });

  it("hides addresses and phone numbers in an error's message", () => {
    const { log, lines } = listening();

    log.error(new Error("550 no such user ana.maria+x@mail.example.co.uk (tel. +4915112345678)"));

    expect(lines[0]).not.toMatch(/ana\.maria|mail\.example|49151/);
    expect(lines[0]).toContain("550 no such user [redacted] (tel. [redacted])");
  });

  it("hides a known secret wherever it turns up, in each usual spelling", () => {
    const secrets = new KnownSecrets();
    const { log, lines } = listening({ secrets });
    const secret = 'p+ss/"word" 1';
    secrets.add(secret);

    log.warn({ url: `https://x/?k=${encodeURIComponent(secret)}`, note: secret }, `got ${secret}`);
    log.warn(`basic ${Buffer.from(secret).toString("base64")}`);

    expect(lines.join("")).not.toMatch(/word|cCtzcy/);
  });

  it("survives an object that contains itself", () => {
    const { log, lines } = listening();
    const loop: Record<string, unknown> = { name: "loop" };
    loop.self = loop;

    log.info({ loop }, "seen");

    expect(lines[0]).toContain("[deep]");
  });
});

describe("hiding personal data in text", () => {
  it.each([
    ["ana@example.com", "[redacted]"],
    ["a@b.io, c@d.io.", "[redacted], [redacted]."],
    ["at pino@10.4.0 in node_modules", "at pino@10.4.0 in node_modules"],
    ["@slack/bolt and x@y", "@slack/bolt and x@y"],
    ["2026-03-02T10:00:00+00:00", "2026-03-02T10:00:00+00:00"],
    ["call +15551234567 now", "call [redacted] now"],
  ])("%j becomes %j", (text, shown) => {
    expect(redactPersonalData(text)).toBe(shown);
  });

  it.each([
    ["@".repeat(100_000)],
    ["a".repeat(100_000)],
    [`${"a".repeat(50_000)}@${"b.".repeat(25_000)}`],
    ["a@".repeat(50_000)],
    ["+1234567".repeat(12_500)],
  ])("takes hostile text without a pause (%#)", (text) => {
    const started = performance.now();

    redactPersonalData(text);

    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
