import { DAY, HOUR } from "../../core/time.ts";
import type { Random } from "../random.ts";
import type { World } from "../world/world.ts";
import type { Happening } from "./story.ts";

/** A release that broke the way to inviting people, and one that hid the last step of an upgrade. */
const ACTIVATION_BROKEN = 24;
const UPGRADE_BROKEN = 17;

/**
 * What is counted over all customers: people who finish a set-up step, and upgrades that are completed. Both are
 * steady, but for one day each on which something of ours stood in the way.
 */
export function journeys(world: World, random: Random): Happening[] {
  const days = Math.floor((world.end - world.start) / DAY);
  const happenings: Happening[] = [];
  for (let day = 1; day < days; day++) {
    const own = random.fork(day);
    const left = days - day;
    const invited = left === ACTIVATION_BROKEN ? 3 : own.int(13, 17);
    const upgraded = left === UPGRADE_BROKEN ? 1 : own.int(6, 9);
    happenings.push(
      ...many(world, day, invited, "onboarding.step_completed", { step: "invite_accepted" }, own),
    );
    happenings.push(...many(world, day, own.int(9, 12), "plan.upgrade_started", { to: "add_on" }, own));
    happenings.push(...many(world, day, upgraded, "plan.upgrade_completed", { to: "add_on" }, own));
  }
  return happenings;
}

function many(
  world: World,
  day: number,
  count: number,
  type: string,
  data: Happening["data"],
  random: Random,
): Happening[] {
  const settled = world.accounts.filter(
    ({ beginning, silence }) => beginning === "long_ago" && silence === null,
  );
  const midnight = Math.ceil(world.start / DAY) * DAY + (day - 1) * DAY;
  return Array.from({ length: count }, () => {
    const account = random.pick(settled);
    const at = Math.round(midnight + random.between(1, 23) * HOUR);
    return { at, type, account, person: random.pick(account.people), data };
  });
}
