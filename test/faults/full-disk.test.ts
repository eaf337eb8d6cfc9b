import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CreatedTenant } from "../../server/actions/create-tenant.ts";
import { openApp, type Running, startServer } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { systemClock } from "../../server/lib/clock.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { Connection } from "../../server/store/sqlite/durability/connection.ts";
import { openSqliteStore } from "../../server/store/sqlite/store.ts";
import { adminOf } from "../support/acting.ts";

/**
 * The whole server on a disk that is full: the database may have no more pages, which SQLite reports as it reports a
 * disk without space.
 */
const TENANT = "acme";
const BY = { actor: "test", reason: "disk test" };
const dataDir = mkdtempSync(join(tmpdir(), "forestall-full-"));
const { config } = loadConfig({ FORESTALL_DATA: dataDir, PORT: "0", LOG_LEVEL: "error" }, process.cwd());
const connection = new Connection(join(dataDir, "forestall.db"));

let app: Running;
let tenant: CreatedTenant;
const acked: string[] = [];
const refusals: Response[] = [];

beforeAll(async () => {
  app = await startServer(config, {
    log: silentLogger,
    wrapStore: () =>
      openSqliteStore({
        file: connection.file,
        secretKey: config.secretKey,
        now: () => systemClock.now(),
        connection,
        indexAfter: 50,
      }),
  });
  tenant = await adminOf(app).createTenant(TENANT, { name: "Acme" }, BY);
}, 60_000);
afterAll(async () => {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const pagesOf = () => Number(connection.db.pragma("page_count", { simple: true }));
const fill = () => connection.db.pragma(`max_page_count = ${pagesOf() + 4}`);
const free = () => connection.db.pragma("max_page_count = 1000000");

/** Five calls that are refused: enough for a match, a decision and a delivery in the same commit. */
async function send(n: number): Promise<number> {
  const ids = [0, 1, 2, 3, 4].map((i) => `e${n}-${i}`);
  const events = ids.map((id) => ({
    ...{ specversion: "1.0", id, source: "load", type: "api.request_failed" },
    ...{ time: new Date().toISOString(), subject: `account/a${n}` },
    data: { user: `u${n}`, status: 429, endpoint: `/v1/${"x".repeat(80)}` },
  }));
  const answer = await fetch(`${app.url}/v1/events`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${tenant.tokens.write}`,
      "content-type": "application/cloudevents-batch+json",
    },
    body: JSON.stringify(events),
  });
  if (answer.status === 202) acked.push(...ids);
  else refusals.push(answer);
  await answer.arrayBuffer();
  return answer.status;
}

const burst = (from: number) => Promise.all(Array.from({ length: 12 }, (_, i) => send(from + i)));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const ready = async () => (await fetch(`${app.url}/readyz`)).status;
const known = async (store: Running["store"]) =>
  (await store.known(acked.map((id) => ({ tenant: TENANT, source: "load", id })))).size;

describe("a server whose disk is full", () => {
  let next = 0;

  it("takes what fits, and refuses the rest with 503 and when to come back", async () => {
    expect(new Set(await burst(next))).toEqual(new Set([202]));
    next += 12;
    fill();

    for (let round = 0; round < 10; round++, next += 12) await burst(next);

    expect(refusals.length).toBeGreaterThan(50);
    expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set([503]));
    expect(refusals.every(({ headers }) => Number(headers.get("retry-after")) > 0)).toBe(true);
  });

  it("lives on: it answers, says that it is not ready, and has kept all it acknowledged", async () => {
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
    expect(await ready()).toBe(503);
    expect(await known(app.store)).toBe(acked.length);
  });

  it("takes events again within five seconds once there is room", async () => {
    free();
    const from = Date.now();
    let status = 0;
    while (status !== 202 && Date.now() - from < 30_000) {
      status = await send(next++);
      if (status !== 202) await pause(100);
    }

    expect(status).toBe(202);
    expect(Date.now() - from).toBeLessThan(5_000);
    expect(new Set(await burst(next))).toEqual(new Set([202]));
    while ((await ready()) !== 200 && Date.now() - from < 30_000) await pause(100);
    expect(Date.now() - from).toBeLessThan(10_000);
  });

  it("judges afterwards as if nothing had been: memory is what the disk has", async () => {
    const matched = (await app.store.matches(TENANT, { limit: 500 })).rows.map(({ account }) => account);
    const taken = new Set(acked.map((id) => `a${id.slice(1).split("-")[0]}`));

    expect(new Set(matched)).toEqual(taken);
    expect(matched).toHaveLength(taken.size);
  });

  it("lost nothing of what it acknowledged, as the next start shows", async () => {
    await app.close();
    const again = await openApp(config, { purpose: "a test", log: silentLogger });
    const found = await known(again.store);
    await again.close();

    expect(found).toBe(acked.length);
  });
});
