import { describe, expect, it } from "vitest";
import type { OutcomeKind } from "../../server/core/delivery.ts";
import { DRY_RUN } from "../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { createWorld, event, introduce, refusals, T, told, type World } from "./world.ts";

/** A payment of acme failed: an email to bill, then an SMS. */
async function unpaid(options: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = await createWorld(options);
  await introduce(world);
  await world.take(
    event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
  );
  return world;
}

const match = (world: World) => world.matches("P-004")[0]?.id ?? "";
const newest = (world: World) =>
  world
    .outcomes()
    .filter(({ match: id }) => id === match(world))
    .at(-1);

const paid = (world: World) =>
  world.take(event("billing.payment_succeeded", { time: world.now, account: "acme" }));

function ticket(
  world: World,
  changes: { person?: string; category?: string; time?: number; channel?: string } = {},
) {
  const { person = "tess", category, time = world.now, channel } = changes;
  return world.take(
    event("ticket.created", {
      time,
      account: "acme",
      person,
      data: {
        ticket: `t${time}`,
        ...(category === undefined ? {} : { category }),
        ...(channel === undefined ? {} : { channel }),
      },
    }),
  );
}

async function feedback(world: World, answer: "yes" | "not_mine"): Promise<void> {
  const [row] = world.deliveries("P-004");
  const control = {
    kind: "feedback",
    delivery: row?.id ?? "",
    match: match(world),
    person: "bill",
    stars: 5,
  } as const;
  await world.control({ unit: "account/acme" }, { ...control, answer });
}

const verdict = (world: World, given: "false_alarm" | "real") =>
  world.control(
    { unit: "account/acme" },
    { kind: "verdict", match: match(world), verdict: given, actor: "agent", reason: "looked at it" },
  );

/** What happens within the window of a day after the message went out, or instead. */
const STORIES: readonly (readonly [OutcomeKind, string, (world: World) => Promise<unknown>])[] = [
  ["false_alarm", "an agent says that there is no problem", (world) => verdict(world, "false_alarm")],
  [
    "false_alarm",
    "the customer does not have it, though there was a ticket",
    async (world) => {
      await ticket(world, { category: "billing" });
      await feedback(world, "not_mine");
    },
  ],
  [
    "not_prevented",
    "somebody of the account opens a ticket about it",
    (world) => ticket(world, { category: "billing" }),
  ],
  ["not_prevented", "a ticket comes that nobody has put into a category", (world) => ticket(world)],
  [
    "not_prevented",
    "a ticket comes under one of the pattern's own categories",
    (world) => ticket(world, { category: "invoice" }),
  ],
  [
    "not_prevented",
    "a ticket comes before it was paid",
    async (world) => {
      await ticket(world, { category: "billing" });
      await paid(world);
    },
  ],
  ["prevented", "it was paid", paid],
  ["prevented", "they said yes", (world) => feedback(world, "yes")],
  [
    "prevented",
    "the remedy was clicked",
    async (world) => {
      const [row] = world.deliveries("P-004");
      await told(world, row ?? { id: "", unit: "" }, "clicked");
    },
  ],
  ["unknown", "nothing more happened", async () => {}],
  ["unknown", "the ticket was about something else", (world) => ticket(world, { category: "onboarding" })],
  [
    "unknown",
    "the ticket was our own",
    (world) => ticket(world, { category: "billing", channel: "forestall" }),
  ],
];

describe("a message that was delivered", () => {
  it.each(STORIES)("is %s when %s", async (kind, _why, story) => {
    const world = await unpaid();
    await world.send();
    world.now += HOUR;

    await story(world);
    await world.until(world.now + 2 * DAY);

    expect(newest(world)).toMatchObject({ kind, delivered: true, unassisted: false, match: match(world) });
  });

  it("is a handoff when the ticket was opened from it", async () => {
    const world = await unpaid();
    await world.send();
    const [row] = world.deliveries("P-004");
    world.now += HOUR;

    await ticket(world, { category: "billing", channel: `forestall:${row?.id}` });
    await world.until(world.now + 2 * DAY);

    expect(newest(world)).toMatchObject({ kind: "handoff" });
  });
});

describe("a match without a message", () => {
  it.each([
    ["self_resolved", "it was paid", paid],
    ["no_ticket", "nothing happened", async () => {}],
    ["not_prevented", "a ticket came", (world: World) => ticket(world, { category: "billing" })],
  ] as const)("is %s when %s", async (kind, _why, story) => {
    const world = await unpaid({ settings: { holdout: { percent: 100, salt: "all" } } });
    world.now += HOUR;

    await story(world);
    await world.until(world.now + 2 * DAY);

    expect(newest(world)).toMatchObject({ kind, delivered: false, unassisted: true });
  });

  it("counts as unassisted in dry run, and when a preview was looked at by nobody", async () => {
    const dry = await unpaid({ live: false });
    const preview = await unpaid();
    const [row] = preview.deliveries("P-004");
    const { effects } = await preview.pipeline.control(
      T,
      { unit: "account/acme" },
      {
        kind: "claim",
        delivery: row?.id ?? "",
        facts: null,
        leaseFor: MINUTE,
      },
    );
    await preview.control(
      { unit: "account/acme" },
      {
        kind: "attempted",
        delivery: row?.id ?? "",
        fence: 1,
        result: { kind: "sent", providerId: null, preview: true },
      },
    );
    // The SMS that would follow is not sent either.
    preview.provider = () => "failed";

    for (const world of [dry, preview]) await world.until(world.now + 2 * DAY);

    expect(effects.length).toBeGreaterThan(0);
    expect(newest(dry)).toMatchObject({ kind: "no_ticket", unassisted: true });
    expect(newest(preview)).toMatchObject({ kind: "no_ticket", unassisted: true });
  });
});

