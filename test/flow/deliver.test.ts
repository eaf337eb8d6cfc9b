import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { createDeliverer } from "../../server/flow/deliver.ts";
import {
  BadAddress,
  BadCredentials,
  InDoubt,
  Refused,
  RefusedByRecipient,
  RetryLater,
} from "../../server/integrations/contract.ts";
import { aPerson, aTenant, NOON } from "../builders.ts";
import { setUp } from "./deliver-setup.ts";

describe("a due row", () => {
  it("is claimed, written, kept, sent and recorded, once", async () => {
    const { world, email, run } = setUp();
    world.add({ id: "d1" });

    await run();
    await run();

    expect(email.sent.map(({ delivery }) => delivery)).toEqual(["d1"]);
    expect(world.row("d1")).toMatchObject({ status: "sent", providerId: "provider-d1", preview: false });
    expect(world.controls.map(({ control }) => control.kind)).toEqual(["claim", "attempted"]);
  });

  it("goes out with its addresses and headers, and says where to report", async () => {
    const { world, email, run } = setUp();
    const product = { ...aTenant().settings.product, senderName: "Cloud", senderEmail: "help@cloud.test" };
    world.tenants.set(
      "t1",
      aTenant({ settings: { product: { ...product, supportEmail: "care@cloud.test" } } }),
    );
    world.contacts.set("u1", { email: "ana@acme.test", name: "Ana Example", preferredName: "Ana" });
    world.add({ id: "d1" });

    await run();

    expect(email.sent[0]).toEqual({
      delivery: "d1",
      tenant: "t1",
      to: { address: "ana@acme.test", name: "Ana" },
      from: { name: "Cloud", address: "help@cloud.test" },
      replyTo: "care@cloud.test",
      subject: "About d1",
      text: "Text of d1",
      html: null,
      headers: { "List-Unsubscribe": "<https://help.test/p/d1>" },
      receiptsUrl: "https://help.test/receipts/t1/fake-email",
    });
  });

  it("has its copy on disk before the provider is called", async () => {
    const { world, email, run } = setUp();
    world.add({ id: "d1" });
    let kept = false;
    email.behaviour = () => {
      kept = world.copies.has("d1");
      return null;
    };

    await run();

    expect(kept).toBe(true);
    expect(world.copies.get("d1")).toMatchObject({
      person: "u1",
      rendered: { text: "Text of d1", claim: 1 },
    });
  });

  it("waits for its moment", async () => {
    const { world, email, run, runFor } = setUp();
    world.add({ notBefore: NOON + 5 * SECOND });

    await run();
    expect(email.sent).toHaveLength(0);
    await runFor(5 * SECOND);

    expect(email.sent).toHaveLength(1);
  });

  it("goes at once when something new is committed, without waiting for a tick", async () => {
    const { world, email, clock, deliverer } = setUp();
    const row = world.add({});

    world.emit({ tenant: "t1", seq: 1, at: NOON, event: null, effects: [{ kind: "delivery", row }] });
    await clock.advanceAsync(25);
    await deliverer.idle();

    expect(email.sent).toHaveLength(1);
  });

  it("goes most urgent first", async () => {
    const { world, email, run } = setUp({ options: { perWay: 1 } });
    world.add({ id: "released", released: true, priority: 99 });
    world.add({ id: "low", priority: 40 });
    world.add({ id: "high", priority: 90 });

    await run();

    expect(email.calls.map(({ delivery }) => delivery)).toEqual(["high", "low", "released"]);
  });

  it("does not go when a guard stops or holds it at the last moment", async () => {
    const { world, email, run } = setUp();
    world.persons.set("u1", aPerson({ stoppedAt: NOON }));
    world.persons.set("u2", aPerson({ id: "u2" }));
    world.elsewhere.set("u2", [NOON - HOUR, NOON - 2 * HOUR]);
    world.add({ id: "stopped", person: "u1" });
    world.add({ id: "held", person: "u2" });

    await run();

    expect(email.calls).toHaveLength(0);
    expect(world.row("stopped")).toMatchObject({ status: "suppressed", detail: "opted_out" });
    expect(world.row("held")).toMatchObject({ status: "queued", notBefore: NOON + HOUR });
  });

  it.each([
    ["the tenant", { tenant: true, patterns: [], channels: [] }],
    ["its pattern", { tenant: false, patterns: ["P-001"], channels: [] }],
    ["its channel", { tenant: false, patterns: [], channels: ["email"] }],
  ] as const)("does not go when %s is switched off", async (_what, switches) => {
    const { world, email, run } = setUp();
    world.tenants.set("t1", aTenant({ switches }));
    world.add({ id: "d1" });

    await run();

    expect(email.calls).toHaveLength(0);
    expect(world.row("d1").detail).toBe("switched_off");
  });

  it("does not go to somebody who was erased in the meantime", async () => {
    const { world, email, run } = setUp();
    world.persons.clear();
    world.add({ id: "d1" });

    await run();

    expect(email.calls).toHaveLength(0);
    expect(world.row("d1").status).toBe("suppressed");
  });

  it("fails when a link of the tenant is missing, before anything leaves", async () => {
    const { world, email, run } = setUp({
      render: async () => ({ reason: "the link `limits` is missing" }),
    });
    world.add({ id: "d1" });

    await run();

    expect(email.calls).toHaveLength(0);
    expect(world.row("d1")).toMatchObject({
      status: "failed",
      detail: "not ready: the link `limits` is missing",
    });
  });

  it("fails when no address is known", async () => {
    const { world, run } = setUp();
    world.contacts.set("u1", { phone: "+15551230001" });
    world.add({ id: "d1" });

    await run();

    expect(world.row("d1")).toMatchObject({ status: "failed", detail: "no address is known" });
  });

  it("is kept and not sent when the channel is in preview", async () => {
    const { world, email, run } = setUp();
    const { channels } = aTenant();
    world.tenants.set("t1", aTenant({ channels: { ...channels, email: "preview" } }));
    world.contacts.clear();
    world.add({ id: "d1" });

    await run();

    expect(email.calls).toHaveLength(0);
    expect(world.row("d1")).toMatchObject({ status: "sent", preview: true, providerId: null });
    expect(world.copies.get("d1")?.rendered).toMatchObject({ text: "Text of d1" });
  });

  it("is left alone when it is in-app or for a human", async () => {
    const { world, run } = setUp();
    world.add({ channel: "in_app.banner" });
    world.add({ channel: "human.csm" });

    await run();

    expect(world.controls).toEqual([]);
  });

  it("is sent once by two workers on one outbox", async () => {
    const { world, email, deps, deliverer, clock } = setUp();
    const other = createDeliverer(deps);
    for (let i = 0; i < 200; i++) world.add({});

    await Promise.all([deliverer.tick(clock.now()), other.tick(clock.now())]);
    await Promise.all([deliverer.idle(), other.idle()]);

    expect(email.sent).toHaveLength(200);
    expect(new Set(email.sent.map(({ delivery }) => delivery)).size).toBe(200);
  });
});

