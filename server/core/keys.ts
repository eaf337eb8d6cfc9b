/** A value longer than this is cut and gets a hash of the whole, so that two long values stay two keys. */
const LONGEST = 512;
const KEPT = 480;

/** What would break `account/<id>;<name>=<value>` apart, or hide in a log line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNSAFE = /[;=%\u0000-\u001f\u007f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const ANY_UNSAFE = /[;=%\u0000-\u001f\u007f]/;

/** The value itself, or when it is over 512 characters its first 480 and a hash of all of it. */
export function boundedKeyValue(value: string): string {
  if (value.length <= LONGEST) return value;
  return `${value.slice(0, wholeCharacters(value, KEPT))}~${hash64(value)}`;
}

/** The value as it stands in a key: bounded, with `;`, `=`, `%` and control characters percent-encoded. */
export function keyValue(value: string): string {
  const bounded = boundedKeyValue(value);
  return ANY_UNSAFE.test(bounded) ? bounded.replace(UNSAFE, percent) : bounded;
}

export function accountKey(account: string): string {
  return `account/${keyValue(account)}`;
}

export function personKey(person: string): string {
  return `person/${keyValue(person)}`;
}

/**
 * The key with another id in the place of a person's: `person/u1`, with the id as it is or encoded and with or without
 * further parts, and `account/acme;person=u1`. A text that is no key of theirs stays as it is.
 */
export function renamedKey(text: string, person: string, to: string): string {
  // A score key and the name of a unit hold the id as it is, a match key with some characters encoded.
  if (text === `person/${person}`) return `person/${to}`;
  const key = personKey(person);
  if (text === key || text.startsWith(`${key};`)) return personKey(to) + text.slice(key.length);
  if (!text.startsWith("account/")) return text;
  const part = `person=${keyValue(person)}`;
  return text
    .split(";")
    .map((each) => (each === part ? `person=${keyValue(to)}` : each))
    .join(";");
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Never cuts between the two halves of a character outside the basic plane. */
function wholeCharacters(text: string, length: number): number {
  const last = text.charCodeAt(length - 1);
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}

/** 64 bits in hexadecimal: two multiply-and-fold halves over the UTF-16 units. For telling apart, not for secrets. */
function hash64(text: string): string {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul((b ^ (unit + i)) >>> 0, 0x5bd1e995) ^ (b >>> 13);
  }
  a = Math.imul(a ^ (a >>> 16), 0x7feb352d);
  b = Math.imul(b ^ (b >>> 15), 0x846ca68b);
  return hex(a ^ (a >>> 15)) + hex(b ^ (b >>> 16));
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
