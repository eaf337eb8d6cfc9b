/**
 * What must never be readable in a log line, whoever wrote it and however deep: secrets we hold, values under a
 * telling name, addresses and phone numbers. Runs on every line, so it takes time in proportion to its length.
 */

const HIDDEN = "[redacted]";

/** Names whose values are hidden, in any spelling: `Set-Cookie`, `apiKey`, `secret_key`, `emails`. */
const TELLING_NAME = new RegExp(
  "^(?:.*(?:authorization|cookie|token|secret|(?:secret|api|private|signing|write).?key|password|passphrase" +
    "|signature|credential)|e.?mail|phone|mobile|address|(?:first|last|full|preferred|display).?name" +
    "|body|text|html|subject.?line)s?$",
  "i",
);

/** Deeper than this nothing is worth logging, and a structure that contains itself ends somewhere. */
const DEEPEST = 8;

/** A copy in which every value under a telling name is hidden, and errors are reduced to what helps. */
export function redactFields(value: unknown, depth = 0): unknown {
  if (value === null || typeof value !== "object") return value;
  if (depth > DEEPEST) return "[deep]";
  if (value instanceof Error) return errorForLog(value);
  if (Array.isArray(value)) return value.map((item) => redactFields(item, depth + 1));
  if (value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      TELLING_NAME.test(name) && inner !== null && inner !== undefined
        ? HIDDEN
        : redactFields(inner, depth + 1),
    ]),
  );
}

interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly cause?: LoggedError;
}

/** Name, message, stack, code and cause, nothing else: libraries hang whole requests, headers included, on an error. */
function errorForLog(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return {
    name: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(code === undefined ? {} : { code }),
    ...(error.cause === undefined || depth > DEEPEST ? {} : { cause: errorForLog(error.cause, depth + 1) }),
  };
}

const ADDRESS_CHARACTER = /[\w.+%'-]/;
const DOMAIN_CHARACTER = /[\w.-]/;
const DOMAIN = /^[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}$/;
/** E.164: a plus sign and 8 to 15 digits. */
const PHONE = /\+\d{8,15}/g;

/** Hides email addresses and international phone numbers in running text, such as an error message. */
export function redactPersonalData(text: string): string {
  return hideAddresses(text).replace(PHONE, HIDDEN);
}

/** Walks outwards from each @ instead of using one pattern, which would take quadratic time on hostile text. */
function hideAddresses(text: string): string {
  let done = "";
  let from = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    let start = at;
    while (start > from && ADDRESS_CHARACTER.test(text.charAt(start - 1))) start--;
    let end = at + 1;
    while (end < text.length && DOMAIN_CHARACTER.test(text.charAt(end))) end++;
    const domain = text.slice(at + 1, end).replace(/\.+$/, "");
    if (start === at || !DOMAIN.test(domain)) continue;
    done += text.slice(from, start) + HIDDEN;
    from = at + 1 + domain.length;
  }
  return done + text.slice(from);
}

/** The secrets of this process. What is added here is hidden wherever it turns up. */
export class KnownSecrets {
  readonly #spellings = new Set<string>();

  /** Short values are refused: hiding every "1" would make a log unreadable, and no secret is that short. */
  add(secret: string): void {
    if (secret.length < 8) return;
    this.#spellings.add(secret);
    this.#spellings.add(JSON.stringify(secret).slice(1, -1));
    this.#spellings.add(encodeURIComponent(secret));
    this.#spellings.add(Buffer.from(secret).toString("base64"));
  }

  hideIn(text: string): string {
    let shown = text;
    for (const spelling of this.#spellings) {
      if (shown.includes(spelling)) shown = shown.replaceAll(spelling, HIDDEN);
    }
    return shown;
  }
}
