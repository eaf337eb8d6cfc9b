import { describe, expect, test } from "vitest";
import type { AttemptResult, ReceiptKind } from "../../../server/core/control.ts";
import type { Delivery } from "../../../server/core/delivery.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import { aDelivery, aMessage, aPattern, aPerson, aPursuit, aTracked, NOON } from "../../builders.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

const LADDER = aPattern({ channels: ["email", "sms", "human.l2"] });

/** An email to u1, queued. */
function queued(options: WorldOptions = {}): World {
  const world = createWorld({ patterns: [LADDER], ...options });
  world.trouble();
  return world;
}

/** And claimed. */
function claimed(options: WorldOptions = {}): World {
  const world = queued(options);
  world.claim(world.delivery().id);
  return world;
}

function ends(world: World, result: AttemptResult, fence = 1): Delivery {
  const { id } = world.deliveries()[0] ?? world.delivery();
  world.give({ kind: "attempted", delivery: id, fence, result });
  return world.unit.deliveries.get(id) ?? world.delivery();
}

const SENT: AttemptResult = { kind: "sent", providerId: "p1", preview: false };
const DOUBT: AttemptResult = { kind: "in_doubt", detail: "the connection was reset" };
const failed = (address: "bad" | "opted_out" | null): AttemptResult => ({
  kind: "failed",
  detail: "refused",
  address,
});
const retryAt = (at: number): AttemptResult => ({ kind: "retry", at, detail: "503" });

const channels = (world: World) => world.deliveries().map(({ channel, status }) => `${channel} ${status}`);
const counted = (world: World) => world.unit.persons.get("u1")?.messages.map(({ state }) => state);

