import type { Incoming } from "../../core/event.ts";
import { DAY, MINUTE, SECOND } from "../../core/time.ts";
import type { DemoPerson } from "../world/people.ts";
import type { DemoAccount, World } from "../world/world.ts";

/** An event without its number. */
export type Unnumbered = Omit<Incoming, "id">;

const native = (value: string) => ({ namespace: "native", value });

/** Who everybody is, said once: with the old customers at the beginning, with the new ones when they sign up. */
export function introductions(world: World): Unnumbered[] {
  return world.accounts.flatMap((account, place) => {
    const isNew = account.beginning !== "long_ago";
    const at = isNew ? account.signedUpAt : world.start + place * 20 * SECOND;
    const people = account.people.map((person, index) =>
      introducePerson(account, person, at + (index + 1) * (isNew ? 3 * MINUTE : SECOND)),
    );
    return [introduceAccount(account, at, isNew ? "account.signed_up" : "account.updated"), ...people];
  });
}

/** The customer list is brought up to date once more at the very end, so that every account is told up to there. */
export function lastSync({ accounts, end }: World): Unnumbered[] {
  return accounts.map((account, place) =>
    introduceAccount(account, end - (accounts.length - place) * 100, "account.updated"),
  );
}

function introduceAccount(account: DemoAccount, time: number, type: string): Unnumbered {
  const { id, name, plan, segment, region, industry, mrr, owner, timeZone, people } = account;
  const holders = (role: string) =>
    people.filter(({ roles }) => roles.some((one) => one === role)).map((one) => one.id);
  const contacts = { admin: holders("admin"), technical: holders("technical"), billing: holders("billing") };
  return {
    source: "crm",
    type,
    time,
    account: native(id),
    alsoAccount: [
      { namespace: "zendesk", value: account.zendeskId },
      { namespace: "stripe", value: account.stripeId },
    ],
    data: { name, plan, segment, region, industry, mrr, owner, timeZone, contacts },
  };
}

function introducePerson(account: DemoAccount, person: DemoPerson, time: number): Unnumbered {
  const { id, name, preferredName, email, phone, timeZone, roles, consent, zendeskId } = person;
  return {
    source: "crm",
    type: "person.identified",
    time,
    account: native(account.id),
    person: native(id),
    alsoPerson: [{ namespace: "zendesk", value: zendeskId }],
    contact: { email, name, preferredName, ...(phone === null ? {} : { phone }) },
    data: { timeZone, locale: "en", roles, consent, tier: account.plan },
  };
}

/** How long introductions take at the beginning; nothing else happens before. */
export const INTRODUCED = 0.1 * DAY;
