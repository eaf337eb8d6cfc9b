import type { z } from "zod";
import { changePreferences } from "../../actions/change-preferences.ts";
import { giveFeedback } from "../../actions/give-feedback.ts";
import type { FeedbackAnswer } from "../../core/control.ts";
import type { ChannelKind } from "../../core/tenant.ts";
import { DAY, type Millis } from "../../core/time.ts";
import { beginningOf } from "./days.ts";
import type { PageFacts } from "./facts.ts";
import type { STRINGS } from "./strings.ts";
import type { PersonClaims } from "./token.ts";

/** The fields of a form; a name may come more than once. */
export type Form = URLSearchParams;

type Feedback = z.input<typeof giveFeedback.params>;
type Change = z.input<typeof changePreferences.params>["change"];

/** What a form asks for, and what to say afterwards. Null when it makes no sense. */
export interface Asked {
  readonly feedback?: Feedback;
  readonly changes?: readonly Change[];
  readonly done: keyof typeof STRINGS.done;
}
export type Action = (form: Form, claims: PersonClaims, facts: PageFacts, now: Millis) => Asked | null;

/** What can be carried out on the page. */
export const PAGE_ACTS = [giveFeedback, changePreferences] as const;

export const ACTIONS: { readonly [name: string]: Action } = { feedback, snooze, channels, stop, resume };

const ANSWERS: readonly FeedbackAnswer[] = ["yes", "no", "not_mine", "someone_else"];

function feedback(form: Form, claims: PersonClaims): Asked | null {
  const answer = ANSWERS.find((each) => each === form.get("answer")) ?? null;
  const stars = /^[1-5]$/.test(form.get("stars") ?? "") ? Number(form.get("stars")) : null;
  if (answer === null && stars === null) return null;
  const { delivery, match, person } = claims;
  return { feedback: { delivery, match, person, answer, stars }, done: "feedback" };
}

const BREAKS: { readonly [length: string]: Millis } = { "1d": DAY, "1w": 7 * DAY };

function snooze(form: Form, _claims: PersonClaims, facts: PageFacts, now: Millis): Asked | null {
  const length = form.get("for") ?? "";
  if (length === "none") return preferences("awake", { kind: "snooze", until: null });
  const wait = Object.hasOwn(BREAKS, length) ? BREAKS[length] : undefined;
  const until = wait === undefined ? beginningOf(form.get("until") ?? "", now, facts.timeZone) : now + wait;
  return until === null ? null : preferences("snooze", { kind: "snooze", until });
}

/** Ticking a box that asks for consent gives it; only boxes that the form had are changed. */
function channels(form: Form, _claims: PersonClaims, facts: PageFacts): Asked | null {
  const offered = new Set(form.getAll("offered"));
  const on = new Set(form.getAll("on"));
  const changes: Change[] = [];
  for (const channel of facts.channels) {
    const { kind } = channel;
    if (!offered.has(kind) || on.has(kind) === channel.on) continue;
    if (on.has(kind) && channel.asksConsent) changes.push(...consentTo(kind));
    changes.push({ kind: "channel", channel: kind, on: on.has(kind) });
  }
  const wanted = form.get("prefer");
  const prefer = facts.channels.find(({ kind }) => kind === wanted)?.kind ?? null;
  if (wanted !== null && prefer !== facts.preferred) changes.push({ kind: "prefer", channel: prefer });
  return preferences("channels", ...changes);
}

function consentTo(kind: ChannelKind): readonly Change[] {
  const channel = kind === "voice" ? "phone" : kind;
  if (channel !== "email" && channel !== "sms" && channel !== "phone" && channel !== "push") return [];
  return [{ kind: "consent", channel, given: true }];
}

function stop(): Asked {
  return preferences("stop", { kind: "stop" });
}

function resume(): Asked {
  return preferences("resume", { kind: "resume" });
}

function preferences(done: Asked["done"], ...changes: readonly Change[]): Asked {
  return { changes, done };
}
