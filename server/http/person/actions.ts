import type { FeedbackAnswer, PreferenceChange, UnitControl } from "../../core/control.ts";
import type { ChannelKind } from "../../core/tenant.ts";
import { DAY, type Millis } from "../../core/time.ts";
import { beginningOf } from "./days.ts";
import type { PageFacts } from "./facts.ts";
import type { STRINGS } from "./strings.ts";
import type { PersonClaims } from "./token.ts";

/** The fields of a form; a name may come more than once. */
export type Form = URLSearchParams;

/** What a form asks for: controls to record, and what to say afterwards. Null when it makes no sense. */
export interface Asked {
  readonly controls: readonly UnitControl[];
  readonly done: keyof typeof STRINGS.done;
}
export type Action = (form: Form, claims: PersonClaims, facts: PageFacts, now: Millis) => Asked | null;

export const ACTIONS: { readonly [name: string]: Action } = { feedback, snooze, channels, stop, resume };

const ANSWERS: readonly FeedbackAnswer[] = ["yes", "no", "not_mine", "someone_else"];

function feedback(form: Form, claims: PersonClaims, facts: PageFacts): Asked | null {
  const answer = ANSWERS.find((each) => each === form.get("answer")) ?? null;
  const stars = /^[1-5]$/.test(form.get("stars") ?? "") ? Number(form.get("stars")) : null;
  if (answer === null && stars === null) return null;
  if (answer === "someone_else" && !facts.aboutAccount) return null;
  const { delivery, match, person } = claims;
  return { controls: [{ kind: "feedback", delivery, match, person, answer, stars }], done: "feedback" };
}

const BREAKS: { readonly [length: string]: Millis } = { "1d": DAY, "1w": 7 * DAY };

function snooze(form: Form, claims: PersonClaims, facts: PageFacts, now: Millis): Asked | null {
  const length = form.get("for") ?? "";
  if (length === "none") return preferences(claims, "awake", { kind: "snooze", until: null });
  const wait = Object.hasOwn(BREAKS, length) ? BREAKS[length] : undefined;
  const until = wait === undefined ? beginningOf(form.get("until") ?? "", now, facts.timeZone) : now + wait;
  return until === null ? null : preferences(claims, "snooze", { kind: "snooze", until });
}

/** Ticking a box that asks for consent gives it; only boxes that the form had are changed. */
function channels(form: Form, claims: PersonClaims, facts: PageFacts): Asked | null {
  const offered = new Set(form.getAll("offered"));
  const on = new Set(form.getAll("on"));
  const changes: PreferenceChange[] = [];
  for (const channel of facts.channels) {
    const { kind } = channel;
    if (!offered.has(kind) || on.has(kind) === channel.on) continue;
    if (on.has(kind) && channel.asksConsent) changes.push(...consentTo(kind));
    changes.push({ kind: "channel", channel: kind, on: on.has(kind) });
  }
  const wanted = form.get("prefer");
  const prefer = facts.channels.find(({ kind }) => kind === wanted)?.kind ?? null;
  if (wanted !== null && prefer !== facts.preferred) changes.push({ kind: "prefer", channel: prefer });
  return preferences(claims, "channels", ...changes);
}

function consentTo(kind: ChannelKind): readonly PreferenceChange[] {
  const channel = kind === "voice" ? "phone" : kind;
  if (channel !== "email" && channel !== "sms" && channel !== "phone" && channel !== "push") return [];
  return [{ kind: "consent", channel, given: true }];
}

function stop(_form: Form, claims: PersonClaims): Asked {
  return preferences(claims, "stop", { kind: "stop" });
}

function resume(_form: Form, claims: PersonClaims): Asked {
  return preferences(claims, "resume", { kind: "resume" });
}

function preferences(
  { person, delivery }: PersonClaims,
  done: Asked["done"],
  ...changes: readonly PreferenceChange[]
): Asked {
  const who = { actor: "customer", reason: `on the page behind message ${delivery}` };
  return { controls: changes.map((change) => ({ kind: "preference", person, change, ...who })), done };
}
