import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../server/core/time.ts";
import { liveMessage } from "../../../server/http/api/replies.ts";
import { NOON } from "../../builders.ts";
import { type FakeStore, fakeStore } from "../fakes.ts";
import { ask } from "./client.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
let store: FakeStore;
const open: Stream[] = [];

beforeEach(async () => {
  store = fakeStore();
  world = await createWorld(store);
});
afterEach(async () => {
  const streams = open.splice(0);
  for (const stream of streams) stream.stop();
  await world.close();
  const wrong = streams
    .flatMap(({ heard }) => heard)
    .map(({ event, data }) => ({ event, issues: liveMessage.safeParse({ event, data }).error?.issues }))
    .filter(({ issues }) => issues !== undefined);
  expect(wrong, "every message is as its schema says").toEqual([]);
});

interface Heard {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Stream {
  readonly status: number;
  readonly headers: Headers;
  readonly heard: Heard[];
  readonly comments: string[];
  /** Waits until so many events came. */
  until(count: number): Promise<readonly Heard[]>;
  readonly ended: Promise<void>;
  stop(): void;
}

async function listen(token: string, query = "", headers: Record<string, string> = {}): Promise<Stream> {
  const abort = new AbortController();
  const response = await fetch(`${world.origin}/api/v1/stream${query}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: abort.signal,
  });
  const heard: Heard[] = [];
  const comments: string[] = [];
  let wake = () => {};
  const ended = (async () => {
    let rest = "";
    for await (const chunk of response.body ?? []) {
      const blocks = (rest + Buffer.from(chunk).toString()).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) take(block, heard, comments);
      wake();
    }
  })().catch(() => {});
  const stream: Stream = {
    status: response.status,
    headers: response.headers,
    heard,
    comments,
    async until(count) {
      while (heard.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return heard;
    },
    ended,
    stop: () => abort.abort(),
  };
  open.push(stream);
  return stream;
}

function take(block: string, heard: Heard[], comments: string[]): void {
  const fields = new Map(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  const data = fields.get("data");
  if (data === undefined) return void comments.push(block);
  heard.push({ id: fields.get("id") ?? "", event: fields.get("event") ?? "", data: JSON.parse(data) });
}

const dismiss = (tenant: "a" | "b") =>
  ask(world, `POST /matches/${world[tenant].match}/verdict`, {
    token: world[tenant].tokens.agent,
    body: { verdict: "false_alarm", reason: "a test account" },
  });
const ack = (tenant: "a" | "b") =>
  ask(world, `POST /alerts/${world[tenant].alert}/acknowledge`, {
    token: world[tenant].tokens.agent,
    body: { reason: "mine" },
  });

describe("the live stream", () => {
  it("tells what a commit led to, in the same shapes as the lists", async () => {
    const stream = await listen(world.a.tokens.agent);
    expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");

    await ack("a");

    const [first] = await stream.until(1);
    const { body } = await ask(world, `GET /alerts/${world.a.alert}`, { token: world.a.tokens.agent });
    expect(first).toMatchObject({ event: "alert", id: expect.stringMatching(/^\d+\.\d+$/) });
    expect(first?.data).toEqual(body);
  });

  it("tells each tenant its own, and nothing of another's", async () => {
    const mine = await listen(world.a.tokens.agent);
    const other = await listen(world.b.tokens.agent);

    await dismiss("b");
    await ack("a");
    await mine.until(1);
    await other.until(1);

    expect(JSON.stringify(mine.heard)).not.toContain(world.b.canary);
    expect(JSON.stringify(other.heard)).not.toContain(world.a.canary);
    expect(mine.heard.map(({ event }) => event)).toEqual(["alert"]);
  });

  it("narrows to the events that are asked for", async () => {
    const stream = await listen(world.a.tokens.agent, "?events=score,alert");

    await dismiss("a");
    await ack("a");

    await stream.until(2);
    expect(new Set(stream.heard.map(({ event }) => event))).toEqual(new Set(["score", "alert"]));
  });

  it("tells of incidents and switches", async () => {
    const stream = await listen(world.a.tokens.ops, "?events=incident,switches");

    await ask(world, "POST /incidents", {
      token: world.a.tokens.ops,
      body: { reason: "seen", scope: { kind: "all" } },
    });
    await ask(world, "POST /switches", {
      token: world.a.tokens.ops,
      body: { reason: "stop", what: "tenant", off: true },
    });

    const heard = await stream.until(2);
    expect(heard[0]).toMatchObject({
      event: "incident",
      data: { scope: { kind: "all", name: null }, endedAt: null },
    });
    expect(heard[1]).toMatchObject({ event: "switches", data: { tenant: true } });
  });

  it("goes on where it broke off, without gap or repeat", async () => {
    const first = await listen(world.a.tokens.agent);
    const reference = await listen(world.a.tokens.agent);
    await ack("a");
    const [last] = await first.until(1);
    first.stop();
    await dismiss("a");

    const again = await listen(world.a.tokens.agent, "", { "last-event-id": last?.id ?? "" });

    await again.until(2);
    await reference.until(again.heard.length + 1);
    expect([last?.id, ...again.heard.map(({ id }) => id)]).toEqual(reference.heard.map(({ id }) => id));
    expect(new Set(again.heard.map(({ id }) => id)).size).toBe(again.heard.length);
  });

  it.each(["0.0", "1.0", "999999999999.0", "rubbish", "-1.-1"])(
    "says that something was missed when it cannot go on from %s",
    async (id) => {
      await ack("a");

      const stream = await listen(world.a.tokens.agent, "", { "last-event-id": id });

      const [first] = await stream.until(1);
      expect(first).toMatchObject({ event: "reset", data: { reason: "missed" } });
    },
  );

  it("stays alive by a comment, and ends when its token is revoked", async () => {
    const stream = await listen(world.a.tokens.agent);
    await world.clock.advanceAsync(15_000);
    await ack("a");
    await stream.until(1);
    expect(stream.comments).toContain(": still here");

    const index = store.tokenRows.findIndex(({ tenant, role }) => tenant === "t-one" && role === "agent");
    const row = store.tokenRows[index];
    if (row !== undefined) store.tokenRows[index] = { ...row, revokedAt: world.clock.now() };
    await world.clock.advanceAsync(15_000);

    await stream.ended;
    expect(world.api.live.listeners).toBe(0);
  });

  it("forgets who hung up", async () => {
    const stream = await listen(world.a.tokens.agent);
    expect(world.api.live.listeners).toBe(1);

    stream.stop();
    await stream.ended;

    await expect.poll(() => world.api.live.listeners).toBe(0);
  });

  it("drops who does not read, and keeps the others", async () => {
    const slow = await fetch(`${world.origin}/api/v1/stream`, {
      headers: { authorization: `Bearer ${world.a.tokens.agent}` },
    });
    const quick = await listen(world.a.tokens.agent, "?events=score");
    expect(world.api.live.listeners).toBe(2);

    // Large enough to fill the socket's buffers and the megabyte that may wait.
    const endpoint = `/v1/${"x".repeat(450)}`;
    for (let round = 0; world.api.live.listeners === 2 && round < 60; round++) await storm(round, endpoint);

    expect(world.api.live.listeners).toBe(1);
    expect(quick.heard.length).toBeGreaterThan(0);
    await slow.body?.cancel().catch(() => {});
  });

  it("is for those who work on help, not for programs that send events", async () => {
    for (const role of ["write", "public", "analyst", "privacy"] as const) {
      expect((await listen(world.a.tokens[role])).status).toBe(403);
    }
  });
});

/** Two hundred accounts run into the rate limit at once. */
async function storm(round: number, endpoint: string): Promise<void> {
  const now = NOON + HOUR + round * MINUTE;
  world.clock.jumpTo(now);
  const incoming = Array.from({ length: 1_000 }, (_, i) => ({
    source: "storm",
    id: `${round}-${i}`,
    type: "api.request_failed",
    time: now - (5 - (i % 5)) * 1_000,
    account: { namespace: "native", value: `storm-${round}-${Math.floor(i / 5)}` },
    data: { status: 429, endpoint },
  }));
  await world.pipeline.receive("t-one", incoming);
}
