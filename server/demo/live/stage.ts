import { newUnit } from "../../core/new-unit.ts";
import { quietUntil } from "../../core/policy/quiet.ts";
import { inHoldout } from "../../core/policy/rollout.ts";
import type { TenantState } from "../../core/tenant.ts";
import { DAY, HOUR, type Millis } from "../../core/time.ts";
import type { PersonState } from "../../core/unit.ts";
import type { Cast, Trouble } from "../history/story.ts";
import type { Random } from "../random.ts";
import type { DemoPerson } from "../world/people.ts";
import type { DemoAccount, World } from "../world/world.ts";

/** Whom a scene needs. */
export interface Wish {
  readonly trouble: Trouble;
  /** What time it is where they are; by day unless told. */
  readonly zone?: "day" | "night" | "any";
  /** From the control group; never unless told. */
  readonly holdout?: boolean;
  readonly fits?: (person: DemoPerson, account: DemoAccount) => boolean;
}

export interface StageDeps {
  readonly world: World;
  readonly tenant: () => TenantState | null;
  readonly person: (id: string) => Promise<PersonState | null>;
  readonly now: () => Millis;
  readonly random: Random;
}

/** Finds people for scenes: first those of the accounts that history left in peace, nobody twice within hours. */
export interface Stage {
  cast(wish: Wish): Promise<Cast | null>;
  /** The same people in another trouble. */
  recast(cast: Cast): Cast;
}

const AGAIN_AFTER = 3 * HOUR;
const TRIES = 400;

export function createStage({ world, tenant, person, now, random }: StageDeps): Stage {
  const lastSeen = new Map<string, Millis>();
  let scenes = 0;
  const run = now().toString(36);

  const suits = (account: DemoAccount, { trouble, zone = "day", holdout = false }: Wish): boolean => {
    const state = tenant();
    if (state === null || trouble.fits?.(account) === false) return false;
    if (now() - (lastSeen.get(account.id) ?? 0) < AGAIN_AFTER) return false;
    if (inHoldout(state, newUnit(state.id, `account/${account.id}`)) !== holdout) return false;
    const isNight = quietUntil(now(), account.timeZone, state.settings.quiet) !== null;
    return zone === "any" || isNight === (zone === "night");
  };
  const isRecent = ({ at, dry, state }: PersonState["messages"][number]) =>
    !dry && state !== "void" && now() - at < DAY;
  /** Nobody there was written to lately or waits for an answer, or other guards than the scene's would speak. */
  const isFresh = async ({ people }: DemoAccount) => {
    const states = await Promise.all(people.map(({ id }) => person(id)));
    return states.every(
      (state) => state === null || !(state.messages.some(isRecent) || state.tickets.some(({ open }) => open)),
    );
  };
  const castOf = (account: DemoAccount, actor: DemoPerson): Cast => {
    const others = account.people.filter((each) => each !== actor && !each.stopped);
    const serial = `${run}-${++scenes}`;
    return {
      account,
      actor,
      colleagues: random.sample(others, 4),
      random: random.fork(serial),
      at: now(),
      serial,
    };
  };

  return {
    async cast(wish) {
      const role = wish.trouble.actor;
      const quiet = world.accounts.filter(({ stage }) => stage);
      for (const accounts of [quiet, world.accounts]) {
        for (let tries = 0; tries < TRIES; tries++) {
          const account = random.pick(accounts);
          if (account.silence !== null || !suits(account, wish)) continue;
          const able = account.people.filter(
            (each) =>
              !each.stopped &&
              (role === "anyone" || each.roles.includes(role)) &&
              (wish.fits === undefined || wish.fits(each, account)),
          );
          if (able.length === 0) continue;
          const actor = random.pick(able);
          if (!(await isFresh(account))) continue;
          lastSeen.set(account.id, now());
          return castOf(account, actor);
        }
      }
      return null;
    },
    recast: ({ account, actor }) => castOf(account, actor),
  };
}
