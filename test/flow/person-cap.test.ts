import { describe, expect, it } from "vitest";
import type { Channel, Pattern } from "../../server/core/pattern.ts";
import { DAY, HOUR, MINUTE } from "../../server/core/time.ts";
import { aPattern, NOON } from "../builders.ts";
import { sized } from "../support/size.ts";
import { dice } from "./dice.ts";
import { createWorld, event, handOver, T, told, type World } from "./world.ts";

const LADDERS: readonly (readonly Channel[])[] = [
  ["email", "sms"],
  ["in_app.notification", "email"],
  ["sms", "email"],
  ["in_app.tooltip", "push"],
  ["push", "in_app.banner"],
];

const KINDS = 50;

/** Unlike troubles of one person, so many that cap and gap alone stand between them and a flood. */
function troubles(): Pattern[] {
  return Array.from({ length: KINDS }, (_, i) => {
    const id = nameOf(i);
    const selector = { of: ["app.error"], where: { screen: id } };
    return aPattern({
      id,
      family: id,
      when: { kind: "once", ...selector },
      per: ["person", "element"],
      quiet: HOUR,
      risk: 70 + (i % 30),
      halfLife: 30 * DAY,
      channels: LADDERS[i % LADDERS.length] ?? [],
      timing: i % 3 === 0 ? "immediate" : "short",
      urgent: i % 7 === 0,
      recipient: "actor",
    });
  });
}

const nameOf = (i: number) => `X-${String(i % KINDS).padStart(2, "0")}`;

const trouble = (world: World, i: number, account?: string) =>
  event("app.error", {
    time: world.now,
    person: "u1",
    data: { screen: nameOf(i), element: `element ${Math.floor(i / KINDS)}` },
    ...(account === undefined ? {} : { account }),
  });

async function identify(world: World, accounts: readonly (string | undefined)[]): Promise<void> {
  for (const account of accounts) {
    await world.take(
      event("person.identified", {
        time: world.now,
        person: "u1",
        ...(account === undefined ? {} : { account }),
        data: { timeZone: "Europe/Berlin", consent: { sms: true, email: true, push: true } },
        contact: { email: "u1@acme.test", phone: "+15550001" },
      }),
    );
  }
}

/** Many workers at once, each with a row of its own; now and then the person looks at their screen. */
async function rush(world: World, chance: () => number, looks = 0.1): Promise<void> {
  const kinds = ["email", "sms", "push"];
  const rows = await world.store.dueDeliveries(world.now, 2_000, kinds);
  await Promise.all(
    rows.map((row) => handOver(world, row, chance() < 0.1 ? "doubt" : chance() < 0.2 ? "retry" : "sent")),
  );
  if (chance() < looks) {
    const waiting = await world.store.dueDeliveries(world.now, 2_000, ["in_app"]);
    await Promise.all(
      waiting.map(async (row) => {
        if (await handOver(world, row, "sent")) await told(world, row, "shown");
      }),
    );
  }
}

/** The most messages in any 24 hours, or in any stretch of another length. */
function densest(world: World, within = DAY): number {
  const times = world.sent.map(({ at }) => at).sort((a, b) => a - b);
  return Math.max(0, ...times.map((start, i) => times.slice(i).filter((at) => at < start + within).length));
}

/** A thousand in the long suite, over a week. */
const DECISIONS = sized(250, 1_000);
const DAYS = sized(2, 7);

describe(`${DECISIONS} decisions for one person at once`, () => {
  it(`let no more than two messages through in any 24 hours, on all channels, for ${DAYS} days`, async () => {
    const world = await createWorld({ patterns: troubles() });
    const chance = dice(1);
    await identify(world, ["acme"]);

    await Promise.all(Array.from({ length: DECISIONS }, (_, i) => world.take(trouble(world, i, "acme"))));
    const decided = world.decisions().length;
    for (let hour = 0; hour < DAYS * 24; hour++) {
      world.now += HOUR - Math.floor(chance() * 3 * MINUTE);
      await world.pipeline.tick(world.now);
      if (hour % 24 === 23) {
        const some = Array.from({ length: 20 }, () => Math.floor(chance() * DECISIONS));
        await Promise.all(some.map((i) => world.take(trouble(world, i, "acme"))));
      }
      await rush(world, chance);
    }

    expect(decided).toBeGreaterThanOrEqual(DECISIONS);
    expect(densest(world)).toBe(2);
    expect(world.sent.length).toBeGreaterThanOrEqual(2 * (DAYS - 1));
    expect(new Set(world.sent.map(({ row }) => row.channel)).size).toBeGreaterThan(2);
  });
});

