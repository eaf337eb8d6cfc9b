/**
 * The messages of `translations/` in the part of ICU's format that they use: `{name}`, `{n, number}`, `plural` with
 * `=0` and `#`, and `select`. A test holds the messages to it.
 */
export type Values = { readonly [name: string]: string | number };

/** What is missing in the values shows as its name in braces: a mistake that can be seen, and no crash. */
export function formatMessage(message: string, values: Values, locale: string): string {
  return fill(message, values, locale, undefined);
}

function fill(message: string, values: Values, locale: string, count: number | undefined): string {
  let text = "";
  for (let at = 0; at < message.length; ) {
    const char = message.charAt(at);
    if (char === "{") {
      const end = closing(message, at);
      text += argument(message.slice(at + 1, end), values, locale, count);
      at = end + 1;
    } else {
      text += char === "#" && count !== undefined ? number(count, locale) : char;
      at += 1;
    }
  }
  return text;
}

function argument(inside: string, values: Values, locale: string, count: number | undefined): string {
  const [name = "", kind, ...rest] = inside.split(",");
  const value = values[name.trim()];
  if (value === undefined) return `{${name.trim()}}`;
  switch (kind?.trim()) {
    case "number":
      return number(Number(value), locale);
    case "plural": {
      const forms = formsOf(rest.join(","));
      const form =
        forms.get(`=${value}`) ??
        forms.get(new Intl.PluralRules(locale).select(Number(value))) ??
        forms.get("other");
      return fill(form ?? "", values, locale, Number(value));
    }
    case "select": {
      const forms = formsOf(rest.join(","));
      return fill(forms.get(String(value)) ?? forms.get("other") ?? "", values, locale, count);
    }
    default:
      return String(value);
  }
}

/** `one {# star} other {# stars}` by its words. */
function formsOf(text: string): ReadonlyMap<string, string> {
  const forms = new Map<string, string>();
  for (let at = 0; ; ) {
    const open = text.indexOf("{", at);
    if (open === -1) return forms;
    const end = closing(text, open);
    forms.set(text.slice(at, open).trim(), text.slice(open + 1, end));
    at = end + 1;
  }
}

/** Where the brace that opens at `start` is closed. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

const number = (value: number, locale: string): string => new Intl.NumberFormat(locale).format(value);
