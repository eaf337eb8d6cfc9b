import { findPerson } from "../../actions/person.ts";
import type { Pattern } from "../../core/pattern.ts";
import type { Millis } from "../../core/time.ts";
import type { PersonTicket } from "../../core/unit.ts";
import type { ApiDeps } from "../../http/api/deps.ts";
import { accountRisk, findAccount, personRisk, tenantOf } from "../../http/api/risk.ts";
import type { RiskBody } from "../../http/wire.ts";
import { DEMO_TENANT } from "../tenant.ts";
import type { DemoPerson } from "../world/people.ts";
import type { DemoAccount, World } from "../world/world.ts";

/** A simulated customer, as an agent would find them. */
export interface Known {
  readonly person: DemoPerson;
  readonly account: DemoAccount;
  /** The higher of the two. */
  readonly risk: RiskBody;
  /** What the score rests on most; null when nothing is the matter. */
  readonly issue: Pattern["issue"] | null;
  /** A ticket of theirs that is open, and of which the server knows. */
  readonly ticket: PersonTicket | null;
}

/** The person's and account's risk at this moment; null for somebody the server has not heard of yet. */
export async function look(
  deps: ApiDeps,
  person: DemoPerson,
  account: DemoAccount,
  now: Millis,
): Promise<Known | null> {
  const tenant = tenantOf(deps, DEMO_TENANT);
  const [found, behind] = await Promise.all([
    findPerson(deps, tenant.id, person.id),
    findAccount(deps, tenant.id, account.id),
  ]);
  if (found === null || behind === null) return null;
  const [own, whole] = await Promise.all([
    personRisk(deps, tenant, found, now),
    accountRisk(deps, tenant, behind, now),
  ]);
  const risk = whole.unrounded > own.unrounded ? whole : own;
  const pattern = tenant.library.byId(risk.contributions[0]?.pattern ?? "");
  const ticket = found.state.tickets.filter(({ open }) => open).at(-1) ?? null;
  return { person, account, risk, issue: pattern?.issue ?? null, ticket };
}

export interface Chosen {
  /** At high risk, each of another account and in another trouble as far as possible. */
  readonly atRisk: readonly Known[];
  readonly watched: Known | null;
  readonly calm: Known | null;
}

/** How many are looked at before the best of them are taken. */
const CANDIDATES = 60;

/** People who show what the app can say: those at risk who wrote a ticket already come first. */
export async function choose(deps: ApiDeps, world: World, now: Millis): Promise<Chosen> {
  const all = world.accounts.flatMap((account) => account.people.map((person) => ({ person, account })));
  const byId = new Map(all.map((each) => [each.person.id, each]));
  const { rows } = await deps.store.risks(DEMO_TENANT, { kind: "person", limit: CANDIDATES });
  const risky = rows.flatMap(({ key }) => byId.get(key.slice("person/".length)) ?? []);
  const seen = await Promise.all(risky.map(({ person, account }) => look(deps, person, account, now)));
  const known = seen.filter((each) => each !== null);
  const ranked = known
    .filter(({ risk }) => risk.band === "critical" || risk.band === "alert")
    .toSorted((a, b) => worth(b) - worth(a));
  const first = ranked[0];
  const second =
    ranked.find((each) => each.account !== first?.account && each.issue !== first?.issue) ??
    ranked.find((each) => each.account !== first?.account);
  const atRisk = [first, second].filter((each) => each !== undefined);
  const isElsewhere = ({ account }: Known) => atRisk.every((each) => each.account !== account);
  return {
    atRisk,
    watched: known.find((each) => each.risk.band === "watch" && isElsewhere(each)) ?? null,
    calm: await calmOne(deps, all, now),
  };
}

const worth = ({ risk, ticket }: Known): number => risk.score + (ticket === null ? 0 : 100);

async function calmOne(
  deps: ApiDeps,
  all: readonly Pick<Known, "person" | "account">[],
  now: Millis,
): Promise<Known | null> {
  for (const { person, account } of all) {
    const known = person.stopped ? null : await look(deps, person, account, now);
    if (known !== null && known.risk.score < 10 && known.ticket === null) return known;
  }
  return null;
}
