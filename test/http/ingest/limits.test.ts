import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sentryPost } from "../../fixtures/sign.ts";
import { bearer, type Harness, SECRETS, startHarness, TOKENS } from "./harness.ts";

let server: Harness;
beforeEach(async () => {
  server = await startHarness();
});
afterEach(() => server.close());

const KB = 1024;
const MB = 1024 * KB;
const ONE = "application/cloudevents+json";
const MANY = "application/cloudevents-batch+json";
const auth = bearer(TOKENS.write);
/** One event of exactly so many bytes. */
function sized(bytes: number): string {
  const event = { specversion: "1.0", id: "1", source: "s", type: "page.viewed", data: { pad: "" } };
  return JSON.stringify({ ...event, data: { pad: "x".repeat(bytes - JSON.stringify(event).length) } });
}
const send = (type: string, body: string | Buffer, more: Record<string, string> = {}) =>
  server.send({ path: "/v1/events", headers: { "content-type": type, ...auth, ...more }, body });

describe("the size of a body", () => {
  it("is 256 KB for one event and 1 MB for a batch, to the byte", async () => {
    expect((await send(ONE, sized(256 * KB))).json).toMatchObject({ accepted: 1 });
    expect((await send(ONE, sized(256 * KB + 1))).status).toBe(413);
    expect((await send(MANY, `[${sized(MB - 2)}]`)).status).toBe(202);
    expect((await send(MANY, `[${sized(MB - 1)}]`)).status).toBe(413);
  });

  it("is that of one event when plain JSON holds one", async () => {
    expect((await send("application/json", sized(256 * KB))).status).toBe(202);
    expect((await send("application/json", sized(256 * KB + 1))).status).toBe(413);
    expect((await send("application/json", ` [${sized(300 * KB)}]`)).status).toBe(202);
  });

  it("is 1 MB for webhooks, and what a source asks for", async () => {
    const fits = `{"pad":"${"x".repeat(MB - 10)}"}`;
    const path = "/webhooks/acme/sentry";

    expect((await server.post(path, sentryPost(fits, SECRETS.sentry, "comment"))).status).toBe(200);
    expect((await server.post(path, sentryPost(`${fits} `, SECRETS.sentry, "comment"))).status).toBe(413);
    const twilio = await server.send({ path: "/receipts/acme/twilio", body: "x".repeat(64 * KB + 1) });
    expect(twilio.status).toBe(413);
  });

  it("is judged by what the headers say before a byte is read", async () => {
    const answer = await new Promise<number>((resolve, reject) => {
      const headers = { "content-type": ONE, "content-length": String(10 ** 12), ...auth };
      const outgoing = httpRequest({ port: server.port, method: "POST", path: "/v1/events", headers });
      outgoing.on("response", (incoming) => {
        resolve(incoming.statusCode ?? 0);
        outgoing.destroy();
      });
      outgoing.on("error", reject);
      outgoing.flushHeaders();
    });

    expect(answer).toBe(413);
  });

  it("is nothing an unverified sender can use: who is unknown is refused before", async () => {
    const headers = { "content-type": ONE, ...bearer("fst_write_nobody_0001") };

    expect((await server.send({ path: "/v1/events", headers, body: sized(2 * MB) })).status).toBe(401);
    expect((await server.send({ path: "/webhooks/acme/nothing", body: sized(2 * MB) })).status).toBe(404);
  });
});

/** Sends until the server has had enough; answers what it said and how much it let pass. */
function stream(path: string, headers: Record<string, string>, total: number) {
  const chunk = Buffer.alloc(64 * KB, 0x20);
  return new Promise<{ status: number; sent: number; mostRss: number }>((resolve) => {
    let sent = 0;
    let status = 0;
    let mostRss = 0;
    const outgoing = httpRequest({ port: server.port, method: "POST", path, headers });
    const finish = () => resolve({ status, sent, mostRss });
    const pump = () => {
      while (sent < total && !outgoing.destroyed) {
        sent += chunk.length;
        if (sent % (8 * MB) === 0) mostRss = Math.max(mostRss, process.memoryUsage.rss());
        if (!outgoing.write(chunk)) return void outgoing.once("drain", pump);
      }
      outgoing.end();
    };
    outgoing.on("response", (incoming) => {
      status = incoming.statusCode ?? 0;
      incoming.resume();
    });
    outgoing.on("error", finish);
    outgoing.on("close", finish);
    pump();
  });
}

describe("a stream without end", () => {
  it.each([
    ["with a token", "/v1/events", { "content-type": MANY, ...auth }],
    ["to a webhook", "/webhooks/acme/sentry", {}],
  ])("of 1 GB %s is answered 413, cut off, and kept nowhere", async (_what, path, headers) => {
    // Sockets and buffers that the first streams need anyway.
    await stream(path, headers, 256 * MB);
    global.gc?.();
    const before = process.memoryUsage.rss();

    const { status, mostRss } = await stream(path, headers, 1024 * MB);

    expect(status).toBe(413);
    expect((mostRss - before) / MB).toBeLessThanOrEqual(20);
    expect((await send(ONE, sized(KB))).status).toBe(202);
  });
});

describe("a compressed body", () => {
  const gzip = { "content-encoding": "gzip" };

  it("may grow to the limit", async () => {
    const events = Array.from({ length: 500 }, (_, i) => {
      const data = { status: 429, endpoint: `/v1/export/${i}`, user: `u-${(i * 7919) % 500}` };
      return JSON.stringify({
        specversion: "1.0",
        id: `${i}`,
        source: "s",
        type: "api.request_failed",
        data,
      });
    });

    const answer = await send(MANY, gzipSync(`[${events.join()}]`), gzip);

    expect(answer.json).toMatchObject({ accepted: 500 });
  });

  it("is refused as a bomb, by its limit and by its ratio, without taking the memory", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * MB, 0x20));
    const dense = gzipSync(Buffer.alloc(900 * KB, 0x20));
    const before = process.memoryUsage.rss();

    expect(bomb.length).toBeLessThan(MB);
    expect((await send(MANY, bomb, gzip)).status).toBe(413);
    expect((await send(MANY, dense, gzip)).status).toBe(413);
    expect((process.memoryUsage.rss() - before) / MB).toBeLessThan(40);
  });

  it("that is cut short is no body", async () => {
    const cut = gzipSync(sized(KB)).subarray(0, 40);

    expect((await send(ONE, cut, gzip)).status).toBe(400);
  });
});

describe("all bodies together", () => {
  it("have a limit: above it senders are asked to come again, and it frees itself", async () => {
    const small = await startHarness({ limits: { heldBytes: 100 * KB } });
    const headers = { "content-type": ONE, ...auth };
    const post = (bytes: number) => small.send({ path: "/v1/events", headers, body: sized(bytes) });

    const refused = await post(150 * KB);

    expect(refused.status).toBe(503);
    expect(refused.headers["retry-after"]).toBe("1");
    for (let i = 0; i < 5; i++) expect((await post(90 * KB)).status).toBe(202);
    await small.close();
  });
});
