/**
 * A unit's side of a broadcast: who in this account is told of an incident, and how. A banner for everybody who was
 * here lately, and on approval an email to those whose own message the incident holds; of an account that has trouble
 * for itself, its admin alone. What was told ends with the incident.
 */
import type { ClaimFacts, ControlOf } from "../control.ts";
import type { Reason } from "../decision.ts";
import type { Delivery } from "../delivery.ts";
import { isBroadcast } from "../incident.ts";
import type { Channel } from "../pattern.ts";
import { quietUntil } from "../policy/quiet.ts";
import { holdersOf, recipientsOf } from "../policy/recipient.ts";
import { inRollout, isExcluded } from "../policy/rollout.ts";
import { type ChannelKind, type Incident, kindOf } from "../tenant.ts";
import { DAY, HOUR, type Millis } from "../time.ts";
import type { PersonState, Tracked } from "../unit.ts";
import { firstZone } from "../wall-clock.ts";
import { fail } from "./attempts.ts";
import { stopRow } from "./decisions.ts";
import { isHeldBy } from "./incidents.ts";
import { putDelivery, recipientOf, UNTOUCHED, updateDelivery } from "./rows.ts";
import { schedule, type Turn, wallClock } from "./turn.ts";

const NOTICE_TEMPLATE = "incident-notice";
/** Who was not here for so long is not waiting for a banner; a row for each would only be in the way. */
const HERE_LATELY = 30 * DAY;
/** For receipts that come late: bounces, openings. */
const KEPT = 3 * DAY;
/** Behind help for one person that is urgent, before what can wait. */
const PRIORITY = 50;

/** The newest word about an incident, or a match that joins it: who is affected is told, or not any more. */
export function takeNotice(turn: Turn, { incident: id }: ControlOf<"notice" | "affected">): void {
  const incident = turn.tenant.incidents.find((one) => one.id === id);
  if (incident === undefined || !isBroadcast(incident)) return takeBack(turn, id);
  if (turn.assume !== "real" || incident.simulated || isExcluded(turn.tenant, turn.unit)) return;
  for (const person of toldInProduct(turn, incident)) tell(turn, incident, person, "broadcast");
  if (incident.broadcast !== "approved") return;
  for (const person of toldByEmail(turn, incident)) tell(turn, incident, person, "email");
}

// ---- who

function toldInProduct(turn: Turn, incident: Incident): readonly PersonState[] {
  if (incident.scope.kind === "account") return adminOf(turn, incident, "broadcast");
  const isHere = ({ lastEventAt }: PersonState) =>
    lastEventAt !== null && turn.now - lastEventAt < HERE_LATELY;
  return [...turn.unit.persons.values()].filter(
    (person) => isHere(person) && mayHear(turn, person, "broadcast"),
  );
}

function toldByEmail(turn: Turn, incident: Incident): readonly PersonState[] {
  if (incident.scope.kind === "account") return adminOf(turn, incident, "email");
  const persons = [...turn.unit.tracked.values()]
    .filter((tracked) => isHeldBy(turn, tracked, incident))
    .map((tracked) => recipientOfMatch(turn, tracked))
    .filter((person) => person !== undefined);
  return [...new Set(persons)];
}

function recipientOfMatch(turn: Turn, { match }: Tracked): PersonState | undefined {
  const pattern = turn.tenant.library.byId(match.pattern);
  if (pattern === undefined) return undefined;
  return recipientsOf(match, pattern, turn.unit).find((person) => mayHear(turn, person, "email"));
}

/** One message to the admin instead of many: none, when theirs is out already. */
function adminOf(turn: Turn, incident: Incident, channel: Channel): readonly PersonState[] {
  const { unit } = turn;
  const isTold = [...unit.tracked.values()].some(
    ({ pursuit }) => pursuit?.insteadOf === incident.id && pursuit.sentSteps.length > 0,
  );
  if (isTold) return [];
  const admins = holdersOf("admin", unit).map((id) => unit.persons.get(id));
  return admins
    .filter((person) => person !== undefined)
    .filter((person) => mayHear(turn, person, channel))
    .slice(0, 1);
}

function mayHear(turn: Turn, person: PersonState, channel: Channel): boolean {
  return refusalOf(turn, person, channel, null) === null;
}

