import { describe, expect, it } from "vitest";
import type { Incoming } from "../../server/core/event.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { NOON } from "../builders.ts";
import { sized } from "../support/size.ts";
import { dice } from "./dice.ts";
import { memoryStore } from "./memory-store.ts";
import { STORES } from "./stores.ts";
import { createWorld, event, introduce, type World } from "./world.ts";

const refused = (world: World, id: string) =>
  event("api.request_failed", {
    time: world.now,
    id,
    account: "acme",
    person: "tess",
    data: { status: 429 },
  });

describe.each(STORES)("an event that comes again, on $name", ({ open }) => {
  it("counts once: in one delivery, in two at once, in a later one, and after a restart", async () => {
    const world = await createWorld({ store: await open() });
    await introduce(world);
    const [one, two] = [refused(world, "a"), refused(world, "b")];

    const same = await world.take(one, one, one);
    const both = await Promise.all([world.take(two), world.take(two)]);
    const later = await world.take(one, two);
    await world.pipeline.drain();
    const again = await world.restart();
    const after = await again.take(one, two, refused(world, "c"));

    expect(same).toMatchObject({ accepted: 1, duplicates: 2 });
    expect(both.map(({ accepted }) => accepted).sort()).toEqual([0, 1]);
    expect(later).toMatchObject({ accepted: 0, duplicates: 2 });
    expect(after).toMatchObject({ accepted: 1, duplicates: 2 });
    expect(again.matches("P-001")).toEqual([]);
  });

  it("is another event when it comes from another source, or to another tenant", async () => {
    const world = await createWorld({ store: await open() });
    const one = refused(world, "a");

    await world.take(one);
    const other = await world.take({ ...one, source: "another" });
    const elsewhere = await world.pipeline.receive("t2", [one]);

    expect([other.accepted, elsewhere.accepted]).toEqual([1, 1]);
  });
});

/** A day of trouble in two accounts, with what the providers report. */
function aDay(): Incoming[][] {
  const chance = dice(3);
  return Array.from({ length: 120 }, (_, i) => {
    const time = NOON + i * 10 * MINUTE;
    const account = chance() < 0.5 ? "acme" : "globex";
    const person = ["tess", "bill", "ada"][Math.floor(chance() * 3)] ?? "tess";
    const kind = Math.floor(chance() * 4);
    const id = `day-${i}`;
    if (kind === 0)
      return [event("billing.payment_failed", { id, time, account, data: { recurring: true } })];
    if (kind === 1)
      return [event("config.save_failed", { id, time, account, person, data: { area: "sso" } })];
    return Array.from({ length: 5 }, (_, n) =>
      event("api.request_failed", {
        id: `${id}-${n}`,
        time: time + n * SECOND,
        account,
        person,
        data: { status: 429 },
      }),
    );
  });
}

describe("a day that is told ten times over", () => {
  it("sends every message once", async () => {
    const play = async (times: number) => {
      const world = await createWorld({ store: memoryStore() });
      await introduce(world);
      for (const events of aDay()) {
        world.now = Math.max(world.now, events.at(-1)?.time ?? 0);
        for (let i = 0; i < times; i++) await world.take(...events);
        await world.pipeline.tick(world.now);
        await world.send();
      }
      await world.until(world.now + 2 * HOUR);
      return world.sent.map(({ row, at }) => `${at} ${row.channel} ${row.person} ${row.pattern}`);
    };

    const once = await play(1);
    const tenfold = await play(10);

    expect(once.length).toBeGreaterThan(3);
    expect(tenfold).toEqual(once);
  });
});

describe("shuffles of the same events", () => {
  /** Five minutes of many things at once, all of which arrive within five minutes of their time. */
  function happenings(): Incoming[] {
    const chance = dice(11);
    const types: readonly (readonly [string, Incoming["data"]])[] = [
      ["api.request_failed", { status: 429, endpoint: "/v1/export" }],
      ["api.request_failed", { status: 500 }],
      ["auth.login_failed", { reason: "password" }],
      ["auth.login_succeeded", {}],
      ["webhook.delivery_failed", { endpoint: "https://a.test" }],
      ["webhook.delivery_succeeded", { endpoint: "https://a.test" }],
      ["config.save_failed", { area: "sso" }],
      ["config.saved", { area: "sso" }],
      ["ui.rage_click", { screen: "editor" }],
      ["usage.reported", { metric: "seats", used: 91, limit: 100 }],
      ["usage.reported", { metric: "seats", used: 50, limit: 100 }],
    ];
    return Array.from({ length: 36 }, (_, i) => {
      const [type, data] = types[Math.floor(chance() * types.length)] ?? ["", {}];
      const time = NOON + Math.floor(chance() * 4 * MINUTE);
      return event(type, {
        id: `s${String(i).padStart(2, "0")}`,
        time,
        account: "acme",
        person: "tess",
        data,
      });
    });
  }

  const matchesOf = (world: World) =>
    world
      .matches()
      .filter(({ state }) => state !== "retracted")
      .map(({ noticedAt: _noticed, ...match }) => JSON.stringify(match))
      .sort();

  it("within five minutes gives the same matches", async () => {
    const chance = dice(5);
    const inOrder = await arrive(happenings().toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1)));

    for (let run = 0; run < sized(60, 1_000); run++) {
      const shuffled = happenings()
        .map((one) => ({ one, at: chance() }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one);
      expect(matchesOf(await arrive(shuffled))).toEqual(matchesOf(inOrder));
    }
    expect(matchesOf(inOrder).length).toBeGreaterThan(3);
  });

  /** All of it arrives at five past, in this order, in deliveries of five. */
  async function arrive(events: readonly Incoming[]): Promise<World> {
    const world = await createWorld({ now: NOON + 4 * MINUTE });
    for (let i = 0; i < events.length; i += 5) await world.take(...events.slice(i, i + 5));
    world.now += DAY;
    await world.pipeline.tick(world.now);
    return world;
  }

  it("decides the same when the events come in the order of their times, however they are packed", async () => {
    const sorted = happenings().toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
    const decisionsOf = async (size: number) => {
      const world = await createWorld({ now: NOON });
      await introduce(world);
      for (let i = 0; i < sorted.length; i += size) {
        const some = sorted.slice(i, i + size);
        for (const one of some) {
          world.now = Math.max(world.now, one.time);
          await world.take(one);
        }
        await world.pipeline.tick(world.now);
      }
      return world.decisions().map(({ at, pattern, kind, reason }) => `${at} ${pattern} ${kind} ${reason}`);
    };

    expect(await decisionsOf(1)).toEqual(await decisionsOf(36));
  });
});
