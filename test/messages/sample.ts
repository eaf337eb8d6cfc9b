import type { EventData } from "../../server/core/event.ts";
import type { MessageSettings, Messages, PersonLinks, RenderInput } from "../../server/messages/render.ts";

/** Every link a shipped template may ask for, at a tenant that has set everything. */
export function fullSettings(messages: Messages, changes: Partial<MessageSettings> = {}): MessageSettings {
  const keys = new Set([...messages.templates.values()].flatMap(({ links }) => links));
  return {
    productName: "Acme Cloud",
    senderName: "Acme Support",
    supportEmail: "help@acme.example",
    color: "#1f5fbf",
    links: Object.fromEntries([...keys].map((key) => [key, `https://app.acme.example/${key}`])),
    ...changes,
  };
}

export const PERSON: PersonLinks = {
  why: "https://f.example/p/token/why",
  feedback: (answer) => `https://f.example/p/token/feedback?answer=${answer}`,
  snooze: "https://f.example/p/token/snooze",
  preferences: "https://f.example/p/token/preferences",
  stop: "https://f.example/p/token/stop",
  short: "https://f.example/s/abcdefghijklmnopqrstuv",
  oneClick: "https://f.example/p/token/one-click",
};

/** A value for every field that a template or clue may show. */
export const EVIDENCE: EventData = {
  status: 503,
  endpoint: "/v1/export",
  metric: "api_calls",
  used: 960,
  limit: 1000,
  area: "webhooks",
  errorCode: "E42",
  integration: "Salesforce",
  screen: "Invoices",
  form: "address",
  feature: "reports",
  order: "A-1001",
  expectedAt: "2026-03-04T00:00:00Z",
  kind: "new_device",
  component: "Search",
  declineCode: "insufficient_funds",
  count: 12,
};

export function anInput(messages: Messages, changes: Partial<RenderInput> = {}): RenderInput {
  return {
    template: "api-rate-limit",
    channel: "email",
    values: EVIDENCE,
    settings: fullSettings(messages),
    recipient: { preferredName: "Ana" },
    person: PERSON,
    why: { clue: "12 rate-limit errors on /v1/export in the last hour", sureness: "We are fairly sure." },
    about: "account",
    alert: {
      title: "API rate limit accumulation",
      score: 85,
      owner: "ops@acme.example",
      firstAction: "Look at the endpoint.",
      playbook: "Offer batching, then a higher limit.",
      customer: "Acme",
      due: "today 14:05",
      url: "https://f.example/alerts/1",
    },
    ...changes,
  };
}
