import type { Scalar } from "./event.ts";
import type { Millis } from "./time.ts";

/** What a customer's ticket can be about. */
export const TICKET_ISSUES = [
  "configuration_error",
  "api_integration",
  "billing",
  "account_lockout",
  "feature_not_working",
  "usage_limit",
  "onboarding",
  "cancellation",
] as const;
export const ISSUES = [...TICKET_ISSUES, "journey", "sentiment"] as const;
export type IssueType = (typeof ISSUES)[number];

/** What is sent. In-app messages and banners are fetched, and what humans are asked to do are alerts. */
export const SENT_CHANNELS = ["email", "sms", "voice", "push", "chat"] as const;
export const IN_APP_CHANNELS = [
  "in_app.tooltip",
  "in_app.banner",
  "in_app.prompt",
  "in_app.notification",
  "in_app.message",
  "in_app.guide",
] as const;
export const HUMAN_CHANNELS = ["human.csm", "human.l2", "human.phone", "human.ops", "human.agent"] as const;
/** A way to reach a person, or (human.*) a person of ours who is asked to. */
export const CHANNELS = [...SENT_CHANNELS, "broadcast", ...IN_APP_CHANNELS, ...HUMAN_CHANNELS] as const;
export type HumanChannel = (typeof HUMAN_CHANNELS)[number];
export type Channel = (typeof CHANNELS)[number];

export type Timing = "immediate" | "short" | "medium" | "long";
export type Recipient = "actor" | "technical" | "billing" | "admin";

/** One condition on a field of an event's data. A scalar means "equal". */
export type Condition =
  | Scalar
  | {
      readonly in?: readonly Scalar[];
      readonly not?: Scalar | readonly Scalar[];
      readonly atLeast?: number;
      readonly under?: number;
      readonly over?: number;
      readonly atMost?: number;
      readonly exists?: boolean;
    };
export type Where = { readonly [field: string]: Condition };

/** Which events a part of a pattern listens to: one type, several, or the matches of another pattern. */
export type Selector = { readonly of: readonly string[]; readonly match?: string; readonly where: Where };

export type KeyPart = string; // "account" | "person" | a data field; a data field never stands alone

interface Windowed {
  readonly within: Millis;
}
/** What makes a pattern fire. The kinds and their exact meaning are in docs/patterns.md. */
export type When =
  | ({ readonly kind: "count"; readonly count: number } & Selector & Windowed)
  | ({ readonly kind: "distinct"; readonly distinct: string; readonly count: number } & Selector & Windowed)
  | ({ readonly kind: "consecutive"; readonly count: number; readonly brokenBy: Selector } & Selector)
  | ({ readonly kind: "once"; readonly sinceSignup?: Millis; readonly unless?: "onboarded" } & Selector)
  | { readonly kind: "absence"; readonly after: Selector; readonly missing: Selector; readonly for: Millis }
  | ({
      readonly kind: "level";
      readonly value: string;
      readonly limit: string;
      readonly at: number;
      readonly clear: number;
    } & Selector)
  | ({
      readonly kind: "spike" | "drop";
      readonly bucket: Millis;
      readonly over: number; // how many complete buckets the median is taken over
      readonly factor: number;
      readonly minimum: number;
    } & Selector)
  | { readonly kind: "sequence"; readonly first: Selector; readonly then: Selector; readonly within: Millis }
  | ({
      readonly kind: "score";
      readonly field: string;
      readonly over?: number;
      readonly under?: number;
    } & Selector);

/** Figures about the past that learning updates; never constants in code. */
export interface History {
  /** Share of unassisted occurrences that led to a ticket, 0..1. */
  readonly correlation: number;
  /** prevented / (prevented + not prevented), 0..1. */
  readonly prevention: number;
  /** From firing to ticket. */
  readonly leadTime: Millis;
  /** An honest guess by people who know the product, not yet measured. */
  readonly expert?: true;
  /** Measured on the tenant's own customers; without it the figures are published ones or a guess. */
  readonly measured?: true;
}

export type PatternStatus = "active" | "experimental" | "paused";

/** A named rule over events: what it looks for, what it means, and how we help. */
export interface Pattern {
  readonly id: string;
  readonly name: string;
  /** Version of this pattern's `when`, `per` and `recovers`: a change gets its own state. */
  readonly version: string;
  /** Patterns that look at the same evidence. */
  readonly family: string;
  readonly issue: IssueType;
  readonly when: When;
  readonly per: readonly KeyPart[];
  readonly recovers?: Selector;
  /** After its last evidence, how long a match stays open. */
  readonly quiet: Millis;
  /** Thresholds that differ per account segment. */
  readonly segments: { readonly [segment: string]: { readonly count: number } };
  /** 0..100. */
  readonly risk: number;
  /** 0..1. */
  readonly confidence: number;
  readonly halfLife: Millis;
  /** Wins over the matrix row of the issue when given. */
  readonly channels?: readonly Channel[];
  /** What besides in-app is allowed in band watch: channels, or `csm` for enterprise accounts. */
  readonly watch: readonly string[];
  readonly recipient: Recipient;
  /** Tried when nobody of `recipient` can be reached. */
  readonly recipientFallback?: Recipient;
  readonly timing: Timing;
  /** Overrides how long the ladder waits for its next step, and steps on whether or not the message was seen. */
  readonly stepAfter?: Millis;
  readonly urgent: boolean;
  readonly sensitive: boolean;
  /** May show its prompt on a page without login. */
  readonly anonymous: boolean;
  /** Never a message to the customer: an alert to ops or the agent only. */
  readonly alertOnly: boolean;
  /** Logged and scored, never acted on. */
  readonly logOnly: boolean;
  /** At most one firing per key and this length (P-015: 28 d); 0 for no limit. */
  readonly refractory: Millis;
  readonly tags: readonly string[]; // churn, frustration, intent
  readonly history: History;
  /** How long after firing the outcome is decided. */
  readonly window: Millis;
  /**
   * What was seen, in plain words, for people: "{count} rate-limit errors{ on endpoint}{ window}". A group in braces
   * that starts with a space is left out when its field is not known. See `clueOf`.
   */
  readonly clue?: string;
  readonly typicalTicket: string;
  /** Template id in server/messages. */
  readonly message: string;
  /** Ticket categories that count as this issue, besides the issue's own name. */
  readonly categories: readonly string[];
  readonly owner: { readonly role: string };
  readonly firstAction: string;
  readonly playbook: string;
  /** The playbook's paragraph. */
  readonly playbookText: string;
  readonly status: PatternStatus;
  /** `strong` over 80 %, `moderate` 40 to 80 %, `weak` under 40 %: computed by `strengthOf`. */
}

export type Strength = "strong" | "moderate" | "weak";

/** Strength as the brief defines it, from the share of unassisted occurrences that led to a ticket. */
export function strengthOf(correlation: number): Strength {
  if (correlation > 0.8) return "strong";
  return correlation >= 0.4 ? "moderate" : "weak";
}
