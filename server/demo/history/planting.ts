import { DAY, HOUR, type Millis } from "../../core/time.ts";
import type { Random } from "../random.ts";
import type { DemoPerson } from "../world/people.ts";
import type { DemoAccount, World } from "../world/world.ts";
import { type Cast, type Episode, type Trouble, told } from "./story.ts";

/** Between two troubles of one account, so that a ticket belongs to one of them. */
const APART = 3.4 * DAY;
/** Nothing is planted before the background is known, nor in an account that has just begun. */
const SETTLED = 8 * DAY;
/** On the accounts that are kept for the live scenes, nothing happens in the last days. */
const STAGE_FREE = 5 * DAY;
const TRIES = 120;
/** So many of each trouble fall into the last hours: the demo begins with something to see. */
const JUST_NOW = 2;

/** Spreads every trouble over the quarter: each at a working hour of an account that fits and is not busy. */
export function plant(world: World, troubles: readonly Trouble[], random: Random): Episode[] {
  const busy = new Map<string, Millis[]>();
  const episodes: Episode[] = [];
  // The rarest first, as they are the hardest to place.
  const inOrder = [...troubles].sort((a, b) => a.times - b.times || (a.pattern < b.pattern ? -1 : 1));
  for (const trouble of inOrder) {
    const own = random.fork(trouble.pattern);
    for (let index = 0; index < trouble.times; index++) {
      const episode = place(world, trouble, index, busy, own.fork(index));
      if (episode !== null) episodes.push(episode);
    }
  }
  return episodes;
}

function place(
  world: World,
  trouble: Trouble,
  index: number,
  busy: Map<string, Millis[]>,
  random: Random,
): Episode | null {
  const isLast = index >= trouble.times - JUST_NOW;
  const span = world.end - world.start - SETTLED;
  const around = world.start + SETTLED + ((index + random.next()) / trouble.times) * span;
  for (let tries = 0; tries < TRIES; tries++) {
    const account = random.pick(world.accounts);
    const at = isLast
      ? Math.round(world.end - random.between(0.2, 14) * HOUR)
      : workingHour(around, account, world.end - DAY, random);
    if (!isFree(account, trouble, at, world, busy.get(account.id) ?? [])) continue;
    const episode = episodeOf(trouble, account, at, `${trouble.pattern.slice(2)}${index}`, random);
    if (episode.firedAt > world.end) continue;
    busy.set(account.id, [...(busy.get(account.id) ?? []), at]);
    return episode;
  }
  return null;
}

function isFree(
  account: DemoAccount,
  { fits }: Trouble,
  at: Millis,
  { end, start }: World,
  busy: readonly Millis[],
): boolean {
  const { silence, signedUpAt, stage } = account;
  if (fits?.(account) === false || at < Math.max(start, signedUpAt) + SETTLED) return false;
  if (silence !== null && at > silence.from - DAY && at < silence.to + DAY) return false;
  if (stage && at > end - STAGE_FREE) return false;
  return busy.every((other) => Math.abs(other - at) >= APART);
}

/** Mostly in the working hours of the account's own zone, seldom at a weekend. */
function workingHour(around: Millis, account: DemoAccount, latest: Millis, random: Random): Millis {
  const hour = random.chance(0.85) ? random.between(8.5, 17.5) : random.between(6, 23);
  let day = Math.floor(around / DAY) * DAY;
  const weekday = new Date(day).getUTCDay();
  if ((weekday === 0 || weekday === 6) && random.chance(0.8)) day -= 2 * DAY;
  let at = Math.round(day + (hour - account.utcOffset) * HOUR);
  while (at > latest) at -= DAY;
  return at;
}

function episodeOf(
  trouble: Trouble,
  account: DemoAccount,
  at: Millis,
  serial: string,
  random: Random,
): Episode {
  const actor = actorOf(account, trouble.actor, random);
  const colleagues = random.sample(
    account.people.filter((person) => person !== actor),
    4,
  );
  const cast: Cast = { account, actor, colleagues, random, at, serial };
  const steps = trouble.script(cast);
  const last = Math.max(...steps.map(({ after }) => after));
  return {
    pattern: trouble.pattern,
    account,
    actor,
    firedAt: at + (trouble.firesAfter ?? last),
    happenings: told(account, at, steps),
    writers: trouble.writers?.(cast) ?? [actor],
    endingAt: (end) => told(account, end, trouble.ending?.(cast) ?? []),
  };
}

export function actorOf(account: DemoAccount, role: Trouble["actor"], random: Random): DemoPerson {
  const holders =
    role === "anyone" ? account.people : account.people.filter(({ roles }) => roles.includes(role));
  return random.pick(holders.length > 0 ? holders : account.people);
}
