import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { createWorld, event, introduce, refusals, shippedPattern, told, type World } from "./world.ts";

const steps = (world: World, pattern: string) =>
  world.decisions(pattern).filter(({ delivery, kind }) => kind === "send" && delivery !== null);
const channels = (world: World, pattern: string) => world.deliveries(pattern).map(({ channel }) => channel);
const statuses = (world: World, pattern: string) =>
  world.deliveries(pattern).map(({ channel, status }) => `${channel} ${status}`);

async function rateLimited(): Promise<World> {
  const world = await createWorld();
  await introduce(world);
  await refusals(world, 5);
  return world;
}

describe("five refused API calls", () => {
  it("show the technical contact an in-app notice at the fifth, not at the fourth", async () => {
    const world = await createWorld();
    await introduce(world);

    await refusals(world, 4);
    const before = world.decisions("P-001").length;
    await refusals(world, 1);

    expect(before).toBe(0);
    expect(world.decisions("P-001")).toMatchObject([
      { kind: "send", reason: "none", channel: "in_app.notification", person: "tess", score: 85, step: 0 },
    ]);
  });

  it("raise one alert, as the account is critical, and are due within five minutes", async () => {
    const world = await rateLimited();

    await refusals(world, 20);

    expect(world.alerts("critical")).toHaveLength(1);
    expect(world.deliveries("P-001")[0]?.dueBy).toBe(world.now + 5 * MINUTE);
  });

  it("send an email after 20 minutes when nobody saw the notice, which is then taken back", async () => {
    const world = await rateLimited();
    const start = world.now;

    await world.until(start + 20 * MINUTE - SECOND);
    const before = channels(world, "P-001");
    await world.until(start + 20 * MINUTE);

    expect(before).toEqual(["in_app.notification"]);
    expect(statuses(world, "P-001")).toEqual(["in_app.notification suppressed", "email sent"]);
    expect(world.sent.map(({ row }) => row.channel)).toEqual(["email"]);
    expect(await world.look("tess")).toEqual([]);
  });

  it("do nothing more once the notice was seen and the errors stopped", async () => {
    const world = await rateLimited();

    await world.look("tess");
    await world.until(world.now + 3 * DAY);

    expect(channels(world, "P-001")).toEqual(["in_app.notification"]);
    expect(world.alerts("human.l2")).toEqual([]);
  });

  it("send the email after all when errors go on after the notice was seen", async () => {
    const world = await rateLimited();

    await world.look("tess");
    world.now += 5 * MINUTE;
    await refusals(world, 1);
    await world.until(world.now + 15 * MINUTE);

    // The guards hold it for the two hours' distance to the notice.
    expect(world.decisions("P-001").at(-1)).toMatchObject({ kind: "hold", reason: "gap" });
    await world.until(world.now + 2 * HOUR);
    expect(channels(world, "P-001")).toEqual(["in_app.notification", "email"]);
  });

  it("send the email when errors come again long after the notice was seen", async () => {
    const world = await rateLimited();
    await world.look("tess");

    for (let i = 0; i < 20; i++) {
      await world.until(world.now + 8 * MINUTE);
      if (i === 10) await refusals(world, 1);
      else
        await world.take(
          event("api.request_failed", { time: world.now, account: "acme", data: { status: 429 } }),
        );
    }

    expect(channels(world, "P-001")).toEqual(["in_app.notification", "email"]);
  });

  it("hold the email in the night and send it at eight, unless the notice was seen by then", async () => {
    const [seen, unseen] = [await rateLimitedAtNight(), await rateLimitedAtNight()];
    const morning = Date.UTC(2026, 2, 3, 8);

    await seen.look("tess");
    await seen.until(morning + HOUR);
    await unseen.until(morning + HOUR);

    expect(unseen.decisions("P-001")).toContainEqual(
      expect.objectContaining({ kind: "hold", reason: "quiet", until: morning }),
    );
    expect(unseen.sent).toMatchObject([{ row: { channel: "email" }, at: morning }]);
    expect(statuses(unseen, "P-001")).toEqual(["in_app.notification suppressed", "email sent"]);
    expect(statuses(seen, "P-001")).toEqual(["in_app.notification sent"]);
  });

  /** As P-001 does, but fading slowly, so that it still matters in the morning. */
  async function rateLimitedAtNight(): Promise<World> {
    const slow = { ...shippedPattern("P-001"), halfLife: 7 * DAY };
    const world = await createWorld({ now: Date.UTC(2026, 2, 2, 20, 50), patterns: [slow] });
    await introduce(world);
    await refusals(world, 5);
    await world.until(Date.UTC(2026, 2, 2, 23));
    return world;
  }

  it("ask a person of ours after two hours without help", async () => {
    const world = await rateLimited();
    const start = world.now;

    await world.until(start + 2 * HOUR - MINUTE);
    const before = world.alerts("human.l2").length;
    await world.until(start + 2 * HOUR);

    expect(before).toBe(0);
    expect(world.alerts("human.l2")).toMatchObject([
      { owner: "ops@example.com", state: "open", match: world.matches()[0]?.id },
    ]);
  });

  it("go to a person of ours at once when the customer says that it did not help", async () => {
    const world = await rateLimited();
    const [row] = await world.look("tess");
    world.now += 3 * MINUTE;

    await told(world, row ?? { id: "", unit: "" }, "clicked");
    await answer(world, "no");

    expect(world.alerts("human.l2")).toHaveLength(1);
  });

  it("end with a click on the remedy", async () => {
    const world = await rateLimited();
    const [row] = await world.look("tess");

    await told(world, row ?? { id: "", unit: "" }, "clicked");
    await refusals(world, 3);
    await world.until(world.now + DAY);

    expect(channels(world, "P-001")).toEqual(["in_app.notification"]);
    expect(world.alerts("human.l2")).toEqual([]);
  });

  it("end with a yes, also for what is queued", async () => {
    const world = await rateLimited();

    await answer(world, "yes");
    await world.until(world.now + DAY);

    expect(statuses(world, "P-001")).toEqual(["in_app.notification suppressed"]);
    expect(world.decisions("P-001").at(-1)).toMatchObject({ kind: "stop", reason: "resolved" });
  });

  it("are forgotten when the customer does not have this problem, and their family is mute for 30 days", async () => {
    const world = await rateLimited();
    await answer(world, "not_mine");
    const score = world.scores("account/acme").at(-1);

    await world.until(world.now + 29 * DAY);
    await refusals(world, 5);
    const muted = world.decisions("P-001").at(-1);
    await world.until(world.now + 2 * DAY);
    await refusals(world, 5);

    expect(score).toMatchObject({ score: 0, contributions: [] });
    expect(muted).toMatchObject({ kind: "stop", reason: "muted" });
    expect(world.decisions("P-001").at(-1)).toMatchObject({ kind: "send" });
  });

  it("leave the matter to a colleague when told so", async () => {
    const world = await rateLimited();

    await answer(world, "someone_else");
    await world.until(world.now + DAY);

    expect(statuses(world, "P-001")).toEqual(["in_app.notification suppressed"]);
  });
});

