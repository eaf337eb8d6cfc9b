import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { STORES } from "./stores.ts";
import { createWorld, event, type World } from "./world.ts";

/** A failed payment in the evening, to somebody in this zone. */
async function unpaidAt(
  now: number,
  timeZone: string,
  options: Parameters<typeof createWorld>[0] = {},
): Promise<World> {
  const world = await createWorld({ now, ...options });
  await world.take(
    event("person.identified", {
      time: now,
      account: "acme",
      person: "bill",
      data: { roles: ["billing"], timeZone },
      contact: { email: "bill@acme.test" },
    }),
    event("billing.payment_failed", { time: now, account: "acme", data: { recurring: true } }),
  );
  return world;
}

const emails = (world: World) => world.sent.filter(({ row }) => row.channel === "email").map(({ at }) => at);
const judged = (world: World, at: number) =>
  world.decisions("P-004").filter((one) => one.at === at && one.delivery === null);

describe.each(STORES)("what is held for the night, on $name", ({ open }) => {
  it("is judged at eight in the morning, local time, and sent once", async () => {
    const world = await unpaidAt(Date.UTC(2026, 0, 14, 22, 30), "Europe/Berlin", { store: await open() });
    const eight = Date.UTC(2026, 0, 15, 7);

    await world.until(eight - SECOND);
    const before = emails(world);
    await world.until(eight + 5 * HOUR);

    expect(before).toEqual([]);
    expect(emails(world)).toEqual([eight]);
    expect(world.decisions("P-004")[0]).toMatchObject({ kind: "hold", reason: "quiet", until: eight });
  });

  it("is sent once, at eight, by a server that was started in the night", async () => {
    const first = await unpaidAt(Date.UTC(2026, 0, 14, 22, 30), "Europe/Berlin", { store: await open() });
    const eight = Date.UTC(2026, 0, 15, 7);
    await first.until(Date.UTC(2026, 0, 15, 2));

    const second = await first.restart();
    await second.until(Date.UTC(2026, 0, 15, 5));
    await second.pipeline.drain();
    const third = await second.restart();
    await third.until(eight + 5 * HOUR);

    expect(emails(third)).toEqual([eight]);
  });

  it("is sent once by a server that was down at eight, when it is up again", async () => {
    const first = await unpaidAt(Date.UTC(2026, 0, 14, 22, 30), "Europe/Berlin", { store: await open() });
    first.now = Date.UTC(2026, 0, 15, 10);

    const second = await first.restart();
    await second.until(second.now + 5 * HOUR);

    // Judged at its due time, and sent as soon as somebody could.
    expect(judged(second, Date.UTC(2026, 0, 15, 7))).toHaveLength(0);
    expect(emails(second)).toEqual([Date.UTC(2026, 0, 15, 10)]);
  });
});

describe("the morning after", () => {
  it.each([
    ["the clocks went forward", "Europe/Berlin", Date.UTC(2026, 2, 28, 21), Date.UTC(2026, 2, 29, 6)],
    ["the clocks went back", "Europe/Berlin", Date.UTC(2026, 9, 24, 20), Date.UTC(2026, 9, 25, 7)],
    [
      "the clocks went forward in New York",
      "America/New_York",
      Date.UTC(2026, 2, 8, 3),
      Date.UTC(2026, 2, 8, 12),
    ],
    [
      "the clocks went back by half an hour",
      "Australia/Lord_Howe",
      Date.UTC(2026, 3, 4, 11),
      Date.UTC(2026, 3, 4, 21, 30),
    ],
    ["a leap day", "UTC", Date.UTC(2028, 1, 28, 23), Date.UTC(2028, 1, 29, 8)],
  ])("%s begins at eight on the wall", async (_what, zone, evening, eight) => {
    const world = await unpaidAt(evening, zone);

    await world.until(evening + DAY);

    expect(emails(world)).toEqual([eight]);
  });

  it("comes for the hold of a queued message as well", async () => {
    const world = await unpaidAt(Date.UTC(2026, 0, 14, 19, 59, 59), "Europe/Berlin");
    world.now += MINUTE;

    await world.until(world.now + DAY);

    expect(emails(world)).toEqual([Date.UTC(2026, 0, 15, 7)]);
  });
});
