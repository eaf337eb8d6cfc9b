import type { CreatedTenant } from "../../server/actions/create-tenant.ts";
import { openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import type { Clock, Timers } from "../../server/lib/clock.ts";
import { silentLogger } from "../../server/lib/log.ts";
import type { FakeSendgrid } from "../fakes/sendgrid.ts";
import { adminOf } from "../support/acting.ts";

/** A tenant that is live, with a mail provider on this machine and messages in its product, in a data folder. */
export const TENANT = "northwind";
const BY = { actor: "test", reason: "test" };

export const environmentOf = (dataDir: string) => ({
  FORESTALL_DATA: dataDir,
  LOG_LEVEL: "error",
  FORESTALL_ALLOW_LOOPBACK_PROVIDERS: "1",
});

export async function prepareNorthwind(
  dataDir: string,
  sendgrid: FakeSendgrid,
  time: { readonly clock?: Clock & Timers } = {},
): Promise<CreatedTenant> {
  const { config } = loadConfig(environmentOf(dataDir), process.cwd());
  const app = await openApp(config, { purpose: "a test", log: silentLogger, ...time });
  const tenant = await adminOf(app).createTenant(TENANT, { name: "Northwind" }, BY);
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
  await adminOf(app).saveSettings(TENANT, settings, BY);
  const account = { apiKey: sendgrid.apiKey, baseUrl: sendgrid.url };
  await adminOf(app).saveChannel(TENANT, { system: "sendgrid", settings: account }, BY);
  const pages = { origins: ["https://app.northwind.test"] };
  await adminOf(app).saveChannel(TENANT, { system: "in-app", settings: pages }, BY);
  await adminOf(app).live(TENANT, { all: true, force: true }, BY);
  await app.close();
  return tenant;
}

/** Addresses of customers that got a mail, in order; owners of alerts get theirs too. */
export function mailedTo(sendgrid: FakeSendgrid, from = 0): readonly string[] {
  const addresses = sendgrid.mails.slice(from).map(({ personalizations: [to] }) => to?.to[0]?.email ?? "");
  return addresses.filter((to) => to.endsWith("@customer.test"));
}

let ids = 0;
/** Sends events of one type, a tenth of a second apart, the last one at `at`. @returns how many were accepted */
export async function sendEvents(
  server: { readonly url: string },
  { tokens }: CreatedTenant,
  type: string,
  account: string,
  data: object,
  { times = 1, at = Date.now() } = {},
): Promise<number> {
  const batch = Array.from({ length: times }, (_, i) => ({
    specversion: "1.0",
    id: `event-${++ids}`,
    source: "test",
    type,
    time: new Date(at - (times - 1 - i) * 100).toISOString(),
    subject: `account/${account}`,
    data,
  }));
  const answer = await fetch(`${server.url}/v1/events`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${tokens.write}`,
      "content-type": "application/cloudevents-batch+json",
    },
    body: JSON.stringify(batch),
  });
  return ((await answer.json()) as { accepted: number }).accepted;
}

export async function readList<Row>(
  server: { readonly url: string },
  { tokens }: CreatedTenant,
  path: string,
): Promise<readonly Row[]> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${tokens.ops}` },
  });
  return ((await answer.json()) as { items: readonly Row[] }).items;
}
