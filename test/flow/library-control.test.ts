import { describe, expect, it } from "vitest";
import { compileLibrary } from "../../server/core/matching/compile.ts";
import type { Pattern } from "../../server/core/pattern.ts";
import { inHoldout } from "../../server/core/policy/rollout.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { aPattern } from "../builders.ts";
import { type FlowStore, faulty, memoryStore } from "./memory-store.ts";
import { createWorld, event, introduce, refusals, T, type World } from "./world.ts";

/** Three errors on a screen within an hour, to the person they happened to. */
const errors = (changes: Partial<Pattern> = {}): Pattern =>
  aPattern({
    id: "X-1",
    family: "errors",
    when: { kind: "count", count: 3, of: ["app.error"], where: {}, within: HOUR },
    per: ["person"],
    quiet: HOUR,
    channels: ["in_app.notification"],
    recipient: "actor",
    ...changes,
  });

async function fail(world: World, times: number, person = "ann", account = "acme"): Promise<void> {
  for (let i = 0; i < times; i++) {
    world.now += SECOND;
    await world.take(event("app.error", { time: world.now, account, person, data: { screen: "s" } }));
  }
}

describe("an experimental pattern", () => {
  const experimental = (risk: number) => errors({ status: "experimental", risk });

  it("acts only from score 71, and never in band watch", async () => {
    const [weak, watched, strong] = [
      await createWorld({ patterns: [experimental(70)] }),
      await createWorld({ patterns: [experimental(50)] }),
      await createWorld({ patterns: [experimental(72)] }),
    ];
    for (const world of [weak, watched, strong]) await fail(world, 3);

    expect(weak.decisions()).toMatchObject([{ kind: "stop", reason: "below", score: 70 }]);
    expect(watched.decisions()).toMatchObject([{ kind: "stop", reason: "below" }]);
    expect(strong.decisions()).toMatchObject([{ kind: "send" }]);
    expect(strong.matches()).toMatchObject([{ experimental: true }]);
  });

  it("acts once other trouble has taken the score to 71, within the same band", async () => {
    const other = aPattern({
      id: "X-2",
      family: "other",
      when: { kind: "once", of: ["ui.rage_click"], where: {} },
      per: ["person"],
      risk: 12,
      halfLife: DAY,
      logOnly: true,
    });
    const world = await createWorld({ patterns: [experimental(70), other] });
    await fail(world, 3);

    await world.take(event("ui.rage_click", { time: world.now, account: "acme", person: "ann", data: {} }));

    expect(world.scores("person/ann").map(({ band }) => band)).toEqual(["alert", "alert"]);
    expect(world.decisions().map(({ kind, reason }) => [kind, reason])).toEqual([
      ["stop", "below"],
      ["send", "none"],
    ]);
  });
});

describe("a product area", () => {
  it("is experimental for the 90 days after it was first seen", async () => {
    const world = await createWorld({ patterns: [errors({ risk: 70 })] });
    await world.take(
      event("account.updated", { time: world.now, account: "acme", data: { productArea: "voice" } }),
    );

    await fail(world, 3);
    const early = world.decisions().at(-1);
    await world.until(world.now + 91 * DAY);
    await fail(world, 3);

    expect(early).toMatchObject({ kind: "stop", reason: "below" });
    expect(world.decisions().at(-1)).toMatchObject({ kind: "send" });
    expect(world.matches().map(({ experimental }) => experimental)).toEqual([true, false]);
  });

  it("is known from its first sight in history on", async () => {
    const world = await createWorld({ patterns: [errors({ risk: 70 })] });
    const first = world.now - 100 * DAY;
    const seen = (time: number, backfill?: true) =>
      event("account.updated", {
        time,
        account: "acme",
        data: { productArea: "voice" },
        ...(backfill === undefined ? {} : { backfill }),
      });

    await world.take(seen(world.now));
    await world.take({ ...seen(first, true), account: { namespace: "native", value: "globex" } });
    await fail(world, 3);

    expect(world.pipeline.tenant(T)?.productAreas.get("voice")).toBe(first);
    expect(world.decisions()).toMatchObject([{ kind: "send" }]);
  });
});

