import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { InDoubt } from "../../server/integrations/contract.ts";
import { NOON } from "../builders.ts";
import { type Setup, setUp } from "./deliver-setup.ts";

/** A row that was claimed a minute ago by a server that is gone. */
const orphan = {
  id: "d1",
  status: "sending",
  attempts: 1,
  fence: 1,
  claimedAt: NOON - MINUTE,
  leaseUntil: NOON,
} as const;

const keepCopyOf = ({ world }: Setup, claim: number) => {
  const rendered = { kind: "sms", text: "Text of d1", claim };
  world.copies.set("d1", { tenant: "t1", delivery: "d1", person: "u1", at: NOON - MINUTE, rendered });
};

describe("a row that was being sent when the server stopped", () => {
  it("is in doubt once its lease has run out, not before", async () => {
    const setup = setUp();
    const { world, run, runFor, email } = setup;
    keepCopyOf(setup, 1);
    world.add({ ...orphan, leaseUntil: NOON + 10 * SECOND });

    await run();
    expect(world.row("d1").status).toBe("sending");
    await runFor(MINUTE);

    expect(world.row("d1").status).toBe("in_doubt");
    expect(email.calls).toHaveLength(0);
  });

  it("is in doubt at once when a new life begins, and asked about: nobody else can be sending it", async () => {
    const setup = setUp();
    const { world, sms, deliverer } = setup;
    keepCopyOf(setup, 1);
    sms.lookUp = { kind: "sent", providerId: "SM1" };
    world.add({ ...orphan, channel: "sms", claimedAt: NOON - SECOND, leaseUntil: NOON + 59 * SECOND });

    await deliverer.resume(NOON);
    await deliverer.idle();

    expect(world.row("d1")).toMatchObject({ status: "sent", providerId: "SM1" });
    expect(sms.calls).toHaveLength(0);
  });

  it("is sent at once by the next life when it never got as far as keeping its copy", async () => {
    const { world, email, deliverer, runFor } = setUp();
    world.add({ ...orphan, claimedAt: NOON - SECOND, leaseUntil: NOON + 59 * SECOND });

    await deliverer.resume(NOON);
    await runFor(SECOND);

    expect(email.sent.map(({ delivery }) => delivery)).toEqual(["d1"]);
  });

  it("keeps its lease when the store takes no writes at the start", async () => {
    const setup = setUp();
    const { world, deliverer } = setup;
    keepCopyOf(setup, 1);
    world.add({ ...orphan, leaseUntil: NOON + 59 * SECOND });
    world.failing = 100;

    const resumed = deliverer.resume(NOON);
    for (let waited = 0; waited < 60; waited++) await setup.clock.advanceAsync(SECOND);
    await resumed;

    expect(world.row("d1").status).toBe("sending");
  });

  it("is sent after all when it never got as far as keeping its copy", async () => {
    const { world, email, run, runFor } = setUp();
    world.add(orphan);

    await run();
    await runFor(SECOND);

    expect(email.sent.map(({ delivery }) => delivery)).toEqual(["d1"]);
    expect(world.row("d1")).toMatchObject({ status: "sent", attempts: 2 });
  });

  it("is sent after all when only an earlier claim had kept a copy", async () => {
    const setup = setUp();
    keepCopyOf(setup, 1);
    setup.world.add({ ...orphan, fence: 2, attempts: 2 });

    await setup.run();
    await setup.runFor(SECOND);

    expect(setup.email.sent).toHaveLength(1);
  });

  it("is offered to the page again when it is in-app: nobody may have seen it", async () => {
    const { world, run } = setUp();
    world.add({ ...orphan, channel: "in_app.banner" });

    await run();

    expect(world.row("d1")).toMatchObject({ status: "sent", seenAt: null });
  });
});

describe("a message in doubt at a provider that can be asked", () => {
  const inDoubt = async (changes: Partial<Setup["world"]["row"]> = {}) => {
    const setup = setUp();
    setup.sms.behaviour = (call) => (call === 0 ? new InDoubt("no answer") : null);
    setup.world.add({ id: "d1", channel: "sms", dueBy: NOON + HOUR, ...changes });
    await setup.run();
    return setup;
  };

  it("was sent when the provider has it", async () => {
    const { world, sms, runFor } = await inDoubt();
    sms.lookUp = { kind: "sent", providerId: "SM1" };

    await runFor(30 * SECOND);

    expect(world.row("d1")).toMatchObject({ status: "sent", providerId: "SM1" });
    expect(sms.calls).toHaveLength(1);
    expect(sms.lookUps).toEqual([{ delivery: "d1", to: "+15551230001", text: "Text of d1" }]);
  });

  it("is sent again when the provider does not have it, five minutes on and not earlier: lists lag", async () => {
    const { world, sms, runFor } = await inDoubt();
    sms.lookUp = { kind: "absent" };

    await runFor(4 * MINUTE + 59 * SECOND);
    expect(sms.calls).toHaveLength(1);
    await runFor(5 * MINUTE);

    expect(sms.calls).toHaveLength(2);
    expect(world.row("d1")).toMatchObject({ status: "sent", attempts: 2 });
  });

  it("fails when that is too late for the message", async () => {
    const { world, sms, runFor } = await inDoubt();
    world.rows.set("d1", { ...world.row("d1"), dueBy: NOON + MINUTE });
    sms.lookUp = { kind: "absent" };

    await runFor(10 * MINUTE);

    expect(world.row("d1")).toMatchObject({ status: "failed", detail: "the provider does not have it" });
    expect(sms.calls).toHaveLength(1);
  });

  it("is asked about again soon when nobody answered the question", async () => {
    const { sms, clock, run, world } = await inDoubt();
    clock.jumpTo(NOON + 10 * HOUR);
    const works = sms.adapter.lookUp;
    if (works === undefined) throw new Error("cannot be asked");
    let asked = 0;
    Object.assign(sms.adapter, {
      lookUp: (...question: Parameters<typeof works>) => {
        asked += 1;
        return asked === 1 ? Promise.reject(new Error("timed out")) : works(...question);
      },
    });
    sms.lookUp = { kind: "sent", providerId: "SM1" };

    await run();
    clock.jumpTo(NOON + 10 * HOUR + 31 * SECOND);
    await run();

    expect(world.row("d1")).toMatchObject({ status: "sent", providerId: "SM1" });
  });

  it("is asked about less and less often, and given up as unknown after a day", async () => {
    const { world, sms, clock, run } = await inDoubt();

    for (let at = NOON; at <= NOON + DAY; at += 30 * SECOND) {
      clock.jumpTo(at);
      await run();
    }

    expect(world.row("d1").status).toBe("unknown");
    expect(sms.lookUps.length).toBeLessThan(50);
    expect(sms.calls).toHaveLength(1);
  });
});

describe("a message in doubt at a provider that cannot be asked", () => {
  it("waits for the provider's webhook, and is unknown after a day", async () => {
    const setup = setUp();
    const { world, email, run, clock } = setup;
    email.behaviour = () => new InDoubt("no answer");
    world.add({ id: "d1" });
    await run();

    clock.jumpTo(NOON + DAY - SECOND);
    await run();
    expect(world.row("d1").status).toBe("in_doubt");
    clock.jumpTo(NOON + DAY + 30 * SECOND);
    await run();

    expect(world.row("d1").status).toBe("unknown");
    expect(email.calls).toHaveLength(1);
  });
});
