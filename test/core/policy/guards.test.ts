import { describe, expect, test } from "vitest";
import { REASONS } from "../../../server/core/decision.ts";
import type { Question } from "../../../server/core/policy/contract.ts";
import { GUARDS } from "../../../server/core/policy/guards.ts";
import { judge } from "../../../server/core/policy/judge.ts";
import { ALL_ON } from "../../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, type Millis } from "../../../server/core/time.ts";
import {
  aDelivery,
  aLoner,
  aMatch,
  aMessage,
  anAccount,
  anIncident,
  aPattern,
  aPerson,
  aPursuit,
  aTenant,
  aTicket,
  aUnit,
  NOON,
} from "../../builders.ts";
import { aQuestion, someFacts } from "./question.ts";

/** "send in_app.notification", "stop switched_off", "hold cap 24h": the answer, with the hold's length. */
function answer(changes: Partial<Question> = {}): string {
  const question = aQuestion(changes);
  const { kind, reason, channel, until } = judge(question);
  if (kind === "send") return `send ${channel}`;
  return until === null ? `${kind} ${reason}` : `${kind} ${reason} ${length(until - question.now)}`;
}
const length = (millis: Millis) => (millis % HOUR === 0 ? `${millis / HOUR}h` : `${millis / MINUTE}m`);

const to = (person: Parameters<typeof aPerson>[0]) => aUnit({ persons: [aPerson(person)] });
const messages = (...list: Parameters<typeof aMessage>[0][]) => to({ messages: list.map(aMessage) });
const byEmail = aPattern({ channels: ["email"] });
const night = { now: NOON + 10 * HOUR, pursuit: aPursuit({ dueBy: NOON + 11 * HOUR }) };

test("sends when nothing stands in the way", () => {
  expect(answer()).toBe("send in_app.notification");
});

test("the guards stand in the order of the reasons", () => {
  const order = GUARDS.map(({ reason }) => reason).filter((reason) => reason !== "ladder_end");

  expect([...new Set(order)]).toEqual(REASONS);
});

describe("switched_off", () => {
  test.each([
    ["the tenant is switched off", { tenant: aTenant({ switches: { ...ALL_ON, tenant: true } }) }],
    ["the pattern is switched off", { tenant: aTenant({ switches: { ...ALL_ON, patterns: ["P-001"] } }) }],
    ["the pattern is paused", { pattern: aPattern({ status: "paused" }) }],
    ["the account is excluded", { tenant: aTenant({ settings: { excluded: ["acme"] } }) }],
    ["the store says so at the moment of claiming", { facts: someFacts({ switchedOff: true }) }],
    [
      "all its channels are switched off",
      { tenant: aTenant({ switches: { ...ALL_ON, channels: ["in_app", "email"] } }) },
    ],
  ])("stops when %s", (_words, changes) => {
    expect(answer(changes)).toBe("stop switched_off");
  });

  test("walks on when only one channel is switched off", () => {
    expect(answer({ tenant: aTenant({ switches: { ...ALL_ON, channels: ["in_app"] } }) })).toBe("send email");
  });

  test("another pattern's switch changes nothing", () => {
    expect(answer({ tenant: aTenant({ switches: { ...ALL_ON, patterns: ["P-002"] } }) })).toMatch(/^send/);
  });
});

test("retracted: stops when a late event undid the match", () => {
  expect(answer({ match: aMatch({ state: "retracted" }) })).toBe("stop retracted");
});

test("resolved: stops when the match recovered or was helped", () => {
  expect(answer({ resolved: true })).toBe("stop resolved");
});

