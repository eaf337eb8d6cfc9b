import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { RetryLater } from "../../server/integrations/contract.ts";
import { NOON } from "../builders.ts";
import { setUp } from "./deliver-setup.ts";
import { createWorld, event, handOver, introduce, refusals, type World } from "./world.ts";

const at = (hour: number, minute = 0, day = 2) => Date.UTC(2026, 2, day, hour, minute);

/** Bill gets an email about it, outside of quiet hours. */
const unpaid = (world: World) =>
  world.take(
    event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
  );

/** Every second of the wall clock, as the server does. */
async function live(world: World, until: number): Promise<void> {
  while (world.now < until) {
    world.now = Math.min(until, world.now + SECOND);
    await world.pipeline.tick(world.now);
    await world.send();
  }
}

const emails = (world: World) => world.sent.filter(({ row }) => row.channel === "email");

describe("a message that waits for the morning", () => {
  /** Queued at 22:00, held until 08:00. */
  async function held(): Promise<World> {
    const world = await createWorld({ now: at(22) });
    await introduce(world);
    await unpaid(world);
    await world.send();
    expect(emails(world)).toEqual([]);
    return world;
  }

  it.each([
    ["an hour back", -HOUR],
    ["ten minutes on", 10 * MINUTE],
    ["half a second back", -500],
  ])("goes at 08:00 of the clock that is right, after it was set %s in the night", async (_how, by) => {
    const world = await held();
    world.now = at(7, 40, 3);
    await world.pipeline.tick(world.now);
    world.now += by;

    await live(world, at(8, 0, 3) + 2 * SECOND);

    expect(emails(world).map((one) => one.at)).toHaveLength(1);
    const late = (emails(world)[0]?.at ?? 0) - at(8, 0, 3);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThanOrEqual(SECOND);
  });

  it("does not leave in the night, when the clock said morning for a while", async () => {
    const world = await createWorld({ now: at(3) });
    await introduce(world);
    // Somebody sets the clock wrong, the payment fails, and before anything is sent somebody sets it right.
    world.now = at(9);
    await unpaid(world);
    expect(world.deliveries("P-004")).toMatchObject([{ status: "queued" }]);
    world.now = at(3, 5);

    await live(world, at(3, 20));
    const inTheNight = emails(world).length;
    world.now = at(8, 59);
    await live(world, at(9) + 2 * SECOND);

    expect(inTheNight).toBe(0);
    // It was queued at nine, and nobody can say any more when that really was.
    expect(emails(world).map((one) => one.at)).toEqual([at(9)]);
  });
});

describe("a message that was about to leave in the morning of a wrong clock", () => {
  it("is held until the real morning when it is asked for in the night", async () => {
    const world = await createWorld({ now: at(3) });
    await introduce(world);
    world.now = at(9);
    await unpaid(world);
    const [row] = world.deliveries("P-004");
    if (row === undefined) throw new Error("nothing was queued");
    world.now = at(3, 5);

    const left = await handOver(world, row, "sent");
    const waits = world.deliveries("P-004").find(({ id }) => id === row.id);
    await live(world, at(3, 6));
    world.now = at(7, 59) + 50 * SECOND;
    await live(world, at(8) + 2 * SECOND);

    expect(left).toBe(false);
    expect(waits).toMatchObject({ status: "queued", detail: "quiet", notBefore: at(8) });
    expect(emails(world).map((one) => one.at)).toEqual([at(8)]);
  });
});

describe("scores", () => {
  it("stay between 0 and 100, and caps hold, however the clock jumps", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            jump: fc.integer({ min: -3 * DAY, max: 3 * DAY }),
            what: fc.constantFrom("refused", "unpaid", "tick"),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        async (steps) => {
          const world = await createWorld({ now: NOON });
          await introduce(world);
          for (const { jump, what } of steps) {
            world.now += jump;
            if (what === "refused") await refusals(world, 5);
            else if (what === "unpaid") await unpaid(world);
            await world.pipeline.tick(world.now);
            await world.send();
          }
          for (const { score } of world.scores()) {
            expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
          }
          const log = world.committed.map((one) => one.seq);
          expect(log).toEqual(log.toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 60, seed: 20_260_302 },
    );
  });
});

describe("a deliverer whose clock is set back", () => {
  it("does not leave a provider alone for longer than its breaker says", async () => {
    const { world, email, clock, run, runFor } = setUp({ options: { perWay: 1 } });
    email.behaviour = () => new RetryLater("503", null);
    for (let i = 0; i < 6; i++) world.add({ dueBy: NOON + DAY });
    await run();
    expect(email.calls).toHaveLength(5);

    clock.jumpTo(NOON - 6 * HOUR);
    email.behaviour = () => null;
    world.add({ id: "new", notBefore: NOON - 6 * HOUR, dueBy: NOON + DAY });
    await runFor(5 * SECOND);

    expect(email.sent.map(({ delivery }) => delivery)).toContain("new");
  });

  it("forgets a pause that the provider asked for in a time that has not come yet", async () => {
    const { world, email, clock, run, runFor } = setUp();
    email.behaviour = (call) => (call === 0 ? new RetryLater("429", HOUR) : null);
    world.add({ dueBy: NOON + DAY });
    await run();

    clock.jumpTo(NOON - 6 * HOUR);
    world.add({ id: "new", notBefore: NOON - 6 * HOUR, dueBy: NOON + DAY });
    await runFor(5 * SECOND);

    expect(email.sent.map(({ delivery }) => delivery)).toContain("new");
  });

  it("goes on looking after what is in doubt", async () => {
    const { world, sms, clock, run, runFor } = setUp();
    await run();
    clock.jumpTo(NOON - 6 * HOUR);
    const rendered = { kind: "sms", text: "Text of d1", claim: 1 };
    world.copies.set("d1", { tenant: "t1", delivery: "d1", person: "u1", at: NOON, rendered });
    world.add({
      id: "d1",
      channel: "sms",
      status: "in_doubt",
      attempts: 1,
      fence: 1,
      claimedAt: NOON - 7 * HOUR,
    });
    sms.lookUp = { kind: "sent", providerId: "SM1" };

    await runFor(SECOND);

    expect(world.row("d1")).toMatchObject({ status: "sent", providerId: "SM1" });
  });
});
