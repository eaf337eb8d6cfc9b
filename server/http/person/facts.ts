import type { FeedbackAnswer } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import { clueOf, surenessOf } from "../../core/explain.ts";
import type { Match } from "../../core/match.ts";
import type { Channel, Pattern } from "../../core/pattern.ts";
import type { ChannelKind, TenantState } from "../../core/tenant.ts";
import { kindOf } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import type { PersonState } from "../../core/unit.ts";
import { firstZone } from "../../core/wall-clock.ts";
import type { Pipeline } from "../../flow/contract.ts";
import { type Directory, type Outbox, orNull, type Records } from "../../store/contract.ts";
import { AIMS, TOLD_TO_ALL } from "./strings.ts";
import type { PersonClaims } from "./token.ts";

export interface Remedy {
  readonly label: string;
  readonly url: string;
}

/** Everything the page shows. */
export interface PageFacts {
  readonly product: string;
  readonly logoUrl: string | null;
  readonly color: string;
  readonly supportUrl: string | null;
  readonly supportEmail: string | null;
  readonly sentAt: Millis | null;
  /** What the message offered, where that is a page. */
  readonly remedy: Remedy | null;
  readonly why: { readonly clue: string; readonly aim: string; readonly sure: string } | null;
  /** Whether somebody else of the account may be the right one. */
  readonly aboutAccount: boolean;
  readonly feedback: { readonly answer: FeedbackAnswer | null; readonly stars: number | null } | null;
  readonly snoozedUntil: Millis | null;
  readonly stopped: boolean;
  readonly channels: readonly {
    readonly kind: ChannelKind;
    readonly on: boolean;
    /** Switching it on gives consent that was not given before. */
    readonly asksConsent: boolean;
  }[];
  readonly preferred: ChannelKind | null;
  readonly timeZone: string;
}

export interface FactsDeps {
  readonly store: Pick<Directory, "person"> & Pick<Outbox, "delivery"> & Pick<Records, "match" | "feedback">;
  readonly pipeline: Pick<Pipeline, "tenant">;
  /** What a message offers; null when it has nothing to offer any more. */
  readonly remedy: (delivery: Delivery) => Promise<Remedy | null>;
}

/** Null when the tenant or the person is not there any more. */
export async function factsOf(
  { store, pipeline, remedy }: FactsDeps,
  claims: PersonClaims,
): Promise<PageFacts | null> {
  const tenant = pipeline.tenant(claims.tenant);
  const person = await store.person(claims.tenant, claims.person);
  if (tenant === null || person === null) return null;
  const [delivery, match, given] = await Promise.all([
    // Without them the page can still say how to stop.
    orNull(store.delivery(claims.tenant, claims.delivery)),
    orNull(store.match(claims.tenant, claims.match)),
    store.feedback(claims.tenant, { person: claims.person, limit: 50 }),
  ]);
  const offered = delivery === null ? null : await remedy(delivery);
  const pattern = match === null ? undefined : tenant.library.byId(match.pattern);
  const { product } = tenant.settings;
  return {
    product: product.name === "" ? tenant.settings.name : product.name,
    logoUrl: webAddress(product.logoUrl),
    color: product.color,
    supportUrl: webAddress(product.supportUrl),
    supportEmail: mailAddress(product.supportEmail),
    sentAt: delivery?.sentAt ?? delivery?.createdAt ?? null,
    remedy: offered !== null && webAddress(offered.url) !== null ? offered : null,
    why: delivery?.notice !== undefined ? TOLD_TO_ALL : whyOf(match, pattern),
    aboutAccount: match?.key.startsWith("account/") ?? false,
    feedback: answerIn(given.rows, claims.match),
    snoozedUntil: person.snoozedUntil,
    stopped: person.stoppedAt !== null,
    channels: channelsOf(tenant, person),
    preferred: person.preferred === null ? null : kindOf(person.preferred as Channel),
    timeZone: firstZone(person.timeZone, tenant.settings.timeZone),
  };
}

function whyOf(match: Match | null, pattern: Pattern | undefined): PageFacts["why"] {
  if (match === null || pattern === undefined) return null;
  return {
    clue: clueOf(pattern, match),
    aim: AIMS[pattern.issue],
    sure: surenessOf(pattern, match.experimental),
  };
}

/** The newest answer and the newest stars about this match: either may have been given alone. */
function answerIn(
  rows: readonly {
    readonly match: string;
    readonly at: Millis;
    readonly answer: string | null;
    readonly stars: number | null;
  }[],
  match: string,
): PageFacts["feedback"] {
  const mine = rows.filter((row) => row.match === match).toSorted((a, b) => b.at - a.at);
  if (mine.length === 0) return null;
  const answer = mine.find((row) => row.answer !== null)?.answer ?? null;
  const stars = mine.find((row) => row.stars !== null)?.stars ?? null;
  return { answer: answer as FeedbackAnswer | null, stars };
}

const OFFERED = ["email", "sms", "in_app", "voice", "push", "chat"] as const;

/** What the tenant uses and this person can be reached on. */
function channelsOf(tenant: TenantState, person: PersonState): PageFacts["channels"] {
  const { reach, consent, channelsOff } = person;
  const consents: { readonly [kind in ChannelKind]?: boolean } = {
    email: consent.email !== false,
    sms: consent.sms === true,
    voice: consent.phone === true,
    push: consent.push === true,
  };
  const reached: { readonly [kind in ChannelKind]?: boolean } = {
    email: reach.email,
    sms: reach.phone,
    voice: reach.phone,
    push: reach.push,
  };
  return OFFERED.filter((kind) => tenant.channels[kind] !== "off" && reached[kind] !== false).map((kind) => {
    const agreed = consents[kind] ?? true;
    return { kind, on: agreed && !channelsOff.includes(kind), asksConsent: !agreed };
  });
}

function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? href : null;
}

const mailAddress = (text: string) => (/^[^\s@<>"'?&]+@[^\s@<>"'?&]+$/.test(text) ? text : null);