describe("below", () => {
  test.each([
    ["a score of 30 is normal", { score: 30 }, "stop below"],
    ["a score of 31 is watch: in-app", { score: 31 }, "send in_app.notification"],
    ["watch has no email", { score: 60, pattern: byEmail }, "stop below"],
    ["an alert has", { score: 61, pattern: byEmail }, "send email"],
    [
      "watch has what the pattern lists",
      { score: 40, pattern: aPattern({ channels: ["email"], watch: ["email"] }) },
      "send email",
    ],
    [
      "watch walks past what it has not",
      { score: 40, pattern: aPattern({ channels: ["email", "in_app.banner"] }) },
      "send in_app.banner",
    ],
    [
      "an experimental pattern needs 71",
      { score: 70, pattern: aPattern({ status: "experimental" }) },
      "stop below",
    ],
    [
      "and acts from there",
      { score: 71, pattern: aPattern({ status: "experimental" }) },
      "send in_app.notification",
    ],
    ["so does an experimental match", { score: 70, match: aMatch({ experimental: true }) }, "stop below"],
    [
      "an experimental pattern never acts in watch, wherever watch ends",
      {
        score: 75,
        match: aMatch({ experimental: true }),
        tenant: aTenant({ settings: { bands: { watch: 31, alert: 90, critical: 95 } } }),
      },
      "stop below",
    ],
  ])("%s", (_words, changes, expected) => {
    expect(answer(changes)).toBe(expected);
  });
});

describe("opted_out", () => {
  test.each([
    ["everything was stopped", { unit: to({ stoppedAt: NOON - DAY }) }],
    ["the stop stands only in the store yet", { facts: someFacts({ stopped: true }) }],
    ["every channel of the ladder is off", { unit: to({ channelsOff: ["in_app", "email"] }) }],
  ])("stops when %s", (_words, changes) => {
    expect(answer(changes)).toBe("stop opted_out");
  });

  test("walks on when one channel is off, here or in the store", () => {
    expect(answer({ unit: to({ channelsOff: ["in_app"] }) })).toBe("send email");
    expect(answer({ facts: someFacts({ channelsOff: ["in_app"] }) })).toBe("send email");
  });
});

describe("no_consent", () => {
  test.each([
    ["sms", "stop no_consent"],
    ["voice", "stop no_consent"],
    ["push", "stop no_consent"],
    ["email", "send email"],
    ["chat", "send chat"],
    ["in_app.banner", "send in_app.banner"],
  ] as const)("%s to somebody who was never asked", (channel, expected) => {
    expect(answer({ unit: to({ consent: {} }), pattern: aPattern({ channels: [channel] }) })).toBe(expected);
  });

  test.each(["sms", "voice", "push", "email"] as const)("%s to somebody who refused it", (channel) => {
    const refused = { email: false, sms: false, phone: false, push: false };

    expect(answer({ unit: to({ consent: refused }), pattern: aPattern({ channels: [channel] }) })).toBe(
      "stop no_consent",
    );
  });

  test("an agreement that the store does not know does not count", () => {
    const pattern = aPattern({ channels: ["sms"] });

    expect(answer({ pattern, facts: someFacts({ consent: {} }) })).toBe("stop no_consent");
  });

  test("a refusal counts even when the store does not know it yet", () => {
    const unit = to({ consent: { email: false } });

    expect(answer({ unit, pattern: byEmail, facts: someFacts() })).toBe("stop no_consent");
  });
});

