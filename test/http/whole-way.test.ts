import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CreatedTenant } from "../../server/actions/create-tenant.ts";
import { type Running, startServer } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import type { Delivery } from "../../server/core/delivery.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { type FakeSendgrid, startFakeSendgrid } from "../fakes/sendgrid.ts";
import { adminOf } from "../support/acting.ts";

/** The whole server, with a mail provider on this machine: from a customer's trouble to help, and back. */
const TENANT = "northwind";
const BY = { actor: "test", reason: "test" };
const PAGE = "https://app.northwind.test";

const dataDir = mkdtempSync(join(tmpdir(), "forestall-way-"));
let sendgrid: FakeSendgrid;
let app: Running;
let tenant: CreatedTenant;

beforeAll(async () => {
  sendgrid = await startFakeSendgrid();
  const { config } = loadConfig(
    { FORESTALL_DATA: dataDir, PORT: "0", LOG_LEVEL: "error", FORESTALL_ALLOW_LOOPBACK_PROVIDERS: "1" },
    process.cwd(),
  );
  app = await startServer(config, { log: silentLogger });
  tenant = await adminOf(app).createTenant(TENANT, { name: "Northwind" }, BY);
  const links = [...app.messages.templates.values()].flatMap((template) => template.links);
  const product = {
    name: "Northwind",
    senderName: "Northwind",
    senderEmail: "help@northwind.test",
    supportEmail: "care@northwind.test",
    supportUrl: "https://northwind.test/help",
  };
  const patch = {
    product,
    links: Object.fromEntries(links.map((link) => [link, `https://northwind.test/${link}`])),
    owners: { default: "ops@northwind.test" },
    holdout: { percent: 0 },
  };
  await adminOf(app).saveSettings(TENANT, patch, BY);
  const account = { apiKey: sendgrid.apiKey, baseUrl: sendgrid.url, webhookKeys: [sendgrid.publicKey] };
  await adminOf(app).saveChannel(TENANT, { system: "sendgrid", settings: account }, BY);
  await adminOf(app).saveChannel(TENANT, { system: "in-app", settings: { origins: [PAGE] } }, BY);
  await adminOf(app).live(TENANT, { all: true, force: true }, BY);
  await identify("u1", "ana@acme.test");
  await identify("u2", "ben@acme.test");
}, 60_000);
afterAll(async () => {
  await app.close();
  await sendgrid.close();
  rmSync(dataDir, { recursive: true, force: true });
});

let ids = 0;
/** Events of now, or a few seconds ago each, oldest first. */
async function send(type: string, events: readonly { user: string; data: object }[]): Promise<void> {
  const now = Date.now();
  const batch = events.map(({ user, data }, i) => ({
    specversion: "1.0",
    id: `event-${++ids}`,
    source: "test",
    type,
    time: new Date(now - (events.length - i) * 1_000).toISOString(),
    subject: "account/acme",
    data: { ...data, user },
  }));
  const answer = await fetch(`${app.url}/v1/events`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${tenant.tokens.write}`,
      "content-type": "application/cloudevents-batch+json",
    },
    body: JSON.stringify(batch),
  });
  expect(await answer.json()).toMatchObject({ accepted: events.length, rejected: [] });
}

/** In a zone where it is about noon now, so that no quiet hours are near. */
async function identify(user: string, email: string, more: object = {}): Promise<void> {
  const offset = 12 - new Date().getUTCHours();
  const timeZone = offset === 0 ? "UTC" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
  const data = { email, timeZone, roles: ["technical"], consent: { email: true }, ...more };
  await send("person.identified", [{ user, data }]);
}

async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined> | T | null | undefined,
): Promise<T> {
  for (let waited = 0; waited < 15_000; waited += 50) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come`);
}

const deliveriesTo = async (person: string): Promise<readonly Delivery[]> =>
  (await app.store.deliveries(TENANT, { person })).rows;

describe("a customer whose webhooks keep failing", () => {
  it("gets one email, and what becomes of it comes back", async () => {
    const data = { endpoint: "https://acme.test/hooks", status: 500 };
    await send("webhook.delivery_failed", Array(3).fill({ user: "u1", data }));

    const mail = await eventually("the email", () =>
      sendgrid.mails.find(({ subject }) => /webhook/i.test(subject)),
    );
    const delivery = mail.custom_args?.forestall_delivery ?? "";
    expect(mail.personalizations[0]?.to[0]?.email).toMatch(/@acme\.test$/);
    expect(mail.headers?.["List-Unsubscribe-Post"]).toBe("List-Unsubscribe=One-Click");

    const receipts = `${app.url}/receipts/${TENANT}/sendgrid`;
    const events = [sendgrid.event(delivery, "delivered"), sendgrid.event(delivery, "open")];
    expect(await sendgrid.emit(receipts, events)).toBeLessThan(300);

    const row = await eventually("the receipt", async () => {
      const found = await app.store.delivery(TENANT, delivery);
      return found?.seenAt === null ? null : found;
    });
    expect(row).toMatchObject({ status: "sent", providerId: `sg-${delivery}`, preview: false });
    expect(sendgrid.count(delivery)).toBe(1);
  });

  it("stops everything with the one click of the mail program", async () => {
    const mail = sendgrid.mails.find(({ subject }) => /webhook/i.test(subject));
    const link = /<([^>]+)>/.exec(mail?.headers?.["List-Unsubscribe"] ?? "")?.[1] ?? "";
    const person = mail?.personalizations[0]?.to[0]?.email === "ana@acme.test" ? "u1" : "u2";

    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await fetch(link, { method: "POST", headers, body: "List-Unsubscribe=One-Click" });

    expect(answer.status).toBe(200);
    const stopped = await eventually(
      "the stop",
      async () => (await app.store.person(TENANT, person))?.stoppedAt,
    );
    expect(stopped).toBeGreaterThan(0);
  });
});

