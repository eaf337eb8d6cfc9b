import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { adminOf } from "../support/acting.ts";
import { sized } from "../support/size.ts";
import { client, eventIds } from "./load.ts";
import { type Child, freePort, startChild } from "./process.ts";

const KILLS = sized(5, 100);
const CLIENTS = 12;
const TENANT = "acme";

const dataDir = mkdtempSync(join(tmpdir(), "forestall-kills-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const configOf = () => loadConfig({ FORESTALL_DATA: dataDir, LOG_LEVEL: "error" }, process.cwd()).config;

async function prepareTenant(): Promise<string> {
  const app = await openApp(configOf(), { purpose: "a test", log: silentLogger });
  const by = { actor: "test", reason: "kill test" };
  const { tokens } = await adminOf(app).createTenant(TENANT, { name: "Acme" }, by);
  await app.close();
  return tokens.write;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("what was acknowledged", () => {
  it(
    `is there after ${KILLS} kills under load, each event once`,
    async () => {
      const token = await prepareTenant();
      const port = await freePort();
      const acked = new Set<string>();
      let stop = false;
      const url = `http://127.0.0.1:${port}`;
      const clients = Array.from({ length: CLIENTS }, (_, i) => client(i, url, token, acked, () => stop));

      let atLastKill = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const child: Child = await startChild({ dataDir, port });
        // Moments spread over a tenth of a second of load, never the same twice.
        await pause(30 + ((kill * 37) % 90));
        await child.kill("SIGKILL");
        atLastKill = acked.size;
      }
      stop = true;
      await Promise.all(clients);

      const app = await openApp(configOf(), { purpose: "a test", log: silentLogger });
      const ids = [...acked];
      const known = await app.store.known(ids.map((id) => ({ tenant: TENANT, source: "load", id })));
      const counts = await eventIds(app.store);
      await app.close();
      expect(atLastKill).toBeGreaterThan(KILLS);
      expect(ids.filter((id) => !known.has(`${TENANT}\u0000load\u0000${id}`))).toEqual([]);
      expect(counts.size).toBe(counts.total);
    },
    120_000 + KILLS * 30_000,
  );
});