describe("how an attempt ends", () => {
  test("sent: with the provider's name for it, from now on", () => {
    const world = claimed();
    world.now += MINUTE;

    expect(ends(world, { ...SENT, preview: true })).toMatchObject({
      status: "sent",
      sentAt: NOON + MINUTE,
      providerId: "p1",
      preview: true,
      leaseUntil: null,
    });
    expect(world.unit.persons.get("u1")?.messages).toMatchObject([{ state: "sent", at: NOON + MINUTE }]);
  });

  test("sent: the time in which it may be seen begins then", () => {
    const world = claimed();
    world.now += 10 * MINUTE;
    ends(world, SENT);

    expect(world.timers()).toContain("step match-1 20");
  });

  test("sent, when a later one took its place: the time of that one goes on", () => {
    const world = claimed({ tenant: { settings: { gap: 0 } } });
    ends(world, DOUBT);
    world.pass(20 * MINUTE);
    world.now += 5 * MINUTE;
    world.reports("accepted", "delivery-1");

    expect(channels(world)).toEqual(["email sent", "sms queued"]);
    expect(world.timers()).toContain("step match-1 15");
  });

  test("sent, when nothing more is to be done: no time begins", () => {
    const over = claimed();
    over.give({
      kind: "feedback",
      delivery: null,
      match: "match-1",
      person: "u1",
      answer: "yes",
      stars: null,
    });
    const gone = claimed();
    gone.unit.timers.length = 0;
    gone.tenant = {
      ...gone.tenant,
      library: createWorld({ patterns: [aPattern({ id: "P-9" })] }).tenant.library,
    };
    for (const world of [over, gone]) {
      ends(world, SENT);

      expect(world.delivery().status).toBe("sent");
      expect(world.timers().filter((timer) => timer.startsWith("step"))).toEqual([]);
    }
  });

  test("to be tried again: it waits until then, and keeps its place under the cap", () => {
    const world = claimed();
    world.now += MINUTE;
    const at = world.delivery().dueBy;

    expect(ends(world, retryAt(at))).toMatchObject({
      status: "queued",
      notBefore: at,
      detail: "503",
      leaseUntil: null,
    });
    expect(world.unit.persons.get("u1")?.messages).toMatchObject([{ state: "reserved", at: NOON + MINUTE }]);
  });

  test("to be tried again after it is due: that is too late, and the next channel is tried", () => {
    const world = claimed();

    expect(ends(world, retryAt(world.delivery().dueBy + 1))).toMatchObject({
      status: "failed",
      detail: "503",
    });
    expect(channels(world)).toEqual(["email failed", "sms queued"]);
    expect(world.unit.persons.get("u1")?.reach).toEqual(aPerson().reach);
  });

  test("in doubt: it is given up after a day, and counts until then", () => {
    const world = claimed();

    expect(ends(world, DOUBT)).toMatchObject({
      status: "in_doubt",
      detail: "the connection was reset",
      leaseUntil: null,
    });
    expect(counted(world)).toEqual(["in_doubt"]);
    expect(world.timers()).toContain("doubt delivery-1 1440");
  });

  test("failed: it counts against nothing, and the next channel is tried at once", () => {
    const world = claimed();

    expect(ends(world, failed(null))).toMatchObject({
      status: "failed",
      detail: "refused",
      leaseUntil: null,
    });
    expect(counted(world)).toEqual(["void", "reserved"]);
    expect(channels(world)).toEqual(["email failed", "sms queued"]);
  });

  test.each([
    ["email", "bouncedEmail"],
    ["sms", "bouncedPhone"],
  ] as const)("failed, as the address is bad: nothing goes to it any more (%s)", (channel, mark) => {
    const world = claimed({ patterns: [aPattern({ channels: [channel] })] });
    ends(world, failed("bad"));

    expect(world.unit.persons.get("u1")?.reach).toEqual({ ...aPerson().reach, [mark]: true });
  });

  test("failed, as they stopped us there: they stopped us everywhere", () => {
    const world = claimed();
    world.now += MINUTE;
    ends(world, failed("opted_out"));

    expect(world.unit.persons.get("u1")?.stoppedAt).toBe(NOON + MINUTE);
    expect(channels(world)).toEqual(["email failed"]);
  });

  test("failed on the last channel: a person of ours is asked", () => {
    const world = claimed({ patterns: [aPattern({ channels: ["email", "human.l2"] })] });
    ends(world, failed(null));

    expect(world.alerts().map(({ kind }) => kind)).toEqual(["critical", "human.l2"]);
    expect(world.decisions().map(({ channel }) => channel)).toEqual(["email", "email", "human.l2"]);
  });

  test("failed, while the next channel is held: nobody is asked yet", () => {
    const world = claimed({
      persons: [aPerson({ messages: [aMessage({ at: NOON - 25 * HOUR }), aMessage({ at: NOON - HOUR })] })],
      tenant: { settings: { gap: 0, cap: { messages: 2, within: DAY } } },
    });
    world.tenant = {
      ...world.tenant,
      settings: { ...world.tenant.settings, cap: { messages: 1, within: DAY } },
    };
    ends(world, failed(null));

    expect(world.decided()).toBe("hold cap");
    expect(world.alerts().map(({ kind }) => kind)).toEqual(["critical"]);
  });
});

describe("what is said about an attempt too late, or twice, changes nothing", () => {
  test.each<[string, (world: World) => unknown, AttemptResult, number]>([
    ["of an earlier claim", () => undefined, SENT, 0],
    ["failed, after sent", (world) => ends(world, SENT), failed("bad"), 1],
    ["in doubt, after sent", (world) => ends(world, SENT), DOUBT, 1],
    ["to be tried again, after sent", (world) => ends(world, SENT), retryAt(NOON + 1), 1],
    ["sent, after sent", (world) => ends(world, SENT), { ...SENT, providerId: "p2" }, 1],
    ["failed, while in doubt", (world) => ends(world, DOUBT), failed("bad"), 1],
    ["in doubt, while in doubt", (world) => ends(world, DOUBT), { ...DOUBT, detail: "again" }, 1],
    ["sent, while queued again", (world) => ends(world, retryAt(NOON + 1)), SENT, 1],
  ])("%s", (_words, before, result, fence) => {
    const world = claimed();
    before(world);
    const row = world.deliveries()[0];

    expect(ends(world, result, fence)).toEqual(row);
  });

  test("of a row that nobody knows", () => {
    const world = claimed();

    expect(world.give({ kind: "attempted", delivery: "another", fence: 1, result: SENT })).toEqual([]);
  });
});

