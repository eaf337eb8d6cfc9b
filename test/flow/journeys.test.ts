import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../server/core/time.ts";
import { STORES } from "./stores.ts";
import { createWorld, event, type World } from "./world.ts";

/** Monday, midnight. */
const START = Date.UTC(2026, 2, 2);

/** So many people finish their upgrade on one day. */
async function upgrades(world: World, count: number): Promise<void> {
  const day = Math.floor(world.now / DAY) * DAY;
  for (let i = 0; i < count; i++) {
    world.now = day + HOUR + i * MINUTE;
    await world.take(
      event("plan.upgrade_completed", { time: world.now, person: `p${i}`, data: { to: "pro" } }),
    );
  }
  await world.until(day + DAY);
}

describe.each(STORES)("a signal of the whole population, on $name", ({ open }) => {
  it("that falls silent is an alert to ops when its day is over, and is settled when it is ordinary again", async () => {
    let world = await createWorld({ store: await open(), now: START });
    for (let day = 0; day < 14; day++) await upgrades(world, 6);
    // A server that is started anew has not forgotten what is usual.
    await world.pipeline.drain();
    world = await world.restart();

    await upgrades(world, 0);
    const early = world.alerts("journey").length;
    await world.until(world.now + 10 * MINUTE);
    const [drop] = world.alerts("journey");
    await upgrades(world, 6);
    await world.until(world.now + 10 * MINUTE);

    expect(early).toBe(0);
    expect(drop).toMatchObject({ pattern: "J-004", state: "open", why: "0 in 1d, usually 6." });
    expect(world.alerts("journey")).toMatchObject([{ state: "resolved" }]);
    expect(world.deliveries()).toEqual([]);
  });
});

describe("a spike in one error", () => {
  it("is an alert while its hour fills, and says which error", async () => {
    const world = await createWorld({ now: START });
    const errors = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await world.take(
          event("app.error", { time: world.now, account: `a${i}`, data: { errorCode: "E7" } }),
        );
      }
      await world.until(world.now + 2 * MINUTE);
      await world.until(world.now + 58 * MINUTE);
    };
    for (let hour = 0; hour < 24; hour++) await errors(7);

    await errors(30);

    expect(world.alerts("journey")).toMatchObject([
      { pattern: "J-002", why: "30 in 1h, usually 7 (errorCode=E7).", createdAt: expect.any(Number) },
    ]);
    expect((world.alerts("journey")[0]?.createdAt ?? 0) - (START + DAY)).toBeLessThanOrEqual(2 * MINUTE);
  });
});
