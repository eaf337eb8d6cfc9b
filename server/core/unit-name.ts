/* A unit is called `account/<id>`, `person/<id>` or `tenant`, with the id as the tenant writes it. */

/** The unit for inputs that name neither an account nor a person. */
export const TENANT_UNIT = "tenant";

const ACCOUNT = "account/";
const PERSON = "person/";

/** The unit that an input about this account and person belongs to: the account's, if there is one. */
export function unitOf(account: string | null, person: string | null): string {
  if (account !== null) return ACCOUNT + account;
  return person === null ? TENANT_UNIT : PERSON + person;
}

/** The account whose unit this is; null for one of a person alone or of the tenant. */
export function accountOf(unit: string): string | null {
  return unit.startsWith(ACCOUNT) ? unit.slice(ACCOUNT.length) : null;
}

/** The person whose own unit this is; null for the unit of an account or of the tenant. */
export function personAlone(unit: string): string | null {
  return unit.startsWith(PERSON) ? unit.slice(PERSON.length) : null;
}
