import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { readLines } from "../../server/actions/events-file/lines.ts";
import { compareEvents, merged, OutOfOrder, reordered } from "../../server/actions/events-file/order.ts";
import { sorted } from "../../server/actions/events-file/sort.ts";
import type { Incoming } from "../../server/core/event.ts";

const anEvent = fc.record({
  source: fc.constantFrom("a", "b"),
  id: fc.stringMatching(/^[a-z]{1,3}$/),
  time: fc.integer({ min: 0, max: 50 }),
  type: fc.constant("api.request_failed"),
  data: fc.constant({}),
});
const someEvents = fc.array(anEvent, { maxLength: 200 });

async function* inBatches(events: readonly Incoming[], size = 7): AsyncGenerator<readonly Incoming[]> {
  for (let at = 0; at < events.length; at += size) yield events.slice(at, at + size);
}

async function all(batches: AsyncIterable<readonly Incoming[]>): Promise<readonly Incoming[]> {
  const events: Incoming[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
}

/** Every event moved forward by fewer places than the window. */
function jumbled(events: readonly Incoming[], window: number, seed: number): readonly Incoming[] {
  return events
    .map((event, at) => ({ event, place: at + ((seed * (at + 1) * 7_919) % window) }))
    .sort((a, b) => a.place - b.place)
    .map(({ event }) => event);
}

const sortFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("forestall-sort-"));

describe("events in any order", () => {
  it("come out as a plain sort would have them, through as many files as it takes", async () => {
    await fc.assert(
      fc.asyncProperty(someEvents, fc.integer({ min: 1, max: 60 }), async (events, run) => {
        const result = await all(sorted(inBatches(events), run));

        expect(result).toEqual(events.toSorted(compareEvents));
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  it("leave no file behind, also when reading them is given up", async () => {
    const at = (time: number): Incoming => ({ source: "a", id: "1", time, type: "t", data: {} });
    const before = sortFolders();

    for await (const _ of sorted(inBatches([at(3), at(2), at(1)], 1), 1)) break;

    expect(sortFolders()).toEqual(before);
  });
});

describe("events nearly in order", () => {
  it("are put in order while they are read", async () => {
    await fc.assert(
      fc.asyncProperty(someEvents, fc.nat(100), async (events, seed) => {
        const inOrder = events.toSorted(compareEvents);

        const result = await all(reordered(inBatches(jumbled(inOrder, 10, seed)), 10));

        expect(result).toEqual(inOrder);
      }),
      { numRuns: 200, seed: 12 },
    );
  });

  it("are refused when one is further away than what is kept in memory", async () => {
    const at = (time: number): Incoming => ({ source: "a", id: `${time}`, time, type: "t", data: {} });
    const late = [...Array.from({ length: 100 }, (_, i) => at(i + 1)), at(0)];

    await expect(all(reordered(inBatches(late), 10))).rejects.toBeInstanceOf(OutOfOrder);
    await expect(all(reordered(inBatches(late), 101))).resolves.toHaveLength(101);
  });
});

it("several streams in order are one", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someEvents, { minLength: 1, maxLength: 4 }), async (streams) => {
      const inOrder = streams.map((events) => inBatches(events.toSorted(compareEvents)));

      expect(await all(merged(inOrder))).toEqual(streams.flat().toSorted(compareEvents));
    }),
    { numRuns: 100, seed: 13 },
  );
});

describe("lines of a file", () => {
  const text = `one\ntwo ${"ä€😀".repeat(300_000)}\n\nfour`;

  async function linesIn(
    name: string,
    bytes: string | Uint8Array,
  ): Promise<readonly (readonly [number, string])[]> {
    const folder = mkdtempSync(join(tmpdir(), "forestall-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const reading = readLines(path);
    const found: (readonly [number, string])[] = [];
    for await (const { first, lines } of reading.lines) {
      found.push(...lines.map((line, at) => [first + at, line] as const));
    }
    expect(reading.share()).toBe(1);
    return found;
  }

  it("keep their numbers and characters, wherever the disk cut them", async () => {
    expect(await linesIn("lines.txt", text)).toEqual(text.split("\n").map((line, at) => [at + 1, line]));
  });

  it("are unpacked on the way", async () => {
    expect(await linesIn("lines.gz", gzipSync(text))).toEqual(
      text.split("\n").map((line, at) => [at + 1, line]),
    );
  });

  it("are told to be no gzip when they are not", async () => {
    await expect(linesIn("lines.gz", "hello")).rejects.toThrow("is not a whole gzip file");
  });
});
