import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { CreatedTenant } from "../../server/admin/contract.ts";
import { openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { tooMany } from "../fakes/misbehaviour.ts";
import { type FakeSendgrid, startFakeSendgrid } from "../fakes/sendgrid.ts";
import { type Child, freePort, startChild } from "./process.ts";

/** A server of its own process, switched off and on again from another one, as an admin does in a hurry. */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const TENANT = "northwind";
const BY = { actor: "test", reason: "test" };
const dataDir = mkdtempSync(join(tmpdir(), "forestall-switch-"));
const env = { FORESTALL_DATA: dataDir, LOG_LEVEL: "error", FORESTALL_ALLOW_LOOPBACK_PROVIDERS: "1" };

let sendgrid: FakeSendgrid;
let server: Child;
let tenant: CreatedTenant;

beforeAll(async () => {
  sendgrid = await startFakeSendgrid();
  await prepare();
  server = await startChild({ dataDir, port: await freePort() });
}, 60_000);
afterAll(async () => {
  await server.kill("SIGTERM");
  await sendgrid.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function prepare(): Promise<void> {
  const app = await openApp(loadConfig(env, root).config, { purpose: "a test", log: silentLogger });
  tenant = await app.admin.createTenant(TENANT, { name: "Northwind" }, BY);
  const links = [...app.messages.templates.values()].flatMap((template) => template.links);
  const product = {
    name: "Northwind",
    senderName: "Northwind",
    senderEmail: "help@northwind.test",
    supportEmail: "care@northwind.test",
    supportUrl: "https://northwind.test/help",
  };
  const settings = {
    product,
    links: Object.fromEntries(links.map((link) => [link, `https://northwind.test/${link}`])),
    owners: { default: "ops@northwind.test" },
    holdout: { percent: 0 },
  };
  await app.admin.saveSettings(TENANT, settings, BY);
  const account = { apiKey: sendgrid.apiKey, baseUrl: sendgrid.url };
  await app.admin.saveChannel(TENANT, { system: "sendgrid", settings: account }, BY);
  const pages = { origins: ["https://app.northwind.test"] };
  await app.admin.saveChannel(TENANT, { system: "in-app", settings: pages }, BY);
  await app.admin.live(TENANT, { all: true, force: true }, BY);
  await app.close();
}

let ids = 0;
async function send(type: string, account: string, data: object, times = 1): Promise<void> {
  const batch = Array.from({ length: times }, (_, i) => ({
    specversion: "1.0",
    id: `event-${++ids}`,
    source: "test",
    type,
    time: new Date(Date.now() - (times - i) * 100).toISOString(),
    subject: `account/${account}`,
    data,
  }));
  const answer = await fetch(`${server.url}/v1/events`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${tenant.tokens.write}`,
      "content-type": "application/cloudevents-batch+json",
    },
    body: JSON.stringify(batch),
  });
  expect(await answer.json()).toMatchObject({ accepted: times, rejected: [] });
}

/** Two people in a zone where it is about noon: a payment fails for one, the other runs into the rate limit. */
async function trouble(account: string): Promise<void> {
  const offset = 12 - new Date().getUTCHours();
  const timeZone = offset === 0 ? "UTC" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
  for (const role of ["billing", "technical"]) {
    const user = `${role}-${account}`;
    const data = { user, email: `${user}@customer.test`, timeZone, roles: [role] };
    await send("person.identified", account, data);
  }
  await send("billing.payment_failed", account, { recurring: true });
  await send("api.request_failed", account, { status: 429, user: `technical-${account}` }, 5);
}

async function get<Row>(path: string): Promise<readonly Row[]> {
  const headers = { authorization: `Bearer ${tenant.tokens.ops}` };
  const answer = await fetch(`${server.url}/api/v1${path}`, { headers });
  const { items } = (await answer.json()) as { items: readonly Row[] };
  return items;
}

interface Sent {
  readonly channel: string;
  readonly status: string;
}
const rowsOf = async (account: string): Promise<string[]> => {
  const rows = await get<Sent>(`/deliveries?account=${account}`);
  return rows.map(({ channel, status }) => `${channel} ${status}`).toSorted();
};
const stopsOf = async (account: string): Promise<string[]> => {
  const rows = await get<{ kind: string; reason: string; channel: string | null }>(
    `/decisions?account=${account}`,
  );
  return rows
    .filter(({ kind, reason }) => kind === "stop" && reason === "killed")
    .map(({ channel }) => channel ?? "");
};

async function forestall(...argv: string[]): Promise<void> {
  const launcher = join(root, "bin", "forestall.js");
  const { npm_command: _npm, ...inherited } = process.env;
  await promisify(execFile)(process.execPath, [launcher, ...argv], {
    cwd: root,
    env: { ...inherited, ...env },
  });
}

async function within(ms: number, look: () => Promise<unknown>): Promise<void> {
  await expect.poll(look, { timeout: ms, interval: 25 }).toBe(true);
}
const are = (rows: () => Promise<string[]>, expected: readonly string[]) => async () =>
  JSON.stringify(await rows()) === JSON.stringify(expected);

describe("a server that is switched off from a second process", { timeout: 60_000 }, () => {
  it.each([
    ["as a whole", []],
    ["by pattern", ["--pattern", "P-001,P-004"]],
    ["by channel", ["--channel", "email,in_app"]],
  ])("%s stops what is queued within a second, and goes on with what is new", async (name, what) => {
    const account = `queued-${name.replaceAll(" ", "-")}`;
    const before = sendgrid.mails.length;
    onTestFinished(() => sendgrid.play([]));
    sendgrid.play(() => tooMany("3"));
    await trouble(account);
    const queued = ["email queued", "in_app.notification queued"];
    await within(
      5_000,
      are(() => rowsOf(account), queued),
    );

    await forestall("pause", "--tenant", TENANT, ...what);

    const suppressed = queued.map((row) => row.replace("queued", "suppressed"));
    await within(1_000, async () => {
      const rows = await rowsOf(account);
      return suppressed.every((row) => rows.includes(row)) && !rows.some((row) => row.includes("queued"));
    });
    expect((await stopsOf(account)).toSorted()).toEqual(
      expect.arrayContaining(["email", "in_app.notification"]),
    );

    sendgrid.play([]);
    await forestall("resume", "--tenant", TENANT, ...what);
    await trouble(`new-${account}`);
    await within(
      10_000,
      are(() => rowsOf(`new-${account}`), ["email sent", "in_app.notification queued"]),
    );

    expect(await rowsOf(account)).not.toContainEqual(expect.stringMatching(/queued|sent/));
    const addresses = sendgrid.mails
      .slice(before)
      .map(({ personalizations: [to] }) => to?.to[0]?.email ?? "");
    expect(addresses.filter((to) => to.endsWith("@customer.test"))).toEqual([
      `billing-new-${account}@customer.test`,
    ]);
  });
});
