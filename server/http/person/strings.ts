import type { FeedbackAnswer } from "../../core/control.ts";
import type { IssueType } from "../../core/pattern.ts";
import type { ChannelKind } from "../../core/tenant.ts";

/** Every word of the person's page, in English. `product` is the tenant's own name for what it sells. */
export const STRINGS = {
  lang: "en",
  title: (product: string) => `Your messages from ${product}`,
  heading: "Why you got this message",
  sentOn: (product: string, day: string) => `${product} sent it to you on ${day}.`,
  sentBy: (product: string) => `${product} sent it to you.`,

  why: {
    clue: "What we saw",
    aim: "What we want",
    sure: "How sure we are",
    unknown: "The details of this case are no longer kept.",
    kept: "We look at how the product is used, never at what you write in it.",
  },

  remedy: "What helps",

  feedback: {
    heading: "Was this helpful?",
    answers: {
      yes: "Yes",
      no: "No",
      not_mine: "I do not have this problem",
      someone_else: "Someone else handles this",
    } satisfies { readonly [answer in FeedbackAnswer]: string },
    stars: "How good was this help? (if you like)",
    star: (count: number) => (count === 1 ? "1 star" : `${count} stars`),
    send: "Send my answer",
    again: "Change my answer",
    given: "You have answered. You can change it.",
  },

  snooze: {
    heading: "Take a break",
    hint: "You hear nothing from us until it is over. Then we write again only if there is a reason.",
    day: "For one day",
    week: "For one week",
    until: "Until a day you choose",
    choose: "Pause until this day",
    now: (day: string) => `Paused until ${day}.`,
    end: "End the break",
  },

  channels: {
    heading: "How we may reach you",
    kinds: {
      email: "Email",
      sms: "Text message (SMS)",
      in_app: "Inside the product",
      voice: "Phone call",
      push: "Push notification",
      chat: "Chat",
    } as { readonly [kind in ChannelKind]?: string },
    consent: "By ticking this you agree to get them. You can end it here at any time.",
    prefer: "If there is a choice, use",
    noPreference: "whatever fits best",
    save: "Save my choice",
  },

  stop: {
    heading: "Stop these messages",
    hint: (product: string) =>
      `${product} then sends you no more proactive help, on any channel. Invoices, security notices and answers to your own questions still reach you.`,
    button: "Stop all of them",
    stopped: "You have stopped these messages",
    stoppedHint: "Nothing more comes, on any channel.",
    undo: "Undo: I want to get them again",
    confirmTitle: (product: string) => `Stop proactive messages from ${product}?`,
    done: "Done. You will get no more of these messages.",
  },

  human: {
    heading: "Talk to a person",
    page: "Open the support page",
    mail: (address: string) => `Write to ${address}`,
  },

  done: {
    feedback: "Thank you. Your answer was saved.",
    snooze: "Saved. You hear nothing from us until then.",
    awake: "The break is over.",
    channels: "Your choice was saved.",
    stop: "Done. You will get no more of these messages.",
    resume: "Welcome back. We write again when there is a reason.",
  },

  wrong: {
    bad: {
      title: "This link does not work",
      text: "It may have been cut off on the way. Open it from the message again, or copy the whole address.",
    },
    gone: {
      title: "This link is too old",
      text: "Links work for 90 days. The newest message we sent you has one that works.",
    },
    busy: {
      title: "One moment, please",
      text: "We cannot save anything right now. Please try again in a minute.",
    },
    many: { title: "That was a lot at once", text: "Please wait a minute and try again." },
    invalid: {
      title: "Something is missing",
      text: "Please go back and choose one of the answers or a day to come.",
    },
    elsewhere: {
      title: "Please use the link in the message",
      text: "This was sent from another website, so nothing was changed.",
    },
    broken: { title: "Something went wrong", text: "It is our fault. Please try again in a few minutes." },
  },
} as const;

/** Why somebody was told of trouble that many have. */
export const TOLD_TO_ALL = {
  clue: "trouble that many customers have at the moment",
  aim: "To tell you once, instead of many times.",
  sure: "It is not about you alone.",
} as const;

/** What help is for, by the kind of problem: completes "We want". */
export const AIMS: { readonly [issue in IssueType]: string } = {
  configuration_error: "To help you finish setting things up.",
  api_integration: "To help you get your integration working again before it holds you up.",
  billing: "To help you keep your access without interruption.",
  account_lockout: "To help you sign in again.",
  feature_not_working: "To help you get done what did not work.",
  usage_limit: "To let you know before a limit stops you.",
  onboarding: "To help you get started.",
  cancellation: "To answer what may still be open.",
  journey: "To help you get to where you were going.",
  sentiment: "To make good what went wrong.",
};
