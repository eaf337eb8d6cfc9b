import { DAY, HOUR, MINUTE } from "../../core/time.ts";
import type { Random } from "../random.ts";
import type { DemoPerson } from "../world/people.ts";
import type { DemoAccount, World } from "../world/world.ts";
import { actorOf } from "./planting.ts";
import { type Episode, type Happening, type Step, step, told } from "./story.ts";

const SETUP = ["company", "catalog", "team", "payments", "first_sale"];
const WEEK = 7 * DAY;
/** A bucket of a week begins on a Thursday, as 1970 did. */
const weekAfter = (at: number) => Math.ceil(at / WEEK) * WEEK;

/** What the first weeks of the newer accounts bring, and what the silent ones leave out. */
export function beginnings(world: World, random: Random): { happenings: Happening[]; episodes: Episode[] } {
  const happenings: Happening[] = [];
  const episodes: Episode[] = [];
  for (const account of world.accounts) {
    const own = random.fork(account.id);
    if (account.silence !== null) episodes.push(silenceOf(account, own));
    if (account.beginning === "long_ago") continue;
    happenings.push(...setUp(account, own));
    if (own.chance(0.55)) episodes.push(failedSave(account, own));
    if (account.beginning === "never_activated") episodes.push(neverActivated(account, own));
    if (account.beginning === "set_up_unused") episodes.push(setUpUnused(account, own));
  }
  return { happenings, episodes };
}

/** Days from sign-up to the end of the set-up; an account that is never activated does not get there. */
const setUpDays = ({ beginning }: DemoAccount) => (beginning === "set_up_unused" ? 3 : 2);

/** From then on an account uses what it pays for. */
export function coreFrom({ beginning, signedUpAt }: DemoAccount): number {
  if (beginning === "never_activated") return signedUpAt + 10 * DAY;
  return beginning === "set_up_unused" ? signedUpAt + 13 * DAY : signedUpAt + DAY;
}

function setUp(account: DemoAccount, random: Random): Happening[] {
  const admin = actorOf(account, "admin", random);
  const finished = account.beginning === "never_activated" ? 2 : SETUP.length;
  const steps: Step[] = SETUP.slice(0, finished).map((name, place) =>
    step(
      20 * MINUTE + ((place + 1) * setUpDays(account) * DAY) / 6,
      "onboarding.step_completed",
      { step: name },
      admin,
    ),
  );
  if (finished === SETUP.length) {
    // Trying it once during the set-up is use; what counts is whether it goes on.
    steps.push(step(6 * HOUR, "feature.used", { feature: "register", core: true }, admin));
    steps.push(step(setUpDays(account) * DAY, "onboarding.completed", { step: "first_sale" }, admin));
  }
  return told(
    account,
    account.signedUpAt,
    steps.map((each) => ({ ...each, after: Math.round(each.after) })),
  );
}

function failedSave(account: DemoAccount, random: Random): Episode {
  const actor = actorOf(account, "admin", random);
  const at = Math.round(account.signedUpAt + random.between(1, 30) * HOUR);
  return {
    pattern: "P-010",
    account,
    actor,
    firedAt: at,
    happenings: told(account, at, [
      step(0, "config.save_failed", { area: "payment_terminals", errorCode: "E_MISSING_FIELD" }, actor),
    ]),
    writers: [actor],
    endingAt: (end) => told(account, end, [step(0, "config.saved", { area: "payment_terminals" }, actor)]),
  };
}

const nothing = () => [];

function neverActivated(account: DemoAccount, random: Random): Episode {
  const writer = actorOf(account, "admin", random);
  const firedAt = account.signedUpAt + WEEK;
  return quietEpisode("P-016", account, writer, firedAt);
}

function setUpUnused(account: DemoAccount, random: Random): Episode {
  const writer = actorOf(account, "admin", random);
  return quietEpisode("P-015", account, writer, account.signedUpAt + setUpDays(account) * DAY + WEEK);
}

/** Noticed at the end of the first whole week in which nobody came. */
function silenceOf(account: DemoAccount, random: Random): Episode {
  const from = account.silence?.from ?? 0;
  return quietEpisode("P-021", account, actorOf(account, "admin", random), weekAfter(from) + WEEK);
}

/** A pattern that fires because something does not happen. */
function quietEpisode(pattern: string, account: DemoAccount, actor: DemoPerson, firedAt: number): Episode {
  return { pattern, account, actor, firedAt, happenings: [], writers: [actor], endingAt: nothing };
}
