import type { GuardReason, Reason } from "../../../server/core/decision.ts";
import { fraction } from "../../../server/core/hash.ts";
import type { Channel } from "../../../server/core/pattern.ts";
import type { Question } from "../../../server/core/policy/contract.ts";
import { DAY, HOUR, MINUTE, type Millis } from "../../../server/core/time.ts";
import type { PersonState } from "../../../server/core/unit.ts";
import { isQuiet, isWeekend } from "./wall-clock.ts";

/*
 * The guards once more, written from the table of rules alone and with no thought of speed: every rule says only
 * whether it applies at a moment; how long a hold lasts is found by trying the moments at which something changes.
 * It knows the default settings and ladders that patterns spell out.
 */

type Fact = (q: Question, person: PersonState | null, channel: Channel, now: Millis) => boolean;

const kind = (channel: Channel) => channel.split(".")[0] ?? "";
const isInApp = (channel: Channel) => channel.startsWith("in_app.");

const live = (q: Question): boolean => q.tenant.rollout.all && !q.tenant.settings.excluded.includes("acme");

/** Moments at which the person was or will be written to, as far as they count. */
function written(q: Question, person: PersonState | null): Millis[] {
  const here = (person?.messages ?? [])
    .filter(({ state }) => state !== "void")
    .filter(({ delivery }) => delivery !== q.delivery)
    .filter(({ channel }) => kind(channel) !== "human" && channel !== "broadcast")
    .filter(({ dry }) => !dry || !live(q))
    .map(({ at }) => at);
  return [...here, ...(q.facts?.elsewhere ?? [])];
}

const stopped = (q: Question, person: PersonState | null) =>
  person !== null && (person.stoppedAt !== null || q.facts?.stopped === true);

function consents(
  q: Question,
  person: PersonState,
  name: "email" | "sms" | "phone" | "push",
  needed: boolean,
) {
  if (person.consent[name] === false) return false;
  const recorded = (q.facts ?? person).consent[name];
  return needed ? recorded === true : recorded !== false;
}

const allowedInWatch = (q: Question, channel: Channel) =>
  isInApp(channel) || q.pattern.watch.includes(channel) || q.pattern.watch.includes(kind(channel));

const isExperimental = (q: Question) => q.pattern.status === "experimental" || q.match.experimental;

const zoneFor = (q: Question, person: PersonState | null) =>
  [person?.timeZone, q.unit.account?.timeZone, q.tenant.settings.timeZone].find(
    (zone) => typeof zone === "string" && zone !== "Not/AZone",
  ) ?? "UTC";

/** Channel rules apply to one channel; the others to the match or the person as a whole. */
const PER_CHANNEL: readonly string[] = ["opted_out", "no_consent", "unreachable", "not_ready", "quiet"];
const HOLDS: readonly string[] = [
  "unreachable",
  "snoozed",
  "paused",
  "incident",
  "cooldown",
  "review",
  "cap",
  "gap",
  "quiet",
];