describe("unreachable", () => {
  const nowhere = { email: false, phone: false, push: false, bouncedEmail: false, bouncedPhone: false };
  const bounced = { email: true, phone: true, push: true, bouncedEmail: true, bouncedPhone: true };

  test.each([
    ["email without an address", "email", nowhere],
    ["email that bounced", "email", bounced],
    ["sms without a number", "sms", nowhere],
    ["sms to a dead number", "sms", bounced],
    ["voice without a number", "voice", nowhere],
    ["push without a device", "push", nowhere],
  ] as const)("holds %s until the match is due", (_words, channel, reach) => {
    expect(answer({ unit: to({ reach }), pattern: aPattern({ channels: [channel] }) })).toBe(
      "hold unreachable 1h",
    );
  });

  test("stops from the moment at which the match is due", () => {
    const late = { pattern: byEmail, unit: to({ reach: nowhere }), pursuit: aPursuit({ dueBy: NOON }) };

    expect(answer(late)).toBe("stop unreachable");
  });

  test("walks on to a channel that needs no address", () => {
    const pattern = aPattern({ channels: ["email", "in_app.banner"] });

    expect(answer({ unit: to({ reach: nowhere }), pattern })).toBe("send in_app.banner");
  });

  test("holds when nobody is known", () => {
    expect(answer({ match: aMatch({ person: null }) })).toBe("hold unreachable 1h");
  });

  test("shows an anonymous prompt in the session when nobody is known", () => {
    const pattern = aPattern({ anonymous: true, channels: ["sms", "in_app.prompt"] });
    const match = aMatch({ person: null, data: { session: "s-1" } });

    expect(answer({ pattern, match })).toBe("send in_app.prompt");
    expect(answer({ pattern, match: aMatch({ person: null, data: {} }) })).toBe("hold unreachable 1h");
    expect(answer({ pattern: aPattern({ channels: ["in_app.prompt"] }), match })).toBe("hold unreachable 1h");
  });

  test("does not show a prompt made for a person who is no longer known", () => {
    const pattern = aPattern({ anonymous: true, channels: ["in_app.prompt"] });

    expect(answer({ pattern, person: "erased", match: aMatch({ data: { session: "s-1" } }) })).toBe(
      "hold unreachable 1h",
    );
  });
});

describe("not_ready", () => {
  const without = (...channels: string[]) =>
    aTenant({ notReady: new Map(channels.map((channel) => [`api-rate-limit|${channel}`, "no link"])) });
  const { channels } = aTenant();

  test("stops when no channel has its template and links", () => {
    expect(answer({ tenant: without("in_app.notification", "email") })).toBe("stop not_ready");
  });

  test("walks on when one has", () => {
    expect(answer({ tenant: without("in_app.notification") })).toBe("send email");
  });

  test("a channel that is not there is not ready; a preview is", () => {
    expect(answer({ pattern: byEmail, tenant: aTenant({ channels: { ...channels, email: "off" } }) })).toBe(
      "stop not_ready",
    );
    expect(
      answer({ pattern: byEmail, tenant: aTenant({ channels: { ...channels, email: "preview" } }) }),
    ).toBe("send email");
  });
});

test("muted: stops while 'I do not have this problem' holds for the family, and only for it", () => {
  expect(answer({ unit: to({ muted: { "api-rate-limit": NOON + 1 } }) })).toBe("stop muted");
  expect(answer({ unit: to({ muted: { "api-rate-limit": NOON } }) })).toMatch(/^send/);
  expect(answer({ unit: to({ muted: { other: NOON + DAY } }) })).toMatch(/^send/);
});

test("snoozed: holds until the date the customer chose", () => {
  expect(answer({ unit: to({ snoozedUntil: NOON + 5 * HOUR }) })).toBe("hold snoozed 5h");
  expect(answer({ unit: to({ snoozedUntil: NOON }) })).toMatch(/^send/);
});

test("paused: holds until the date an agent chose", () => {
  expect(answer({ unit: to({ pausedUntil: NOON + 7 * HOUR }) })).toBe("hold paused 7h");
  expect(answer({ unit: to({ pausedUntil: NOON }) })).toMatch(/^send/);
});