describe("a customer who runs into the rate limit", () => {
  it("is helped in the product, says that it was seen, and answers on the page behind it", async () => {
    const { rows } = await app.store.deliveries(TENANT, {});
    const free = rows.some(({ person }) => person === "u1") ? "u2" : "u1";
    await send(
      "api.request_failed",
      Array(5).fill({ user: free, data: { status: 429, endpoint: "/v1/export" } }),
    );
    const identity = await new SignJWT({})
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(free)
      .setAudience("forestall")
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(tenant.identitySecret));
    const headers = {
      authorization: `Bearer ${tenant.tokens.public}`,
      "forestall-identity": identity,
      origin: PAGE,
    };

    const message = await eventually("the message", async () => {
      const answer = await fetch(`${app.url}/in-app/v1/messages`, { headers });
      const { messages } = (await answer.json()) as {
        messages: { id: string; form: string; why: { text: string; url: string } }[];
      };
      return messages[0];
    });
    expect(message.form).toBe("notification");
    expect(message.why.text).toContain("5 rate-limit errors on /v1/export");
    const shown = await fetch(`${app.url}/in-app/v1/messages/${message.id}/shown`, {
      method: "POST",
      headers,
    });
    expect(shown.status).toBe(204);

    expect(await (await fetch(message.why.url)).text()).toContain("5 rate-limit errors on /v1/export");
    await fetch(`${message.why.url}/feedback`, {
      method: "POST",
      body: new URLSearchParams({ answer: "yes", stars: "5" }),
    });

    const [row] = (await deliveriesTo(free)).filter(({ id }) => id === message.id);
    expect(row?.seenAt).toBeGreaterThan(0);
    const feedback = await app.store.feedback(TENANT, { person: free });
    expect(feedback.rows).toMatchObject([{ answer: "yes", stars: 5, delivery: message.id }]);
  });

  it("tells at /metrics how long its commits took, and in the summary by which timing it sent", async () => {
    const figures = await (await fetch(`${app.url}/metrics`)).text();
    const commits = Number(/^forestall_commit_seconds_count (\d+)$/m.exec(figures)?.[1]);
    const seconds = Number(/^forestall_commit_seconds_sum (\S+)$/m.exec(figures)?.[1]);
    expect(commits).toBeGreaterThan(3);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds / commits).toBeLessThan(5);

    const headers = { authorization: `Bearer ${tenant.tokens.admin}` };
    const answer = await fetch(`${app.url}/api/v1/metrics/summary`, { headers });
    const summary = (await answer.json()) as { sent24h: number; byTiming24h: Record<string, number> };
    expect(Object.keys(summary.byTiming24h)).not.toContain("unknown");
    expect(Object.values(summary.byTiming24h).reduce((sum, n) => sum + n, 0)).toBe(summary.sent24h);
    expect(summary.sent24h).toBeGreaterThan(0);
  });
});

describe("an SMS, which nobody carries yet", () => {
  it("is kept as a preview, and its short link leads to the person's page with what helps", async () => {
    await identify("u3", "cleo@acme.test", { phone: "+15550100123", consent: { sms: true } });
    const answer = await fetch(`${app.url}/api/v1/deliveries`, {
      method: "POST",
      headers: { authorization: `Bearer ${tenant.tokens.agent}`, "content-type": "application/json" },
      body: JSON.stringify({ person: "u3", template: "login-trouble", channel: "sms", reason: "they asked" }),
    });
    expect(answer.status).toBe(201);

    const text = await eventually("the SMS", async () => {
      const [row] = (await deliveriesTo("u3")).filter(({ status }) => status === "sent");
      const copy = row === undefined ? null : await app.store.sentCopy(TENANT, row.id);
      return copy === null ? null : String(Object(copy.rendered).text);
    });
    const link = /http\S+\/s\/\S+/.exec(text)?.[0] ?? "";
    const page = await fetch(link);

    expect(text.length).toBeLessThanOrEqual(160);
    expect(page.status).toBe(200);
    expect(page.url).toMatch(/\/p\/[\w-]+\.[\w-]{22}$/);
    expect(await page.text()).toContain('href="https://northwind.test/passwordReset"');
  });

  it("is counted as of no timing, as no pattern chose it", async () => {
    const headers = { authorization: `Bearer ${tenant.tokens.admin}` };
    const answer = await fetch(`${app.url}/api/v1/metrics/summary`, { headers });
    const { byTiming24h } = (await answer.json()) as { byTiming24h: Record<string, number> };

    expect(byTiming24h).toMatchObject({ none: 1 });
    expect(byTiming24h).not.toHaveProperty("unknown");
  });

  it("of somebody who was erased leads nowhere", async () => {
    const [row] = await deliveriesTo("u3");
    const copy = await app.store.sentCopy(TENANT, row?.id ?? "");
    const link = /http\S+\/s\/\S+/.exec(String(Object(copy?.rendered).text))?.[0] ?? "";

    await adminOf(app).erasePerson(TENANT, { person: "u3" }, BY);

    expect((await fetch(link)).status).toBe(404);
  });
});
