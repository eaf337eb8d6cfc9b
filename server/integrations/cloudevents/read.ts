import type { ContactDetails, Incoming, Ref } from "../../core/event.ts";
import { at, type Foreign, isoMillis, isRecord, known, record, text } from "../../lib/foreign.ts";

const MOST = 256;

/**
 * One event of the native format.
 * @param receivedAt its time when it names none; the specification lets it
 * @returns the event, or a sentence that says what to change
 */
export function readCloudEvent(value: unknown, receivedAt: number): Incoming | string {
  if (!isRecord(value)) return "not an object; an event is one JSON object";
  if (at(value, "specversion") !== "1.0") {
    return 'specversion is not "1.0"; send CloudEvents 1.0 in structured mode';
  }
  const id = named(value, "id");
  const source = named(value, "source");
  const type = named(value, "type");
  if (id === null) return wrong("id");
  if (source === null) return wrong("source");
  if (type === null) return wrong("type");
  const time = at(value, "time") === undefined ? receivedAt : isoMillis(at(value, "time"));
  if (time === undefined) return "time is not an ISO 8601 date and time such as 2026-03-02T10:00:00Z";
  const data = dataOf(value);
  if (typeof data === "string") return data;
  const who = whoOf(value, type, data);
  return typeof who === "string" ? who : { source, id, type, time, ...who, data };
}

const wrong = (name: string) => `${name} is missing or not a text of 1 to ${MOST} characters`;

function named(value: Foreign, name: string): string | null {
  const given = at(value, name);
  return typeof given === "string" && given.length > 0 && given.length <= MOST ? given : null;
}

function dataOf(value: Foreign): Foreign | string {
  if (at(value, "data_base64") !== undefined) return "data_base64 cannot be read; send data as a JSON object";
  const data = at(value, "data");
  if (data === undefined || data === null) return {};
  return isRecord(data) ? data : "data is not a JSON object";
}

const NO_SUBJECT = `subject is neither account/<id> nor person/<id> with an id of 1 to ${MOST} characters`;

interface Who {
  readonly account?: Ref;
  readonly person?: Ref;
}

/** The subject names one of the two; `data.account` and `data.user` complete it. */
function whoOf(value: Foreign, type: string, data: Foreign): Partial<Incoming> | string {
  const subject = subjectOf(at(value, "subject"));
  if (subject === null) return NO_SUBJECT;
  const account = idIn(data, "account");
  const user = idIn(data, "user");
  if (account === null || user === null) return `data.${account === null ? "account" : "user"} ${NOT_AN_ID}`;
  const person = subject.person ?? native(user) ?? anonymousOf(type, data);
  const who: Who = known({ account: subject.account ?? native(account), person });
  if (type === "person.identified") return { ...who, ...personal(data, person) };
  const also = namesOf(data.identities);
  return { ...who, ...(type.startsWith("account.") && also.length > 0 ? { alsoAccount: also } : {}) };
}

const NOT_AN_ID = `is not an id: a text of 1 to ${MOST} characters`;

/** Undefined when it is not there, null when it is there and no id. */
function idIn(data: Foreign, name: string): string | undefined | null {
  const given = at(data, name);
  return given === undefined || given === null || given === "" ? undefined : (text(given) ?? null);
}

const native = (id: string | undefined): Ref | undefined =>
  id === undefined ? undefined : { namespace: "native", value: id };

/** Null for a subject that names nobody. */
function subjectOf(subject: unknown): Who | null {
  if (subject === undefined || subject === null) return {};
  if (typeof subject !== "string") return null;
  const slash = subject.indexOf("/");
  const kind = subject.slice(0, Math.max(0, slash));
  const id = subject.slice(slash + 1);
  if (id === "" || id.length > MOST) return null;
  const ref: Ref = { namespace: "native", value: id };
  if (kind === "account") return { account: ref };
  return kind === "person" ? { person: ref } : null;
}

/** Who cannot log in is known by the session of the page only. */
function anonymousOf(type: string, data: Foreign): Ref | undefined {
  const session = type.startsWith("auth.") ? text(data.session) : undefined;
  return session === undefined ? undefined : { namespace: "anonymous", value: session };
}

/** What `person.identified` tells about a person: contact details, and how others call them. */
function personal(data: Foreign, person: Ref | undefined): Partial<Incoming> {
  const contact: ContactDetails = known({
    email: text(data.email),
    phone: text(data.phone),
    name: text(data.name, 200),
    preferredName: text(data.preferredName, 200),
  });
  const names: readonly (Ref | undefined)[] = [
    contact.email === undefined ? undefined : { namespace: "email", value: contact.email },
    contact.phone === undefined ? undefined : { namespace: "phone", value: contact.phone },
    ...namesOf(data.identities),
  ];
  const [lead, ...others] = [person, ...names].filter((ref) => ref !== undefined);
  return known({ person: lead, alsoPerson: others.length === 0 ? undefined : others, contact });
}

const MOST_IDENTITIES = 20;

/** `identities: { zendesk: "8447388090494" }`: how each system calls this person or account. */
function namesOf(identities: unknown): readonly Ref[] {
  return Object.entries(record(identities))
    .slice(0, MOST_IDENTITIES)
    .flatMap(([namespace, value]) => {
      const id = text(value);
      return id === undefined || !/^[a-z][a-z0-9_-]{0,39}$/.test(namespace) ? [] : [{ namespace, value: id }];
    });
}