describe("duplicate", () => {
  const sameFamily = { family: "api-rate-limit" };

  test.each([
    ["this step was sent on", { pursuit: aPursuit({ sentSteps: [0] }) }],
    ["a later step was sent on already", { pursuit: aPursuit({ sentSteps: [1] }) }],
    [
      "the family has a message waiting, however old",
      { unit: messages({ ...sameFamily, state: "reserved" }) },
    ],
    ["the family has a message in doubt", { unit: messages({ ...sameFamily, state: "in_doubt" }) }],
    [
      "a broadcast about it went out",
      { unit: messages({ ...sameFamily, at: NOON - HOUR, channel: "broadcast" }) },
    ],
    ["the family wrote less than 24 h ago", { unit: messages({ ...sameFamily, at: NOON - DAY + 1 }) }],
  ])("stops when %s", (_words, changes) => {
    expect(answer(changes)).toBe("stop duplicate");
  });

  test.each([
    ["the family wrote 24 h ago", { unit: messages({ ...sameFamily, at: NOON - DAY }) }],
    [
      "the family's message never left",
      { unit: messages({ ...sameFamily, at: NOON - HOUR, state: "void" }) },
    ],
    ["another family has a message waiting", { unit: messages({ state: "reserved" }) }],
    [
      "the message of the family was this match's own, at an earlier step",
      {
        step: 1,
        pursuit: aPursuit({ sentSteps: [0] }),
        unit: messages({ ...sameFamily, match: "match-1", at: NOON - 3 * HOUR }),
      },
    ],
  ])("sends when %s", (_words, changes) => {
    expect(answer(changes)).toMatch(/^send/);
  });

  test("a delivery being claimed is not its own duplicate, but another one on its step is", () => {
    const claim = { delivery: "d1", only: "email", person: "u1", step: 1 } as const;
    const pursuit = aPursuit({ sentSteps: [1], deliveries: ["d1", "d2"] });
    const both = (status: "sent" | "suppressed") =>
      aUnit({ deliveries: [aDelivery({ id: "d1" }), aDelivery({ id: "d2", status })] });

    expect(answer({ ...claim, pursuit, unit: both("suppressed") })).toBe("send email");
    expect(answer({ ...claim, pursuit, unit: both("sent") })).toBe("stop duplicate");
  });
});

describe("incident", () => {
  const during = (incident: Parameters<typeof anIncident>[0], rest: Partial<Question> = {}) =>
    answer({ tenant: aTenant({ incidents: [anIncident(incident)] }), ...rest });

  test.each([
    ["over all patterns", { scope: { kind: "all" } }],
    ["of the pattern", { scope: { kind: "pattern", name: "P-001" } }],
    ["of the component, by family", { scope: { kind: "component", name: "api-rate-limit" } }],
    ["of the account", { scope: { kind: "account", name: "acme" } }],
  ] as const)("holds during one %s", (_words, incident) => {
    expect(during(incident)).toBe("hold incident 10m");
  });

  test("holds during one of the component that the evidence names", () => {
    const match = aMatch({ data: { component: "export" } });

    expect(during({ scope: { kind: "component", name: "export" } }, { match })).toBe("hold incident 10m");
  });

  test.each([
    ["another pattern", { scope: { kind: "pattern", name: "P-002" } }],
    ["another component", { scope: { kind: "component", name: "billing" } }],
    ["another account", { scope: { kind: "account", name: "other" } }],
  ] as const)("does not hold during one of %s", (_words, incident) => {
    expect(during(incident)).toMatch(/^send/);
  });

  test("does not hold once it ended", () => {
    expect(during({ scope: { kind: "all" }, endedAt: NOON })).toMatch(/^send/);
  });

  test("over all patterns lets urgent and billing pass", () => {
    expect(during({ scope: { kind: "all" } }, { pattern: aPattern({ urgent: true }) })).toMatch(/^send/);
    expect(during({ scope: { kind: "all" } }, { pattern: aPattern({ issue: "billing" }) })).toMatch(/^send/);
  });

  test("of its own pattern holds urgent ones too", () => {
    const scope = { kind: "pattern", name: "P-001" } as const;

    expect(during({ scope }, { pattern: aPattern({ urgent: true }) })).toBe("hold incident 10m");
  });
});

