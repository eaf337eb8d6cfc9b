import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Opened, openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { adminOf } from "../support/acting.ts";
import { sized } from "../support/size.ts";
import { freePort, startChild } from "./process.ts";
import { KILL_POINTS, type Providers, startProviders, tally } from "./provider.ts";

const SENDS = sized(150, 9_000);
/** The short suite dies twice at every step. */
const KILLS = sized(8, 25);
const TENANT = "acme";
const BY = { actor: "test", reason: "kill test" };

const dataDir = mkdtempSync(join(tmpdir(), "forestall-sends-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const { config } = loadConfig(
  { FORESTALL_DATA: dataDir, LOG_LEVEL: "error", FORESTALL_ALLOW_LOOPBACK_PROVIDERS: "1" },
  process.cwd(),
);
const open = () => openApp(config, { purpose: "a test", log: silentLogger });

/** One message each to so many persons, half by email, half by SMS. */
async function prepare(providers: Providers): Promise<{ ids: Set<string>; token: string }> {
  const app = await open();
  const { tokens } = await adminOf(app).createTenant(TENANT, { name: "Acme" }, BY);
  await adminOf(app).saveSettings(TENANT, SETTINGS, BY);
  for (const { system, settings } of providers.channelsOf(TENANT)) {
    await adminOf(app).saveChannel(TENANT, { system, settings }, BY);
  }
  await adminOf(app).live(TENANT, { all: true, force: true }, BY);
  const ids = new Set<string>();
  const persons = Array.from({ length: SENDS }, (_, i) => i);
  await app.pipeline.receive(TENANT, persons.slice(0, SENDS).map(identified));
  await Promise.all(persons.map((i) => queue(app, i, ids)));
  await app.close();
  return { ids, token: tokens.admin };
}

const SETTINGS = {
  product: {
    name: "Northwind",
    senderName: "Northwind",
    senderEmail: "help@example.com",
    supportEmail: "help@example.com",
    supportUrl: "https://example.com/help",
  },
  links: { billing: "https://example.com/pay" },
  owners: { default: "ops@example.com" },
};

function identified(i: number) {
  return {
    source: "test",
    id: `identified-${i}`,
    type: "person.identified",
    time: Date.now(),
    person: { namespace: "native", value: `u${i}` },
    contact: { email: `u${i}@example.com`, phone: `+1555${String(1_000_000 + i)}` },
    data: { consent: { email: true, sms: true } },
  };
}

async function queue(app: Opened, i: number, ids: Set<string>): Promise<void> {
  const delivery = `delivery-${i}`;
  const template = app.library.patterns.find(({ id }) => id === "P-004")?.message ?? "";
  ids.add(delivery);
  await app.pipeline.control(
    TENANT,
    { unit: `person/u${i}` },
    {
      kind: "manual",
      delivery,
      person: `u${i}`,
      channel: i % 2 === 0 ? "email" : "sms",
      template,
      match: null,
      actor: "test",
      reason: "kill test",
    },
  );
}

/** Tells the server what became of the mails it may not know about, as SendGrid's webhook does in the end. */
async function reportMails(app: Opened, providers: Providers): Promise<void> {
  for (const delivery of providers.sendgrid.counts.keys()) {
    const row = await app.store.delivery(TENANT, delivery);
    if (row === null) continue;
    const receipt = { kind: "receipt", delivery, receipt: "delivered", at: Date.now() } as const;
    await app.pipeline.control(TENANT, { unit: row.unit }, receipt);
  }
}

async function statuses(app: Opened, ids: Iterable<string>): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const id of ids) {
    const status = (await app.store.delivery(TENANT, id))?.status ?? "gone";
    found.set(status, [...(found.get(status) ?? []), id]);
  }
  return found;
}

const HURRIED = {
  lease: 400,
  absentAfter: 300,
  doubtEvery: 100,
  readEvery: 5,
  perWay: 32,
  perTenant: 64,
} as const;

describe("messages", () => {
  it(
    `are sent once each over ${SENDS} sends and ${KILLS} kills at every step`,
    async () => {
      const providers = await startProviders();
      const { ids, token } = await prepare(providers);
      const port = await freePort();
      const perRun = Math.max(2, Math.floor(SENDS / (KILLS + 5)));
      let deaths = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const point = KILL_POINTS[kill % KILL_POINTS.length] ?? "after_call";
        const nth = Math.max(1, perRun - (kill % 3));
        const child = await startChild({ dataDir, port, kill: { point, nth }, deliver: HURRIED });
        const died = await Promise.race([
          child.ended.then(() => true),
          // Long enough for a machine that is busy with something else: one that never gets there is a finding.
          pause(60_000 + perRun * 200).then(() => false),
        ]);
        if (died) deaths += 1;
        await child.kill("SIGKILL");
      }
      const last = await startChild({ dataDir, port, deliver: HURRIED });
      await settled(last.url, token, providers);
      await last.kill("SIGTERM");

      const app = await open();
      await reportMails(app, providers);
      const byStatus = await statuses(app, ids);
      await app.close();
      await providers.close();
      const emails = tally(
        providers.sendgrid.counts,
        [...ids].filter((id) => Number(id.slice(9)) % 2 === 0),
      );
      const texts = tally(
        providers.twilio.counts,
        [...ids].filter((id) => Number(id.slice(9)) % 2 === 1),
      );
      expect({ emails: emails.doubled, texts: texts.doubled }).toEqual({ emails: [], texts: [] });
      expect(deaths).toBe(KILLS);
      // Twilio can be asked, so what is missing there was sent again; SendGrid cannot: each missing one is listed.
      expect(texts.missing).toEqual([]);
      expect(emails.missing.toSorted()).toEqual((byStatus.get("in_doubt") ?? []).toSorted());
      expect(byStatus.get("sent")?.length).toBe(SENDS - emails.missing.length);
    },
    300_000 + KILLS * 30_000 + SENDS * 40,
  );
});

/** Until nothing waits any more, and the providers have taken nothing more for a while: what is in doubt was asked. */
async function settled(url: string, token: string, providers: Providers): Promise<void> {
  let before = -1;
  for (let calm = 0; calm < 12; ) {
    const taken = providers.sendgrid.counts.size + providers.twilio.counts.size;
    const waits = (await some(url, token, "queued")) || (await some(url, token, "sending"));
    calm = taken === before && !waits ? calm + 1 : 0;
    before = taken;
    await pause(250);
  }
}

async function some(url: string, token: string, status: string): Promise<boolean> {
  const response = await fetch(`${url}/api/v1/deliveries?status=${status}&limit=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { items } = (await response.json()) as { items: unknown[] };
  return items.length > 0;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
