import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { adminOf } from "../support/acting.ts";
import { sized } from "../support/size.ts";
import { eventIds } from "./load.ts";
import { type Child, freePort, startChild } from "./process.ts";

const TENANT = "acme";
/** Batches that are under way at any moment: five times as many events as may wait. */
const AT_ONCE = 1_000;
const BATCH = 100;
const OVERLOADED_FOR = sized(6_000, 20_000);
const RECOVERED_WITHIN = 2_000;
const MOST_MEMORY = 512 * 2 ** 20;

const dataDir = mkdtempSync(join(tmpdir(), "forestall-overload-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
const { config } = loadConfig({ FORESTALL_DATA: dataDir, LOG_LEVEL: "error" }, process.cwd());
const open = () => openApp(config, { purpose: "a test", log: silentLogger });

describe("a server that is sent five times what it can hold", () => {
  it("refuses the rest in words, stays small, loses nothing and is itself again within two seconds", async () => {
    const before = await open();
    const { tokens } = await adminOf(before).createTenant(
      TENANT,
      { name: "Acme" },
      { actor: "test", reason: "overload" },
    );
    await before.close();
    const child = await startChild({ dataDir, port: await freePort() });

    const answers = await overload(child, tokens.write);
    const memory = mostMemoryOf(child);
    const stopped = performance.now();
    while ((await send(child, tokens.write, "after", 1)).status !== 202) await pause(20);
    const recovered = performance.now() - stopped;
    await child.kill("SIGTERM");

    const acked = answers.filter(({ status }) => status === 202);
    const refused = answers.filter(({ status }) => status === 429 || status === 503);
    expect(answers.length - acked.length - refused.length).toBe(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.filter(({ retryAfter }) => !(Number(retryAfter) > 0))).toEqual([]);
    expect(recovered).toBeLessThan(RECOVERED_WITHIN);
    if (memory !== null) expect(memory).toBeLessThan(MOST_MEMORY);

    const after = await open();
    const counts = await eventIds(after.store);
    await after.close();
    expect(counts).toEqual({ size: acked.length * BATCH + 1, total: acked.length * BATCH + 1 });
  }, 240_000);
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** Keeps so many batches under way, whatever the answer; none is sent again. */
async function overload(child: Child, token: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  const until = performance.now() + OVERLOADED_FOR;
  let sent = 0;
  const sender = async () => {
    while (performance.now() < until) answers.push(await send(child, token, `b${sent++}`, BATCH));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return answers;
}

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

function send({ url }: Child, token: string, name: string, count: number): Promise<Answer> {
  const events = Array.from({ length: count }, (_, n) => ({
    specversion: "1.0",
    id: `${name}-${n}`,
    source: "load",
    type: "feature.used",
    time: new Date().toISOString(),
    subject: `account/a${n}`,
    data: { feature: "export" },
  }));
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/cloudevents-batch+json",
      authorization: `Bearer ${token}`,
    };
    const sending = request(`${url}/v1/events`, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"] }),
      );
    });
    sending.once("error", reject);
    sending.end(JSON.stringify(events));
  });
}

/** The most memory the process ever had, where the system says so. */
function mostMemoryOf({ pid }: Child): number | null {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