describe("two rows to one person, from two accounts", () => {
  it("are judged one after the other, the second with the first already reserved", async () => {
    const { world, run } = setUp();
    let judging = 0;
    let most = 0;
    world.onClaim = async () => {
      judging += 1;
      most = Math.max(most, judging);
      await new Promise((resolve) => setImmediate(resolve));
      judging -= 1;
    };
    world.add({ unit: "account/acme", person: "u1" });
    world.add({ unit: "account/other", person: "u1", channel: "sms" });
    world.add({ unit: "account/third", person: "u1" });

    await run();

    expect(most).toBe(1);
    expect([...world.rows.values()].every(({ status }) => status === "sent")).toBe(true);
  });
});

describe("an attempt that the provider did not take", () => {
  it("is made again after a random share of a wait that doubles", async () => {
    const { world, email, runFor, run, clock } = setUp();
    email.behaviour = (call) => (call < 3 ? new RetryLater("not now", null) : null);
    world.add({ id: "d1" });
    const at: number[] = [];
    email.adapter.send = ((send) => (message, settings, signal) => {
      at.push(clock.now() - NOON);
      return send(message, settings, signal);
    })(email.adapter.send);

    await run();
    await runFor(10 * SECOND);

    // Half of 1 s, 2 s, 4 s; looked at every second.
    expect(at).toEqual([0, 1_000, 2_000, 4_000]);
    expect(world.results().map((result) => ("at" in result ? result.at - NOON : null))).toEqual([
      500,
      2_000,
      4_000,
      null,
    ]);
    expect(world.row("d1")).toMatchObject({ status: "sent", attempts: 4 });
  });

  it("is not made again before the provider allows it, and neither is any other on the same way", async () => {
    const { world, email, run, runFor } = setUp({ random: () => 0 });
    email.behaviour = (call) => (call === 0 ? new RetryLater("slow down", 90 * SECOND) : null);
    world.add({ id: "first", priority: 90 });
    await run();
    world.add({ id: "second", priority: 10 });

    await runFor(89 * SECOND);
    expect(email.calls).toHaveLength(1);
    await runFor(SECOND);

    expect(email.sent.map(({ delivery }) => delivery).sort()).toEqual(["first", "second"]);
  });

  it("is given up when the next try would be too late, so that the ladder can step on", async () => {
    const { world, email, run } = setUp();
    email.behaviour = () => new RetryLater("not now", 2 * HOUR);
    world.add({ id: "d1", dueBy: NOON + HOUR });

    await run();

    expect(world.row("d1")).toMatchObject({
      status: "failed",
      detail: "not now; a next try would be too late",
    });
  });

  it.each([
    [new BadAddress("no such mailbox"), "bad"],
    [new RefusedByRecipient("stopped"), "opted_out"],
    [new Refused("too long"), null],
    [new BadCredentials("wrong key"), null],
  ] as const)("fails for good after %s", async (error, address) => {
    const { world, email, run } = setUp();
    email.behaviour = () => error;
    world.add({ id: "d1" });

    await run();

    expect(world.results()).toEqual([{ kind: "failed", detail: error.message, address }]);
  });

  it("stops the person on every channel when the provider says that they stopped", async () => {
    const { world, sms, run } = setUp();
    sms.behaviour = () => new RefusedByRecipient("stopped");
    world.add({ channel: "sms" });

    await run();

    expect(world.controls.at(-1)?.control).toMatchObject({
      kind: "preference",
      person: "u1",
      change: { kind: "stop" },
      actor: "provider:fake-sms",
    });
  });
});

