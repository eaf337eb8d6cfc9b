import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import type { CreatedTenant } from "../../server/actions/create-tenant.ts";
import { HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { systemClock } from "../../server/lib/clock.ts";
import { type FakeSendgrid, startFakeSendgrid } from "../fakes/sendgrid.ts";
import { mailedTo, prepareNorthwind, readList, sendEvents } from "./northwind.ts";
import { type Child, freePort, startChild } from "./process.ts";

/** A message that is held for the night, and servers that are killed while it waits. Times are those of Berlin. */
const ELEVEN = Date.UTC(2026, 0, 14, 22);
const EIGHT = Date.UTC(2026, 0, 15, 7);

const dataDir = mkdtempSync(join(tmpdir(), "forestall-night-"));
let sendgrid: FakeSendgrid;
let tenant: CreatedTenant;

beforeAll(async () => {
  sendgrid = await startFakeSendgrid();
  tenant = await prepareNorthwind(dataDir, sendgrid, {
    clock: { ...systemClock, now: () => ELEVEN - HOUR },
  });
}, 60_000);
afterAll(async () => {
  await sendgrid.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A server whose clock says `startsAt` when it begins, and runs on from there. */
async function serverAt(startsAt: number): Promise<Child> {
  const server = await startChild({ dataDir, port: await freePort(), startsAt });
  onTestFinished(async () => {
    await server.kill("SIGKILL");
  });
  return server;
}

const decisions = (server: Child) =>
  readList<{ kind: string; reason: string; until: string | null }>(server, tenant, "/decisions?person=bill");
const deliveries = (server: Child) =>
  readList<{ status: string; sentAt: string }>(server, tenant, "/deliveries?person=bill");

it("lets go at eight, once, what was held at eleven by a server that was killed", {
  timeout: 60_000,
}, async () => {
  const first = await serverAt(ELEVEN);
  const bill = { user: "bill", email: "bill@customer.test", timeZone: "Europe/Berlin", roles: ["billing"] };
  await sendEvents(first, tenant, "person.identified", "acme", bill, { at: ELEVEN });
  await sendEvents(first, tenant, "billing.payment_failed", "acme", { recurring: true }, { at: ELEVEN });
  const held = await readList(first, tenant, "/decisions?account=acme");
  await first.kill("SIGKILL");
  const before = mailedTo(sendgrid);

  const second = await serverAt(EIGHT - 4 * SECOND);
  await expect.poll(() => mailedTo(sendgrid).length, { timeout: 20_000, interval: 50 }).toBe(1);
  await expect.poll(async () => (await deliveries(second))[0]?.status, { timeout: 5_000 }).toBe("sent");
  const [sent] = await deliveries(second);
  const judged = await decisions(second);
  await second.kill("SIGKILL");

  const third = await serverAt(EIGHT + 10 * MINUTE);
  await new Promise((resolve) => setTimeout(resolve, 2_500));

  expect(held[0]).toMatchObject({ kind: "hold", reason: "quiet", until: new Date(EIGHT).toISOString() });
  expect(before).toEqual([]);
  const sentAt = Date.parse(sent?.sentAt ?? "");
  expect(sentAt).toBeGreaterThanOrEqual(EIGHT);
  expect(sentAt).toBeLessThan(EIGHT + MINUTE);
  expect(judged[0]).toMatchObject({ kind: "send", reason: "none" });
  expect(mailedTo(sendgrid)).toEqual(["bill@customer.test"]);
  expect((await deliveries(third)).map(({ status }) => status)).toEqual(["sent"]);
});