const APPLIES: { readonly [reason in Exclude<GuardReason, "switched_off" | "below">]: Fact } = {
  retracted: (q) => q.match.state === "retracted",
  resolved: (q) => q.resolved,
  opted_out: (q, person, channel) => {
    const off = [...(person?.channelsOff ?? []), ...(person === null ? [] : (q.facts?.channelsOff ?? []))];
    return stopped(q, person) || off.some((one) => one === kind(channel));
  },
  no_consent: (q, person, channel) => {
    if (person === null) return false;
    if (channel === "sms") return !consents(q, person, "sms", true);
    if (channel === "voice") return !consents(q, person, "phone", true);
    if (channel === "push") return !consents(q, person, "push", true);
    return channel === "email" && !consents(q, person, "email", false);
  },
  unreachable: (q, person, channel) => {
    if (person === null) {
      const prompt = q.pattern.anonymous && q.match.data.session !== undefined && q.person === undefined;
      return !(prompt && isInApp(channel));
    }
    const { email, phone, push, bouncedEmail, bouncedPhone } = person.reach;
    if (channel === "email") return !email || bouncedEmail;
    if (channel === "sms" || channel === "voice") return !phone || bouncedPhone;
    return channel === "push" && !push;
  },
  not_ready: (q, _person, channel) => q.tenant.notReady.has(`${q.pattern.message}|${channel}`),
  muted: (q, person, _channel, now) => (person?.muted[q.match.family] ?? 0) > now,
  snoozed: (_q, person, _channel, now) => (person?.snoozedUntil ?? 0) > now,
  paused: (_q, person, _channel, now) => (person?.pausedUntil ?? 0) > now,
  duplicate: (q, person, _channel, now) => {
    if (q.delivery === undefined && Math.max(-1, ...q.pursuit.sentSteps) >= q.step) return true;
    return (person?.messages ?? []).some(
      ({ family, match, state, at, delivery, dry, channel }) =>
        family === q.match.family &&
        kind(channel) !== "human" &&
        match !== q.match.id &&
        delivery !== q.delivery &&
        !(dry && live(q)) &&
        (state === "reserved" || state === "in_doubt" || (state === "sent" && now < at + DAY)),
    );
  },
  incident: (q) =>
    q.tenant.incidents.some(({ scope, endedAt }) => {
      if (endedAt !== null) return false;
      if (scope.kind === "all") return !(q.pattern.urgent || q.pattern.issue === "billing");
      if (scope.kind === "pattern") return scope.name === q.pattern.id;
      if (scope.kind === "account") return scope.name === q.match.account;
      return [q.match.family, q.match.data.component].includes(scope.name);
    }),
  cooldown: (q, person, _channel, now) =>
    [...q.unit.persons.values()].some(({ id, tickets }) =>
      tickets.some(({ at, issue, open }) => {
        const about = issue === q.pattern.issue;
        return (id === person?.id || about) && (now < at + 48 * HOUR || (open && about));
      }),
    ),
  holdout: (q) => {
    const { percent, salt } = q.tenant.settings.holdout;
    return !q.pattern.urgent && fraction(`${q.tenant.id}|${salt}|acme`) < percent / 100;
  },
  review: (q) => !q.approved && (q.pattern.sensitive || q.pattern.confidence < 0.5),
  cap: (q, person, _channel, now) => written(q, person).filter((at) => now < at + DAY).length >= 2,
  gap: (q, person, _channel, now) =>
    !q.pattern.urgent && written(q, person).some((at) => now < at + 2 * HOUR),
  quiet: (q, person, channel, now) => {
    const zone = zoneFor(q, person);
    if (isInApp(channel)) return false;
    if (channel === "voice") return isQuiet(now, zone) || isWeekend(now, zone);
    if (q.pattern.urgent && channel === "email") return false;
    if (q.pattern.urgent && channel === "sms") {
      const seen = person?.lastEventAt ?? null;
      if (seen !== null && now < seen + 10 * MINUTE) return false;
    }
    return isQuiet(now, zone);
  },
  stale: (q, _person, _channel, now) =>
    q.pursuit.heldFor + (q.pursuit.heldSince === null ? 0 : now - q.pursuit.heldSince) >= 72 * HOUR,
};

const ORDER = Object.keys(APPLIES) as readonly (keyof typeof APPLIES)[];

/** Moments at which any rule may change its mind, in order. */
function moments(q: Question, person: PersonState | null, reason: GuardReason): Millis[] {
  const list: Millis[] = [];
  if (reason === "quiet") {
    const quarter = 15 * MINUTE;
    for (let n = 1; n <= 4 * 80; n++) list.push((Math.floor(q.now / quarter) + n) * quarter);
  }
  for (const at of written(q, person)) list.push(at + DAY, at + 2 * HOUR);
  for (const { tickets } of q.unit.persons.values()) {
    for (const { at } of tickets) list.push(at + 48 * HOUR);
  }
  list.push(person?.snoozedUntil ?? 0, person?.pausedUntil ?? 0);
  return list.filter((moment) => moment > q.now).sort((a, b) => a - b);
}

function untilOf(q: Question, person: PersonState | null, channel: Channel, reason: GuardReason): Millis {
  if (reason === "unreachable" || reason === "review") return q.pursuit.dueBy;
  if (reason === "incident") return q.now + 10 * MINUTE;
  if (reason === "cooldown") {
    // With everything solved the rule would end then; what keeps it beyond is an open ticket, asked about hourly.
    const last = moments(q, person, reason).filter((moment) => recentTicket(q, person, moment - 1));
    return last.at(-1) ?? q.now + HOUR;
  }
  const rule = APPLIES[reason as keyof typeof APPLIES];
  return moments(q, person, reason).find((moment) => !rule(q, person, channel, moment)) ?? Number.NaN;
}

const recentTicket = (q: Question, person: PersonState | null, now: Millis) =>
  [...q.unit.persons.values()].some(({ id, tickets }) =>
    tickets.some(({ at, issue }) => (id === person?.id || issue === q.pattern.issue) && now < at + 48 * HOUR),
  );

export interface Expected {
  readonly kind: "send" | "hold" | "stop";
  readonly reason: Reason;
  readonly until: Millis | null;
  readonly channel: Channel | null;
  readonly person: string | null;
}

interface Fall {
  readonly channel: Channel;
  readonly reason: GuardReason;
  readonly rank: number;
}

