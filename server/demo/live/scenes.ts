import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { SECOND } from "../../core/time.ts";
import type { Pipeline } from "../../flow/contract.ts";
import type { Cast, Trouble } from "../history/story.ts";
import { TROUBLES } from "../history/troubles.ts";
import type { Senders } from "../senders/index.ts";
import { DEMO_TENANT } from "../tenant.ts";
import type { DemoPerson, Role } from "../world/people.ts";
import type { DemoAccount } from "../world/world.ts";
import type { InAppCustomers } from "./in-app.ts";
import type { Player } from "./player.ts";
import type { Stage, Wish } from "./stage.ts";

/** What a scene can use. */
export interface Backstage {
  readonly stage: Stage;
  readonly player: Player;
  readonly senders: Senders;
  readonly inApp: InAppCustomers;
  readonly pipeline: Pick<Pipeline, "control">;
  readonly now: () => number;
  /** 1 is real time; a test may go faster. */
  readonly pace: number;
  readonly signal: AbortSignal;
}

export function troubleOf(pattern: string): Trouble {
  const found = TROUBLES.find((trouble) => trouble.pattern === pattern);
  if (found === undefined) throw new RangeError(`no trouble is written for ${pattern}`);
  return found;
}

/** One scene of the opening: when it begins, and what happens. */
export interface Cue {
  /** Seconds after the curtain. */
  readonly at: number;
  readonly play: (back: Backstage) => Promise<void>;
}

/** Somebody of the account, or all of it, has the product open. */
function enter({ inApp }: Backstage, { account }: Cast): void {
  inApp.enter(account.people.filter(({ stopped }) => !stopped).slice(0, 6));
}

/** A trouble befalls somebody who fits. @returns who, or null when nobody does */
export async function befall(
  back: Backstage,
  pattern: string,
  wish: Omit<Wish, "trouble"> = {},
  present = true,
): Promise<Cast | null> {
  const trouble = troubleOf(pattern);
  const cast = await back.stage.cast({ trouble, ...wish });
  if (cast === null) return null;
  if (present) enter(back, cast);
  await back.player.play(trouble, cast);
  return cast;
}

const once = (at: number, pattern: string, wish: Omit<Wish, "trouble"> = {}, present = true): Cue => ({
  at,
  play: async (back) => {
    await befall(back, pattern, wish, present);
  },
});

const takesTexts = ({ phone, consent }: DemoPerson) => phone !== null && consent.sms === true;
const readsMail = ({ consent }: DemoPerson) => consent.email === true;
/** Whoever is named first for a role is written to. */
const isFirstFor = (role: Role) => (person: DemoPerson, account: DemoAccount) =>
  account.people.find(({ roles }) => roles.includes(role)) === person;
export const wait = ({ pace, signal }: Backstage, seconds: number) =>
  pause((seconds * SECOND) / pace, undefined, { signal });

/** Somebody who chose text messages on their page cannot log in; later they text back STOP, and it holds everywhere. */
const textAndStop: Cue = {
  at: 5,
  async play(back) {
    const trouble = troubleOf("P-002");
    const cast = await back.stage.cast({ trouble, fits: takesTexts });
    if (cast === null) return;
    const { id: person, phone } = cast.actor;
    const change = { kind: "prefer", channel: "sms" } as const;
    const chosen = {
      kind: "preference",
      person,
      change,
      actor: "customer",
      reason: "chosen on their page",
    } as const;
    await back.pipeline.control(DEMO_TENANT, { person }, chosen);
    await back.player.play(trouble, cast);
    await wait(back, 34);
    if (phone !== null) await back.senders.textBack(phone, "STOP");
    await wait(back, 3);
    await back.player.play(troubleOf("P-022"), back.stage.recast(cast));
  },
};

/** Two messages within a day are enough, however much goes wrong. */
const capReached: Cue = {
  at: 17,
  async play(back) {
    const first = await befall(back, "P-001", { fits: isFirstFor("technical") });
    if (first === null) return;
    await wait(back, 2);
    await back.player.play(troubleOf("P-009"), back.stage.recast(first));
    await wait(back, 2);
    await back.player.play(troubleOf("P-011"), back.stage.recast(first));
  },
};

/** Who has just written to support is left to support. */
const ticketCools: Cue = {
  at: 12,
  async play(back) {
    const trouble = troubleOf("P-011");
    const cast = await back.stage.cast({ trouble });
    if (cast === null) return;
    await back.player.ticket(cast, "configuration");
    await wait(back, 1.5);
    await back.player.play(trouble, cast);
  },
};

/** A payment fails, and is made good before the text message would follow. */
const paymentRecovers: Cue = {
  at: 1,
  async play(back) {
    const cast = await befall(back, "P-004", { fits: readsMail });
    if (cast === null) return;
    await wait(back, 38);
    await back.player.end(troubleOf("P-004"), cast);
  },
};

/** Somebody on the login page whom nobody knows: helped there, without a word about whether the account exists. */
const strangerAtTheDoor: Cue = {
  at: 27,
  async play({ senders, now }) {
    const session = randomBytes(18).toString("base64url");
    for (let tries = 2; tries >= 0; tries--)
      await senders.anonymousLoginFailed(session, now() - tries * 7 * SECOND);
  },
};

/** The first minute: every kind of decision, and more than a dozen patterns. */
export const OPENING: readonly Cue[] = [
  paymentRecovers,
  once(3, "P-001"),
  textAndStop,
  once(7, "P-028"),
  once(9, "P-004", { zone: "night" }),
  ticketCools,
  once(14, "P-018"),
  capReached,
  once(20, "P-006", { holdout: true }),
  once(23, "P-017"),
  strangerAtTheDoor,
  once(29, "P-003", { fits: readsMail }),
  once(32, "P-020"),
  once(35, "P-022", { fits: readsMail }),
  once(38, "P-012"),
  once(42, "P-027"),
  once(46, "P-023"),
  once(49, "P-024"),
  once(52, "P-008"),
  once(56, "P-005"),
];
