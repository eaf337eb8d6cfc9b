import { isRecord } from "../../lib/foreign.ts";
import { KnownSecrets, redactPersonalData } from "../../lib/redact.ts";
import { parseRetryAfter } from "../../lib/retry-after.ts";
import { BadAddress, BadCredentials, InDoubt, Refused, RefusedByRecipient, RetryLater } from "../contract.ts";

/** What Twilio answered, as far as it matters for what to do next. */
export interface Reply {
  readonly status: number;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: unknown;
}

/** Error codes of Twilio's that decide by themselves: twilio.com/docs/api/errors. */
const OPTED_OUT = 21610;
const BAD_NUMBER = new Set([21211, 21214, 21217, 21219, 21401, 21407, 21421, 21614]);
const BAD_LOGIN = new Set([20003, 20005, 20006, 20404]);
const TOO_MANY = new Set([20429, 14107, 21611]);

/**
 * What a refusal by Twilio means for the message. A 5xx with Twilio's own error body, and any 503, says that nothing
 * was accepted; any other 5xx may come from something in between, and is in doubt, as is a 2xx nobody can read.
 */
export function errorOf(reply: Reply, secret: string, now: number): Error {
  const { status } = reply;
  const { code, text } = saidIn(reply.body, secret);
  const wait = () => parseRetryAfter(textOf(reply.headers["retry-after"]), now);
  if (code === OPTED_OUT) return new RefusedByRecipient("The recipient has stopped messages (21610)");
  if (code !== null && BAD_NUMBER.has(code))
    return new BadAddress(`Twilio cannot send to this number (${code})`);
  if (status === 429 || (code !== null && TOO_MANY.has(code))) {
    return new RetryLater("Twilio asks to slow down (429)", wait());
  }
  if (status === 401 || status === 403 || (code !== null && BAD_LOGIN.has(code))) {
    return new BadCredentials(`Twilio does not accept the account's credentials (${code ?? status})${text}`);
  }
  if (status === 503 || (status >= 500 && status !== 504 && code !== null)) {
    return new RetryLater(`Twilio is not available (${code ?? status})${text}`, wait());
  }
  if (status < 300 || status >= 500) return new InDoubt(`Twilio gave no clear answer (${status})`);
  if (status < 400) return new Refused(`Twilio's address answers with a redirect (${status})`);
  return new Refused(`Twilio refuses the message (${code ?? status})${text}`);
}

function saidIn(body: unknown, secret: string): { readonly code: number | null; readonly text: string } {
  const said = parsed(body);
  if (!isRecord(said) || typeof said.code !== "number") return { code: null, text: "" };
  const { code, message } = said;
  return { code, text: typeof message === "string" ? `: ${shown(message, secret)}` : "" };
}

function parsed(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** A foreign text that may be kept and logged: short, without numbers of people and without our secret. */
function shown(text: string, secret: string): string {
  const secrets = new KnownSecrets();
  secrets.add(secret);
  return redactPersonalData(secrets.hideIn(text)).replace(/\s+/g, " ").slice(0, 200);
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
