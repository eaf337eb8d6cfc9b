import { describe, expect, it } from "vitest";
import type { UnitControl } from "../../server/core/control.ts";
import type { Delivery } from "../../server/core/delivery.ts";
import { ALL_ON, DRY_RUN } from "../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { createWorld, event, handOver, introduce, T, told, type World } from "./world.ts";

/** A failed payment: an email to bill is queued, an SMS may follow. */
async function unpaid(now?: number): Promise<{ world: World; row: Delivery }> {
  const world = await createWorld(now === undefined ? {} : { now });
  await introduce(world);
  await world.take(
    event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
  );
  const [row] = world.deliveries("P-004");
  if (row === undefined) throw new Error("nothing was queued");
  return { world, row };
}

const now = (world: World, row: Delivery) => world.deliveries().find(({ id }) => id === row.id);
const facts = {
  switchedOff: false,
  stopped: false,
  consent: { sms: true, email: true },
  channelsOff: [],
  elsewhere: [],
};

function claim(world: World, row: Delivery, changes: Partial<Extract<UnitControl, { kind: "claim" }>> = {}) {
  const control = { kind: "claim", delivery: row.id, facts, leaseFor: 60_000 } as const;
  return world.control({ unit: row.unit }, { ...control, ...changes });
}
function attempted(
  world: World,
  row: Delivery,
  fence: number,
  result: Extract<UnitControl, { kind: "attempted" }>["result"],
) {
  return world.control({ unit: row.unit }, { kind: "attempted", delivery: row.id, fence, result });
}
const SENT = { kind: "sent", providerId: "sg-1", preview: false } as const;