describe("what is left out", () => {
  it("are matches that came out of history", async () => {
    const world = await createWorld();
    const past = world.now - 10 * DAY;
    await world.take(
      event("billing.payment_failed", {
        time: past,
        account: "acme",
        data: { recurring: true },
        backfill: true,
      }),
    );

    await world.until(world.now + 10 * SECOND);

    expect(world.outcomes()).toMatchObject([{ kind: "excluded", simulated: true }]);
  });

  it("are matches that a late event undid", async () => {
    const world = await createWorld();
    await introduce(world);
    const call = (ok: boolean, time: number) =>
      event(ok ? "webhook.delivery_succeeded" : "webhook.delivery_failed", {
        time,
        account: "acme",
        data: { endpoint: "https://a.test" },
      });
    const now = world.now;
    await world.take(call(false, now - 30_000), call(false, now - 20_000), call(false, now - 10_000));
    await world.send();

    await world.take(call(true, now - 15_000));
    const [retracted] = world.matches("P-003");
    await world.until(now + 2 * DAY);

    expect(retracted?.state).toBe("retracted");
    expect(world.outcomes()).toMatchObject([{ kind: "excluded", match: retracted?.id }]);
    // What was sent stays sent, and gets no further step.
    expect(world.sent.map(({ row }) => row.channel)).toEqual(["email"]);
    expect(world.scores("account/acme").at(-1)).toMatchObject({ score: 0 });
  });
});

describe("an outcome", () => {
  it("is decided when the pattern's window has passed", async () => {
    const world = await unpaid();
    const start = world.now;

    await world.until(start + DAY - SECOND);
    const before = world.outcomes().length;
    await world.until(start + DAY);

    expect(before).toBe(0);
    expect(world.outcomes()).toMatchObject([{ decidedAt: start + DAY }]);
  });

  it("is corrected by a ticket of its window that comes late, for seven days, and not later", async () => {
    const [late, tooLate] = [await unpaid(), await unpaid()];
    for (const world of [late, tooLate]) await world.send();
    const opened = late.now + 5 * HOUR;

    await late.until(late.now + 7 * DAY);
    await tooLate.until(tooLate.now + 60 * DAY);
    for (const world of [late, tooLate]) await ticket(world, { category: "billing", time: opened });

    expect(late.outcomes().map(({ kind }) => kind)).toEqual(["unknown", "not_prevented"]);
    expect(late.outcomes().at(-1)).toMatchObject({ ticketAt: opened, ticket: `t${opened}` });
    expect(tooLate.outcomes().map(({ kind }) => kind)).toEqual(["unknown"]);
  });

  it("is not corrected by a ticket after its window, nor by one before the match", async () => {
    const world = await unpaid();
    await ticket(world, { category: "billing", time: world.now - HOUR });
    const start = world.now;

    await world.until(start + 2 * DAY);
    await ticket(world, { category: "billing" });

    expect(world.outcomes()).toHaveLength(1);
    expect(newest(world)?.kind).not.toBe("not_prevented");
  });

  it("is corrected by what people say later", async () => {
    const world = await unpaid();
    await world.send();
    await world.until(world.now + 2 * DAY);

    await verdict(world, "false_alarm");

    expect(world.outcomes().map(({ kind }) => kind)).toEqual(["unknown", "false_alarm"]);
  });

  it("of a person's match needs a ticket of that person", async () => {
    const world = await createWorld();
    await introduce(world);
    const fail = (i: number) =>
      event("auth.login_failed", { time: world.now + i, account: "acme", person: "tess" });
    await world.take(fail(0), fail(1), fail(2));

    world.now += HOUR;
    await ticket(world, { person: "ada", category: "account_lockout" });
    await world.until(world.now + 2 * DAY);

    expect(world.outcomes().map(({ pattern, kind }) => [pattern, kind])).toEqual(
      expect.arrayContaining([["P-002", expect.not.stringMatching("not_prevented")]]),
    );
    expect(world.outcomes().every(({ kind }) => kind !== "not_prevented")).toBe(true);
  });

  it("says that a message stopped by its customer's no did not help", async () => {
    const world = await createWorld();
    await introduce(world);
    await refusals(world, 5);
    const [row] = await world.look("tess");
    await told(world, row ?? { id: "", unit: "" }, "clicked");
    const control = {
      kind: "feedback",
      delivery: row?.id ?? "",
      match: row?.match ?? "",
      person: "tess",
    } as const;
    await world.control({ unit: "account/acme" }, { ...control, answer: "no", stars: null });

    await world.until(world.now + 2 * DAY);

    expect(world.outcomes()).toMatchObject([{ kind: "unknown", delivered: true }]);
    expect(DRY_RUN.all).toBe(false);
  });
});
