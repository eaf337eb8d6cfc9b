import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { fakeClock } from "../../fake-clock.ts";
import { bearer, type Harness, startHarness, TOKENS } from "./harness.ts";

let server: Harness;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

const headersOf = (length: number) =>
  [
    "POST /v1/events HTTP/1.1",
    "host: help.acme.test",
    "content-type: application/cloudevents+json",
    `authorization: Bearer ${TOKENS.write}`,
    `content-length: ${length}`,
    "",
    "",
  ].join("\r\n");

function dial(text: string): Promise<Socket & { received: string }> {
  return new Promise((resolve, reject) => {
    const socket = Object.assign(connect(server.port, "127.0.0.1"), { received: "" });
    sockets.push(socket);
    socket.on("data", (chunk) => {
      socket.received += chunk.toString();
    });
    socket.on("error", () => undefined);
    socket.on("connect", () => socket.write(text, () => resolve(socket)));
    socket.once("error", reject);
  });
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
const event = (id: number) =>
  JSON.stringify({ specversion: "1.0", id: `evt-${id}`, source: "s", type: "page.viewed" });
const post = (id: number) =>
  server.send({
    path: "/v1/events",
    headers: { "content-type": "application/cloudevents+json", ...bearer(TOKENS.write) },
    body: event(id),
  });

async function p99(requests: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < requests; i++) {
    const start = performance.now();
    expect((await post(i)).status).toBe(202);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(requests * 0.99)] ?? 0;
}

describe("slow clients", () => {
  it("500 of them are no burden for the others", async () => {
    server = await startHarness();
    await p99(300);
    const alone = await p99(300);
    for (let i = 0; i < 250; i++) await dial(`${headersOf(1000)}{"specversion"`);
    for (let i = 0; i < 250; i++) await dial("POST /v1/events HTTP/1.1\r\nhost: a");

    // A machine that is busy with something else makes one round slow; a server that is, all of them.
    let besides = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5 && besides > alone * 2; round++)
      besides = Math.min(besides, await p99(300));

    expect(besides).toBeLessThanOrEqual(alone * 2 + 5);
  });

  it("are told 408 and cut off when a body takes longer than ten seconds", async () => {
    const clock = fakeClock(Date.UTC(2026, 2, 2, 12));
    server = await startHarness({ clock });
    const slow = await dial(`${headersOf(1000)}{"specversion"`);
    await settled();

    clock.advance(9_000);
    await settled();
    expect(slow.received).toBe("");

    clock.advance(2_000);
    await settled();
    expect(slow.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(slow.received).toContain("too-slow");
    expect(clock.waiting).toBeLessThanOrEqual(2);
  });

  it("that go away in the middle leave nothing behind", async () => {
    const clock = fakeClock(Date.UTC(2026, 2, 2, 12));
    server = await startHarness({ clock });
    const gone = await dial(`${headersOf(1000)}{"specversion"`);
    await settled();

    gone.destroy();
    await settled();
    clock.advance(1_000);

    expect(clock.waiting).toBe(0);
    expect((await post(1)).status).toBe(202);
    expect(server.events).toHaveLength(1);
    expect(server.logged).toEqual([]);
  });
});
