import fc from "fast-check";
import type { UnitControl } from "../../server/core/control.ts";
import type { Incoming } from "../../server/core/event.ts";
import { ALL_ON } from "../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { event, T, told, type World } from "./world.ts";

/** One thing that happens in a random story, some time after the one before. */
export interface Line {
  readonly after: number;
  readonly what: What;
}
type What =
  | { readonly kind: "events"; readonly events: readonly Happening[] }
  | { readonly kind: "look" | "click" | "bounce" | "yes" | "no" | "not_mine"; readonly person: string }
  | { readonly kind: "prefer"; readonly person: string; readonly change: Prefer }
  | { readonly kind: "switch"; readonly off: boolean }
  | { readonly kind: "library"; readonly version: string };
type Prefer = Extract<UnitControl, { readonly kind: "preference" }>["change"];
interface Happening {
  readonly type: string;
  readonly account: string | undefined;
  readonly person: string | undefined;
  readonly data: Incoming["data"];
  /** How long before it is told it happened. */
  readonly late: number;
}

const ACCOUNTS = ["acme", "globex", undefined];
const PEOPLE = ["ann", "bob", "cy", undefined];

const DATA: { readonly [type: string]: readonly Incoming["data"][] } = {
  "api.request_failed": [{ status: 429, endpoint: "/v1/export" }, { status: 500 }],
  "auth.login_failed": [{ reason: "password" }],
  "auth.login_succeeded": [{}],
  "webhook.delivery_failed": [{ endpoint: "https://a.test" }, { endpoint: "https://b.test" }],
  "webhook.delivery_succeeded": [{ endpoint: "https://a.test" }],
  "billing.payment_failed": [{ recurring: true }, { checkout: "c1" }],
  "billing.payment_succeeded": [{ recurring: true }],
  "config.save_failed": [{ area: "sso" }],
  "config.saved": [{ area: "sso" }],
  "usage.reported": [
    { metric: "seats", used: 91, limit: 100 },
    { metric: "seats", used: 96, limit: 100 },
    { metric: "seats", used: 50, limit: 100 },
  ],
  "ui.rage_click": [{ screen: "editor" }],
  "onboarding.completed": [{}],
  "feature.used": [{ feature: "report", core: true }],
  "account.signed_up": [{ segment: "enterprise" }, { plan: "pro", productArea: "reports" }],
  "account.updated": [{ owner: "kim@example.com" }, { contacts: { technical: ["bob"], billing: ["ann"] } }],
  "ticket.created": [
    { ticket: "1", category: "billing" },
    { ticket: "2", category: "api" },
  ],
  "ticket.solved": [{ ticket: "1" }, { ticket: "2" }],
  "security.alert": [{ kind: "new_device", severity: "high" }],
  "app.error": [{ screen: "editor", errorCode: "E1", severity: "critical" }],
  "person.identified": [
    { roles: ["technical"], timeZone: "Europe/Berlin", consent: { sms: true } },
    { roles: ["billing"], timeZone: "America/New_York", consent: { sms: false, email: true } },
  ],
};

const aHappening: fc.Arbitrary<Happening> = fc.constantFrom(...Object.keys(DATA)).chain((type) =>
  fc.record({
    type: fc.constant(type),
    account: fc.constantFrom(...ACCOUNTS),
    person: fc.constantFrom(...PEOPLE),
    data: fc.constantFrom(...(DATA[type] ?? [{}])),
    late: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(4 * MINUTE), fc.nat(30 * HOUR)),
  }),
);

/** The same trouble several times within a minute, as trouble comes. */
const aBurst = fc
  .tuple(aHappening, fc.integer({ min: 1, max: 6 }))
  .map(([one, times]) =>
    Array.from({ length: times }, (_, i) => ({ ...one, late: one.late + (times - i) * SECOND })),
  );

const aPerson = fc.constantFrom("ann", "bob", "cy");
const aChange: fc.Arbitrary<Prefer> = fc.oneof(
  fc.constant<Prefer>({ kind: "stop" }),
  fc.constant<Prefer>({ kind: "resume" }),
  fc.constant<Prefer>({ kind: "channel", channel: "email", on: false }),
  fc.constant<Prefer>({ kind: "channel", channel: "email", on: true }),
  fc.constant<Prefer>({ kind: "prefer", channel: "email" }),
  fc.constant<Prefer>({ kind: "consent", channel: "sms", given: true }),
);