describe("credentials that do not work", () => {
  it("are told to ops once, and nothing is sent with them until the settings change", async () => {
    const { world, email, troubles, run, runFor } = setUp();
    email.behaviour = (call) => (call === 0 ? new BadCredentials("wrong key") : null);
    world.add({ id: "first" });
    await run();
    world.add({ id: "second" });

    await runFor(2 * MINUTE);
    expect(email.calls).toHaveLength(1);
    expect(troubles).toEqual([
      { tenant: "t1", kind: "email", system: "fake-email", what: "bad_credentials", detail: "wrong key" },
    ]);
    world.channels.splice(0, 1, {
      tenant: "t1",
      kind: "email",
      system: "fake-email",
      settings: { key: "two" },
    });
    await runFor(5 * SECOND);

    expect(email.sent.map(({ delivery }) => delivery)).toEqual(["second"]);
    expect(troubles.map(({ what }) => what)).toEqual(["bad_credentials", "works"]);
  });

  it("let a row that comes due fail, so that its ladder steps on", async () => {
    const { world, email, run, runFor } = setUp();
    email.behaviour = () => new BadCredentials("wrong key");
    world.add({ id: "first" });
    await run();
    world.add({ id: "second", dueBy: NOON + MINUTE });

    await runFor(61 * SECOND);

    expect(email.calls).toHaveLength(1);
    expect(world.row("second")).toMatchObject({ status: "failed" });
    expect(world.row("second").detail).toMatch(/not available/);
  });
});