describe("a claim", () => {
  it("takes a lease and a fence, and a second claim gets nothing", async () => {
    const { world, row } = await unpaid();

    await claim(world, row);
    const first = now(world, row);
    const again = await claim(world, row);

    expect(first).toMatchObject({
      status: "sending",
      fence: 1,
      attempts: 1,
      claimedAt: world.now,
      leaseUntil: world.now + 60_000,
    });
    expect(again).toEqual([]);
  });

  it("is the only one whose result counts: an older fence is ignored", async () => {
    const { world, row } = await unpaid();
    await claim(world, row);
    await attempted(world, row, 1, { kind: "retry", at: world.now, detail: "503" });
    await claim(world, row);

    await attempted(world, row, 1, { kind: "failed", detail: "too late", address: "bad" });
    expect(now(world, row)).toMatchObject({ status: "sending", fence: 2, attempts: 2 });
    await attempted(world, row, 2, SENT);

    expect(now(world, row)).toMatchObject({ status: "sent", providerId: "sg-1", sentAt: world.now });
  });

  it("is held back by a ticket that came between decision and sending, and sent when the ticket is solved", async () => {
    const { world, row } = await unpaid();
    const ticket = { account: "acme", person: "bill", data: { ticket: "77", category: "billing" } };

    await world.take(event("ticket.created", { time: world.now, ...ticket }));
    await world.send();
    const held = now(world, row);
    expect(world.sent).toEqual([]);
    expect(held).toMatchObject({
      status: "queued",
      detail: "cooldown",
      notBefore: world.now + 48 * HOUR,
      released: true,
    });

    await world.until(world.now + 49 * HOUR);
    expect(world.sent).toEqual([]);
    expect(world.decisions("P-004").at(-1)).toMatchObject({ kind: "hold", reason: "cooldown" });

    await world.take(event("ticket.solved", { time: world.now, ...ticket }));
    await world.until(world.now + 2 * HOUR);
    expect(world.sent).toMatchObject([{ row: { id: row.id } }]);
  });

  it("counts the deadline from the release: once, however often it was put off", async () => {
    const { world, row } = await unpaid();
    const pause = (until: number) =>
      world.control(
        { person: "bill" },
        { kind: "preference", person: "bill", change: { kind: "pause", until }, actor: "agent", reason: "" },
      );

    await pause(world.now + 10 * HOUR);
    await claim(world, row);
    const first = now(world, row)?.dueBy;
    world.now += 10 * HOUR;
    await pause(world.now + 11 * HOUR);
    await claim(world, row);

    expect(first).toBe(world.now + HOUR);
    expect(now(world, row)?.dueBy).toBe(world.now + 11 * HOUR + HOUR);
  });

  it("is stale after 72 hours in holds, also when the hold came after the decision", async () => {
    const { world, row } = await unpaid();
    const change = { kind: "pause", until: world.now + 10 * DAY } as const;
    await world.control(
      { person: "bill" },
      { kind: "preference", person: "bill", change, actor: "agent", reason: "" },
    );
    await claim(world, row);

    const undo = { kind: "pause", until: null } as const;
    world.now += 71 * HOUR;
    await world.control(
      { person: "bill" },
      { kind: "preference", person: "bill", change: undo, actor: "a", reason: "" },
    );
    await claim(world, row, { facts: { ...facts, elsewhere: [world.now, world.now] } });
    const before = now(world, row);
    world.now += 2 * HOUR;
    await claim(world, row);

    expect(before).toMatchObject({ status: "queued", detail: "cap" });
    expect(now(world, row)).toMatchObject({ status: "suppressed", detail: "stale" });
  });

  it("does not start the clocks of the next step and of the human while it is held", async () => {
    const { world } = await unpaid(Date.UTC(2026, 2, 2, 20, 59, 59));
    world.now += SECOND;

    await world.send();
    await world.until(Date.UTC(2026, 2, 3, 9));
    const inTheMorning = world.sent.map(({ row, at }) => [row.channel, at]);
    await world.until(Date.UTC(2026, 2, 3, 11));

    const eight = Date.UTC(2026, 2, 3, 8);
    expect(inTheMorning).toEqual([["email", eight]]);
    expect(world.sent.map(({ row, at }) => [row.channel, at])).toEqual([
      ["email", eight],
      ["sms", eight + 2 * HOUR],
    ]);
    expect(world.alerts("human.csm").map(({ createdAt }) => createdAt)).toEqual([eight + 2 * HOUR]);
  });

  it("ends as a dry run when the account is not live any more", async () => {
    const { world, row } = await unpaid();
    await world.pipeline.tenantControl(T, { kind: "rollout", rollout: DRY_RUN, actor: "admin", reason: "" });

    await world.send();

    expect(world.sent).toEqual([]);
    expect(now(world, row)).toMatchObject({ status: "dry_run" });
  });

  it("stops when everything is switched off, and looks for another channel when only one is", async () => {
    const all = await unpaid();
    const one = await unpaid();
    const off = (world: World, switches: { tenant?: true; channels?: readonly ["email"] }) =>
      world.pipeline.tenantControl(T, {
        kind: "switches",
        switches: { ...ALL_ON, ...switches },
        actor: "ops",
        reason: "",
      });

    await off(all.world, { tenant: true });
    await off(one.world, { channels: ["email"] });
    for (const { world } of [all, one]) {
      await world.send();
      await world.send();
    }

    expect(all.world.sent).toEqual([]);
    expect(now(all.world, all.row)).toMatchObject({ status: "suppressed", detail: "switched_off" });
    expect(one.world.sent.map(({ row }) => row.channel)).toEqual(["sms"]);
  });

  it("goes once to somebody else of the role when the store knows of a stop or refusal that the account does not", async () => {
    const stopped = await unpaid();
    const refused = await unpaid();

    await claim(stopped.world, stopped.row, { facts: { ...facts, stopped: true } });
    await claim(refused.world, refused.row, { facts: { ...facts, consent: { email: false } } });

    const rows = ({ deliveries }: World) => deliveries().map(({ person, status }) => [person, status]);
    expect(rows(stopped.world)).toEqual([
      ["bill", "suppressed"],
      ["ada", "queued"],
    ]);
    expect(rows(refused.world)).toEqual([
      ["bill", "suppressed"],
      ["ada", "queued"],
    ]);
    for (const { world } of [stopped, refused]) {
      const row = world.deliveries().at(-1);
      if (row !== undefined) await claim(world, row, { facts: { ...facts, stopped: true } });
      expect(rows(world)).toHaveLength(2);
    }
  });
});

