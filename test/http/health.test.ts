import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Committed, Pipeline } from "../../server/flow/contract.ts";
import { createApp } from "../../server/http/app.ts";
import { healthRouter } from "../../server/http/health.ts";
import { createMetrics, type Metrics } from "../../server/http/metrics.ts";
import { silentLogger } from "../../server/lib/log.ts";
import type { UnreadableRecord } from "../../server/store/contract.ts";
import { aDelivery, aMatch, anEvent, NOON } from "../builders.ts";
import { fakeClock } from "../fake-clock.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Body {
  readonly status: string;
  readonly checks: Record<string, string>;
  readonly waiting: number;
}

async function aServer(changes: { metricsToken?: string } = {}) {
  const clock = fakeClock(NOON);
  const listeners = new Set<(committed: Committed) => void>();
  const state = {
    writable: true,
    hangs: false,
    failing: false,
    waiting: 0,
    lastTick: NOON as number | null,
    probes: 0,
    unreadable: [] as readonly UnreadableRecord[],
  };
  const pipeline = {
    subscribe: (listener: (committed: Committed) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get load() {
      return { waiting: state.waiting, failing: state.failing };
    },
  } as unknown as Pipeline;
  const metrics: Metrics = createMetrics(pipeline, { unreadable: async () => state.unreadable });
  const probe = () => {
    state.probes += 1;
    return state.hangs ? new Promise<boolean>(() => {}) : Promise.resolve(state.writable);
  };
  const health = healthRouter({
    store: { probe },
    pipeline,
    clock,
    metrics,
    lastTick: () => state.lastTick,
    ...changes,
  });
  const server = createServer(
    createApp({ mounts: [{ path: "/", handler: health }], log: silentLogger, trustProxy: false }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    metrics.close();
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(origin + path, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const ready = async () => {
    const { status, headers, text } = await get("/readyz");
    return { status, headers, body: JSON.parse(text) as Body };
  };
  const commit = (committed: Partial<Committed>) => {
    const whole = { tenant: "t-secret", seq: 1, at: NOON, event: null, effects: [], ...committed };
    for (const listener of listeners) listener(whole);
  };
  return { clock, state, metrics, get, ready, commit };
}

describe("health", () => {
  it("says that the process lives", async () => {
    const { get } = await aServer();

    const { status, text } = await get("/healthz");

    expect([status, JSON.parse(text)]).toEqual([200, { status: "ok" }]);
  });

  it("says ready while the store takes writes, timers run and commits succeed", async () => {
    const { ready, state } = await aServer();
    state.waiting = 7;

    const { status, body } = await ready();

    expect(status).toBe(200);
    expect(body).toEqual({
      status: "ready",
      checks: { store: "ok", timers: "ok", pipeline: "ok" },
      waiting: 7,
    });
  });

  it.each([
    ["the store takes no writes", { writable: false }, { store: "failing" }],
    ["commits fail", { failing: true }, { pipeline: "failing" }],
    ["timers are late", { lastTick: NOON - 10_001 }, { timers: "late" }],
    ["timers never ran", { lastTick: null }, { timers: "late" }],
  ])("says not ready, and what is wrong, when %s", async (_name, change, checks) => {
    const { ready, state } = await aServer();
    Object.assign(state, change);

    const { status, body, headers } = await ready();

    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("2");
    expect(body).toMatchObject({ status: "not_ready", checks });
  });

  it("does not wait for a store that does not answer", async () => {
    const { ready, state } = await aServer();
    state.hangs = true;

    expect((await ready()).body.checks.store).toBe("failing");
  });

  it("asks the store once a second, however often it is asked", async () => {
    const { ready, state, clock } = await aServer();
    await Promise.all([ready(), ready(), ready()]);
    expect(state.probes).toBe(1);

    clock.advance(1_000);
    await ready();

    expect(state.probes).toBe(2);
  });

  it("takes no other methods", async () => {
    const { get } = await aServer();

    const { status, headers } = await get("/readyz", { method: "POST" });

    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});

describe("metrics", () => {
  it("count the records that cannot be read", async () => {
    const { get, state } = await aServer();
    state.unreadable = [{ where: "row 7 of deliveries", message: "it is something else" }];

    const { text } = await get("/metrics");

    expect(text).toContain("forestall_unreadable_records 1");
  });

  it("count what was committed, by kind, reason, status and channel, and name no tenant", async () => {
    const { get, commit, metrics } = await aServer();
    commit({
      event: anEvent(),
      effects: [
        { kind: "match", row: aMatch() },
        { kind: "delivery", row: aDelivery({ channel: "in_app.banner", status: "sent" }) },
      ],
    });
    metrics.observeCommit(0.003);
    metrics.countRefused("sentry", "mismatch");

    const { text, headers } = await get("/metrics");

    expect(headers.get("content-type")).toContain("text/plain");
    expect(text).toContain("forestall_events_total 1");
    expect(text).toContain('forestall_matches_total{pattern="P-001",state="open"} 1');
    expect(text).toContain('forestall_deliveries_total{status="sent",channel="in_app"} 1');
    expect(text).toContain('forestall_commit_seconds_bucket{le="0.005"} 1');
    expect(text).toContain('forestall_refused_total{system="sentry",reason="mismatch"} 1');
    expect(text).toMatch(/forestall_event_loop_lag_seconds\{quantile="0\.99"\} \d/);
    expect(text).toContain("forestall_queue 0");
    expect(text).not.toContain("t-secret");
  });

  it("are those of one instance", async () => {
    const one = await aServer();
    const two = await aServer();
    one.commit({ event: anEvent() });

    expect((await two.get("/metrics")).text).toContain("forestall_events_total 0");
    one.metrics.close();
    one.commit({ event: anEvent() });
  });

  it("ask for their own token when there is one", async () => {
    const { get } = await aServer({ metricsToken: "scrape-me" });

    expect((await get("/metrics")).status).toBe(401);
    expect((await get("/metrics", { headers: { authorization: "Bearer scrape-mf" } })).status).toBe(401);
    expect((await get("/metrics", { headers: { authorization: "Bearer scrape-me" } })).status).toBe(200);
  });
});