async function answer(world: World, given: "yes" | "no" | "not_mine" | "someone_else"): Promise<void> {
  const [row] = world.deliveries("P-001");
  if (row === undefined) throw new Error("nothing was sent");
  const control = {
    kind: "feedback",
    delivery: row.id,
    match: row.match,
    person: "tess",
    stars: null,
  } as const;
  await world.control({ unit: row.unit }, { ...control, answer: given });
}

describe("a failed payment", () => {
  async function unpaid(): Promise<World> {
    const world = await createWorld();
    await introduce(world);
    await pay(world, "billing.payment_failed");
    await world.send();
    return world;
  }
  const pay = (world: World, type: string) =>
    world.take(event(type, { time: world.now, account: "acme", data: { recurring: true } }));

  it("is written to the billing contact, and by SMS after two hours while it is still open", async () => {
    const world = await unpaid();
    const start = world.now;

    await world.until(start + 2 * HOUR);

    expect(world.sent.map(({ row, at }) => [row.channel, row.person, at - start])).toEqual([
      ["email", "bill", 0],
      ["sms", "bill", 2 * HOUR],
    ]);
  });

  it("is not written about again once it was paid, and what is queued is taken back", async () => {
    const world = await unpaid();

    world.now += HOUR;
    await pay(world, "billing.payment_succeeded");
    await world.until(world.now + DAY);

    expect(world.sent).toHaveLength(1);
    expect(world.scores("account/acme").at(-1)?.score).toBe(0);
    expect(world.alerts("human.csm")).toEqual([]);
  });

  it("takes back what waits for the morning when it is paid at night", async () => {
    const world = await createWorld({ now: Date.UTC(2026, 2, 2, 22) });
    await introduce(world);
    await pay(world, "billing.payment_failed");
    const held = world.decisions("P-004").at(-1);

    world.now += HOUR;
    await pay(world, "billing.payment_succeeded");
    await world.until(world.now + DAY);

    expect(held).toMatchObject({ kind: "hold", reason: "quiet" });
    expect(world.sent).toEqual([]);
  });

  it("counts for nothing from the payment on, however long the match has been quiet", async () => {
    const world = await unpaid();

    await world.until(world.now + 3 * DAY);
    const before = world.scores("account/acme").at(-1)?.score;
    const closed = world.matches("P-004")[0]?.closedBy;
    await pay(world, "billing.payment_succeeded");

    expect(closed).toBe("quiet");
    expect(before).toBeGreaterThan(60);
    expect(world.scores("account/acme").at(-1)).toMatchObject({ score: 0, band: "normal" });
  });

  it("goes to the admin when nobody is known for billing", async () => {
    const world = await createWorld();
    const time = world.now;
    await world.take(
      event("person.identified", {
        time,
        account: "acme",
        person: "ada",
        data: { roles: ["admin"] },
        contact: { email: "ada@acme.test" },
      }),
    );

    await pay(world, "billing.payment_failed");

    expect(steps(world, "P-004")).toMatchObject([{ person: "ada", channel: "email" }]);
  });
});