describe("a pattern whose `when` changed", () => {
  const v1 = errors({ version: "1", channels: ["email"] });
  const v2 = errors({
    version: "2",
    channels: ["email"],
    when: { kind: "count", count: 2, of: ["app.error"], where: {}, within: HOUR },
  });

  async function changed(store: FlowStore = memoryStore()): Promise<World> {
    const world = await createWorld({ patterns: [v1], store });
    await world.take(
      event("person.identified", {
        time: world.now,
        account: "acme",
        person: "ann",
        contact: { email: "a@a.test" },
      }),
    );
    return world;
  }

  async function upgrade(world: World): Promise<void> {
    libraries(world).set("2", compileLibrary([v2], "2"));
    await world.pipeline.tenantControl(T, { kind: "library", version: "2", approvedBy: "admin" });
  }
  const libraries = (world: World) =>
    (world as World & { libraries: Map<string, ReturnType<typeof compileLibrary>> }).libraries;

  it("leaves open matches of the old version open until they close; the new one repeats them", async () => {
    const world = await changed();
    await fail(world, 3);
    await upgrade(world);

    await fail(world, 2);
    const during = world.decisions().at(-1);
    await world.until(world.now + 2 * HOUR);
    const closed = world.matches().map(({ version, state, closedBy }) => [version, state, closedBy]);
    await world.until(world.now + 2 * DAY);
    await fail(world, 2);

    expect(
      world
        .matches()
        .slice(0, 2)
        .map(({ version, count }) => [version, count]),
    ).toEqual([
      ["1", 3],
      ["2", 2],
    ]);
    expect(during).toMatchObject({ kind: "stop", reason: "duplicate" });
    expect(closed).toEqual([
      ["1", "closed", "quiet"],
      ["2", "closed", "quiet"],
    ]);
    expect(world.decisions().filter(({ kind }) => kind === "send").length).toBeGreaterThan(1);
  });

  it("begins with what it would have counted by then", async () => {
    const world = await changed();
    await fail(world, 1);
    await upgrade(world);

    await fail(world, 1);

    expect(world.matches()).toMatchObject([{ version: "2", state: "open", count: 2 }]);
  });

  it("does not act on what it would have found before it was there", async () => {
    const world = await changed();
    await fail(world, 2);
    await upgrade(world);

    await world.until(world.now + MINUTE);
    const atOnce = world.matches().length;
    await fail(world, 1);
    const after = world.matches().length;
    await fail(world, 1);

    expect([atOnce, after]).toEqual([0, 0]);
    expect(world.matches()).toMatchObject([{ version: "2", count: 2 }]);
  });

  it("begins with the same for customers who slept on disk at the change", async () => {
    const world = await changed();
    await fail(world, 1);
    await upgrade(world);
    const again = await world.restart();

    await fail(again, 1);

    expect(again.matches()).toMatchObject([{ version: "2", state: "open", count: 2 }]);
  });

  it("waits for an answer that was due before the change, of customers who are silent since", async () => {
    const waits = (version: string, hours: number) =>
      errors({
        version,
        when: {
          kind: "absence",
          after: { of: ["integration.connect_started"], where: {} },
          missing: { of: ["integration.connected"], where: {} },
          for: hours * HOUR,
        },
      });
    const world = await createWorld({ patterns: [waits("1", 48)] });
    await world.take(
      event("integration.connect_started", { time: world.now, account: "acme", person: "ann" }),
    );
    const asked = world.now;
    await world.pipeline.checkpoint();
    libraries(world).set("2", compileLibrary([waits("2", 24)], "2"));
    await world.pipeline.tenantControl(T, { kind: "library", version: "2", approvedBy: "admin" });
    await world.pipeline.caughtUp();

    const again = await world.restart();
    await again.until(asked + 25 * HOUR);

    expect(again.matches()).toMatchObject([{ version: "2", state: "open", firedAt: asked + 24 * HOUR }]);
  });

  it("is as it was when the change could not be written", async () => {
    const store = faulty(memoryStore());
    const world = await changed(store);
    await fail(world, 1);
    const before = await world.bytes("account/acme");
    store.failCommits = 1;
    await expect(upgrade(world)).rejects.toThrow();
    await world.until(world.now + MINUTE);

    const undone = await world.bytes("account/acme");
    await fail(world, 2);

    expect(undone).toBe(before);
    expect(world.matches()).toMatchObject([{ version: "1", count: 3 }]);
  });

  it("is the same after a restart", async () => {
    const world = await changed();
    await fail(world, 3);
    await upgrade(world);
    await fail(world, 1);
    const before = await world.bytes("account/acme");

    const again = await world.restart();

    expect(await again.bytes("account/acme")).toBe(before);
    await again.until(again.now + 3 * HOUR);
    expect(again.matches().find(({ version }) => version === "1")).toMatchObject({ state: "closed" });
  });

  it("that was taken out of the library still closes what it has open, and acts no more", async () => {
    const world = await changed();
    await fail(world, 3);
    libraries(world).set("3", compileLibrary([], "3"));
    await world.pipeline.tenantControl(T, { kind: "library", version: "3", approvedBy: "admin" });

    await fail(world, 6, "bob");
    await world.until(world.now + 2 * HOUR);

    expect(world.matches()).toMatchObject([{ person: "ann", state: "closed" }]);
  });
});

