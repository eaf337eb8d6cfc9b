import { isRecord } from "../../lib/foreign.ts";
import { KnownSecrets, redactPersonalData } from "../../lib/redact.ts";
import { parseRetryAfter } from "../../lib/retry-after.ts";
import { BadAddress, BadCredentials, InDoubt, Refused, RetryLater } from "../contract.ts";

/** What SendGrid answered, as far as it matters for what to do next. */
export interface Reply {
  readonly status: number;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: unknown;
}

/**
 * What a refusal by SendGrid means for the message.
 *
 * A 5xx with SendGrid's own error list, and any 503, says that nothing was accepted. Any other 5xx may come from
 * something in between, after SendGrid took the message: nobody knows, so it is in doubt. So is any 2xx but the 202
 * (200 in sandbox mode) that SendGrid answers, and a redirect, which is never followed.
 */
export function errorOf(reply: Reply, secret: string, now: number): Error {
  const { status } = reply;
  const said = saidIn(reply.body, secret);
  if (status === 429) return new RetryLater("SendGrid asks to slow down (429)", waitOf(reply, now));
  if (status === 401 || status === 403) {
    return new BadCredentials(`SendGrid does not accept the API key or the sender (${status})${said.text}`);
  }
  if (status === 503 || (status >= 500 && status !== 504 && said.known)) {
    return new RetryLater(`SendGrid is not available (${status})${said.text}`, waitOf(reply, now));
  }
  if (status < 300 || status >= 500) return new InDoubt(`SendGrid gave no clear answer (${status})`);
  if (status < 400) return new Refused(`SendGrid's address answers with a redirect (${status})`);
  if (said.aboutAddress) return new BadAddress(`SendGrid cannot send to this address (${status})`);
  return new Refused(`SendGrid refuses the message (${status})${said.text}`);
}

/** `Retry-After`, or SendGrid's own `X-RateLimit-Reset` in seconds since 1970. */
function waitOf(reply: Reply, now: number): number | null {
  const asked = parseRetryAfter(textOf(reply.headers["retry-after"]), now);
  if (asked !== null) return asked;
  const reset = textOf(reply.headers["x-ratelimit-reset"]);
  return reset !== null && /^\d{10}$/.test(reset) ? Math.max(0, Number(reset) * 1000 - now) : null;
}

interface Said {
  /** It is SendGrid's own list of errors. */
  readonly known: boolean;
  readonly aboutAddress: boolean;
  /** `: <first error>`, without addresses and secrets; empty when there is none. */
  readonly text: string;
}

function saidIn(body: unknown, secret: string): Said {
  const errors = isRecord(body) && Array.isArray(body.errors) ? body.errors.filter(isRecord) : [];
  const [first] = errors;
  if (first === undefined) return { known: false, aboutAddress: false, text: "" };
  const aboutAddress = errors.some(({ field }) => /^personalizations\.\d+\.to\b/.test(textOf(field) ?? ""));
  const message = textOf(first.message);
  return { known: true, aboutAddress, text: message === null ? "" : `: ${shown(message, secret)}` };
}

/** A foreign text that may be kept and logged: short, without contact data and without our key. */
export function shown(text: string, secret: string): string {
  const secrets = new KnownSecrets();
  secrets.add(secret);
  return redactPersonalData(secrets.hideIn(text)).replace(/\s+/g, " ").slice(0, 200);
}

const textOf = (value: unknown): string | null =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : null;
