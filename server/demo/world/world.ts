import { DAY, HOUR, type Millis } from "../../core/time.ts";
import { createRandom, type Random } from "../random.ts";
import { type DemoPerson, peopleOf } from "./people.ts";
import { COMPANY_FIRST, COMPANY_SECOND, INDUSTRIES, type Region, ZONES } from "./words.ts";

/** Days of history that the demo comes with. */
const HISTORY_DAYS = 90;
const ACCOUNTS = 300;

/**
 * How an account of the last weeks began: `healthy` uses a core feature at once, `never_activated` does not in its
 * first week, `set_up_unused` finishes the set-up and then does not use what it set up.
 */
export type Beginning = "long_ago" | "healthy" | "never_activated" | "set_up_unused";

export interface DemoAccount {
  readonly id: string;
  readonly name: string;
  readonly plan: "free" | "starter" | "pro" | "enterprise";
  readonly segment: "self_serve" | "smb" | "mid_market" | "enterprise";
  readonly region: Region;
  readonly industry: string;
  readonly mrr: number;
  readonly owner: string;
  readonly timeZone: string;
  readonly utcOffset: number;
  readonly signedUpAt: Millis;
  readonly beginning: Beginning;
  /** Sessions on an ordinary working day. */
  readonly activity: number;
  /** Kept free of trouble for the last days, so that the live scenes have somewhere to play. */
  readonly stage: boolean;
  /** A spell in which hardly anybody came, or none. */
  readonly silence: { readonly from: Millis; readonly to: Millis } | null;
  readonly people: readonly DemoPerson[];
  readonly zendeskId: string;
  readonly stripeId: string;
}

/** Everything that is invented once: companies and the people in them. */
export interface World {
  readonly seed: string;
  readonly start: Millis;
  readonly end: Millis;
  readonly accounts: readonly DemoAccount[];
}

/** @param end the moment up to which history is told; the world begins 90 days before. */
export function createWorld(seed: string, end: Millis): World {
  const start = end - HISTORY_DAYS * DAY;
  const random = createRandom(`${seed}/world`);
  const names = companyNames(random.fork("names"));
  const accounts = names.map((name, index) =>
    accountOf(name, index, random.fork(`account ${index}`), start, end),
  );
  return { seed, start, end, accounts };
}

function companyNames(random: Random): readonly string[] {
  const all = COMPANY_FIRST.flatMap((first) => COMPANY_SECOND.map((second) => `${first} ${second}`));
  return random.sample(all, ACCOUNTS);
}

const PLANS = [
  { plan: "free", segment: "self_serve", share: 22, mrr: [0, 0], people: [2, 3], activity: 0.7 },
  { plan: "starter", segment: "smb", share: 38, mrr: [29, 149], people: [2, 5], activity: 1.1 },
  { plan: "pro", segment: "mid_market", share: 30, mrr: [199, 1_900], people: [4, 9], activity: 1.6 },
  {
    plan: "enterprise",
    segment: "enterprise",
    share: 10,
    mrr: [2_400, 9_800],
    people: [8, 15],
    activity: 2.4,
  },
] as const;

const REGIONS = [
  ["na", 38],
  ["eu", 30],
  ["apac", 16],
  ["latam", 9],
  ["mea", 7],
] as const satisfies readonly (readonly [Region, number])[];

function accountOf(name: string, index: number, random: Random, start: Millis, end: Millis): DemoAccount {
  const id = name.toLowerCase().replaceAll(" ", "-");
  const plan = random.weighted(PLANS.map((each) => [each, each.share] as const));
  const region = random.weighted(REGIONS);
  const [timeZone, utcOffset] = random.pick(ZONES[region]);
  const begun = beginningOf(index, random, start, end);
  const silence = begun.beginning === "long_ago" && index % 20 === 7 ? silenceOf(random, start) : null;
  return {
    id,
    name,
    plan: plan.plan,
    segment: plan.segment,
    region,
    industry: random.pick(INDUSTRIES),
    mrr: Math.round(random.between(plan.mrr[0], plan.mrr[1])),
    owner: `csm-${region}@larkstand.example.com`,
    timeZone,
    utcOffset,
    ...begun,
    // An account that goes silent must have been busy before, or nobody would notice.
    activity: silence === null ? plan.activity * random.between(0.7, 1.3) : random.between(1.9, 2.6),
    stage: begun.beginning === "long_ago" && index % 4 === 1,
    silence,
    people: peopleOf(id, timeZone, random.int(plan.people[0], plan.people[1]), index, random.fork("people")),
    zendeskId: String(8_447_388_000_000 + index),
    stripeId: `cus_Demo${String(index).padStart(6, "0")}`,
  };
}

function beginningOf(index: number, random: Random, start: Millis, end: Millis) {
  const recent: readonly Beginning[] = ["healthy", "never_activated", "set_up_unused"];
  const beginning = index % 10 < 3 ? (recent[index % 3] ?? "healthy") : "long_ago";
  const signedUpAt =
    beginning === "long_ago"
      ? start - Math.round(random.between(30, 900)) * DAY
      : Math.round(random.between(start + DAY, end - 2 * DAY));
  return { beginning, signedUpAt };
}

/** Long enough that a whole week of the calendar lies in it. */
function silenceOf(random: Random, start: Millis): { from: Millis; to: Millis } {
  const from = start + Math.round(random.between(36, 66) * DAY);
  return { from, to: from + 16 * DAY + 5 * HOUR };
}