describe("a provider that keeps failing", () => {
  it("is left alone after five failures, probed after 30 s, and used again when the probe succeeds", async () => {
    const { world, email, troubles, run, runFor } = setUp({ options: { perWay: 1 } });
    email.behaviour = () => new RetryLater("503", null);
    for (let i = 0; i < 20; i++) world.add({ dueBy: NOON + 10 * HOUR });

    await run();
    expect(email.calls).toHaveLength(5);
    expect(troubles.map(({ what }) => what)).toEqual(["breaker_open"]);
    await runFor(29 * SECOND);
    expect(email.calls).toHaveLength(5);
    await runFor(SECOND);
    expect(email.calls).toHaveLength(6);
    email.behaviour = () => null;
    await runFor(31 * SECOND);

    expect(email.sent).toHaveLength(20);
    expect(troubles.map(({ what }) => what)).toEqual(["breaker_open", "works"]);
  });

  it("is left alone for this tenant and channel only", async () => {
    const { world, email, sms, run } = setUp({ options: { perWay: 1 } });
    world.tenants.set("t2", aTenant({ id: "t2" }));
    world.channels.push({ tenant: "t2", kind: "email", system: "fake-email", settings: {} });
    email.behaviour = (_call, { tenant }) => (tenant === "t1" ? new RetryLater("503", null) : null);
    for (let i = 0; i < 10; i++) {
      world.add({});
      world.add({ channel: "sms" });
      world.add({ tenant: "t2" });
    }

    await run();

    expect(email.sent).toHaveLength(10);
    expect(sms.sent).toHaveLength(10);
  });
});

describe("a tenant whose channels cannot be read", () => {
  it("waits, and everybody else's messages go on", async () => {
    const { world, email, run, runFor } = setUp();
    world.tenants.set("t2", aTenant({ id: "t2" }));
    world.channels.push({ tenant: "t2", kind: "email", system: "fake-email", settings: {} });
    world.unreadable.add("t1");
    const waits = world.add({});
    const goes = world.add({ tenant: "t2" });

    await run();

    expect(email.sent).toHaveLength(1);
    expect([world.row(waits.id).status, world.row(goes.id).status]).toEqual(["queued", "sent"]);

    world.unreadable.clear();
    await runFor(3 * SECOND);

    expect(world.row(waits.id).status).toBe("sent");
  });
});

describe("a slow tenant or provider", () => {
  it("keeps its own calls few, and everybody else's messages go on", async () => {
    const { world, email, sms, clock, deliverer } = setUp({ options: { perWay: 4, callTimeout: 30_000 } });
    world.tenants.set("t2", aTenant({ id: "t2" }));
    world.channels.push({ tenant: "t2", kind: "email", system: "fake-email", settings: {} });
    const hanging: (() => void)[] = [];
    email.behaviour = (_call, { tenant }) =>
      tenant === "t1" ? () => new Promise((resolve) => hanging.push(() => resolve("late"))) : null;
    for (let i = 0; i < 2_000; i++) world.add({ priority: 99 });
    for (let i = 0; i < 30; i++) world.add({ tenant: "t2", priority: 1 });
    for (let i = 0; i < 30; i++) world.add({ channel: "sms", priority: 1 });

    await deliverer.tick(clock.now());
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));

    expect(hanging).toHaveLength(4);
    expect(email.sent).toHaveLength(30);
    expect(sms.sent).toHaveLength(30);
    const stopped = deliverer.stop();
    for (const release of hanging) release();
    await stopped;
  });
});

describe("an answer that is not clear", () => {
  it("leaves the row in doubt, and it is not sent again", async () => {
    const { world, email, runFor, run } = setUp();
    email.behaviour = () => new InDoubt("no answer");
    world.add({ id: "d1" });

    await run();
    await runFor(2 * MINUTE);

    expect(email.calls).toHaveLength(1);
    expect(world.row("d1")).toMatchObject({ status: "in_doubt", detail: "no answer" });
  });

  it("is what a channel gives that fails in an unforeseen way; the worker goes on", async () => {
    const { world, email, run } = setUp();
    email.behaviour = (call) => (call === 0 ? new TypeError("undefined is not a function") : null);
    world.add({ id: "d1", priority: 99 });
    world.add({ id: "d2", priority: 1 });

    await run();

    expect(world.row("d1")).toMatchObject({ status: "in_doubt", detail: "The channel failed half-way" });
    expect(world.row("d2").status).toBe("sent");
  });

  it("is what a channel gives that does not even stop when it is told to", async () => {
    const { world, email, clock, deliverer } = setUp();
    email.behaviour = () => () => new Promise(() => {});
    world.add({ id: "d1" });

    await deliverer.tick(clock.now());
    await clock.advanceAsync(30 * SECOND);
    expect(world.row("d1").status).toBe("sending");
    await clock.advanceAsync(SECOND);
    await deliverer.idle();

    expect(world.row("d1").status).toBe("in_doubt");
  });
});

