import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";

/**
 * What a message asks for, as lines that can be compared between languages: `count: plural`, `band: select alert,other`.
 * A select must offer the same choices everywhere; which plural forms there are is each language's own affair.
 * @throws SyntaxError when it is not a message
 */
export function placeholdersOf(message: string): readonly string[] {
  const lines = elementsIn(parse(message, { ignoreTag: true })).flatMap(placeholder);
  return [...new Set(lines)].sort();
}

/** The plural forms a message has, with exact ones such as `=0` left out. */
export function pluralFormsOf(message: string): readonly (readonly string[])[] {
  return elementsIn(parse(message, { ignoreTag: true })).flatMap((each) =>
    each.type === TYPE.plural ? [Object.keys(each.options).filter((form) => !form.startsWith("="))] : [],
  );
}

function elementsIn(elements: readonly MessageFormatElement[]): readonly MessageFormatElement[] {
  return elements.flatMap((each) => {
    if (each.type !== TYPE.select && each.type !== TYPE.plural) return [each];
    return [each, ...Object.values(each.options).flatMap(({ value }) => elementsIn(value))];
  });
}

function placeholder(each: MessageFormatElement): readonly string[] {
  if (each.type === TYPE.pound) return [];
  if (each.type === TYPE.literal) {
    // The parser takes a closing brace too many for text.
    if (/[{}]/.test(each.value)) throw new SyntaxError(`a brace stands by itself in "${each.value}"`);
    return [];
  }
  if (each.type === TYPE.select)
    return [`${each.value}: select ${Object.keys(each.options).sort().join(",")}`];
  return [`${each.value}: ${styled(each) ? "styled " : ""}${TYPE[each.type]}`];
}

/** The app formats with little code: dates, shares and the like come in as text, ready to be shown. */
function styled(each: MessageFormatElement): boolean {
  return "style" in each && each.style !== undefined && each.style !== null;
}
