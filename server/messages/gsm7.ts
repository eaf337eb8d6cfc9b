const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** Each of these takes two of the 160 places. */
const EXTENDED = "^{}\\[~]|€";

const ALLOWED: ReadonlySet<string> = new Set(BASIC);
const DOUBLE: ReadonlySet<string> = new Set(EXTENDED);
const SPELLED: ReadonlyMap<string, string> = new Map([
  ["‘", "'"],
  ["’", "'"],
  ["“", '"'],
  ["”", '"'],
  ["–", "-"],
  ["—", "-"],
  ["…", "..."],
  ["\u00a0", " "],
  ["Ł", "L"],
  ["ł", "l"],
  ["Đ", "D"],
  ["đ", "d"],
  ["Œ", "OE"],
  ["œ", "oe"],
]);

/**
 * The text in the alphabet of GSM 03.38, in which 160 characters fit into one SMS; one foreign character would halve
 * that. Accents that it lacks are taken off, quotes and dashes are spelled plainly, the rest is left out.
 */
export function toGsm7(text: string): string {
  let out = "";
  for (const character of text.replaceAll(/\s+/g, " ")) {
    if (ALLOWED.has(character) || DOUBLE.has(character)) out += character;
    else out += SPELLED.get(character) ?? bare(character);
  }
  return out.replaceAll(/ {2,}/g, " ").trim();
}

function bare(character: string): string {
  const base = character.normalize("NFD").charAt(0);
  return ALLOWED.has(base) ? base : "";
}

/** How many of the 160 places a GSM-7 text takes. */
export function gsm7Length(text: string): number {
  let length = 0;
  for (const character of text) length += DOUBLE.has(character) ? 2 : 1;
  return length;
}

export function isGsm7(text: string): boolean {
  return [...text].every((character) => ALLOWED.has(character) || DOUBLE.has(character));
}
