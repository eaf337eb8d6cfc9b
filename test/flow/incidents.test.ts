import { describe, expect, it } from "vitest";
import type { UnitControl } from "../../server/core/control.ts";
import type { Incoming } from "../../server/core/event.ts";
import type { Pattern } from "../../server/core/pattern.ts";
import { DEFAULT_SETTINGS, type Incident } from "../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { aPattern } from "../builders.ts";
import { STORES } from "./stores.ts";
import { createWorld, event, introduce, shippedPattern, T, told, type World } from "./world.ts";

const incidents = (world: World): readonly Incident[] => world.pipeline.tenant(T)?.incidents ?? [];
const running = (world: World) => incidents(world).filter(({ endedAt }) => endedAt === null);
const scopes = (world: World) => running(world).map(({ scope }) => scope);

/** So many accounts whose integration broke, each with somebody technical to write to. */
async function disconnected(world: World, count: number, from = 0): Promise<void> {
  for (let i = from; i < from + count; i++) {
    const account = `a${i}`;
    await world.take(
      event("person.identified", {
        time: world.now,
        account,
        person: `tech${i}`,
        data: { roles: ["technical"] },
        contact: { email: `tech${i}@a.test` },
      }),
      event("integration.disconnected", { time: world.now, account, data: { integration: "crm" } }),
    );
  }
}

const declare = (world: World, control: Omit<Extract<UnitControl, { kind: "declare" }>, "kind">) =>
  world.control({ unit: "tenant" }, { kind: "declare", ...control });