const aLine: fc.Arbitrary<Line> = fc.record({
  after: fc.oneof(fc.nat(10 * MINUTE), fc.nat(8 * HOUR), fc.nat(2 * DAY)),
  what: fc.oneof(
    { weight: 6, arbitrary: aBurst.map((events): What => ({ kind: "events", events })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("look", "click", "bounce", "yes", "no", "not_mine"), aPerson)
        .map(([kind, person]): What => ({ kind, person })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(aPerson, aChange)
        .map(([person, change]): What => ({ kind: "prefer", person, change })),
    },
    { weight: 1, arbitrary: fc.boolean().map((off): What => ({ kind: "switch", off })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("1", "2", "3").map((version): What => ({ kind: "library", version })),
    },
  ),
});

/** A story in which the patterns stay the same, as they do in a backtest. */
export const aSteadyStory = (length = 40): fc.Arbitrary<readonly Line[]> =>
  aStory(length).map((lines) => lines.filter(({ what }) => what.kind !== "library"));

/** Two accounts and a few people over days: troubles, recoveries, tickets, answers, stops, switches. */
export const aStory = (length = 40): fc.Arbitrary<readonly Line[]> =>
  fc.array(aLine, { minLength: Math.min(8, length), maxLength: length, size: "max" });

export interface Playing {
  readonly tickEvery?: number;
  readonly steps?: () => number;
  /** After this line (counted around the story): stop, save all, save some, or several of them. */
  readonly stops?: readonly (readonly [number, string])[];
}

/** Plays a story. Messages leave only at its lines, so that nothing but the story decides what happens. */
export async function play(
  start: World,
  story: readonly Line[],
  { tickEvery, steps, stops = [] }: Playing = {},
): Promise<World> {
  let world = start;
  let told = 0;
  for (const [index, { after, what }] of story.entries()) {
    const at = world.now + after;
    for (;;) {
      const next = world.now + (steps?.() ?? tickEvery ?? HOUR);
      if (next >= at) break;
      world.now = next;
      await world.pipeline.tick(next);
    }
    world.now = at;
    // Events come whether or not somebody has looked at the clock; a person sees what a server has ready.
    if (what.kind !== "events") await world.pipeline.tick(at);
    told = await happen(world, what, told);
    await world.pipeline.tick(at);
    await world.send();
    for (const [line, stop] of stops) {
      if (line % story.length !== index) continue;
      if (stop.includes("checkpoint")) await world.pipeline.checkpoint();
      if (stop.includes("some")) await world.pipeline.saveSome();
      if (stop.includes("restart")) world = await world.restart();
    }
  }
  await world.pipeline.tick(world.now);
  return world;
}

async function happen(world: World, what: What, toldSoFar: number): Promise<number> {
  switch (what.kind) {
    case "events": {
      const events = what.events.map((one, i) => asEvent(world, one, `story-${toldSoFar + i}`));
      await world.take(...events);
      return toldSoFar + events.length;
    }
    case "look":
      await world.look(what.person);
      return toldSoFar;
    case "prefer": {
      const { person, change } = what;
      await world.control({ person }, { kind: "preference", person, change, actor: "customer", reason: "" });
      return toldSoFar;
    }
    case "library":
      await world.pipeline.tenantControl(T, { kind: "library", version: what.version, approvedBy: "ops" });
      await world.pipeline.caughtUp();
      return toldSoFar;
    case "switch": {
      const switches = { ...ALL_ON, patterns: what.off ? ["P-001"] : [] };
      await world.pipeline.tenantControl(T, { kind: "switches", switches, actor: "ops", reason: "" });
      return toldSoFar;
    }
    default:
      await answer(world, what.kind, what.person);
      return toldSoFar;
  }
}

function asEvent(world: World, { type, account, person, data, late }: Happening, id: string): Incoming {
  return event(type, {
    time: world.now - late,
    id,
    data,
    ...(account === undefined ? {} : { account }),
    ...(person === undefined ? {} : { person }),
    ...(type === "person.identified" && person !== undefined
      ? { contact: { email: `${person}@example.test`, phone: `+1555${person.length}` } }
      : {}),
  });
}

/** What somebody says about the newest message they got. */
async function answer(world: World, kind: string, person: string): Promise<void> {
  const row = world.deliveries().findLast((one) => one.person === person && one.status === "sent");
  if (row === undefined) return;
  if (kind === "click") return told(world, row, "clicked");
  if (kind === "bounce") return told(world, row, "bounced");
  const control = { kind: "feedback", delivery: row.id, match: row.match, person, stars: null } as const;
  await world.control({ unit: row.unit }, { ...control, answer: kind as "yes" | "no" | "not_mine" });
}
