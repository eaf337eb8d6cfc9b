import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CreatedTenant } from "../../server/actions/create-tenant.ts";
import { type Running, startServer } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { adminOf } from "../support/acting.ts";

/** An incident on the real server: what a customer's page is told of it, by way of the API that ops use. */
const TENANT = "northwind";
const BY = { actor: "test", reason: "test" };

const dataDir = mkdtempSync(join(tmpdir(), "forestall-broadcast-"));
let app: Running;
let tenant: CreatedTenant;

beforeAll(async () => {
  const { config } = loadConfig({ FORESTALL_DATA: dataDir, PORT: "0", LOG_LEVEL: "error" }, process.cwd());
  app = await startServer(config, { log: silentLogger });
  tenant = await adminOf(app).createTenant(TENANT, { name: "Northwind" }, BY);
  const patch = {
    product: { name: "Northwind", supportEmail: "care@northwind.test" },
    links: { rateLimitGuide: "https://northwind.test/limits" },
    owners: { default: "ops@northwind.test" },
  };
  await adminOf(app).saveSettings(TENANT, patch, BY);
  await adminOf(app).live(TENANT, { all: true, force: true }, BY);
}, 60_000);
afterAll(async () => {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
});

let sent = 0;
async function refusedCalls(account: string, user: string): Promise<void> {
  const now = Date.now();
  const events = Array.from({ length: 5 }, (_, i) => ({
    specversion: "1.0",
    id: `e${++sent}`,
    source: "test",
    type: "api.request_failed",
    time: new Date(now - (5 - i) * 1_000).toISOString(),
    subject: `account/${account}`,
    data: { user, status: 429, endpoint: "/v1/export" },
  }));
  const answer = await fetch(`${app.url}/v1/events`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${tenant.tokens.write}`,
      "content-type": "application/cloudevents-batch+json",
    },
    body: JSON.stringify(events),
  });
  expect(answer.status).toBe(202);
}

async function ask<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(`${app.url}/api/v1${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${tenant.tokens.ops}`,
      "content-type": "application/json",
      "forestall-actor": "ana",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

interface Shown {
  readonly id: string;
  readonly form: string;
  readonly title: string;
  readonly body: string;
  readonly remedy: { readonly label: string; readonly url: string };
  readonly why: { readonly text: string; readonly url: string };
}

async function headersOf(person: string): Promise<Record<string, string>> {
  const identity = await new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(person)
    .setAudience("forestall")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(tenant.identitySecret));
  return { authorization: `Bearer ${tenant.tokens.public}`, "forestall-identity": identity };
}

async function messagesOf(person: string): Promise<readonly Shown[]> {
  const answer = await fetch(`${app.url}/in-app/v1/messages`, { headers: await headersOf(person) });
  return ((await answer.json()) as { messages: Shown[] }).messages;
}

describe("the banner of an incident", () => {
  let id = "";
  let banner: Shown | undefined;

  it("waits for the answer of ops, and holds what would have been sent to one person", async () => {
    const declared = await ask<{ incident: { id: string } }>("/incidents", {
      scope: { kind: "pattern", name: "P-001" },
      reason: "the gateway is down",
    });
    id = declared.incident.id;
    await refusedCalls("acme", "ana");

    expect(await messagesOf("ana")).toEqual([]);
  });

  it("is shown to the people of the account on approval, in words that need no page", async () => {
    await ask(`/incidents/${id}/approve-broadcast`, { reason: "confirmed" });

    const messages = await messagesOf("ana");
    [banner] = messages;
    expect(messages).toMatchObject([
      {
        form: "banner",
        title: "We have a problem and are working on it",
        remedy: { label: "Talk to a person", url: "mailto:care@northwind.test" },
      },
    ]);
    expect(banner?.body).toContain("nothing you need to do");
    expect(await messagesOf("nobody")).toEqual([]);
  });

  it("is seen, explained on its page, and not shown again", async () => {
    const shown = await fetch(`${app.url}/in-app/v1/messages/${banner?.id}/shown`, {
      method: "POST",
      headers: await headersOf("ana"),
    });
    const page = await fetch(banner?.why.url ?? "");

    expect([shown.status, page.status]).toEqual([204, 200]);
    expect(await page.text()).toContain("trouble that many customers have at the moment");
    expect(await messagesOf("ana")).toEqual([]);
    expect(await ask<object>(`/trace/${banner?.id}`)).toMatchObject({
      delivery: { id: banner?.id, incident: id, channel: "broadcast", template: "incident-notice" },
      feedback: [],
    });
  });

  it("is gone for everybody else when the incident is over", async () => {
    await refusedCalls("globex", "gil");
    await ask(`/incidents/${id}/end`, { reason: "mended" });

    expect(await messagesOf("gil")).toEqual([]);
  });
});