describe("cooldown", () => {
  const withTicket = (ticket: Parameters<typeof aTicket>[0]) => to({ tickets: [aTicket(ticket)] });
  const withColleague = (ticket: Parameters<typeof aTicket>[0]) =>
    aUnit({ persons: [aPerson(), aPerson({ id: "u2", tickets: [aTicket(ticket)] })] });

  test.each([
    ["the person wrote an hour ago, about anything", withTicket({ issue: "billing" }), "hold cooldown 47h"],
    ["about something we do not know", withTicket({ issue: null, open: false }), "hold cooldown 47h"],
    ["reopened it just now", withTicket({ openedAt: NOON - 9 * DAY, at: NOON }), "hold cooldown 48h"],
    ["a colleague wrote about the same", withColleague({}), "hold cooldown 47h"],
    ["an old ticket about the same is open", withTicket({ at: NOON - 49 * HOUR }), "hold cooldown 1h"],
    [
      "a colleague's old ticket about the same is open",
      withColleague({ at: NOON - 9 * DAY }),
      "hold cooldown 1h",
    ],
  ])("holds when %s", (_words, unit, expected) => {
    expect(answer({ unit })).toBe(expected);
  });

  test.each([
    ["48 h have passed and it is solved", withTicket({ at: NOON - 48 * HOUR, open: false })],
    ["an old ticket about something else is open", withTicket({ at: NOON - 48 * HOUR, issue: "billing" })],
    ["a colleague wrote about something else", withColleague({ issue: "billing" })],
    ["a colleague wrote about something we do not know", withColleague({ issue: null })],
  ])("sends when %s", (_words, unit) => {
    expect(answer({ unit })).toMatch(/^send/);
  });

  test("lasts for 48 h from the newest of several tickets", () => {
    const tickets = [aTicket({ at: NOON - 2 * HOUR }), aTicket({ id: "ticket-2", at: NOON - 40 * HOUR })];

    expect(answer({ unit: to({ tickets }) })).toBe("hold cooldown 46h");
  });
});

describe("holdout", () => {
  const everybody = aTenant({ settings: { holdout: { percent: 100, salt: "s" } } });

  test("stops for the control group, and records what would have been done", () => {
    expect(judge(aQuestion({ tenant: everybody }))).toMatchObject({
      kind: "stop",
      reason: "holdout",
      wouldHave: { kind: "send", reason: "none", channel: "in_app.notification" },
    });
  });

  test("records that a guard after it would have held", () => {
    const unit = messages({ at: NOON - HOUR });

    expect(judge(aQuestion({ tenant: everybody, unit })).wouldHave).toEqual({
      kind: "hold",
      reason: "gap",
      channel: "in_app.notification",
    });
  });

  test("records the channel that the night would have left", () => {
    const pattern = aPattern({ channels: ["email", "in_app.banner"] });

    expect(judge(aQuestion({ ...night, tenant: everybody, pattern })).wouldHave).toEqual({
      kind: "send",
      reason: "none",
      channel: "in_app.banner",
    });
  });

  test("a guard before it names the reason, and nothing is recorded", () => {
    const unit = to({ tickets: [aTicket()] });

    expect(judge(aQuestion({ tenant: everybody, unit }))).toMatchObject({ reason: "cooldown" });
    expect(judge(aQuestion({ tenant: everybody, unit }))).not.toHaveProperty("wouldHave");
  });

  test("urgent help is never withheld", () => {
    expect(answer({ tenant: everybody, pattern: aPattern({ urgent: true }) })).toMatch(/^send/);
  });

  test("nobody is withheld at 0 %", () => {
    expect(answer({ tenant: aTenant({ settings: { holdout: { percent: 0, salt: "s" } } }) })).toMatch(
      /^send/,
    );
  });

  test("persons without an account are drawn too", () => {
    expect(answer({ tenant: everybody, unit: aLoner() })).toBe("stop holdout");
  });
});