describe("a message in doubt is settled", () => {
  test("by a look-up that found it sent", () => {
    const world = claimed();
    ends(world, DOUBT);

    expect(ends(world, SENT)).toMatchObject({ status: "sent", providerId: "p1" });
    expect(world.timers().filter((timer) => timer.startsWith("doubt"))).toEqual([]);
    expect(counted(world)).toEqual(["sent"]);
  });

  test("by a look-up that found nothing, so that it may be tried again", () => {
    const world = claimed();
    ends(world, DOUBT);

    expect(ends(world, retryAt(NOON + MINUTE)).status).toBe("queued");
    expect(world.timers().filter((timer) => timer.startsWith("doubt"))).toEqual([]);
  });

  test("by a day without a word: it is unknown, still counts, and ops hear of it", () => {
    const world = claimed();
    ends(world, DOUBT);
    world.pass(DAY);

    expect(world.deliveries()[0]).toMatchObject({
      status: "unknown",
      detail: expect.stringContaining("24 h"),
    });
    expect(counted(world)?.[0]).toBe("in_doubt");
    expect(world.alerts().find(({ kind }) => kind === "delivery")).toMatchObject({
      owner: "ops@example.com",
      createdAt: NOON + DAY,
      dueBy: NOON + DAY + 4 * HOUR,
    });
  });

  test("by the word of another unit that the doubt has lasted too long", () => {
    const world = claimed();
    ends(world, DOUBT);
    world.reports("unknown");

    expect(world.deliveries()[0]?.status).toBe("unknown");
    expect(world.timers().filter((timer) => timer.startsWith("doubt"))).toEqual([]);
  });

  test("by a failure that is reported, which ends the waiting for it", () => {
    const world = claimed();
    ends(world, DOUBT);
    world.reports("failed", "delivery-1");

    expect(world.deliveries()[0]?.status).toBe("failed");
    expect(world.timers().filter((timer) => timer.startsWith("doubt"))).toEqual([]);
  });

  const statusAfter = (world: World, receipt: ReceiptKind) => {
    world.now += MINUTE;
    world.give({ kind: "receipt", delivery: "delivery-1", receipt, at: NOON + MINUTE, providerId: "p9" });
    const { status, providerId, sentAt } = world.unit.deliveries.get("delivery-1") ?? world.delivery();
    return [status, providerId, sentAt];
  };

  test.each<[string, (world: World) => unknown]>([
    ["in doubt", (world) => ends(world, DOUBT)],
    ["being sent", () => undefined],
    ["queued again", (world) => ends(world, retryAt(NOON + 2 * MINUTE))],
  ])("by any word of the provider about one that is %s", (_words, before) => {
    const world = claimed();
    before(world);

    expect(statusAfter(world, "accepted")).toEqual(["sent", "p9", NOON + MINUTE]);
  });

  test("and one that is unknown is sent after all", () => {
    const world = claimed();
    ends(world, DOUBT);
    world.pass(DAY);
    world.reports("delivered", "delivery-1");

    expect(world.deliveries()[0]).toMatchObject({ status: "sent", sentAt: NOON + DAY });
  });

  test("but no word makes one sent that was never claimed", () => {
    expect(statusAfter(queued(), "accepted")).toEqual(["queued", null, null]);
  });

  test("the provider's own name for it is learned later, when a receipt was first", () => {
    const world = claimed();
    world.reports("accepted");
    world.now += MINUTE;

    expect(ends(world, SENT)).toMatchObject({ status: "sent", providerId: "p1", sentAt: NOON });
  });
});

