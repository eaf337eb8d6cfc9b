import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { adminOf } from "../support/acting.ts";
import { client, eventIds } from "./load.ts";
import { freePort, startChild } from "./process.ts";

const TENANT = "acme";
const CLIENTS = 12;
/** What a stop may take, work under way included. */
const DRAINED_WITHIN = 10_000;

const dataDir = mkdtempSync(join(tmpdir(), "forestall-stop-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
const { config } = loadConfig({ FORESTALL_DATA: dataDir, LOG_LEVEL: "error" }, process.cwd());
const open = () => openApp(config, { purpose: "a test", log: silentLogger });

describe("a server that is told to stop under load", () => {
  it("ends in good order within ten seconds, and has all that it acknowledged, once", async () => {
    const before = await open();
    const { tokens } = await adminOf(before).createTenant(
      TENANT,
      { name: "Acme" },
      { actor: "test", reason: "stop" },
    );
    await before.close();
    const port = await freePort();
    const child = await startChild({ dataDir, port });
    const acked = new Set<string>();
    let stop = false;
    const clients = Array.from({ length: CLIENTS }, (_, i) =>
      client(i, child.url, tokens.write, acked, () => stop),
    );
    while (acked.size < 200) await new Promise((resolve) => setTimeout(resolve, 20));

    const asked = performance.now();
    const code = await child.kill("SIGTERM");
    const took = performance.now() - asked;
    stop = true;
    await Promise.all(clients);

    const after = await open();
    const ids = [...acked];
    const known = await after.store.known(ids.map((id) => ({ tenant: TENANT, source: "load", id })));
    const counts = await eventIds(after.store);
    await after.close();
    expect(code).toBe(0);
    expect(took).toBeLessThan(DRAINED_WITHIN);
    expect(ids.filter((id) => !known.has(`${TENANT}\u0000load\u0000${id}`))).toEqual([]);
    expect(counts.size).toBe(counts.total);
  }, 60_000);
});