describe("an attempt", () => {
  it("is tried again until the deadline, then the ladder steps on at once", async () => {
    const { world, row } = await unpaid();
    const start = world.now;
    world.provider = (each) => (each.channel === "email" ? "retry" : "sent");

    await world.until(start + HOUR);

    const tries = world.decisions("P-004").filter(({ delivery, at }) => delivery === row.id && at > start);
    expect(tries.length).toBeGreaterThan(0);
    expect(now(world, row)).toMatchObject({ status: "failed", detail: "503" });
    // Critical: due five minutes after the payment failed.
    expect(world.sent).toMatchObject([{ row: { channel: "sms" }, at: start + 5 * MINUTE }]);
  });

  it("that fails for good lets the ladder step on at once, and after the last channel asks a person of ours", async () => {
    const { world } = await unpaid();
    world.provider = () => "failed";

    await world.send();
    await world.send();

    expect(world.deliveries("P-004").map(({ channel, status }) => [channel, status])).toEqual([
      ["email", "failed"],
      ["sms", "failed"],
    ]);
    expect(world.alerts("human.csm")).toHaveLength(1);
  });

  it("that bounces marks the address, and nothing is sent there any more", async () => {
    const { world } = await unpaid();
    world.provider = (row) => (row.channel === "email" ? "bounced" : "sent");

    await world.send();
    const unit = await world.pipeline.peek(T, "account/acme");

    expect(unit?.persons.get("bill")?.reach).toMatchObject({ bouncedEmail: true, bouncedPhone: false });
  });

  it("gives the address another chance when a new one is known, not when the old one is repeated", async () => {
    const { world } = await unpaid();
    world.provider = () => "bounced";
    await world.send();
    const bounced = async () =>
      (await world.pipeline.peek(T, "account/acme"))?.persons.get("bill")?.reach.bouncedEmail;
    const identified = (email: string) =>
      world.take(
        event("person.identified", { time: world.now, account: "acme", person: "bill", contact: { email } }),
      );

    await identified("bill@acme.test");
    const repeated = await bounced();
    await identified("bill@new.test");

    expect(repeated).toBe(true);
    expect(await bounced()).toBe(false);
  });

  it("by which the recipient stopped us stops every channel to them", async () => {
    const { world, row } = await unpaid();

    await claim(world, row);
    await attempted(world, row, 1, { kind: "failed", detail: "unsubscribed", address: "opted_out" });
    await world.until(world.now + DAY);

    expect(world.deliveries().map(({ person, status }) => [person, status])).toEqual([
      ["bill", "failed"],
      ["ada", "sent"],
    ]);
  });
});

describe("a message in doubt", () => {
  async function inDoubt() {
    const made = await unpaid();
    await claim(made.world, made.row);
    await attempted(made.world, made.row, 1, { kind: "in_doubt", detail: "reset" });
    return made;
  }

  it.each(["accepted", "delivered", "opened", "clicked", "deferred"] as const)(
    "went out when the provider says %s",
    async (receipt) => {
      const { world, row } = await inDoubt();

      await told(world, row, receipt);

      expect(now(world, row)).toMatchObject({ status: "sent" });
    },
  );

  it("went out and bounced when the provider says so", async () => {
    const { world, row } = await inDoubt();

    await told(world, row, "bounced");

    expect(now(world, row)).toMatchObject({ status: "failed", detail: "bounced" });
  });

  it("is given up after 24 hours: counted, shown to ops, never sent again", async () => {
    const { world, row } = await inDoubt();
    const start = world.now;

    await world.until(start + DAY);
    const after = now(world, row);
    await world.until(start + 5 * DAY);

    expect(after).toMatchObject({ status: "unknown" });
    expect(world.alerts("delivery")).toMatchObject([{ match: row.match, createdAt: start + DAY }]);
    expect(world.sent.filter((one) => one.row.id === row.id)).toEqual([]);
  });

  it("is settled by a word that comes after it was given up", async () => {
    const { world, row } = await inDoubt();
    await world.until(world.now + 25 * HOUR);

    await told(world, row, "delivered");

    expect(now(world, row)).toMatchObject({ status: "sent", deliveredAt: world.now });
  });

  it("that was queued again is not sent again once the provider reports it", async () => {
    const { world, row } = await inDoubt();
    await attempted(world, row, 1, {
      kind: "retry",
      at: world.now + MINUTE,
      detail: "the provider does not have it",
    });

    await told(world, row, "delivered");
    await world.until(world.now + HOUR);

    expect(now(world, row)).toMatchObject({ status: "sent", attempts: 1 });
    expect(world.sent.filter((one) => one.row.id === row.id)).toEqual([]);
  });

  it("keeps the provider's id when the receipt overtook the answer", async () => {
    const { world, row } = await unpaid();
    await claim(world, row);
    await told(world, row, "delivered");

    await attempted(world, row, 1, SENT);

    expect(now(world, row)).toMatchObject({ status: "sent", providerId: "sg-1", deliveredAt: world.now });
  });
});

