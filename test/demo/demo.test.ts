import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Config, loadConfig } from "../../server/config.ts";
import type { Incoming } from "../../server/core/event.ts";
import { demoEnvironment } from "../../server/demo/environment.ts";
import type { History } from "../../server/demo/generator.ts";
import { runDemo } from "../../server/demo/main.ts";
import { recall } from "../../server/demo/memory.ts";

/** Who everybody is, and no more: the first hours of the history. */
const abridge = (history: History): History => ({
  ...history,
  *events(): Generator<Incoming> {
    let left = 2_600;
    for (const event of history.events()) {
      if (left === 0) return;
      left -= 1;
      yield event;
    }
  },
});

const PACE = 5;

interface Show {
  readonly lines: string[];
  readonly url: () => Promise<string>;
  stop(): Promise<void>;
}

function begin(config: Config): Show {
  const lines: string[] = [];
  const controller = new AbortController();
  const over = runDemo(config, {
    incident: false,
    abridge,
    pace: PACE,
    signal: controller.signal,
    stdout: { write: (text: string) => lines.push(...text.split("\n").filter((line) => line !== "")) },
  });
  const address = () => lines.join("\n").match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
  return {
    lines,
    async url() {
      for (let tries = 0; address() === undefined && tries < 300; tries++) await pause(100);
      return address() ?? "";
    },
    stop() {
      controller.abort();
      return over;
    },
  };
}

const told = (lines: readonly string[], verdict: string, word = "") =>
  lines.filter((line) => new RegExp(`^\\d\\d:\\d\\d:\\d\\d  ${verdict} .*${word}`).test(line));

describe("the demo", () => {
  const folder = mkdtempSync(join(tmpdir(), "forestall-demo-"));
  const { config } = loadConfig(demoEnvironment({ FORESTALL_DATA: folder, PORT: "0" }), folder);
  let show: Show;
  let url: string;
  beforeAll(async () => {
    show = begin(config);
    url = await show.url();
  }, 60_000);
  afterAll(async () => {
    await show.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  it("shows decisions of at least eight patterns, of every kind and with their reasons", async () => {
    const patterns = () =>
      new Set(told(show.lines, "(send|hold|stop|ask)").map((line) => line.slice(18, 49))).size;

    await expect.poll(patterns, { timeout: 30_000, interval: 250 }).toBeGreaterThanOrEqual(8);
    for (const [verdict, word] of [
      ["send", "email to"],
      ["send", "sms to"],
      ["send", "in_app"],
      ["hold", "cooldown"],
      ["hold", "cap for"],
      ["stop", "holdout"],
      ["stop", "opted_out"],
      ["ask", "human"],
      ["over", ""],
    ] as const) {
      await expect
        .poll(() => told(show.lines, verdict, word).length, {
          timeout: 30_000,
          interval: 250,
          message: `${verdict} ${word}`,
        })
        .toBeGreaterThan(0);
    }
  }, 60_000);

  it("shows them on its page, with messages as customers see them and the way back to the webhook", async () => {
    const page = await (await fetch(url)).text();
    const traces = [...page.matchAll(/href="(\/demo\/trace\/[^"]+)"/g)].map(([, path]) => path);

    expect(page).toContain('class="mail"');
    expect(page).toContain('class="bubble"');
    expect(page).toContain("in-app-title");
    const trace = await (await fetch(url + traces[0])).text();
    expect(trace).toMatch(/Webhook from (Sentry|Stripe|Segment|the product)/);
    expect(trace).toMatch(/[0-9a-f]{64}/);
  });

  it("says where it runs when it is started a second time", async () => {
    await expect(
      runDemo(config, { incident: false, stdout: { write: () => {} }, signal: AbortSignal.timeout(9_000) }),
    ).rejects.toThrow(`The demo runs already at ${url}`);
  });

  it("ends within seconds, and goes on from there when it is started again", async () => {
    const before = performance.now();
    await show.stop();
    expect(performance.now() - before).toBeLessThan(8_000);
    const memory = recall(folder);

    show = begin(config);
    await show.url();

    expect(show.lines.filter((line) => line.startsWith("History"))).toEqual([]);
    expect(recall(folder)).toMatchObject({ complete: true, told: memory?.told });
  }, 60_000);
});