describe("a cap or gap that looks back further than three days", () => {
  it.each([
    ["a cap of two in a week, in one account", { cap: { messages: 2, within: 7 * DAY } }, 7 * DAY, 2, 1],
    ["a cap of two in a week, in three accounts", { cap: { messages: 2, within: 7 * DAY } }, 7 * DAY, 2, 3],
    ["a gap of five days, in one account", { gap: 5 * DAY }, 5 * DAY, 1, 1],
    ["a gap of two days, in three accounts", { gap: 2 * DAY }, 2 * DAY, 1, 3],
  ])("%s, is held for three weeks", async (_, settings, within, most, homes) => {
    const patterns = troubles().map(
      (one): Pattern => ({ ...one, urgent: false, channels: ["email"], halfLife: DAY }),
    );
    const world = await createWorld({ patterns, settings });
    const accounts = ["acme", "globex", "initech"].slice(0, homes);
    await identify(world, accounts);

    for (let hour = 0; hour < 21 * 24; hour += 3) {
      world.now = NOON + hour * HOUR;
      const next = hour / 30;
      if (Number.isInteger(next)) await world.take(trouble(world, next, accounts[next % homes]));
      await world.pipeline.tick(world.now);
      await rush(world, () => 0.5);
    }

    expect(densest(world, within)).toBe(most);
    expect(world.sent.length).toBeGreaterThanOrEqual(3);
  });
});

describe("a person in several accounts", () => {
  it("gets no more than two messages in any 24 hours from all of them together", async () => {
    const world = await createWorld({ patterns: troubles() });
    const accounts = ["acme", "globex", "initech"];
    const chance = dice(7);
    await identify(world, accounts);

    for (let hour = 0; hour < sized(2, 5) * 24; hour++) {
      world.now = NOON + hour * HOUR;
      if (hour % 5 === 0) {
        const some = Array.from({ length: 4 }, () =>
          trouble(world, Math.floor(chance() * 60), accounts[Math.floor(chance() * accounts.length)]),
        );
        await Promise.all(some.map((one) => world.take(one)));
      }
      await world.pipeline.tick(world.now);
      await rush(world, chance, 0.5);
    }

    expect(densest(world)).toBe(2);
    expect(new Set(world.sent.map(({ row }) => row.account)).size).toBeGreaterThan(1);
  });

  it("who stops in one account is not written to from another", async () => {
    const world = await createWorld({ patterns: troubles() });
    await identify(world, ["acme", "globex"]);
    const stop = {
      kind: "preference",
      person: "u1",
      change: { kind: "stop" },
      actor: "customer",
      reason: "",
    } as const;
    await world.take(trouble(world, 0, "globex"));

    // The stop reaches one account only, as a receipt does.
    await world.control({ unit: "account/acme" }, stop);
    await world.take(trouble(world, 2, "globex"));
    await world.until(world.now + DAY);

    expect(world.sent).toEqual([]);
    expect(world.deliveries().map(({ status }) => status)).toEqual(["suppressed"]);
    expect(world.decisions("X-02")).toMatchObject([{ kind: "stop", reason: "opted_out" }]);
    expect((await world.pipeline.peek(T, "account/globex"))?.persons.get("u1")?.stoppedAt).not.toBeNull();
  });

  it("has a match of its own in each, though the keys are alike", async () => {
    const world = await createWorld({ patterns: troubles() });
    await identify(world, ["acme", "globex"]);

    await world.take(trouble(world, 0, "acme"), trouble(world, 0, "globex"));

    expect(world.matches().map(({ key, account }) => [key, account])).toEqual([
      ["person/u1;element=element 0", "acme"],
      ["person/u1;element=element 0", "globex"],
    ]);
  });
});