describe("a configuration error during set-up", () => {
  async function stumbled(segment: string): Promise<World> {
    const world = await createWorld();
    const time = world.now;
    await introduce(world, "acme", { segment });
    await world.take(event("account.signed_up", { time: time - HOUR, account: "acme" }));
    await world.take(
      event("config.save_failed", { time, account: "acme", person: "dev", data: { area: "sso" } }),
    );
    return world;
  }

  it("shows its tooltip, and no email while the score is in band watch", async () => {
    const world = await stumbled("mid_market");

    await world.until(world.now + 3 * HOUR);

    expect(world.scores("person/dev").at(-1)).toMatchObject({ band: "watch" });
    expect(channels(world, "P-010")).toEqual(["in_app.tooltip"]);
    expect(world.alerts()).toEqual([]);
  });

  it("asks the customer success manager for an enterprise account", async () => {
    const world = await stumbled("enterprise");

    await world.until(world.now + 3 * HOUR);

    expect(channels(world, "P-010")).toEqual(["in_app.tooltip"]);
    expect(world.alerts("human.csm")).toHaveLength(1);
  });
});

describe("patterns without a message", () => {
  it("ask a person of ours when somebody looks at the cancel page after the bill", async () => {
    const world = await createWorld();
    await introduce(world);
    const who = { account: "acme", person: "ada" };

    await world.take(event("page.viewed", { time: world.now, ...who, data: { page: "/billing" } }));
    await world.take(event("plan.cancel_viewed", { time: world.now + 1, ...who }));

    expect(world.alerts()).toMatchObject([{ kind: "human.csm", pattern: "P-020", person: "ada" }]);
    expect(world.deliveries()).toEqual([]);
    expect(world.decisions("P-020")).toMatchObject([{ kind: "stop", reason: "alert_only" }]);
  });

  it("tell the agent of very negative words", async () => {
    const world = await createWorld();

    await world.take(event("message.sentiment", { time: world.now, person: "u1", data: { score: -0.9 } }));

    expect(world.alerts()).toMatchObject([{ kind: "human.agent", pattern: "P-024" }]);
    expect(world.deliveries()).toEqual([]);
  });

  it("say nothing while everything is switched off", async () => {
    const world = await createWorld();
    const switches = { tenant: true, patterns: [], channels: [] };
    await world.pipeline.tenantControl("t1", {
      kind: "switches",
      switches,
      actor: "ops",
      reason: "quiet please",
    });

    await world.take(event("message.sentiment", { time: world.now, person: "u1", data: { score: -0.9 } }));

    expect(world.alerts()).toEqual([]);
    expect(world.decisions("P-024")).toMatchObject([{ kind: "stop", reason: "switched_off" }]);
  });

  it("are scored but never acted on when they are only logged", async () => {
    const world = await createWorld();
    await introduce(world);

    await world.take(
      event("api.request_failed", { time: world.now, account: "acme", data: { status: 500 } }),
    );
    await world.until(world.now + DAY);

    expect(world.matches("P-031")).toHaveLength(1);
    expect(world.scores("account/acme")[0]).toMatchObject({ score: shippedPattern("P-031").risk });
    expect(world.decisions()).toEqual([]);
    expect(world.alerts()).toEqual([]);
  });
});

