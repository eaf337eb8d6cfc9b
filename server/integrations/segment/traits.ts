import type { Incoming, Ref } from "../../core/event.ts";
import { at, type Foreign, first, known, record, text } from "../../lib/foreign.ts";
import { type Base, type Call, native } from "./base.ts";

/** `identify` tells who a person is: contact data goes to `contact`, and only its presence into the event. */
export function fromIdentify(call: Foreign, base: Base): Incoming {
  const traits = record(call.traits);
  const email = text(traits.email);
  const phone = text(traits.phone);
  const anonymous = base.person?.namespace === "anonymous" ? undefined : text(call.anonymousId);
  const account = base.account ?? companyOf(traits);
  const also: readonly (Ref | undefined)[] = [
    anonymous === undefined ? undefined : { namespace: "anonymous", value: anonymous },
    email === undefined ? undefined : { namespace: "email", value: email },
    phone === undefined ? undefined : { namespace: "phone", value: phone },
  ];
  return {
    ...base,
    ...known({ account }),
    type: "person.identified",
    alsoPerson: also.filter((ref) => ref !== undefined),
    contact: known({ email, phone, name: nameOf(traits), preferredName: text(traits.preferredName, 200) }),
    data: known({
      email,
      phone,
      locale: first(text(traits.locale), text(at(call, "context", "locale"))),
      timeZone: zoneOf(call, traits),
      roles: traits.roles ?? traits.role,
      tier: text(traits.tier),
      consent: first(traits.consent, at(call, "context", "consent")),
    }),
  };
}

/** `group` tells what an account is, and that a person belongs to it. */
export function fromGroup(call: Foreign, base: Base): Call {
  const group = text(call.groupId);
  if (group === undefined) return { rejected: "groupId is missing" };
  const traits = record(call.traits);
  const data = known({
    name: text(traits.name, 200),
    plan: text(traits.plan),
    segment: text(traits.segment),
    region: text(traits.region),
    industry: text(traits.industry),
    mrr: traits.mrr ?? traits.MRR,
    owner: text(traits.owner),
    timeZone: zoneOf(call, traits),
    productArea: text(traits.productArea),
    contacts: traits.contacts,
  });
  return { event: { ...base, account: native(group), type: "account.updated", data } };
}

function companyOf(traits: Foreign): Ref | undefined {
  const id = first(text(at(traits, "company", "id")), text(traits.account), text(traits.accountId));
  return id === undefined ? undefined : native(id);
}

function nameOf(traits: Foreign): string | undefined {
  const parts = [text(traits.firstName, 100), text(traits.lastName, 100)].filter(
    (part) => part !== undefined,
  );
  return text(traits.name, 200) ?? (parts.length === 0 ? undefined : parts.join(" "));
}

function zoneOf(call: Foreign, traits: Foreign): string | undefined {
  return first(text(traits.timeZone), text(traits.timezone), text(at(call, "context", "timezone")));
}
