import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createEventStream,
  type EventStream,
  type EventStreamOptions,
  eventText,
} from "../../server/lib/event-stream.ts";
import { type FakeClock, fakeClock } from "../fake-clock.ts";

interface Site {
  readonly stream: EventStream<string>;
  /** A reader of its own connection: what it heard, and when it was cut off. */
  listen(name?: string): Promise<Reader>;
  /** One that takes the head of the answer, and then reads no more. */
  listenSlowly(name: string): Promise<Socket>;
}
interface Reader {
  readonly status: number;
  readonly headers: Headers;
  heard(): string;
  until(text: string): Promise<void>;
  readonly ended: Promise<string>;
  hangUp(): void;
}

let clock: FakeClock;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  clock = fakeClock(0);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function aSite(options: Partial<EventStreamOptions<string>> = {}): Promise<Site> {
  const stream = createEventStream<string>({ timers: clock, most: 10, ...options });
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? "", "http://here").pathname.slice(1);
    if (!stream.open(response, name, name === "late" ? eventText("missed", 1, "1.0") : undefined)) {
      response.writeHead(429).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  closing.push(async () => {
    stream.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    stream,
    listen: (name = "somebody") => readerOf(`http://127.0.0.1:${port}/${name}`),
    listenSlowly: (name) => slowReaderOf(port, name),
  };
}

async function readerOf(url: string): Promise<Reader> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  let text = "";
  let wake = () => {};
  const ended = (async () => {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      wake();
    }
    return "ended";
  })().catch(() => "cut off");
  return {
    status: response.status,
    headers: response.headers,
    heard: () => text,
    async until(wanted) {
      while (!text.includes(wanted)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    ended,
    hangUp: () => abort.abort(),
  };
}

async function slowReaderOf(port: number, name: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(`GET /${name} HTTP/1.1\r\nHost: here\r\n\r\n`);
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  closing.push(async () => void socket.destroy());
  return socket;
}

const saying = (event: string, data: unknown) => ({ text: () => eventText(event, data) });

describe("a stream of events", () => {
  it("greets with when to come back and what was missed, and may not be held back on the way", async () => {
    const { listen } = await aSite();

    const reader = await listen("late");

    await reader.until("data: 1\n\n");
    expect(reader.heard()).toBe("retry: 2000\n\nid: 1.0\nevent: missed\ndata: 1\n\n");
    expect(reader.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(reader.headers.get("cache-control")).toBe("no-store, no-transform");
    expect(reader.headers.get("x-accel-buffering")).toBe("no");
  });

  it("says a thing to those it is for, and makes no text for nobody", async () => {
    const { stream, listen } = await aSite();
    const ana = await listen("ana");
    const ben = await listen("ben");

    stream.say(saying("news", { text: "for\nana" }), (name) => name === "ana");
    stream.say(saying("news", "for all"));
    stream.say({ text: () => expect.unreachable("nobody hears it") }, () => false);

    await Promise.all([ana.until("for all"), ben.until("for all")]);
    expect(ana.heard()).toContain('event: news\ndata: {"text":"for\\nana"}\n\n');
    expect(ben.heard()).not.toContain("ana");
  });

  it("says that it is there every 15 seconds, each listener from when it came", async () => {
    const { listen } = await aSite();
    const early = await listen();
    await early.until("retry");
    clock.advance(10_000);
    const late = await listen();
    await late.until("retry");

    await clock.advanceAsync(5_000);

    await early.until(": still here\n\n");
    expect(late.heard()).not.toContain("still here");
    await clock.advanceAsync(25_000);
    await late.until(": still here\n\n");
    expect(early.heard().split(": still here").length - 1).toBe(2);
  });

  it("drops who may not stay, at the next heartbeat", async () => {
    const gone = new Set<string>();
    const { stream, listen } = await aSite({ mayStay: async (name) => !gone.has(name) });
    const ana = await listen("ana");
    const ben = await listen("ben");
    gone.add("ana");

    await clock.advanceAsync(15_000);

    expect(await ana.ended).toBe("cut off");
    await ben.until("still here");
    expect(stream.listeners).toBe(1);
  });

  it("takes as many as may listen, and one more when one hung up", async () => {
    const { stream, listen } = await aSite({ most: 2 });
    const first = await listen();
    await listen();
    expect((await listen()).status).toBe(429);

    first.hangUp();
    await expect.poll(() => stream.listeners).toBe(1);

    expect((await listen()).status).toBe(200);
  });
});

describe("a listener that does not read", () => {
  it("is dropped once too much waits for it, and nobody else is", async () => {
    const { stream, listen, listenSlowly } = await aSite({ mayWait: 200_000 });
    const quick = await listen("quick");
    await listenSlowly("slow");
    expect(stream.listeners).toBe(2);

    // The sockets of both ends take some megabytes before anything waits here.
    const much = "x".repeat(100_000);
    let rounds = 0;
    for (; stream.listeners === 2 && rounds < 1_000; rounds++) {
      stream.say(saying("news", `${rounds} ${much}`));
      await quick.until(`"${rounds} `);
    }

    expect(stream.listeners).toBe(1);
    stream.say(saying("news", "after"));
    await quick.until("after");
  });

  it("has no more waiting for it than may wait, and one message", async () => {
    const most: number[] = [];
    const stream = createEventStream<null>({ timers: clock, most: 1, mayWait: 1_000 });
    const server = createServer((_, response) => {
      stream.open(response, null);
      for (let i = 0; i < 100_000 && stream.listeners === 1; i++) {
        stream.say(saying("news", "y".repeat(100)));
        most.push(response.writableLength);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    closing.push(async () => {
      socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    socket.on("error", () => {});
    socket.write("GET / HTTP/1.1\r\nHost: here\r\n\r\n");

    await new Promise((resolve) => socket.once("close", resolve));

    expect(stream.listeners).toBe(0);
    expect(Math.max(...most)).toBeLessThan(1_400);
    expect(clock.waiting).toBe(0);
  });
});

describe("when it closes", () => {
  it("ends the stream of everybody in good order, and leaves no timer behind", async () => {
    const { stream, listen } = await aSite();
    const readers = [await listen("ana"), await listen("ben")];
    stream.say(saying("news", "the last"));

    stream.close();

    for (const reader of readers) {
      expect(await reader.ended).toBe("ended");
      expect(reader.heard()).toContain("the last");
    }
    expect(stream.listeners).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it("ends at once the stream of whoever comes after, so that they come back later", async () => {
    const { stream, listen } = await aSite();
    stream.close();

    const reader = await listen();

    expect(await reader.ended).toBe("ended");
    expect(stream.listeners).toBe(0);
  });

  it("does not wait for a heartbeat that is being asked about", async () => {
    let answer = (_: boolean) => {};
    const { stream, listen } = await aSite({
      mayStay: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const reader = await listen();
    clock.advance(15_000);

    stream.close();
    answer(true);

    expect(await reader.ended).toBe("ended");
    expect(clock.waiting).toBe(0);
    expect(reader.heard()).not.toContain("still here");
  });
});