/** What should be answered for one person, and whether another one should be tried. */
function forPerson(q: Question, person: PersonState | null): Expected & { readonly tryAnother: boolean } {
  const result = (
    verdict: "send" | "hold" | "stop",
    reason: Reason,
    channel: Channel | null,
    until: Millis | null = null,
  ) => ({ kind: verdict, reason, channel, until, person: person?.id ?? null, tryAnother: false });
  const late = (reason: GuardReason) =>
    q.now >= q.pursuit.dueBy && (reason === "unreachable" || reason === "review");
  const say = (reason: GuardReason, channel: Channel) => {
    if (reason === "review" && late(reason)) return result("stop", "review_expired", channel);
    if (!HOLDS.includes(reason) || late(reason)) return result("stop", reason, channel);
    return result("hold", reason, channel, untilOf(q, person, channel, reason));
  };

  const { tenant, pattern, score } = q;
  const row = q.only === undefined ? ladder(q, person).slice(q.step) : [q.only];
  const watch = score >= 31 && score <= 60;
  const usable = watch ? row.filter((channel) => allowedInWatch(q, channel)) : row;
  if (
    tenant.switches.tenant ||
    tenant.switches.patterns.includes(pattern.id) ||
    tenant.settings.excluded.includes("acme") ||
    pattern.status === "paused" ||
    q.facts?.switchedOff === true
  ) {
    return result("stop", "switched_off", null);
  }
  const off = (channel: Channel) => tenant.switches.channels.some((one) => one === kind(channel));
  if (usable.length > 0 && usable.every(off)) return result("stop", "switched_off", usable[0] ?? null);
  if (APPLIES.retracted(q, person, "email", q.now)) return result("stop", "retracted", null);
  if (APPLIES.resolved(q, person, "email", q.now)) return result("stop", "resolved", null);
  if (score <= 30 || (isExperimental(q) && score <= 70) || (row.length > 0 && usable.length === 0)) {
    return result("stop", "below", null);
  }
  if (row.length === 0) return result("stop", "ladder_end", null);

  // For every channel the first rule that takes it away, and for the whole the first that applies at all.
  const falls = usable.map((channel): Fall => {
    if (off(channel)) return { channel, reason: "switched_off", rank: -1 };
    const reason = ORDER.find(
      (name) => PER_CHANNEL.includes(name) && APPLIES[name](q, person, channel, q.now),
    );
    return {
      channel,
      reason: reason ?? "stale",
      rank: reason === undefined ? Number.POSITIVE_INFINITY : ORDER.indexOf(reason),
    };
  });
  const lastFall = Math.max(...falls.map(({ rank }) => rank));
  const whole = ORDER.find((name) => !PER_CHANNEL.includes(name) && APPLIES[name](q, person, "email", q.now));
  if (whole !== undefined && ORDER.indexOf(whole) < lastFall) {
    const standing = falls.find(({ rank }) => rank > ORDER.indexOf(whole));
    return say(whole, standing?.channel ?? "email");
  }
  if (lastFall === Number.POSITIVE_INFINITY) {
    return result("send", "none", falls.find(({ rank }) => rank === lastFall)?.channel ?? null);
  }
  const said = falls.map(({ reason, channel }) => say(reason, channel));
  const held = said.filter((one) => one.kind === "hold");
  const reasons = falls.map(({ reason }) => reason);
  const tryAnother =
    !reasons.includes("quiet") &&
    ["opted_out", "no_consent", "unreachable"].some((reason) => reasons.includes(reason as GuardReason));
  const named = held[0] ?? said[0] ?? result("stop", "ladder_end", null);
  const until = held.length > 0 ? Math.min(...held.map((one) => one.until ?? Number.NaN)) : null;
  return { ...named, until, tryAnother };
}

function ladder({ pattern }: Question, person: PersonState | null): readonly Channel[] {
  const row = pattern.channels ?? [];
  const wish = person?.preferred ?? null;
  const first = row.filter((channel) => channel === wish || kind(channel) === wish).slice(0, 1);
  return [...first, ...row.filter((channel) => !first.includes(channel))];
}

/** Contacts of the roles as the generator makes them: by the account's list only. */
function people(q: Question): (PersonState | null)[] {
  if (q.person !== undefined) return [q.unit.persons.get(q.person) ?? null];
  const of = (role: string | undefined) =>
    (role === "actor" ? [q.match.person ?? ""] : (q.unit.account?.contacts[role ?? ""] ?? []))
      .flatMap((id) => q.unit.persons.get(id) ?? [])
      .slice(0, 2);
  const list = [...new Set([...of(q.pattern.recipient), ...of(q.pattern.recipientFallback)])];
  return list.length > 0 ? list : [null];
}

/** What the policy should answer. */
export function expected(q: Question): Expected {
  const answers = people(q).map((person) => forPerson(q, person));
  const decisive = answers.find(({ tryAnother }) => !tryAnother);
  const answer = decisive ?? answers.find((one) => one.kind === "hold") ?? answers[0];
  if (answer === undefined) throw new Error("nobody to judge");
  const { tryAnother: _left, ...said } = answer;
  return said;
}
