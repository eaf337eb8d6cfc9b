import type { Incoming, Ref } from "../../core/event.ts";

const MOST = 256;
const MOST_TYPE = 200;
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2101, 0, 1);

/** Names that mean something to the language itself; nobody's id is one of them. */
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Whether an event can be kept: who and what it names is short, printable and unambiguous, its time possible. The
 * type need not be known, and nobody need be named.
 * @returns null, or what is wrong in a sentence the sender can act on
 */
export function check(incoming: Incoming): string | null {
  const { account, person, alsoAccount = [], alsoPerson = [], time } = incoming;
  if (!(time >= EARLIEST && time < LATEST)) return "time is not between the years 2000 and 2100";
  return (
    checkText("id", incoming.id, MOST) ??
    checkText("source", incoming.source, MOST) ??
    checkText("type", incoming.type, MOST_TYPE) ??
    checkRef("account", account) ??
    checkRef("person", person) ??
    firstWrong("account", alsoAccount) ??
    firstWrong("person", alsoPerson)
  );
}

function checkText(name: string, value: string, most: number): string | null {
  if (value.length === 0 || value.length > most) return `${name} has to have 1 to ${most} characters`;
  if (CONTROL.test(value) || !value.isWellFormed()) return `${name} holds characters that cannot be printed`;
  return RESERVED.has(value) ? `${name} is a reserved word` : null;
}

function checkRef(name: string, ref: Ref | undefined): string | null {
  return ref === undefined ? null : checkText(`the id of the ${name}`, ref.value, MOST);
}

function firstWrong(name: string, refs: readonly Ref[]): string | null {
  for (const ref of refs) {
    const wrong = checkRef(name, ref);
    if (wrong !== null) return wrong;
  }
  return null;
}
