import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Progress } from "../../server/actions/contract.ts";
import { addressesIn } from "../../server/actions/import-suppressions.ts";
import { file, line, rateLimited } from "../cli/events.ts";
import { adminOf } from "../support/acting.ts";
import { type AdminWorld, anAdminWorld, BY, NOON } from "./world.ts";

function aFile({ folder }: AdminWorld, lines: readonly string[]): string {
  const path = join(folder, "import.txt");
  writeFileSync(path, file(lines));
  return path;
}

const DAY = 86_400;
const burst = (from: number) => [0, 60, 120, 180, 240].map((at) => rateLimited(from + at));

describe("importing events", () => {
  it("computes what happened at the time, marks it, and sends nothing", async () => {
    const world = await anAdminWorld();
    const { store } = world.app;
    const admin = adminOf(world.app);

    const result = await admin.importEvents("acme", aFile(world, burst(-30 * DAY)), BY);

    const [match] = (await store.matches("acme", {})).rows;
    expect(result).toMatchObject({ lines: 5, accepted: 5, duplicates: 0, rejected: 0, unknownTypes: [] });
    expect(match).toMatchObject({
      pattern: "P-001",
      simulated: true,
      firedAt: NOON - 30 * DAY * 1_000 + 240_000,
    });
    expect(await store.dueDeliveries(Number.MAX_SAFE_INTEGER, 10, ["email", "sms", "in_app"])).toEqual([]);
    expect((await store.decisions("acme", {})).rows.every(({ simulated }) => simulated)).toBe(true);
  });

  it("changes nothing a second time, so that one that was cut off can be started again", async () => {
    const world = await anAdminWorld();
    const path = aFile(world, burst(-30 * DAY));
    await adminOf(world.app).importEvents("acme", path, BY);
    const before = (await world.app.store.matches("acme", {})).rows;

    const again = await adminOf(world.app).importEvents("acme", path, BY);

    expect(again).toMatchObject({ accepted: 0, duplicates: 5 });
    expect((await world.app.store.matches("acme", {})).rows).toEqual(before);
  });

  it("puts events in order of time first", async () => {
    const world = await anAdminWorld();

    await adminOf(world.app).importEvents("acme", aFile(world, burst(-30 * DAY).toReversed()), BY);

    expect((await world.app.store.matches("acme", {})).rows).toHaveLength(1);
  });

  it("tells by line what cannot be used, and counts what it does not know", async () => {
    const world = await anAdminWorld();
    const lines = [
      "nonsense",
      rateLimited(-DAY),
      "",
      line({ type: "coffee.spilt", at: -DAY }),
      '{"specversion":"1.0"}',
    ];

    const result = await adminOf(world.app).importEvents("acme", aFile(world, lines), BY);

    expect(result).toMatchObject({ lines: 4, accepted: 2, rejected: 2 });
    expect(result.problems).toEqual([
      { line: 1, reason: "not JSON; write one event a line" },
      { line: 5, reason: expect.stringMatching(/^id is missing/) },
    ]);
    expect(result.unknownTypes).toEqual([{ type: "coffee.spilt", count: 1 }]);
  });

  it("refuses an event without a time, as a file does not say when it came", async () => {
    const world = await anAdminWorld();
    const { time: _time, ...timeless } = JSON.parse(rateLimited(0)) as { time: string };

    const result = await adminOf(world.app).importEvents(
      "acme",
      aFile(world, [JSON.stringify(timeless)]),
      BY,
    );

    expect(result.problems).toEqual([{ line: 1, reason: expect.stringContaining("time is missing") }]);
  });

  it("says how far it is, and stops when nobody waits any more", async () => {
    const world = await anAdminWorld();
    const lines = Array.from({ length: 2_500 }, (_, i) => rateLimited(-DAY + i));
    const path = aFile(world, lines);
    const told: Progress[] = [];
    const gone = new AbortController();
    const onProgress = (progress: Progress) => {
      told.push(progress);
      gone.abort();
    };

    const stopped = adminOf(world.app).importEvents("acme", path, BY, { onProgress, signal: gone.signal });

    await expect(stopped).rejects.toThrow();
    expect(told).toEqual([{ share: 1, text: "1,000 events" }]);
    expect(await adminOf(world.app).importEvents("acme", path, BY)).toMatchObject({
      accepted: 1_500,
      duplicates: 1_000,
    });
  });
});

describe("importing who has unsubscribed", () => {
  const known = (id: string, email: string, at = NOON) => ({
    ...{ source: "app", id: `who-${id}-${at}`, type: "person.identified", time: at, data: {} },
    person: { namespace: "native", value: id },
    contact: { email },
  });

  it("stops whom it names", async () => {
    const world = await anAdminWorld();
    await world.app.pipeline.receive("acme", [
      known("u1", "ana@acme.example"),
      known("u2", "ben@acme.example"),
    ]);

    const path = aFile(world, ["email,created", '"Ana@Acme.example",1700000000']);
    const result = await adminOf(world.app).importSuppressions("acme", path, BY);

    expect(result).toMatchObject({ lines: 1, stopped: 1, already: 0, rejected: 0 });
    expect((await world.app.store.person("acme", "u1"))?.stoppedAt).toBe(NOON);
    expect((await world.app.store.person("acme", "u2"))?.stoppedAt).toBeNull();
  });

  it("stops somebody who is only seen afterwards", async () => {
    const world = await anAdminWorld();
    await adminOf(world.app).importSuppressions("acme", aFile(world, ["carla@acme.example"]), BY);
    world.clock.advance(60_000);

    await world.app.pipeline.receive("acme", [known("u3", "carla@acme.example", world.clock.now())]);

    expect((await world.app.store.person("acme", "u3"))?.stoppedAt).toBe(NOON);
  });

  it("changes nothing a second time", async () => {
    const world = await anAdminWorld();
    const path = aFile(world, ["carla@acme.example", "+49 170 1234567"]);
    await adminOf(world.app).importSuppressions("acme", path, BY);

    expect(await adminOf(world.app).importSuppressions("acme", path, BY)).toMatchObject({
      stopped: 0,
      already: 2,
    });
  });

  it("tells lines without an address", async () => {
    const world = await anAdminWorld();

    const path = aFile(world, ["email", "carla@acme.example", "nobody"]);
    const result = await adminOf(world.app).importSuppressions("acme", path, BY);

    expect(result).toMatchObject({ lines: 2, rejected: 1, problems: [{ line: 3 }] });
  });

  it.each([
    ["ana@acme.example", "email", "ana@acme.example"],
    ['"ana@acme.example","+4917012345678"', "email", "ana@acme.example"],
    ["1700000000;+49 (170) 123-4567", "phone", "+49 (170) 123-4567"],
    ["\uFEFFana@acme.example", "email", "ana@acme.example"],
  ])("finds the address in %j", (text, namespace, value) => {
    expect(addressesIn(text)).toEqual([{ namespace, value }]);
  });

  it.each(["1700000000", "2026-03-02", "ana at acme", "", "12345"])("finds none in %j", (text) => {
    expect(addressesIn(text)).toEqual([]);
  });
});
