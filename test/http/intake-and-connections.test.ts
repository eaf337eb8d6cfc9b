import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CreatedTenant } from "../../server/actions/create-tenant.ts";
import { type Running, startServer } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import type { AlertBody, DeadLetterBody, PageBody, UnknownTypeBody } from "../../server/http/wire.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { type FakeSendgrid, startFakeSendgrid } from "../fakes/sendgrid.ts";
import { adminOf } from "../support/acting.ts";

/** What does not work shows where an admin looks: connections, unreadable deliveries, types that mean nothing. */
const TENANT = "northwind";
const BY = { actor: "test", reason: "test" };
const SECRET = "whsec_0123456789abcdef";

const dataDir = mkdtempSync(join(tmpdir(), "forestall-intake-"));
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
  const product = {
    name: "Northwind",
    senderName: "Northwind",
    senderEmail: "help@northwind.test",
    supportEmail: "care@northwind.test",
  };
  const links = { helpCenter: "https://northwind.test/help" };
  await adminOf(app).saveSettings(TENANT, { product, links, owners: { default: "ops@northwind.test" } }, BY);
  await adminOf(app).addSource(TENANT, { system: "stripe", secrets: [SECRET] }, BY);
  await adminOf(app).live(TENANT, { all: true, force: true }, BY);
}, 60_000);
afterAll(async () => {
  await app.close();
  await sendgrid.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function get<T>(path: string, role: "admin" | "ops" = "admin"): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${app.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${tenant.tokens[role]}` },
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

async function post(path: string, token: string, type: string, body: unknown): Promise<number> {
  const answer = await fetch(`${app.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": type },
    body: JSON.stringify(body),
  });
  return answer.status;
}

async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let waited = 0; waited < 15_000; waited += 50) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come`);
}

async function fromStripe(body: string): Promise<number> {
  const at = Math.floor(Date.now() / 1_000);
  const signature = createHmac("sha256", SECRET).update(`${at}.${body}`).digest("hex");
  const answer = await fetch(`${app.url}/webhooks/${TENANT}/stripe`, {
    method: "POST",
    headers: { "content-type": "application/json", "stripe-signature": `t=${at},v1=${signature}` },
    body,
  });
  return answer.status;
}

const connect = (apiKey: string) => {
  const settings = { apiKey, baseUrl: sendgrid.url, webhookKeys: [sendgrid.publicKey] };
  return adminOf(app).saveChannel(TENANT, { system: "sendgrid", settings }, BY);
};

const findings = async () => (await adminOf(app).doctor(TENANT)).map(({ level, what }) => `${level} ${what}`);

describe("a source", () => {
  const lastOf = async (system: string) =>
    (await adminOf(app).sources(TENANT)).find((source) => source.system === system)?.lastReceivedAt;
  const silent = async (system: string) =>
    (await findings()).some((line) => line.includes(`the source ${system}/`));

  it("is known to be alive from its first delivery on, not from one that was refused", async () => {
    const refused = await fetch(`${app.url}/webhooks/${TENANT}/stripe`, {
      method: "POST",
      headers: { "content-type": "application/json", "stripe-signature": "t=1,v1=00" },
      body: "{}",
    });
    expect(refused.status).toBe(401);
    expect([await lastOf("stripe"), await silent("stripe")]).toEqual([null, true]);

    const event = {
      id: "evt_1",
      object: "event",
      type: "customer.created",
      created: 1,
      data: { object: {} },
    };
    expect(await fromStripe(JSON.stringify(event))).toBeLessThan(300);

    expect(await lastOf("stripe")).toBeGreaterThan(0);
    expect(await silent("stripe")).toBe(false);
  });

  it("that sends receipts alone is known to be alive too", async () => {
    await connect(sendgrid.apiKey);
    await adminOf(app).addSource(TENANT, { system: "sendgrid" }, BY);
    expect(await silent("sendgrid")).toBe(true);

    await sendgrid.emit(`${app.url}/receipts/${TENANT}/sendgrid`, [sendgrid.event("nobody's", "delivered")]);

    expect(await lastOf("sendgrid")).toBeGreaterThan(0);
    expect(await silent("sendgrid")).toBe(false);
  });
});

describe("a delivery that was signed rightly and cannot be read", () => {
  it("is shown to the admin with its reason and the beginning of its body, and named by the doctor", async () => {
    const body = '{"this is": not JSON';
    expect(await fromStripe(body)).toBeLessThan(300);

    const letters = await get<PageBody<DeadLetterBody>>("/dead-letters");

    expect(letters.body.items).toMatchObject([
      { system: "stripe", source: "default", excerpt: body, bytes: body.length },
    ]);
    expect(letters.body.items[0]?.reason).not.toBe("");
    expect((await get("/dead-letters", "ops")).status).toBe(403);
    expect((await findings()).some((line) => line.includes("1 ingest requests could not be read"))).toBe(
      true,
    );
  });
});

describe("an event type that means nothing here", () => {
  it("is taken, counted, shown to the admin and named by the doctor", async () => {
    const events = [1, 2, 3].map((n) => ({
      specversion: "1.0",
      id: `odd-${n}`,
      source: "shop",
      type: "cart.sneezed",
      time: new Date().toISOString(),
      subject: "account/acme",
      data: {},
    }));
    const type = "application/cloudevents-batch+json";
    expect(await post("/v1/events", tenant.tokens.write, type, events)).toBe(202);

    const types = await get<PageBody<UnknownTypeBody>>("/unknown-types");

    expect(types.body.items).toMatchObject([{ source: "shop", type: "cart.sneezed", count: 3 }]);
    expect((await get("/unknown-types", "ops")).status).toBe(403);
    expect((await findings()).some((line) => line.includes("cart.sneezed"))).toBe(true);
  });
});

describe("a mail provider that refuses the credentials", () => {
  const connection = async () =>
    (await get<PageBody<AlertBody>>("/alerts", "ops")).body.items.filter(({ kind }) => kind === "connection");
  const write = (reason: string) =>
    post("/api/v1/deliveries", tenant.tokens.ops, "application/json", {
      person: "ana",
      channel: "email",
      template: "general-help",
      override: true,
      reason,
    });

  it("is one alert for ops, which is resolved when messages go through again", async () => {
    const identified = {
      specversion: "1.0",
      id: "ana",
      source: "crm",
      type: "person.identified",
      time: new Date().toISOString(),
      subject: "account/acme",
      data: { user: "ana", email: "ana@acme.test", consent: { email: true } },
    };
    await post("/v1/events", tenant.tokens.write, "application/cloudevents+json", identified);
    await connect("SG.wrong");
    expect(await write("they asked")).toBe(201);

    const alert = await eventually("the alert", async () => (await connection())[0]);
    expect(alert).toMatchObject({
      state: "open",
      owner: "ops@northwind.test",
      title: "No email goes out through sendgrid",
    });
    await connect(sendgrid.apiKey);
    expect(await write("again")).toBe(201);

    const resolved = await eventually("the end of it", async () =>
      (await connection()).find(({ state }) => state === "resolved"),
    );
    expect(resolved.id).toBe(alert.id);
    expect(sendgrid.mails.map(({ subject }) => subject).length).toBeGreaterThan(0);
  });
});
