import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { adminOf } from "../support/acting.ts";
import { freePort, startChild } from "./process.ts";
import { type KillPoint, type Providers, startProviders } from "./provider.ts";

/** The outbox goes on at once after a crash: nothing waits for the lease of a process that is gone. */
const TENANT = "acme";
const BY = { actor: "test", reason: "restart test" };
/** The lease is 60 s: whoever waited for it would be far too late. */
const LONG_BEFORE_THE_LEASE = 15_000;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A tenant with two SMS that wait, of which the first is claimed first. */
async function prepare(providers: Providers): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), "forestall-restart-"));
  folders.push(dataDir);
  const app = await openApp(configOf(dataDir), { purpose: "a test", log: silentLogger });
  await adminOf(app).createTenant(TENANT, { name: "Acme" }, BY);
  const product = {
    name: "Acme",
    senderName: "Acme",
    senderEmail: "help@acme.test",
    supportEmail: "help@acme.test",
  };
  const links = { billing: "https://acme.test/pay" };
  await adminOf(app).saveSettings(TENANT, { product, links, owners: { default: "ops@acme.test" } }, BY);
  for (const { system, settings } of providers.channelsOf(TENANT)) {
    await adminOf(app).saveChannel(TENANT, { system, settings }, BY);
  }
  await adminOf(app).live(TENANT, { all: true, force: true }, BY);
  for (const person of ["u1", "u2"]) {
    await app.pipeline.receive(TENANT, [
      {
        ...{ source: "test", id: person, type: "person.identified", time: Date.now() },
        person: { namespace: "native", value: person },
        contact: { phone: `+1555123000${person.slice(1)}` },
        data: { consent: { sms: true } },
      },
    ]);
    const message = { person, channel: "sms", template: "payment-failed", match: null } as const;
    await app.pipeline.control(
      TENANT,
      { unit: `person/${person}` },
      { kind: "manual", delivery: `to-${person}`, ...message, ...BY },
    );
  }
  await app.close();
  return dataDir;
}

function configOf(dataDir: string) {
  const env = { FORESTALL_DATA: dataDir, LOG_LEVEL: "error", FORESTALL_ALLOW_LOOPBACK_PROVIDERS: "1" };
  return loadConfig(env, process.cwd()).config;
}

async function statusesIn(dataDir: string): Promise<readonly (string | undefined)[]> {
  const app = await openApp(configOf(dataDir), { purpose: "a test", log: silentLogger });
  const rows = await Promise.all(["to-u1", "to-u2"].map((id) => app.store.delivery(TENANT, id)));
  await app.close();
  return rows.map((row) => row?.status);
}

async function until(what: () => boolean): Promise<number> {
  const from = Date.now();
  while (!what() && Date.now() - from < LONG_BEFORE_THE_LEASE) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return Date.now() - from;
}

describe("a server that died while it was sending", () => {
  it.each<[KillPoint, string]>([
    ["after_claim", "sends at once what had not been handed over"],
    ["before_mark", "asks at once about what had been handed over"],
  ])(
    "at %s: %s",
    async (point) => {
      const providers = await startProviders();
      const dataDir = await prepare(providers);
      const port = await freePort();
      const first = await startChild({ dataDir, port, kill: { point, nth: 1 }, deliver: { perWay: 1 } });
      await first.ended;

      const second = await startChild({ dataDir, port, deliver: { perWay: 1 } });
      const took = await until(() => providers.twilio.counts.size === 2 && hasAsked());
      await new Promise((resolve) => setTimeout(resolve, 500));
      await second.kill("SIGTERM");

      function hasAsked(): boolean {
        return point === "after_claim" || providers.twilio.requests.some(({ method }) => method === "GET");
      }
      const statuses = await statusesIn(dataDir);
      expect(took).toBeLessThan(LONG_BEFORE_THE_LEASE);
      expect([...providers.twilio.counts.values()]).toEqual([1, 1]);
      expect(statuses).toEqual(["sent", "sent"]);
      await providers.close();
    },
    60_000,
  );
});
