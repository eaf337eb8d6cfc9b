import type { FoundPerson } from "../../../actions/person.ts";
import type { TenantState } from "../../../core/tenant.ts";
import type { Millis } from "../../../core/time.ts";
import type { Tracked, Unit } from "../../../core/unit.ts";
import type { ApiDeps } from "../deps.ts";
import type { FoundAccount } from "../risk.ts";

/** What an agent has before them: a person, an account or both, perhaps a ticket. */
export interface About {
  readonly deps: ApiDeps;
  readonly tenant: TenantState;
  readonly person: FoundPerson | null;
  readonly account: FoundAccount | null;
  /** Number of the ticket that is open on the screen. */
  readonly ticket: string | null;
  /** When it was opened, as the asker knows it. */
  readonly ticketAt: Millis | null;
  readonly now: Millis;
}

/** The units of both, each once. */
export function unitsOf({ person, account }: About): readonly Unit[] {
  const all = [...(person?.units ?? []), ...(account?.units ?? [])];
  return [...new Map(all.map((unit) => [unit.id, unit])).values()];
}

/** Matches about the person, and those about the account as a whole; newest evidence first. */
export function matchesAbout(about: About): readonly Tracked[] {
  const person = about.person?.state.id ?? null;
  return unitsOf(about)
    .flatMap((unit) => [...unit.tracked.values()])
    .filter(({ match }) => person === null || match.person === person || match.key.startsWith("account/"))
    .sort((a, b) => b.match.lastSeen - a.match.lastSeen || (a.match.id < b.match.id ? -1 : 1));
}

/** Still there, and nobody said that it is not real. */
export function counts({ match, silenced }: Tracked): boolean {
  return match.state !== "retracted" && silenced === null;
}