describe("review", () => {
  test.each([
    ["we are not sure", { pattern: aPattern({ confidence: 0.49 }) }],
    ["it is delicate", { pattern: aPattern({ sensitive: true }) }],
  ])("holds until it is due when %s", (_words, changes) => {
    expect(answer(changes)).toBe("hold review 1h");
    expect(answer({ ...changes, pursuit: aPursuit({ dueBy: NOON }) })).toBe("stop review_expired");
    expect(answer({ ...changes, approved: true })).toMatch(/^send/);
  });

  test("a confidence of one half is enough", () => {
    expect(answer({ pattern: aPattern({ confidence: 0.5 }) })).toMatch(/^send/);
  });
});

describe("cap", () => {
  const two = (first: Millis, second: Millis) => messages({ at: first }, { at: second, delivery: "d2" });

  test("holds when two were sent in the last 24 h, until the first of them leaves", () => {
    expect(answer({ unit: two(NOON - 20 * HOUR, NOON - 3 * HOUR) })).toBe("hold cap 4h");
  });

  test("a message counts until just before 24 h later", () => {
    expect(answer({ unit: two(NOON - DAY + MINUTE, NOON - 3 * HOUR) })).toBe("hold cap 1m");
    expect(answer({ unit: two(NOON - DAY, NOON - 3 * HOUR) })).toMatch(/^send/);
  });

  test("with more than two, holds until only one is left", () => {
    const unit = messages({ at: NOON - 23 * HOUR }, { at: NOON - 22 * HOUR }, { at: NOON - 5 * HOUR });

    expect(answer({ unit })).toBe("hold cap 2h");
  });

  test.each(["reserved", "in_doubt", "sent"] as const)("a message that is %s counts", (state) => {
    expect(answer({ unit: messages({ at: NOON - 3 * HOUR, state }, { at: NOON - 4 * HOUR }) })).toBe(
      "hold cap 20h",
    );
  });

  test.each([
    ["a message that never left", { state: "void" }],
    ["a call by one of us", { channel: "human.phone" }],
    ["a broadcast", { channel: "broadcast" }],
    ["a dry run of before, now that we are live", { dry: true }],
    ["the delivery being claimed", { delivery: "d1" }],
  ] as const)("%s does not count", (_words, message) => {
    const unit = messages({ at: NOON - 4 * HOUR }, { at: NOON - 3 * HOUR, ...message });

    expect(answer({ unit, delivery: "d1" })).toMatch(/^send/);
  });

  test("in a dry run, what it decided counts", () => {
    const tenant = aTenant({ rollout: { all: false, accounts: [], segments: [], percent: 0 } });
    const unit = messages({ at: NOON - 3 * HOUR, dry: true }, { at: NOON - 4 * HOUR, dry: true });

    expect(answer({ unit, tenant })).toBe("hold cap 20h");
  });

  test("messages from the person's other accounts count", () => {
    const facts = someFacts({ elsewhere: [NOON - 3 * HOUR, NOON - 4 * HOUR] });

    expect(answer({ facts })).toBe("hold cap 20h");
  });

  test("urgent ones do not pass it", () => {
    const pattern = aPattern({ urgent: true });

    expect(answer({ pattern, unit: two(NOON - 4 * HOUR, NOON - 3 * HOUR) })).toBe("hold cap 20h");
  });

  test("a cap of none is never free", () => {
    const tenant = aTenant({ settings: { cap: { messages: 0, within: DAY } } });

    expect(answer({ tenant })).toBe("hold cap 24h");
  });
});

describe("gap", () => {
  test("holds when the customer was messaged an hour ago", () => {
    expect(answer({ unit: messages({ at: NOON - HOUR }) })).toBe("hold gap 1h");
  });

  test("two hours are enough", () => {
    expect(answer({ unit: messages({ at: NOON - 2 * HOUR }) })).toMatch(/^send/);
  });

  test("a message from another account of theirs counts", () => {
    expect(answer({ facts: someFacts({ elsewhere: [NOON - HOUR] }) })).toBe("hold gap 1h");
  });

  test("urgent ones pass", () => {
    expect(answer({ unit: messages({ at: NOON - HOUR }), pattern: aPattern({ urgent: true }) })).toMatch(
      /^send/,
    );
  });
});

