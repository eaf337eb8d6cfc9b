import type { ContactDetails, Incoming, Ref } from "../../core/event.ts";
import { at, type Foreign, first, known, record, text } from "../../lib/foreign.ts";
import { hashId } from "../../lib/ids.ts";
import type { Opened } from "./opened.ts";
import type { StripeSettings } from "./settings.ts";

/**
 * Whom a payment concerns. Stripe's customer is the account; the tenant's own ids stand in metadata, of the object
 * or, on invoices, of its subscription (which moved to `parent` in 2025). A guest has no customer: the event stays
 * without an account.
 */
export function customerOf(
  object: Foreign,
  settings: StripeSettings,
): Pick<Incoming, "account" | "alsoAccount" | "person"> {
  const customer = idOf(object.object === "customer" ? object.id : object.customer);
  const stripe: Ref | undefined =
    customer === undefined ? undefined : { namespace: "stripe", value: customer };
  const metadata = [
    object.metadata,
    at(object, "parent", "subscription_details", "metadata"),
    at(object, "subscription_details", "metadata"),
  ].map(record);
  const native = refIn(metadata, settings.accountKeys);
  return known({
    account: native ?? stripe,
    alsoAccount: native !== undefined && stripe !== undefined ? [stripe] : undefined,
    person: refIn(metadata, settings.personKeys),
  });
}

function refIn(metadata: readonly Foreign[], keys: readonly string[]): Ref | undefined {
  const value = first(...keys.flatMap((key) => metadata.map((each) => text(at(each, key)))));
  return value === undefined ? undefined : { namespace: "native", value };
}

/** An id, or the object in its place where a tenant expands it. */
export function idOf(value: unknown): string | undefined {
  return text(value) ?? text(at(value, "id"));
}

/** A new or changed customer: whoever has its email address is told about payments. */
export function fromCustomer(event: Opened): readonly Incoming[] | string {
  const { object } = event;
  const contact = known({
    email: text(object.email),
    name: text(object.name, 200),
    phone: text(object.phone),
  });
  const [locale] = Array.isArray(object.preferred_locales) ? object.preferred_locales : [];
  const made = identified(event, event.id, contact, text(locale));
  return made === null ? "a customer without an email address" : [made];
}

/** The contact that an invoice names, once for each customer and address. */
export function billingContact(event: Opened): Incoming | null {
  const { object } = event;
  const contact = known({
    email: text(object.customer_email),
    name: text(object.customer_name, 200),
    phone: text(object.customer_phone),
  });
  const { email = "", name = "", phone = "" } = contact;
  // Ids are kept in the open, so the address goes in as a hash.
  return identified(
    event,
    `contact:${hashId(idOf(object.customer) ?? "", email, name, phone)}`,
    contact,
    undefined,
  );
}

function identified(
  event: Opened,
  id: string,
  contact: ContactDetails,
  locale: string | undefined,
): Incoming | null {
  const { email, phone } = contact;
  const { account, alsoAccount, person } = customerOf(event.object, event.settings);
  if (email === undefined || account === undefined) return null;
  const byEmail: Ref = { namespace: "email", value: email };
  return {
    source: event.source,
    id,
    type: "person.identified",
    time: event.time,
    account,
    ...known({ alsoAccount }),
    person: person ?? byEmail,
    ...(person === undefined ? {} : { alsoPerson: [byEmail] }),
    contact,
    data: known({ email, phone, locale, roles: ["billing"] }),
  };
}
