import type * as wire from "../../server/http/wire.ts";

/* What the fake API knows: an account in trouble, one of its people, and everything that was tried. */

/** Monday, 2 March 2026, 12:00 UTC. */
export const NOW = Date.UTC(2026, 2, 2, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const iso = (at: number): wire.IsoTime => new Date(at).toISOString();
export const ago = (ms: number): wire.IsoTime => iso(NOW - ms);

type Some<T> = { readonly [K in keyof T]?: T[K] };

export const aContribution = (changes: Some<wire.ContributionBody> = {}): wire.ContributionBody => ({
  pattern: "P-001",
  name: "API rate limit",
  family: "api-rate-limit",
  match: "m1",
  key: "account/acme",
  points: 67.15,
  alone: 67.15,
  risk: 85,
  confidence: 0.79,
  halfLife: "6h",
  halfLifeMs: 6 * HOUR,
  firedAt: ago(23 * MINUTE),
  lastSeen: ago(2 * MINUTE),
  events: 12,
  more: 0,
  why: "12 rate-limit errors on /v1/export in the last hour",
  state: "open",
  experimental: false,
  tags: [],
  ...changes,
});

export const anOpenMatch = (changes: Some<wire.OpenMatchBody> = {}): wire.OpenMatchBody => ({
  match: "m1",
  pattern: "P-001",
  name: "API rate limit",
  key: "account/acme",
  person: null,
  firedAt: ago(23 * MINUTE),
  lastSeen: ago(2 * MINUTE),
  events: 12,
  why: "12 rate-limit errors on /v1/export in the last hour",
  help: { state: "sent", reason: "none", step: 0, dueBy: ago(0), deliveries: ["d1"] },
  ...changes,
});

export const controls: wire.PersonControlsBody = {
  stoppedAt: null,
  paused: false,
  pausedUntil: null,
  snoozedUntil: null,
  channelsOff: [],
  preferred: null,
  muted: [],
};

export const aRisk = (changes: Some<wire.RiskBody> = {}): wire.RiskBody => ({
  id: "acme",
  kind: "account",
  name: "Acme",
  score: 85,
  unrounded: 84.6,
  band: "critical",
  headline: "85 critical, from Acme: 12 rate-limit errors on /v1/export in the last hour",
  contributions: [
    aContribution(),
    aContribution({
      match: "m2",
      pattern: "P-003",
      name: "Webhook failures",
      family: "webhook-failures",
      points: 17.45,
      alone: 53.1,
      why: "8 webhooks failed in the last 30 minutes",
      more: 19,
      lastSeen: ago(HOUR),
    }),
  ],
  subScores: {},
  history: [
    { at: ago(70 * HOUR), score: 12, band: "normal", why: "signed in from a new place" },
    { at: ago(50 * HOUR), score: 44, band: "watch", why: "8 webhooks failed in the last 30 minutes" },
    { at: ago(30 * HOUR), score: 21, band: "normal", why: "faded, as nothing new was seen" },
    { at: ago(HOUR), score: 53, band: "alert", why: "8 webhooks failed in the last 30 minutes" },
    { at: ago(23 * MINUTE), score: 85, band: "critical", why: "12 rate-limit errors on /v1/export" },
  ],
  openMatches: [
    anOpenMatch(),
    anOpenMatch({
      match: "m2",
      pattern: "P-003",
      name: "Webhook failures",
      why: "8 webhooks failed in the last 30 minutes",
      help: { state: "held", reason: "cooldown", step: 0, dueBy: ago(-HOUR), deliveries: [] },
    }),
  ],
  asOf: iso(NOW),
  controlGroup: false,
  controls: null,
  revision: null,
  ...changes,
});

/** Changes that make a risk one of somebody to whom nothing has happened. */
export const calm = {
  score: 0,
  unrounded: 0,
  band: "normal",
  contributions: [],
  openMatches: [],
  history: [],
} as const;

export const aPersonRisk = (changes: Some<wire.RiskBody> = {}): wire.RiskBody =>
  aRisk({
    id: "u1",
    kind: "person",
    name: null,
    score: 40,
    unrounded: 40.2,
    band: "watch",
    headline: "40 watch: login failed 3 times",
    contributions: [
      aContribution({
        match: "m3",
        pattern: "P-002",
        name: "Failed logins",
        points: 40.2,
        why: "login failed 3 times",
      }),
    ],
    history: [{ at: ago(3 * HOUR), score: 40, band: "watch", why: "login failed 3 times" }],
    openMatches: [
      anOpenMatch({
        match: "m3",
        pattern: "P-002",
        name: "Failed logins",
        why: "login failed 3 times",
        help: null,
      }),
    ],
    controls,
    revision: "rev1",
    ...changes,
  });

export const aDelivery = (changes: Some<wire.DeliveryBody> = {}): wire.DeliveryBody => ({
  id: "d1",
  decision: "c1",
  match: "m1",
  pattern: "P-001",
  account: "acme",
  person: "u1",
  channel: "email",
  step: 0,
  template: "api-rate-limit",
  templateVersion: "1",
  status: "sent",
  detail: null,
  attempts: 1,
  createdAt: ago(22 * MINUTE),
  notBefore: ago(22 * MINUTE),
  dueBy: ago(0),
  sentAt: ago(21 * MINUTE),
  deliveredAt: ago(20 * MINUTE),
  seenAt: null,
  clickedAt: null,
  providerId: null,
  preview: false,
  manual: null,
  incident: null,
  simulated: false,
  ...changes,
});

export const aMessage = (changes: Some<wire.SentMessageBody> = {}): wire.SentMessageBody => ({
  delivery: aDelivery(),
  ended: "delivered",
  text: {
    title: "Your exports are being slowed down",
    body: "Hello,\nwe saw 12 rate-limit errors on /v1/export. Spread the calls over a minute and they will go through.",
  },
  ...changes,
});

export const anAlert = (changes: Some<wire.AlertBody> = {}): wire.AlertBody => ({
  id: "a1",
  match: "m1",
  pattern: "P-001",
  incident: null,
  account: "acme",
  person: null,
  kind: "critical",
  title: "Acme: API rate limit",
  why: "12 rate-limit errors",
  firstAction: "Raise the limit for a day",
  playbook: "api-rate-limit.md",
  owner: "support-ops",
  score: 85,
  createdAt: ago(23 * MINUTE),
  dueBy: ago(-20 * MINUTE),
  state: "open",
  assignee: null,
  snoozedUntil: null,
  revision: 3,
  simulated: false,
  ...changes,
});

export const anIncident = (changes: Some<wire.IncidentBody> = {}): wire.IncidentBody => ({
  id: "i1",
  scope: { kind: "component", name: "export" },
  startedAt: ago(40 * MINUTE),
  endedAt: null,
  startedBy: "system",
  endedBy: null,
  matches: 31,
  accounts: 14,
  threshold: 10,
  broadcast: "waiting",
  revision: "1",
  simulated: false,
  ...changes,
});

export const aReview = (changes: Some<wire.ReviewBody> = {}): wire.ReviewBody => ({
  decision: "c9",
  match: "m3",
  pattern: "P-002",
  name: "Failed logins",
  channel: "email",
  dueBy: ago(-HOUR),
  text: { title: "Trouble signing in?", body: "Here is how to reset your password." },
  revision: "rv9",
  ...changes,
});

export const aContext = (changes: Some<wire.ContextBody> = {}): wire.ContextBody => ({
  prediction: {
    ticket: "4711",
    match: "m1",
    pattern: "P-001",
    name: "API rate limit",
    why: "12 rate-limit errors",
    firedAt: ago(23 * MINUTE),
    ticketAt: ago(0),
    leadMs: 23 * MINUTE,
    certainty: "recorded",
    message: aMessage(),
  },
  lastMessage: aMessage(),
  openTickets: [
    { ticket: "4690", person: "u1", own: true, issue: "billing", openedAt: ago(30 * HOUR) },
    { ticket: "4702", person: "u2", own: false, issue: "api_integration", openedAt: ago(3 * HOUR) },
  ],
  colleagues: [
    { person: "u2", name: "Noor Haddad", score: 72, band: "alert", why: "export failed 4 times" },
    { person: "u3", name: null, score: 33, band: "watch", why: "login failed twice" },
  ],
  moreColleagues: 4,
  quiet: {
    reason: "cooldown",
    kind: "hold",
    until: ago(-26 * HOUR - 10 * MINUTE),
    detail: "Ticket 4711 is open.",
    ticket: "4711",
  },
  incidents: [],
  next: {
    match: "m1",
    pattern: "P-001",
    firstAction: "Look at the calls per minute and offer a higher limit for a day.",
    playbook: "Compare the calls per minute with the plan.\nOffer a higher limit for a day.",
    owner: "support-ops",
  },
  draft: "Hello,\nyour exports hit the limit of 100 calls a minute. I have raised it for a day.",
  reviews: [aReview()],
  alerts: [anAlert()],
  replays: [{ at: ago(25 * MINUTE), url: "https://replay.example/s/1" }],
  ...changes,
});

/** For a requester nobody knows. */
export const noContext: wire.ContextBody = {
  prediction: null,
  lastMessage: null,
  openTickets: [],
  colleagues: [],
  moreColleagues: 0,
  quiet: null,
  incidents: [],
  next: null,
  draft: null,
  reviews: [],
  alerts: [],
  replays: [],
};

export const aRequester = (changes: Some<wire.RequesterBody> = {}): wire.RequesterBody => ({
  person: { id: "u1", locale: "en", roles: ["technical"] },
  account: {
    id: "acme",
    name: "Acme",
    plan: "scale",
    segment: "enterprise",
    owner: "dana@forestall.example",
  },
  matchedBy: "zendeskId",
  personRisk: aPersonRisk(),
  accountRisk: aRisk(),
  headline: "85 critical, from Acme",
  context: aContext(),
  ...changes,
});

export const nobody = (): wire.RequesterBody =>
  aRequester({
    person: null,
    account: null,
    matchedBy: null,
    personRisk: null,
    accountRisk: null,
    headline: "Nothing is known about this requester.",
    context: noContext,
  });

export const aSignal = (n: number, changes: Some<wire.SignalBody> = {}): wire.TimelineItem => ({
  kind: "signal",
  id: `s${n}`,
  at: ago(n * MINUTE),
  signal: {
    type: "api.request_failed",
    source: "api",
    account: "acme",
    person: "u1",
    data: { status: 429, endpoint: "/v1/export" },
    ...changes,
  },
});

export const aDecision = (changes: Some<wire.DecisionBody> = {}): wire.DecisionBody => ({
  id: "c2",
  match: "m2",
  pattern: "P-003",
  key: "account/acme",
  account: "acme",
  person: "u1",
  step: 0,
  at: ago(HOUR),
  kind: "hold",
  reason: "cooldown",
  until: ago(-26 * HOUR),
  channel: "email",
  dueBy: ago(-HOUR),
  score: 53,
  delivery: null,
  wouldHave: null,
  simulated: false,
  ...changes,
});

export const anAudit = (changes: Some<wire.AuditBody> = {}): wire.AuditBody => ({
  id: "act-old",
  at: ago(5 * HOUR),
  actor: "agent:Lena Vogt (zendesk 77)",
  action: "person.pause",
  subject: "person/u1",
  reason: "on the phone with them",
  detail: {},
  undoable: true,
  undone: false,
  ...changes,
});

export const aTimeline = (): readonly wire.TimelineItem[] => [
  {
    kind: "ticket",
    id: "t1",
    at: ago(0),
    ticket: "4711",
    signal: {
      type: "ticket.created",
      source: "zendesk",
      account: "acme",
      person: "u1",
      data: { issue: "api_integration" },
    },
  },
  { kind: "message", id: "d1", at: ago(21 * MINUTE), message: aMessage() },
  { kind: "match", id: "m1", at: ago(23 * MINUTE), match: aMatch() },
  aSignal(24),
  aSignal(25),
  { kind: "not_sent", id: "c2", at: ago(HOUR), decision: aDecision() },
  {
    kind: "feedback",
    id: "f1",
    at: ago(2 * HOUR),
    feedback: { match: "m0", delivery: "d0", person: "u1", answer: "no", stars: 2 },
  },
  { kind: "incident", id: "i0", at: ago(4 * HOUR), incident: anIncident({ endedAt: ago(3 * HOUR) }) },
  { kind: "action", id: "act-old", at: ago(5 * HOUR), action: anAudit() },
];

export const aMatch = (changes: Some<wire.MatchBody> = {}): wire.MatchBody => ({
  id: "m1",
  pattern: "P-001",
  name: "API rate limit",
  version: "1",
  family: "api-rate-limit",
  key: "account/acme",
  account: "acme",
  person: null,
  state: "open",
  firstAt: ago(40 * MINUTE),
  firedAt: ago(23 * MINUTE),
  noticedAt: ago(23 * MINUTE),
  lastSeen: ago(2 * MINUTE),
  closedAt: null,
  closedBy: null,
  events: 12,
  data: {},
  why: "12 rate-limit errors on /v1/export in the last hour",
  experimental: false,
  incident: null,
  simulated: false,
  ...changes,
});

export const aPattern = (changes: Some<wire.PatternBody> = {}): wire.PatternBody => ({
  id: "P-001",
  name: "API rate limit",
  version: "1",
  family: "api-rate-limit",
  issue: "api_integration",
  timing: "short",
  urgent: false,
  risk: 85,
  confidence: 0.79,
  halfLife: "6h",
  quiet: "6h",
  per: ["account"],
  channels: ["email", "in_app.banner", "human.l2"],
  status: "active",
  strength: "strong",
  history: { correlation: 0.8, prevention: 0.7, leadTime: "23m" },
  owner: "support-ops",
  firstAction: "Look at the calls per minute",
  playbook: "api-rate-limit.md",
  typicalTicket: "API rate limit exceeded",
  message: "api-rate-limit",
  tags: [],
  ...changes,
});

export const aLine = (changes: Some<wire.RiskListItem> = {}): wire.RiskListItem => ({
  kind: "account",
  id: "acme",
  name: "Acme",
  score: 85,
  band: "critical",
  why: "12 rate-limit errors on /v1/export",
  at: ago(MINUTE),
  segment: "enterprise",
  owner: "dana@forestall.example",
  ...changes,
});

export const anAction = (changes: Some<wire.ActionBody> = {}): wire.ActionBody => ({
  action: "act1",
  undoable: true,
  effects: { decisions: [], deliveries: [], alerts: [], scores: [] },
  ...changes,
});