describe("quiet", () => {
  const by = (channel: "email" | "sms" | "voice" | "push" | "chat" | "in_app.banner", urgent = false) =>
    aPattern({ channels: [channel], urgent });

  test.each(["email", "sms", "voice", "push", "chat"] as const)(
    "holds %s at night until 08:00",
    (channel) => {
      expect(answer({ ...night, pattern: by(channel) })).toBe("hold quiet 10h");
    },
  );

  test("in-app passes, as only somebody who is there sees it", () => {
    expect(answer({ ...night, pattern: by("in_app.banner") })).toBe("send in_app.banner");
  });

  test("it is the night of the person, else of the account, else of the tenant", () => {
    const tokyo = (person: string | null, account: string | null, tenant: string) =>
      answer({
        pattern: byEmail,
        tenant: aTenant({ settings: { timeZone: tenant } }),
        unit: aUnit({ account: anAccount({ timeZone: account }), persons: [aPerson({ timeZone: person })] }),
      });

    expect(tokyo("Asia/Tokyo", "UTC", "UTC")).toBe("hold quiet 11h");
    expect(tokyo(null, "Asia/Tokyo", "UTC")).toBe("hold quiet 11h");
    expect(tokyo("Not/AZone", null, "Asia/Tokyo")).toBe("hold quiet 11h");
    expect(tokyo("UTC", "Asia/Tokyo", "Asia/Tokyo")).toBe("send email");
  });

  test("urgent email passes, urgent push and calls do not", () => {
    expect(answer({ ...night, pattern: by("email", true) })).toBe("send email");
    expect(answer({ ...night, pattern: by("push", true) })).toBe("hold quiet 10h");
    expect(answer({ ...night, pattern: by("voice", true) })).toBe("hold quiet 10h");
  });

  test.each([
    ["9:59 ago passes", 10 * MINUTE - 1000, "send sms"],
    ["10 min ago does not", 10 * MINUTE, "hold quiet 10h"],
  ])("urgent sms to somebody who did something %s", (_words, ago, expected) => {
    const unit = to({ lastEventAt: night.now - ago });

    expect(answer({ ...night, unit, pattern: by("sms", true) })).toBe(expected);
    expect(answer({ ...night, unit, pattern: by("sms") })).toBe("hold quiet 10h");
  });

  test("urgent sms to somebody never seen waits", () => {
    expect(answer({ ...night, unit: to({ lastEventAt: null }), pattern: by("sms", true) })).toBe(
      "hold quiet 10h",
    );
  });

  test("calls rest at weekends, email does not", () => {
    const saturday = { now: NOON + 5 * DAY, pursuit: aPursuit({ dueBy: NOON + 6 * DAY }) };

    expect(answer({ ...saturday, pattern: by("voice") })).toBe("hold quiet 44h");
    expect(answer({ ...saturday, pattern: by("email") })).toBe("send email");
  });
});

describe("stale", () => {
  test.each([
    ["72 h in one piece", { heldSince: NOON - 72 * HOUR }, "stop stale"],
    ["72 h in all", { heldFor: 70 * HOUR, heldSince: NOON - 2 * HOUR }, "stop stale"],
    ["72 h of earlier holds", { heldFor: 72 * HOUR }, "stop stale"],
    [
      "a minute less",
      { heldFor: 70 * HOUR, heldSince: NOON - 2 * HOUR + MINUTE },
      "send in_app.notification",
    ],
  ])("held for %s", (_words, held, expected) => {
    expect(answer({ pursuit: aPursuit(held) })).toBe(expected);
  });
});
