import { describe, expect, it } from "vitest";
import { shareRead, shareReads } from "../../server/lib/shared-read.ts";
import { fakeClock } from "../fake-clock.ts";

/** A store whose readings end when the test says so, with the number of the reading as what it found. */
function aStore() {
  const ends: { answer(): void; fail(): void }[] = [];
  const read = () => {
    const number = ends.length + 1;
    return new Promise<number>((resolve, reject) => {
      ends.push({ answer: () => resolve(number), fail: () => reject(new Error(`reading ${number} failed`)) });
    });
  };
  return { read, ends };
}

describe("a shared reading", () => {
  it("is one reading for all who ask while it is under way", async () => {
    const { read, ends } = aStore();
    const shared = shareRead(read, fakeClock(0));

    const asked = [shared.within(10), shared.read(), shared.within(10)];
    ends[0]?.answer();

    expect(await Promise.all(asked)).toEqual([1, 1, 1]);
    expect(ends).toHaveLength(1);
  });

  it("is used while it is fresh, counted from when it began", async () => {
    const { read, ends } = aStore();
    const clock = fakeClock(0);
    const shared = shareRead(read, clock);
    const first = shared.within(10);
    clock.advance(4);
    ends[0]?.answer();
    await first;

    clock.advance(5);
    expect(await shared.within(10)).toBe(1);
    clock.advance(1);
    const second = shared.within(10);
    ends[1]?.answer();

    expect(await second).toBe(2);
  });

  it("does not last longer when the clock is set back", async () => {
    const { read, ends } = aStore();
    const clock = fakeClock(1_000);
    const shared = shareRead(read, clock);
    const first = shared.read();
    ends[0]?.answer();
    await first;

    clock.jumpTo(0);

    expect(shared.isFresh(10)).toBe(false);
  });

  it("is done once more after a change, as the one under way may have begun before it", async () => {
    const { read, ends } = aStore();
    const shared = shareRead(read, fakeClock(0));
    const before = shared.read();

    const reloaded = shared.reload();
    ends[0]?.answer();
    await before;
    await Promise.resolve();
    ends[1]?.answer();
    await reloaded;

    expect(shared.last()).toBe(2);
  });

  it("leaves what was read before when it fails, and is tried again by whoever asks next", async () => {
    const { read, ends } = aStore();
    const clock = fakeClock(0);
    const shared = shareRead(read, clock);
    const first = shared.read();
    ends[0]?.answer();
    await first;
    clock.advance(20);

    const failing = shared.within(10);
    ends[1]?.fail();
    await expect(failing).rejects.toThrow("reading 2 failed");

    expect(shared.last()).toBe(1);
    const third = shared.within(10);
    ends[2]?.answer();
    expect(await third).toBe(3);
  });

  it("survives a reading that throws at once", async () => {
    let fails = true;
    const shared = shareRead(() => {
      if (fails) throw new Error("closed");
      return Promise.resolve("open");
    }, fakeClock(0));
    await expect(shared.read()).rejects.toThrow("closed");

    fails = false;

    expect(await shared.read()).toBe("open");
  });
});

it("keeps what belongs to one key apart from another's", async () => {
  const asked: string[] = [];
  const read = shareReads(async (key) => {
    asked.push(key);
    return `of ${key}`;
  }, fakeClock(0));

  expect([await read("a", 10), await read("b", 10), await read("a", 10)]).toEqual(["of a", "of b", "of a"]);
  expect(asked).toEqual(["a", "b"]);
});