describe("a store that takes no writes", () => {
  it("leaves the row queued when it cannot be claimed; the next tick tries again", async () => {
    const { world, email, run, runFor } = setUp();
    world.failing = 1;
    world.add({ id: "d1" });

    await run();
    expect(email.calls).toHaveLength(0);
    await runFor(SECOND);

    expect(world.row("d1").status).toBe("sent");
  });

  it("is offered a result again until it takes it, and the message is not sent again", async () => {
    const { world, email, clock, deliverer } = setUp();
    email.behaviour = () => {
      world.failing = 3;
      return null;
    };
    world.add({ id: "d1" });

    await deliverer.tick(clock.now());
    await clock.advanceAsync(5 * SECOND);
    await deliverer.idle();

    expect(email.calls).toHaveLength(1);
    expect(world.row("d1").status).toBe("sent");
  });

  it("does not stop a message from being prepared again when its copy cannot be kept", async () => {
    const { world, email, run, runFor, deps } = setUp();
    let broken = true;
    const keep = world.store.saveSentCopy;
    Object.assign(deps.store, {
      saveSentCopy: (copy: Parameters<typeof keep>[0]) =>
        broken ? Promise.reject(new Error("disk full")) : keep(copy),
    });
    world.add({ id: "d1" });

    await run();
    expect(email.calls).toHaveLength(0);
    expect(world.row("d1")).toMatchObject({ status: "queued", detail: "the message could not be prepared" });
    broken = false;
    await runFor(2 * SECOND);

    expect(world.row("d1").status).toBe("sent");
  });
});

describe("stopping", () => {
  it("waits for what is under way and starts nothing new", async () => {
    const { world, email, clock, deliverer } = setUp({ options: { perWay: 1 } });
    let answer = () => {};
    email.behaviour = () => () =>
      new Promise((resolve) => {
        answer = () => resolve("id-1");
      });
    world.add({ id: "d1", priority: 9 });
    world.add({ id: "d2", priority: 1 });
    await deliverer.tick(clock.now());
    await clock.advanceAsync(0);

    const drained = deliverer.drain();
    await clock.advanceAsync(SECOND);
    answer();
    await drained;
    deliverer.wake();
    await deliverer.tick(clock.now());

    expect(world.row("d1").status).toBe("sent");
    expect(world.row("d2").status).toBe("queued");
  });

  it("tells a slow call to stop after 8 s; what had left is in doubt", async () => {
    const { world, email, clock, deliverer } = setUp();
    email.behaviour = () => (_message, _settings, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new InDoubt("told to stop")));
      });
    world.add({ id: "d1" });
    await deliverer.tick(clock.now());
    await clock.advanceAsync(0);

    const drained = deliverer.drain();
    await clock.advanceAsync(8 * SECOND);
    await drained;

    expect(world.row("d1").status).toBe("in_doubt");
  });
});

describe("dry run", () => {
  it("writes what would have been sent, and sends nothing", async () => {
    const { world, email, deliverer } = setUp();
    const row = world.add({ id: "d1", status: "dry_run" });
    const effects = [{ kind: "delivery", row }] as const;

    world.emit({ tenant: "t1", seq: 1, at: NOON, event: null, effects });
    await deliverer.idle();

    expect(email.calls).toHaveLength(0);
    expect(world.copies.get("d1")?.rendered).toMatchObject({ text: "Text of d1" });
  });
});