describe("receipts", () => {
  /** What a receipt half an hour after sending changes in the row of the channel. */
  function changed(receipt: ReceiptKind, channel: "email" | "sms" = "email") {
    const world = queued({ patterns: [aPattern({ channels: [channel] })] });
    const before = world.sends();
    world.now += 10 * MINUTE;
    world.reports(receipt);
    return Object.entries(world.delivery())
      .filter(([name, value]) => before[name as keyof Delivery] !== value)
      .map(([name, value]) => `${name} ${value}`);
  }
  const at = NOON + 10 * MINUTE;

  test.each<[ReceiptKind, readonly string[]]>([
    ["accepted", []],
    ["deferred", []],
    ["delivered", [`deliveredAt ${at}`]],
    ["shown", [`seenAt ${at}`]],
    ["opened", [`seenAt ${at}`]],
    ["dismissed", [`seenAt ${at}`]],
    ["clicked", [`seenAt ${at}`, `clickedAt ${at}`]],
    ["failed", ["status failed", "detail not delivered"]],
    ["bounced", ["status failed", "detail bounced"]],
    ["complained", []],
    ["unsubscribed", []],
    ["unknown", []],
  ])("%s", (receipt, expected) => {
    expect(changed(receipt)).toEqual(expected);
  });

  test("a text message that arrived counts as seen", () => {
    expect(changed("delivered", "sms")).toEqual([`deliveredAt ${at}`, `seenAt ${at}`]);
  });

  test("what was said once is not said again with another time", () => {
    const world = queued();
    world.sends();
    for (const receipt of ["delivered", "opened", "clicked"] as const) world.reports(receipt, "delivery-1");
    const before = world.deliveries()[0];
    world.now += MINUTE;
    for (const receipt of ["delivered", "opened", "shown", "clicked"] as const)
      world.reports(receipt, "delivery-1");

    expect(world.deliveries()[0]).toEqual(before);
  });

  test("a failure is told in the provider's words", () => {
    const world = queued();
    world.sends();
    world.give({
      kind: "receipt",
      delivery: "delivery-1",
      receipt: "failed",
      at: NOON,
      detail: "mailbox full",
    });

    expect(world.deliveries()[0]?.detail).toBe("mailbox full");
    expect(world.unit.persons.get("u1")?.reach).toEqual(aPerson().reach);
  });

  test("a bounce later says that the address is bad, and the next channel is tried", () => {
    const world = queued();
    world.sends();
    world.now += MINUTE;
    world.reports("bounced");

    expect(world.unit.persons.get("u1")?.reach.bouncedEmail).toBe(true);
    expect(channels(world)).toEqual(["email failed", "sms queued"]);
  });

  test.each(["failed", "suppressed"] as const)("one that is %s does not fail again", (status) => {
    const world = createWorld();
    world.unit.deliveries.set("delivery-1", aDelivery({ status, detail: "before" }));
    world.reports("bounced", "delivery-1");

    expect(world.delivery().detail).toBe("before");
    expect(world.unit.persons.get("u1")?.reach.bouncedEmail).toBe(false);
  });

  test.each(["complained", "unsubscribed"] as const)("%s stops everything for them, then", (receipt) => {
    const world = queued();
    world.sends();
    world.give({ kind: "receipt", delivery: "delivery-1", receipt, at: NOON - MINUTE });

    expect(world.unit.persons.get("u1")?.stoppedAt).toBe(NOON - MINUTE);
  });

  test("a click ends what is done about the match", () => {
    const world = queued();
    world.sends();
    world.reports("clicked");

    expect(world.tracked()).toMatchObject({
      helped: "clicked",
      pursuit: { state: "ended", lastReason: "resolved" },
    });
    expect(world.timers().filter((timer) => /^(step|human)/.test(timer))).toEqual([]);
  });

  test("of a row that nobody knows changes nothing", () => {
    expect(queued().reports("clicked", "another")).toEqual([]);
  });

  test("what is said here of a row that went with its person is passed on to where it is", () => {
    const world = createWorld();
    world.unit.deliveries.set(
      "delivery-1",
      aDelivery({ unit: "account/globex", fence: 1, status: "sending" }),
    );
    const receipt = { kind: "receipt", delivery: "delivery-1", receipt: "opened", at: NOON } as const;
    const attempt = { kind: "attempted", delivery: "delivery-1", fence: 1, result: SENT } as const;

    expect(world.give(receipt)).toEqual([{ kind: "forward", unit: "account/globex", control: receipt }]);
    expect(world.give(attempt)).toEqual([{ kind: "forward", unit: "account/globex", control: attempt }]);
  });
});

