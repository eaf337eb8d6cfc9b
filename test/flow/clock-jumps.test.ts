import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../server/core/time.ts";
import { STORES } from "./stores.ts";
import { createWorld, event, type World } from "./world.ts";

async function failCalls(world: World, account: string): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await world.take(
      event("api.request_failed", {
        time: world.now,
        account,
        data: { status: 429, endpoint: "/v1/export" },
      }),
    );
  }
}

describe.each(STORES)("a clock that was an hour ahead and is set right, on $name", ({ open }) => {
  it("leaves accounts as attentive as before", async () => {
    const world = await createWorld({ store: await open() });
    world.now += HOUR;
    await world.take(event("feature.used", { time: world.now, account: "early", data: { feature: "x" } }));
    world.now -= 59 * MINUTE;

    await failCalls(world, "acme");

    expect(world.matches("P-001").map(({ account }) => account)).toEqual(["acme"]);
  });

  it("never lets time go back within an account, and the log says so", async () => {
    const world = await createWorld({ store: await open() });
    world.now += HOUR;
    await failCalls(world, "acme");
    const ahead = world.now;
    world.now -= 59 * MINUTE;

    await failCalls(world, "acme");

    const own = await world.store.inputs({ after: 0, limit: 1_000, tenant: "t1", unit: "account/acme" });
    const times = own.filter(({ unit }) => unit !== null).map(({ receivedAt }) => receivedAt);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBe(ahead);
  });

  it("is believed by the next server too, though the log has later times", async () => {
    const first = await createWorld({ store: await open() });
    first.now += HOUR;
    await failCalls(first, "early");
    first.now -= 59 * MINUTE;

    const second = await first.restart();
    await failCalls(second, "acme");

    expect(second.matches("P-001").map(({ account }) => account)).toContain("acme");
  });
});