describe("a receipt", () => {
  it.each(["complained", "unsubscribed"] as const)(
    "%s stops every channel to them and takes back what is queued",
    async (receipt) => {
      const { world, row } = await unpaid();
      await world.send();
      await world.control(
        { unit: "account/acme" },
        {
          kind: "manual",
          delivery: "by-hand",
          person: "bill",
          channel: "sms",
          template: "payment-failed",
          match: null,
          actor: "agent",
          reason: "asked on the phone",
        },
      );

      await told(world, row, receipt);
      await world.until(world.now + DAY);

      const own = world.deliveries().filter(({ person }) => person === "bill");
      expect(own.map(({ channel, status, detail }) => [channel, status, detail])).toEqual([
        ["email", "sent", null],
        ["sms", "suppressed", "opted_out"],
      ]);
      expect(world.decisions().filter(({ delivery }) => delivery === "by-hand")).toMatchObject([
        { kind: "stop", reason: "opted_out" },
      ]);
    },
  );

  it("that comes twice changes nothing the second time", async () => {
    const { world, row } = await unpaid();
    await world.send();
    await told(world, row, "opened");
    world.now += MINUTE;

    const again = await world.control(
      { unit: row.unit },
      { kind: "receipt", delivery: row.id, receipt: "opened", at: world.now },
    );

    expect(again).toEqual([]);
  });

  it("about an email that bounced later does not bring it back", async () => {
    const { world, row } = await unpaid();
    await world.send();
    await told(world, row, "bounced");

    await told(world, row, "delivered");

    expect(now(world, row)?.status).toBe("failed");
  });
});

describe("a message by hand", () => {
  async function byHand(world: World, channel: "email" | "sms"): Promise<Delivery> {
    const id = `by-hand-${channel}`;
    await world.control(
      { unit: "account/acme" },
      {
        kind: "manual",
        delivery: id,
        person: "bill",
        channel,
        template: "payment-failed",
        match: null,
        actor: "agent",
        reason: "asked on the phone",
      },
    );
    const row = world.deliveries().find((one) => one.id === id);
    if (row === undefined) throw new Error("no message by hand");
    return row;
  }

  it("passes cap, gap, quiet hours, tickets and the distance between messages", async () => {
    const world = await createWorld({ now: Date.UTC(2026, 2, 2, 22) });
    await introduce(world);
    await handOver(world, await byHand(world, "sms"), "sent");
    await world.take(
      event("ticket.created", { time: world.now, account: "acme", person: "bill", data: { ticket: "1" } }),
    );

    const row = await byHand(world, "email");
    await handOver(world, row, "sent");

    expect(world.sent.map((one) => one.row.channel)).toEqual(["sms", "email"]);
  });

  it("is stopped by a stop, a refusal, a missing consent, a channel that is off and the kill switch", async () => {
    const prefer =
      (change: Extract<UnitControl, { kind: "preference" }>["change"]) => async (world: World) => {
        await world.control(
          { person: "bill" },
          { kind: "preference", person: "bill", change, actor: "customer", reason: "" },
        );
      };
    const obstacles = {
      opted_out: prefer({ kind: "stop" }),
      no_consent: prefer({ kind: "consent", channel: "email", given: false }),
      switched_off: async (world: World) => {
        const switches = { ...ALL_ON, tenant: true };
        await world.pipeline.tenantControl(T, { kind: "switches", switches, actor: "ops", reason: "" });
      },
    };
    for (const [reason, obstruct] of Object.entries(obstacles)) {
      const { world } = await unpaid();
      const row = await byHand(world, "email");
      await obstruct(world);
      await world.send();
      expect(now(world, row)).toMatchObject({ status: "suppressed", detail: reason });
      expect(world.decisions().filter(({ delivery }) => delivery === row.id)).toMatchObject([
        { kind: "stop", reason, key: "person/bill", person: "bill", channel: "email", match: "" },
      ]);
    }
  });

  it("counts under the cap of the next one of ours", async () => {
    const world = await createWorld();
    await introduce(world);
    for (const channel of ["email", "sms"] as const)
      await handOver(world, await byHand(world, channel), "sent");

    await world.take(
      event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
    );

    expect(world.decisions("P-004")).toMatchObject([{ kind: "hold", reason: "cap", until: world.now + DAY }]);
  });

  it("is not sent before the account is live", async () => {
    const world = await createWorld({ live: false });
    await introduce(world);

    const row = await byHand(world, "email");
    await world.send();

    expect(row.status).toBe("dry_run");
    expect(world.sent).toEqual([]);
  });
});

describe("a critical match that is held", () => {
  it("is an alert at once, and only one", async () => {
    const world = await createWorld();
    await introduce(world);
    await world.take(
      event("ticket.created", { time: world.now, account: "acme", person: "bill", data: { ticket: "1" } }),
    );

    await world.take(
      event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
    );
    await world.until(world.now + 47 * HOUR);

    expect(world.alerts("critical")).toMatchObject([
      { why: expect.stringContaining("No message went out: they wrote a ticket, so a person is on it.") },
    ]);
    expect(world.sent).toEqual([]);
  });
});