describe("when a message was seen and the trouble goes on", () => {
  /** Sent, and seen at once. */
  function seen(options: WorldOptions = {}): World {
    const world = queued({ tenant: { settings: { gap: 0 } }, ...options });
    world.sends();
    world.reports("opened");
    return world;
  }

  test("the next channel is tried when its time comes", () => {
    const world = seen();
    world.now += MINUTE;
    world.happens();
    world.pass(19 * MINUTE);

    expect(channels(world)).toEqual(["email sent", "sms queued"]);
  });

  test("without new trouble it rests there", () => {
    const world = seen();
    world.pass(3 * HOUR);

    expect(channels(world)).toEqual(["email sent"]);
    expect(world.alerts().map(({ kind }) => kind)).toEqual(["critical"]);
  });

  test("new trouble after the step had come to rest starts it again: not before the usual time", () => {
    const world = seen({ patterns: [{ ...LADDER, quiet: 5 * HOUR }] });
    world.pass(30 * MINUTE);
    world.now += MINUTE;
    world.happens();

    expect(world.timers()).toContain("step match-1 0");
    expect(world.timers()).toContain("human match-1 89");
  });

  test("a person of ours is asked at the usual time after the first message, or at once when that has passed", () => {
    const world = seen({ patterns: [{ ...LADDER, quiet: 5 * HOUR }] });
    world.pass(3 * HOUR);
    const before = world.timers().filter((timer) => timer.startsWith("human"));
    world.now += MINUTE;
    world.happens();

    expect(before).toEqual([]);
    expect(world.timers()).toContain("human match-1 0");
  });

  test.each([
    ["waits for its provider", queued, "email queued"],
    ["is with its provider", claimed, "email sending"],
  ])("a message that still %s is not unseen: it is waited for", (_words, begin, expected) => {
    const world = begin();
    world.pass(20 * MINUTE);

    expect(channels(world)).toEqual([expected]);
    expect(world.timers()).toContain("step match-1 20");
  });

  test("one that waits in the product is: nobody looks", () => {
    const world = queued({ patterns: [aPattern({ channels: ["in_app.banner", "email"] })] });
    world.pass(20 * MINUTE);

    expect(channels(world)).toEqual(["in_app.banner suppressed", "email queued"]);
  });
});

test("the next step is not taken when there is nothing left to do about the match", () => {
  for (const changes of [
    { pursuit: aPursuit({ state: "ended", deliveries: ["delivery-1"] }) },
    { pursuit: aPursuit({ state: "review", deliveries: ["delivery-1"] }) },
    { pursuit: aPursuit({ state: "sent", deliveries: ["delivery-1"] }), silenced: "recovery" },
    { pursuit: aPursuit({ state: "sent", deliveries: ["delivery-1"] }), helped: "yes" },
    { pursuit: null },
  ] as const) {
    const world = createWorld({ patterns: [LADDER] });
    world.unit.tracked.set("match-1", aTracked(changes));
    world.unit.deliveries.set("delivery-1", aDelivery({ status: "sending", fence: 1 }));
    ends(world, failed(null));

    expect(channels(world)).toEqual(["email failed"]);
    expect(world.alerts()).toEqual([]);
  }
});

test("a message by hand that fails takes no step of the ladder", () => {
  const world = createWorld({ patterns: [LADDER] });
  const manual = { actor: "agent:ana", reason: "" };
  world.unit.tracked.set("match-1", aTracked({ pursuit: aPursuit({ state: "sent" }) }));
  world.unit.deliveries.set("delivery-1", aDelivery({ status: "sending", fence: 1, manual }));
  ends(world, failed(null));

  expect(channels(world)).toEqual(["email failed"]);
});
