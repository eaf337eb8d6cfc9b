import type { Random } from "../random.ts";
import { FAMILY, GIVEN } from "./words.ts";

export type Role = "admin" | "technical" | "billing";

export interface DemoPerson {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly preferredName: string;
  readonly email: string;
  readonly phone: string | null;
  readonly timeZone: string;
  readonly roles: readonly Role[];
  /** What was answered; a channel that is missing was never asked about. */
  readonly consent: { readonly [channel: string]: boolean };
  /** Has stopped proactive messages. */
  readonly stopped: boolean;
  readonly zendeskId: string;
}

/** The people of one account: addresses under example.com and numbers that are kept for fiction (555 0100 to 0199). */
export function peopleOf(
  account: string,
  timeZone: string,
  count: number,
  accountIndex: number,
  random: Random,
): readonly DemoPerson[] {
  const used = new Set<string>();
  return Array.from({ length: count }, (_, place): DemoPerson => {
    const given = random.pick(GIVEN);
    const family = random.pick(FAMILY);
    const local = unused(used, `${given}.${family}`.toLowerCase());
    return {
      id: `${local}.${accountIndex}`,
      account,
      name: `${given} ${family}`,
      preferredName: given,
      email: `${local}@${account}.example.com`,
      phone: random.chance(0.75) ? phoneOf(accountIndex, place) : null,
      timeZone,
      roles: rolesOf(place, count),
      consent: consentOf(random),
      stopped: random.chance(0.012),
      zendeskId: String(9_021_000_000_000 + accountIndex * 100 + place),
    };
  });
}

function unused(used: Set<string>, name: string): string {
  let free = name;
  for (let next = 2; used.has(free); next++) free = `${name}${next}`;
  used.add(free);
  return free;
}

/** Area codes 201 to 989, skipping those whose last two digits are alike, as real service codes are. */
const AREAS = Array.from({ length: 789 }, (_, index) => 201 + index).filter(
  (code) => Math.floor(code / 10) % 10 !== code % 10,
);

function phoneOf(accountIndex: number, place: number): string {
  const number = accountIndex * 20 + place;
  return `+1${AREAS[Math.floor(number / 100)] ?? 201}55501${String(number % 100).padStart(2, "0")}`;
}

/** In a small company one person does it all; in a larger one every role has somebody of its own. */
function rolesOf(place: number, count: number): readonly Role[] {
  if (place === 0) return count <= 2 ? ["admin", "technical", "billing"] : ["admin"];
  if (place === 1 && count > 2) return count <= 4 ? ["technical", "billing"] : ["technical"];
  if (place === 2 && count > 4) return ["billing"];
  return place === 3 && count > 7 ? ["technical"] : [];
}

function consentOf(random: Random): DemoPerson["consent"] {
  const sms = random.weighted([
    [true, 45],
    [false, 20],
    [undefined, 35],
  ] as const);
  return {
    email: !random.chance(0.03),
    ...(sms === undefined ? {} : { sms }),
    ...(random.chance(0.3) ? { phone: random.chance(0.6) } : {}),
  };
}