describe.each(STORES)("more than 50 matches from ten accounts in ten minutes, on $name", ({ open }) => {
  it("of one pattern are an incident of that pattern: ops hear of it once, the rest is held", async () => {
    const world = await createWorld({ store: await open() });

    await disconnected(world, 50);
    const before = running(world).length;
    await disconnected(world, 10, 50);

    expect(before).toBe(0);
    expect(scopes(world)).toEqual([{ kind: "pattern", name: "P-012" }]);
    expect(world.alerts("incident")).toMatchObject([
      { state: "open", why: expect.stringContaining("51 matches from 51 accounts") },
    ]);
    const last = world.decisions("P-012").slice(-9);
    expect(last.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual(Array(9).fill("hold incident"));
    expect(world.matches("P-012").filter(({ incident }) => incident !== null)).toHaveLength(60);
  });
});

describe("an incident", () => {
  it("takes more than 50, more than ten accounts, and no more than ten minutes", async () => {
    const few = await createWorld();
    for (let i = 0; i < 60; i++) {
      await few.take(
        event("ui.rage_click", {
          time: few.now,
          account: `a${i % 9}`,
          person: `p${i}`,
          data: { screen: `s${i}` },
        }),
        event("auth.login_failed", { time: few.now, account: `a${i % 9}`, person: `p${i}` }),
        event("auth.login_failed", { time: few.now + 1, account: `a${i % 9}`, person: `p${i}` }),
        event("auth.login_failed", { time: few.now + 2, account: `a${i % 9}`, person: `p${i}` }),
      );
    }
    const slow = await createWorld();
    for (let i = 0; i < 80; i++) {
      await disconnected(slow, 1, i);
      slow.now += 13 * SECOND;
    }

    expect(scopes(few).filter(({ kind }) => kind !== "account")).toEqual([]);
    expect(scopes(slow)).toEqual([]);
  });

  it("over all patterns spares what is urgent, and billing", async () => {
    const world = await createWorld();
    await introduce(world);
    const kinds: readonly ((account: string) => Incoming)[] = [
      (account) =>
        event("integration.disconnected", { time: world.now, account, data: { integration: "crm" } }),
      (account) =>
        event("usage.reported", {
          time: world.now,
          account,
          data: { metric: "seats", used: 96, limit: 100 },
        }),
      (account) =>
        event("service.degraded", { time: world.now, account, data: { component: `of ${account}` } }),
    ];
    for (let i = 0; i < 60; i++) {
      const one = kinds[i % 3]?.(`a${i}`);
      if (one !== undefined) await world.take(one);
    }
    const scope = scopes(world);
    const who = { account: "acme", person: "bill" };
    await world.take(
      event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
      event("security.alert", { time: world.now, ...who, data: { kind: "token", severity: "high" } }),
      event("integration.disconnected", { time: world.now, account: "acme", data: { integration: "crm" } }),
    );

    expect(scope).toEqual([{ kind: "all" }]);
    expect(world.decisions("P-004")).toMatchObject([{ kind: "send" }]);
    expect(world.decisions("P-027").at(-1)?.reason).not.toBe("incident");
    expect(world.decisions("P-012").at(-1)).toMatchObject({
      account: "acme",
      kind: "hold",
      reason: "incident",
    });
    expect(world.matches("P-004")[0]?.incident).toBeNull();
  });

  it("needs three times the usual at that hour of the week", async () => {
    const world = await createWorld();
    for (let week = 0; week < 2; week++) {
      await disconnected(world, 30, week * 1_000);
      await world.until(world.now + 7 * DAY);
    }

    await disconnected(world, 80, 5_000);
    const usual = running(world).length;
    await disconnected(world, 20, 6_000);

    expect(usual).toBe(0);
    expect(running(world)).toMatchObject([{ threshold: 90 }]);
  });

  it("does not count itself as usual", async () => {
    const world = await createWorld();
    await disconnected(world, 200);
    await world.until(world.now + 7 * DAY);

    await disconnected(world, 60, 5_000);

    expect(running(world)).toMatchObject([{ threshold: 50 }]);
  });

  it("of a component starts when a monitoring system says that it is gravely degraded, and ends when it recovers", async () => {
    const world = await createWorld();
    const status = (type: string, severity?: string) =>
      event(type, {
        time: world.now,
        source: "statuspage",
        data: { component: "checkout", ...(severity === undefined ? {} : { severity }) },
      });

    await world.take(status("service.degraded", "minor"));
    const minor = running(world).length;
    await world.take(status("service.degraded", "critical"));
    await world.take(status("service.degraded", "critical"));
    const grave = running(world);
    await world.until(world.now + 2 * HOUR);
    const still = running(world).length;
    await world.take(status("service.recovered"));

    expect(minor).toBe(0);
    expect(grave).toMatchObject([
      { scope: { kind: "component", name: "checkout" }, startedBy: "system:statuspage" },
    ]);
    expect(still).toBe(1);
    expect(incidents(world)).toMatchObject([{ endedBy: "system:statuspage", endedAt: world.now }]);
    expect(world.alerts("incident")).toMatchObject([{ state: "resolved" }]);
  });

  it("is declared and ended by hand, once", async () => {
    const world = await createWorld();
    const scope = { kind: "pattern", name: "P-012" } as const;

    await declare(world, { scope, running: true, actor: "ops:ana", reason: "release went wrong" });
    await declare(world, { scope, running: true, actor: "ops:bea", reason: "me too" });
    await disconnected(world, 1);
    const held = world.decisions("P-012").at(-1);
    await declare(world, { scope, running: false, actor: "ops:ana", reason: "rolled back" });

    expect(incidents(world)).toMatchObject([{ startedBy: "ops:ana", endedBy: "ops:ana" }]);
    expect(held).toMatchObject({ kind: "hold", reason: "incident" });
  });

  it("shows its banner by itself after ten minutes without an answer, and not before", async () => {
    const [silent, answered] = [await createWorld(), await createWorld()];
    for (const world of [silent, answered]) await disconnected(world, 60);
    const id = running(answered)[0]?.id ?? "";
    await answered.control(
      { unit: "tenant" },
      { kind: "broadcast", incident: id, answer: "declined", actor: "ops" },
    );

    await silent.until(silent.now + 9 * MINUTE);
    const before = running(silent)[0]?.broadcast;
    await silent.until(silent.now + MINUTE);
    await answered.until(answered.now + 20 * MINUTE);

    expect(before).toBe("waiting");
    expect(running(silent)[0]?.broadcast).toBe("automatic");
    expect(running(answered)[0]?.broadcast).toBe("declined");
  });

  it("is over when the rate stays under a quarter for half an hour, not when it only dips", async () => {
    const world = await createWorld();
    await disconnected(world, 60);
    const start = world.now;

    for (let i = 0; i < 4; i++) {
      await world.until(world.now + 20 * MINUTE);
      await disconnected(world, 15, 100 + i * 20);
    }
    const dipped = running(world).length;
    const last = world.now;
    await world.until(last + HOUR);

    expect(dipped).toBe(1);
    expect(world.now - start).toBeGreaterThan(HOUR);
    const [ended] = incidents(world);
    // Ten minutes until the last ones have left the window, then thirty of calm.
    expect((ended?.endedAt ?? 0) - last).toBeGreaterThanOrEqual(40 * MINUTE);
    expect((ended?.endedAt ?? 0) - last).toBeLessThanOrEqual(42 * MINUTE);
  });

  it("folds the alerts of its matches into its own", async () => {
    const world = await createWorld();
    const losing = async (i: number) => {
      const who = { time: world.now, account: `a${i}` };
      await world.take(event("billing.payment_failed", { ...who, data: { recurring: true } }));
    };

    for (let i = 0; i < 60; i++) await losing(i);

    const critical = world.alerts("critical");
    expect(critical.length).toBeGreaterThan(40);
    expect(new Set(critical.map(({ state }) => state))).toEqual(new Set(["resolved"]));
    expect(new Set(critical.map(({ incident }) => incident))).toEqual(new Set([running(world)[0]?.id]));
    expect(world.alerts("incident")).toHaveLength(1);
  });

  it("excludes its matches from what is learned, also those sent on before it was noticed", async () => {
    const world = await createWorld();
    await disconnected(world, 60);

    await world.until(world.now + 2 * DAY);

    expect(world.outcomes().map(({ kind }) => kind)).toEqual(Array(60).fill("excluded"));
  });
});

describe("after an incident", () => {
  async function ended(world: World): Promise<number> {
    await disconnected(world, 60);
    const scope = { kind: "pattern", name: "P-012" } as const;
    world.now += 5 * MINUTE;
    await declare(world, { scope, running: false, actor: "ops", reason: "over" });
    return world.now;
  }

  it("its own matches are not released", async () => {
    const world = await createWorld();
    const end = await ended(world);
    const before = world.sent.length;

    await world.until(end + DAY);

    expect(world.sent.length).toBe(before);
    expect(world.decisions("P-012").at(-1)).toMatchObject({ kind: "stop", reason: "incident" });
  });

  it("a key with new evidence more than ten minutes later starts anew, one with earlier evidence does not", async () => {
    const world = await createWorld({ patterns: [{ ...shippedPattern("P-012"), channels: ["email"] }] });
    const end = await ended(world);
    const again = (i: number) =>
      event("integration.disconnected", { time: world.now, account: `a${i}`, data: { integration: "crm" } });

    await world.until(end + 9 * MINUTE);
    await world.take(again(58));
    await world.until(end + 30 * MINUTE);
    const early = world.decisions("P-012").filter(({ account }) => account === "a58");
    await world.take(again(59));
    await world.until(world.now + MINUTE);

    expect(early.at(-1)).toMatchObject({ kind: "stop", reason: "incident" });
    expect(world.sent.at(-1)).toMatchObject({ row: { account: "a59", channel: "email" } });
  });

  it("what it held of others is let go at most a tenth a minute", async () => {
    const slow: Pattern = aPattern({
      id: "P-012",
      when: { kind: "once", of: ["integration.disconnected"], where: {} },
      per: ["account"],
      halfLife: 30 * DAY,
      risk: 75,
      channels: ["email"],
      recipient: "technical",
      quiet: 3 * DAY,
    });
    const night = Date.UTC(2026, 2, 2, 23);
    const incident = { ...DEFAULT_SETTINGS.incident, matches: 10_000 };
    const world = await createWorld({ now: night, patterns: [slow], settings: { incident } });
    await disconnected(world, 400);
    await world.until(Date.UTC(2026, 2, 3, 7, 30));
    const scope = { kind: "pattern", name: "P-012" } as const;
    await declare(world, { scope, running: true, actor: "ops", reason: "" });
    // At eight all of them are held by the incident instead of the night.
    await world.until(Date.UTC(2026, 2, 3, 9));
    const during = world.sent.length;
    await declare(world, { scope, running: false, actor: "ops", reason: "" });
    const end = world.now;

    const perMinute: number[] = [];
    for (let minute = 0; minute < 60; minute++) {
      const before = world.sent.length;
      await world.until(end + (minute + 1) * MINUTE);
      perMinute.push(world.sent.length - before);
    }

    expect(during).toBe(0);
    expect(world.sent).toHaveLength(400);
    expect(Math.max(...perMinute)).toBeLessThanOrEqual(40);
  });
});

describe("more than ten persons of one account", () => {
  it("are an incident of that account: its admin gets the one message, the others none", async () => {
    const world = await createWorld();
    await introduce(world);
    const error = (i: number) =>
      event("app.error", {
        time: world.now,
        account: "acme",
        person: `p${i}`,
        data: { screen: "editor", errorCode: "E1", severity: "critical" },
      });
    for (let i = 0; i < 11; i++) await world.take(error(i));
    const scope = scopes(world);

    for (let i = 11; i < 15; i++) await world.take(error(i));
    await world.until(world.now + 10 * SECOND);

    expect(scope).toEqual([{ kind: "account", name: "acme" }]);
    const [first, ...others] = world.deliveries("P-028").filter(({ person }) => person === "ada");
    expect(first).toMatchObject({ channel: "in_app.tooltip" });
    expect(others).toEqual([]);
    expect(
      world
        .decisions("P-028")
        .slice(-4)
        .map(({ reason }) => reason),
    ).toEqual(Array(4).fill("incident"));
    await told(world, first ?? { id: "", unit: "" }, "shown");
    expect(world.alerts("incident")).toHaveLength(1);
  });
});