describe("a match that is worth only a tooltip alone", () => {
  it("is written about once the score of its key has risen into band alert", async () => {
    const world = await createWorld();
    const who = { account: "acme", person: "dev" };
    const contact = { email: "dev@acme.test" };
    await world.take(
      event("person.identified", { time: world.now, ...who, contact }),
      event("account.signed_up", { time: world.now - HOUR, account: "acme" }),
      event("config.save_failed", { time: world.now, ...who, data: { area: "sso" } }),
    );
    await world.until(world.now + 30 * MINUTE);
    const alone = world.decisions("P-010").at(-1);

    for (let i = 0; i < 4; i++) {
      await world.take(event("ui.rage_click", { time: world.now + i, ...who, data: { screen: "sso" } }));
    }

    expect(alone).toMatchObject({ kind: "stop", reason: "below", step: 1 });
    expect(world.scores("person/dev").at(-1)?.band).toBe("alert");
    expect(world.decisions("P-010").at(-1)).toMatchObject({ step: 1 });
    expect(world.decisions("P-010").at(-1)?.reason).not.toBe("below");
  });
});

describe("somebody who cannot log in and has no name", () => {
  it("is shown a prompt in their session on the page without login, and nothing personal is needed", async () => {
    const world = await createWorld();
    const failed = (time: number) => ({
      ...event("auth.login_failed", { time, data: { reason: "password", session: "s-1" } }),
      person: { namespace: "anonymous", value: "s-1" },
    });

    await world.take(failed(world.now - 2), failed(world.now - 1), failed(world.now));
    const [prompt] = world.deliveries("P-002");
    const shown = await world.look("s-1");

    expect(prompt).toMatchObject({ channel: "in_app.prompt", session: "s-1", account: null });
    expect(shown.map(({ id }) => id)).toEqual([prompt?.id]);
  });
});

describe("a match that nobody can be written to about", () => {
  it("is sent as soon as somebody is known who can be, within its deadline", async () => {
    const world = await createWorld();
    await world.take(
      event("integration.disconnected", { time: world.now, account: "acme", data: { integration: "crm" } }),
    );
    const before = world.decisions("P-012").at(-1);

    world.now += 10 * MINUTE;
    await world.take(
      event("person.identified", {
        time: world.now,
        account: "acme",
        person: "tess",
        data: { roles: ["technical"] },
        contact: { email: "tess@acme.test" },
      }),
    );

    expect(before).toMatchObject({ kind: "hold", reason: "unreachable" });
    expect(world.decisions("P-012").at(-1)).toMatchObject({ kind: "send", person: "tess", at: world.now });
  });

  it("is stopped at its deadline when nobody is", async () => {
    const world = await createWorld();
    await world.take(
      event("integration.disconnected", { time: world.now, account: "acme", data: { integration: "crm" } }),
    );

    await world.until(world.now + 2 * HOUR);

    expect(world.decisions("P-012").at(-1)).toMatchObject({ kind: "stop", reason: "unreachable" });
  });
});
