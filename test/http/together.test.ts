import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, startServer } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { adminOf } from "../support/acting.ts";

/** Ops in the API and an admin at the command line, at the same moment, on the real server. */
const TENANT = "acme";
const BY = { actor: "cli:admin", reason: "at the same moment" };
const dataDir = mkdtempSync(join(tmpdir(), "forestall-together-"));
let app: Running;
let token = "";

beforeAll(async () => {
  const { config } = loadConfig({ FORESTALL_DATA: dataDir, PORT: "0", LOG_LEVEL: "error" }, process.cwd());
  app = await startServer(config, { log: silentLogger });
  token = (await adminOf(app).createTenant(TENANT, {}, BY)).tokens.ops;
}, 60_000);
afterAll(async () => {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const byApi = (what: "channel" | "pattern", name: string) =>
  fetch(`${app.url}/api/v1/switches`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ what, name, off: true, reason: "at the same moment" }),
  });

describe("the switches", () => {
  it("keep what both of them turned off", async () => {
    for (let round = 0; round < 10; round++) {
      await adminOf(app).resume(TENANT, {}, BY);
      await adminOf(app).resume(TENANT, { channels: ["sms", "email"], patterns: ["P-001"] }, BY);

      const [sms, , pattern] = await Promise.all([
        byApi("channel", "sms"),
        adminOf(app).pause(TENANT, {}, BY),
        byApi("pattern", "P-001"),
        adminOf(app).pause(TENANT, { channels: ["email"] }, BY),
      ]);

      const { tenant, patterns, channels } = app.pipeline.tenant(TENANT)?.switches ?? {};
      expect([sms.status, pattern.status]).toEqual([200, 200]);
      expect({ tenant, patterns, channels: channels?.toSorted() }).toEqual({
        tenant: true,
        patterns: ["P-001"],
        channels: ["email", "sms"],
      });
    }
  });
});