describe("the control group", () => {
  it("gets no message; what would have been done is kept, and ops hear of what is critical", async () => {
    const world = await createWorld({ settings: { holdout: { percent: 100, salt: "all" } } });
    await introduce(world);

    await refusals(world, 5);
    await world.until(world.now + DAY);

    expect(world.decisions("P-001")).toMatchObject([
      {
        kind: "stop",
        reason: "holdout",
        wouldHave: { kind: "send", reason: "none", channel: "in_app.notification" },
      },
    ]);
    expect(world.deliveries()).toEqual([]);
    expect(world.alerts("critical")).toHaveLength(1);
  });

  it("is told what the guards after it would have said", async () => {
    const world = await createWorld({
      settings: { holdout: { percent: 100, salt: "all" } },
      now: Date.UTC(2026, 2, 2, 23),
    });
    await introduce(world);

    await world.take(
      event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
    );

    expect(world.decisions("P-004")).toMatchObject([
      { reason: "holdout", wouldHave: { kind: "hold", reason: "quiet", channel: "email" } },
    ]);
  });

  it("is drawn by account, a tenth of them, and urgent trouble is exempt", async () => {
    const world = await createWorld({ settings: { holdout: { percent: 10, salt: "s" } } });
    for (let i = 0; i < 40; i++) {
      const who = { account: `a${i}`, person: `p${i}` };
      await world.take(
        event("person.identified", {
          time: world.now,
          ...who,
          data: { roles: ["technical"] },
          contact: { email: `p${i}@a.test` },
        }),
      );
      for (let n = 0; n < 3; n++)
        await world.take(event("auth.login_failed", { time: world.now + n, ...who }));
      await world.take(
        event("integration.disconnected", { time: world.now, account: `a${i}`, data: { integration: "x" } }),
      );
      world.now += 15 * MINUTE;
    }
    const tenant = world.pipeline.tenant(T);
    const held = [...world.pipeline.units.values()].filter(
      (unit) => tenant !== null && inHoldout(tenant, unit),
    );
    const stopped = world.decisions("P-012").filter(({ reason }) => reason === "holdout");

    expect(stopped.map(({ account }) => `account/${account}`).sort()).toEqual(
      held
        .filter(({ id }) => id !== "tenant")
        .map(({ id }) => id)
        .sort(),
    );
    expect(stopped.length).toBeGreaterThan(0);
    expect(world.decisions("P-002").filter(({ reason }) => reason === "holdout")).toEqual([]);
  });
});

describe("a review", () => {
  const unsure = errors({
    confidence: 0.4,
    risk: 200,
    channels: ["email"],
    timing: "medium",
    halfLife: 30 * DAY,
  });

  async function held(now?: number): Promise<World> {
    const world = await createWorld({ patterns: [unsure], ...(now === undefined ? {} : { now }) });
    await world.take(
      event("person.identified", {
        time: world.now,
        account: "acme",
        person: "ann",
        contact: { email: "a@a.test" },
      }),
    );
    await fail(world, 3);
    return world;
  }
  const answer = (world: World, given: "approve" | "edit" | "reject", text?: string) =>
    world.control(
      { unit: "account/acme" },
      {
        kind: "review",
        match: world.matches()[0]?.id ?? "",
        answer: given,
        actor: "agent",
        reason: "",
        ...(text === undefined ? {} : { text }),
      },
    );

  it("holds what we are not sure of, and sends it when approved", async () => {
    const world = await held();
    const before = world.decisions().at(-1);

    await answer(world, "approve");
    await world.send();

    expect(before).toMatchObject({ kind: "hold", reason: "review" });
    expect(world.alerts("review")).toHaveLength(1);
    expect(world.sent).toMatchObject([{ row: { channel: "email", released: false } }]);
  });

  it("is asked once: an approval in the night still holds in the morning", async () => {
    const world = await held(Date.UTC(2026, 2, 2, 20, 58));
    world.now = Date.UTC(2026, 2, 2, 22);

    await answer(world, "approve");
    const night = world.decisions().at(-1);
    await world.until(Date.UTC(2026, 2, 3, 9));

    expect(night).toMatchObject({ kind: "hold", reason: "quiet" });
    expect(world.sent).toMatchObject([{ at: Date.UTC(2026, 2, 3, 8) }]);
  });

  it("keeps the agent's words when more evidence comes before it is sent", async () => {
    const world = await held(Date.UTC(2026, 2, 2, 20, 58));
    world.now = Date.UTC(2026, 2, 2, 21, 30);
    await answer(world, "edit", "We have seen it.");

    await fail(world, 1);

    expect(world.matches()[0]?.data).toMatchObject({ editedText: "We have seen it." });
  });

  it("without an answer by its deadline sends nothing, and ops hear of it", async () => {
    const world = await held();

    await world.until(world.now + DAY);

    expect(world.sent).toEqual([]);
    expect(world.decisions().at(-1)).toMatchObject({
      kind: "stop",
      reason: "review_expired",
      score: expect.any(Number),
    });
    expect(world.alerts("review_expired")).toHaveLength(1);
  });

  it("that is rejected sends nothing", async () => {
    const world = await held();

    await answer(world, "reject");
    await world.until(world.now + DAY);

    expect(world.sent).toEqual([]);
    expect(world.decisions().at(-1)).toMatchObject({ reason: "review_rejected" });
  });
});