/** Why a person is not told on this channel; null when they may be. A break they asked for is one from this too. */
function refusalOf(
  { tenant, now }: Turn,
  person: PersonState,
  channel: Channel,
  facts: ClaimFacts | null,
): Reason | null {
  const kinds = kindsOf(channel);
  if (tenant.switches.tenant || kinds.some((kind) => tenant.switches.channels.includes(kind)))
    return "switched_off";
  if (facts?.switchedOff === true) return "switched_off";
  if (person.stoppedAt !== null) return "opted_out";
  if (kinds.some((kind) => person.channelsOff.includes(kind))) return "opted_out";
  if (channel === "email" && person.consent.email === false) return "no_consent";
  if (channel === "email" && (!person.reach.email || person.reach.bouncedEmail)) return "unreachable";
  const isOff = kinds.some((kind) => tenant.channels[kind] === "off");
  if (isOff || tenant.notReady.has(`${NOTICE_TEMPLATE}|${channel}`)) return "not_ready";
  if ((person.snoozedUntil ?? 0) > now) return "snoozed";
  if ((person.pausedUntil ?? 0) > now) return "paused";
  return facts?.noticed === true ? "duplicate" : null;
}

/** A banner is shown in the product: whoever wants nothing there does not get it either. */
function kindsOf(channel: Channel): readonly ChannelKind[] {
  return channel === "broadcast" ? ["broadcast", "in_app"] : ["broadcast", kindOf(channel)];
}

// ---- the rows

function tell(turn: Turn, incident: Incident, person: PersonState, channel: Channel): void {
  const { unit, tenant, now } = turn;
  const id = turn.hash("notice", incident.id, unit.id, person.id, channel);
  if (unit.deliveries.has(id)) return;
  const dry = !inRollout(tenant, unit);
  const { scope } = incident;
  putDelivery(turn, {
    id,
    tenant: unit.tenant,
    unit: unit.id,
    decision: "",
    match: "",
    pattern: "",
    family: "incident",
    account: unit.account?.id ?? null,
    person: person.id,
    session: null,
    channel,
    step: 0,
    template: NOTICE_TEMPLATE,
    templateVersion: tenant.templates.get(NOTICE_TEMPLATE) ?? "",
    values: scope.kind === "component" ? { component: scope.name } : {},
    createdAt: now,
    notBefore: now,
    dueBy: now + (channel === "email" ? HOUR : DAY),
    priority: PRIORITY,
    released: false,
    status: dry ? "dry_run" : "queued",
    ...UNTOUCHED,
    sentAt: dry ? now : null,
    manual: null,
    notice: incident.id,
    simulated: false,
  });
  forgetLater(turn, incident.id);
}

/** A unit that has rows of an incident looks after them by itself, should it never hear of the end. */
export function forgetLater(turn: Turn, incident: string): void {
  schedule(turn, "notice", incident, turn.now + KEPT);
}

/** What has not left stays here. */
function takeBack(turn: Turn, incident: string): void {
  for (const row of rowsOf(turn, incident)) if (row.status === "queued") stopRow(turn, row, "resolved");
}

/** Long after: what is final is forgotten here; the store keeps it. */
export function forgetNotices(turn: Turn, id: string): void {
  const incident = turn.tenant.incidents.find((one) => one.id === id);
  if (incident !== undefined && incident.endedAt === null) return forgetLater(turn, id);
  takeBack(turn, id);
  const rows = rowsOf(turn, id);
  const isOpen = ({ status }: Delivery) => status === "sending" || status === "in_doubt";
  for (const row of rows) if (!isOpen(row)) turn.unit.deliveries.delete(row.id);
  if (rows.some(isOpen)) forgetLater(turn, id);
}

function rowsOf({ unit }: Turn, incident: string): Delivery[] {
  return [...unit.deliveries.values()].filter(({ notice }) => notice === incident);
}

// ---- the moment of sending

/**
 * Judged again, by fewer rules than help for one person: caps, gaps and tickets do not hold what everybody is told. An
 * email waits for the morning; should the trouble be over by then, it is not sent.
 * @returns whether it may leave now
 */
export function mayLeave(turn: Turn, row: Delivery, facts: ClaimFacts | null): boolean {
  const incident = turn.tenant.incidents.find(({ id }) => id === row.notice);
  const person = recipientOf(turn, row);
  const refusal: Reason | null =
    incident === undefined || !isBroadcast(incident)
      ? "resolved"
      : person === undefined
        ? "unreachable"
        : refusalOf(turn, person, row.channel, facts);
  if (refusal !== null) stopRow(turn, row, refusal);
  else if (row.attempts > 0 && turn.now > row.dueBy) fail(turn, row, "its deadline passed", null);
  else return !waitsForMorning(turn, row, person, wallClock(turn, facts));
  return false;
}

function waitsForMorning(turn: Turn, row: Delivery, person: PersonState | undefined, now: Millis): boolean {
  if (row.channel !== "email") return false;
  const { settings } = turn.tenant;
  const zone = firstZone(person?.timeZone, turn.unit.account?.timeZone, settings.timeZone);
  const until = quietUntil(now, zone, settings.quiet);
  if (until === null) return false;
  updateDelivery(turn, row, { notBefore: until, dueBy: until + HOUR, detail: "quiet" });
  return true;
}
