import { keyValue, renamedKey } from "../../../core/keys.ts";
import type { PersonState } from "../../../core/unit.ts";
import { FIELDS, WORDS } from "../../shapes/words.ts";

/** What stands in the place of an address or a name in a text that stays. */
export const GONE = "[erased]";
/** A shorter id is replaced only where it is certain to mean the person: "1" stands in many texts. */
const TELLING_LENGTH = 5;
/** Fields whose words are ours, and must stay as they are whatever a person is called. */
const OUR_FIELDS = new Set(
  "tenant account kind type pattern family version channel template status state match decision delivery".split(
    " ",
  ),
);
/** Fields that may name a unit, or begin with one. */
const UNIT_FIELDS = new Set(["unit", "key", "subject", "to"]);

export interface Erasure {
  readonly person: string;
  readonly pseudonym: string;
  /** Addresses and names of the person. */
  readonly words: readonly string[];
}

export interface Scrubber {
  /** Whether a text of JSON may mention the person: a quick look before parsing. */
  mentions(text: string): boolean;
  /** The value with the person replaced by the pseudonym, addresses and names by `[erased]`. */
  value(value: unknown): unknown;
  text(text: string): string;
}

/** Fields that hold a person's id. */
const PERSON_FIELDS = new Set(["person", "from", "to", "subject", "user", "actor", "customer"]);

/**
 * Takes a person out of records of any kind. What is one of our words (`quiet`, `open`), or the name of a field, stays
 * whatever the person is called: a record must still be one. So does the account that it belongs to, also when it has
 * the person's name. Their id is replaced where a field or a key (`person/<id>`) says that it is one; an id of five
 * characters or more also wherever it stands as a word of its own. A list of contacts drops them. A person's whole state
 * becomes that of a stranger who stopped or did not stop messages, and nothing else.
 */
export function scrubber({ person, pseudonym, words }: Erasure): Scrubber {
  // A name of one letter, or none, would be found in everybody's texts.
  const telling = words.filter((word) => word.length > 2);
  const replaced: (readonly [RegExp, string])[] = telling.map((word) => [asWord(word), GONE]);
  // In keys some characters of an id are encoded, and a very long one is cut.
  const spelled = [...new Set([person, keyValue(person)])];
  const isTelling = person.length >= TELLING_LENGTH;
  if (isTelling) replaced.push(...spelled.map((id) => [asWord(id), pseudonym] as const));

  const text = (given: string): string => {
    if (WORDS.has(given)) return given;
    return replaced.reduce(
      (result, [word, by]) => result.replace(word, by),
      renamedKey(given, person, pseudonym),
    );
  };
  const nameOf = (name: string, contacts: boolean): string => {
    if (name === person && contacts) return pseudonym;
    return FIELDS.has(name) ? name : text(name);
  };
  const field = (name: string, given: unknown): unknown => {
    if (PERSON_FIELDS.has(name) && given === person) return pseudonym;
    if (OUR_FIELDS.has(name) && typeof given === "string") return given;
    if (name === "person" && isState(given, person)) return strangerLike(given, pseudonym);
    if (UNIT_FIELDS.has(name) && isOfAccount(given))
      return afterAccount(renamedKey(given, person, pseudonym), text);
    return value(given, name === "contacts");
  };
  const value = (given: unknown, contacts = false): unknown => {
    if (typeof given === "string") return text(given);
    if (Array.isArray(given)) {
      const kept = contacts ? given.filter((each) => each !== person) : given;
      return kept.map((each) => value(each));
    }
    if (typeof given !== "object" || given === null) return given;
    const entries = Object.entries(given).map(([name, each]) => [
      nameOf(name, contacts),
      contacts ? value(each, true) : field(name, each),
    ]);
    return Object.fromEntries(entries);
  };
  // As they stand in JSON. A short id counts where it is a whole value, or a key names it.
  const inKeys = spelled.flatMap((id) => [inJson(`person/${id}`), inJson(`;person=${id}`)]);
  const ids = isTelling ? spelled.map(inJson) : [`"${inJson(person)}"`, ...inKeys];
  // As with the words of a text, it does not matter how somebody wrote them.
  const needles = new RegExp([...ids, ...telling.map(inJson)].map(literally).join("|"), "iu");
  return {
    mentions: (given) => needles.test(given),
    value: (given) => value(given),
    text,
  };
}

const inJson = (word: string): string => JSON.stringify(word).slice(1, -1);

const isOfAccount = (value: unknown): value is string =>
  typeof value === "string" && value.startsWith("account/");

/** What follows the account in a key may be about the person. */
function afterAccount(key: string, scrub: (text: string) => string): string {
  const end = key.indexOf(";");
  return end < 0 ? key : key.slice(0, end) + scrub(key.slice(end));
}

function isState(value: unknown, person: string): value is PersonState {
  return typeof value === "object" && value !== null && "id" in value && value.id === person;
}

function strangerLike({ stoppedAt }: PersonState, id: string): PersonState {
  return {
    id,
    timeZone: null,
    locale: null,
    roles: [],
    tier: null,
    reach: { email: false, phone: false, push: false, bouncedEmail: false, bouncedPhone: false },
    consent: {},
    stoppedAt,
    channelsOff: [],
    preferred: null,
    snoozedUntil: null,
    pausedUntil: null,
    muted: {},
    messages: [],
    tickets: [],
    lastEventAt: null,
  };
}

/** The word, not as a part of a longer one: "ann" is not in "annual", nor "user1" in "user10". */
function asWord(word: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${literally(word)}(?![\\p{L}\\p{N}])`, "giu");
}

const literally = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
