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
import type { Stage } from "../../server/demo/zendesk-host/index.ts";

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

const stageIn = (page: string): Stage =>
  JSON.parse(/data-stage="([^"]+)"/.exec(page)?.[1]?.replaceAll("&quot;", '"') ?? "{}");

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

  it("opens tickets in a stand-in for Zendesk by the signed entry, and lets something go wrong in them", async () => {
    const desk = show.lines.join("\n").match(/http:\/\/localhost:\d+/)?.[0] ?? "";
    const text = await (await fetch(desk)).text();
    const stage = stageIn(text);
    const hints = stage.tickets.map(({ hint = "" }) => hint);
    expect(hints).toContain("not known to Forestall");
    expect(hints).toContainEqual(expect.stringMatching(/^score \d+, normal$/));

    const enter = async (token: string) => {
      const place = `origin=${encodeURIComponent(desk)}&app_guid=g`;
      const body = new URLSearchParams({ token });
      const answer = await fetch(`${url}/zendesk/ticket?${place}`, { method: "POST", body });
      return { status: answer.status, text: await answer.text() };
    };
    const token = await (await fetch(`${desk}/token?location=ticket_sidebar`)).text();
    const entered = await enter(token);
    // Where the browser part was not built, the page says so; a token that does not count is refused before that.
    expect(entered.text).toMatch(/id="forestall-session"|Forestall is not complete/);
    expect((await enter(token)).status).toBe(401);

    const index = hints.findIndex((hint) => /normal/.test(hint));
    const id = stage.tickets[index]?.requester.id;
    const done = await fetch(`${desk}/trouble/${id}`, { method: "POST" });
    expect(await done.json()).toEqual({ done: true });
    const hintNow = async () =>
      stageIn(await (await fetch(`${desk}/agent/users/${id}`)).text()).tickets[index]?.hint;
    await expect.poll(hintNow, { timeout: 20_000 }).toMatch(/^score \d\d, (watch|alert|critical)$/);
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
