import { describe, expect, it } from "vitest";
import { systemClock } from "../../server/lib/clock.ts";
import { fakeClock } from "../fake-clock.ts";

describe("the fake clock", () => {
  it("stands still until it is told to move", () => {
    const clock = fakeClock(1_000);

    clock.advance(500);

    expect(clock.now()).toBe(1_500);
  });

  it("runs what falls due in order of due time, each at its own due time", () => {
    const clock = fakeClock(0);
    const ran: string[] = [];
    clock.after(20, () => ran.push(`b at ${clock.now()}`));
    clock.after(10, () => ran.push(`a at ${clock.now()}`));
    clock.after(31, () => ran.push("too late"));

    clock.advance(30);

    expect(ran).toEqual(["a at 10", "b at 20"]);
    expect(clock.now()).toBe(30);
    expect(clock.waiting).toBe(1);
  });

  it("runs tasks with one due time in the order in which they were asked for", () => {
    const clock = fakeClock(0);
    const ran: number[] = [];
    for (const each of [1, 2, 3]) clock.after(10, () => ran.push(each));

    clock.advance(10);

    expect(ran).toEqual([1, 2, 3]);
  });

  it("runs a task that another one asks for on the way", () => {
    const clock = fakeClock(0);
    const ran: number[] = [];
    const again = () => {
      ran.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);

    clock.advance(35);

    expect(ran).toEqual([10, 20, 30]);
  });

  it("forgets a task that was cancelled", () => {
    const clock = fakeClock(0);
    let ran = false;
    const cancel = clock.after(10, () => {
      ran = true;
    });

    cancel();
    clock.advance(20);

    expect(ran).toBe(false);
  });

  it("lets promises settle between two tasks", async () => {
    const clock = fakeClock(0);
    const seen: string[] = [];
    clock.after(10, () => {
      void Promise.resolve().then(() => seen.push("promise of the first"));
    });
    clock.after(20, () => seen.push("second"));

    await clock.advanceAsync(20);

    expect(seen).toEqual(["promise of the first", "second"]);
  });

  it("jumps backwards without running anything", () => {
    const clock = fakeClock(1_000);
    clock.after(10, () => expect.unreachable());

    clock.jumpTo(0);

    expect(clock.now()).toBe(0);
    expect(clock.waiting).toBe(1);
  });
});

describe("the system clock", () => {
  it("runs a task after its delay and none that was cancelled", async () => {
    const ran: string[] = [];
    const cancel = systemClock.after(1, () => ran.push("cancelled"));
    cancel();

    await new Promise<void>((resolve) => {
      systemClock.after(5, () => {
        ran.push("kept");
        resolve();
      });
      setTimeout(resolve, 1_000);
    });

    expect(ran).toEqual(["kept"]);
  });
});
