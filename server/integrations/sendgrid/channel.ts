import mail from "@sendgrid/mail";
import type { Clock } from "../../lib/clock.ts";
import { isRecord } from "../../lib/foreign.ts";
import type { Line, Outbound } from "../../lib/outbound-line.ts";
import { RefusedUrl } from "../../lib/outbound-url.ts";
import {
  BadCredentials,
  type ChannelAdapter,
  InDoubt,
  type Outgoing,
  Refused,
  RetryLater,
  type Settings,
} from "../contract.ts";
import { errorOf, type Reply } from "./errors.ts";
import { type SendgridSettings, settings as schema } from "./settings.ts";

/** Under this name our delivery id goes along and comes back with every event. */
const DELIVERY_ARGUMENT = "forestall_delivery";

const MOST_ANSWER_BYTES = 1_000_000;

/** One account's sender, as far as it is used here. */
interface Service extends Pick<typeof mail, "send"> {
  readonly client: { setApiKey(key: string): void; setDefaultRequest(request: object): void };
}

const MailService = serviceClass();

/**
 * The package's types hide the class and its client, which a server with more than one account needs. So it is looked
 * for by hand, once: a version of the package without it must fail at the start and not at the first message.
 */
function serviceClass(): new () => Service {
  const found: unknown = "MailService" in mail ? mail.MailService : undefined;
  if (!makesServices(found)) throw new Error("@sendgrid/mail has changed: it makes no sender per account");
  return found;
}

function makesServices(found: unknown): found is new () => Service {
  if (typeof found !== "function") return false;
  const service: unknown = Reflect.construct(found, []);
  if (!isRecord(service) || typeof service.send !== "function" || !isRecord(service.client)) return false;
  const { setApiKey, setDefaultRequest } = service.client;
  return typeof setApiKey === "function" && typeof setDefaultRequest === "function";
}

/** Email through a SendGrid account. In doubt it is settled by the events that SendGrid posts. */
export function sendgridChannel(deps: {
  readonly outbound: Outbound;
  readonly clock: Clock;
}): ChannelAdapter {
  return {
    kind: "email",
    reconciles: "receipts",
    async send(message, given, signal) {
      const account = read(given);
      const line = await open(deps.outbound, account);
      try {
        return await post(line, account, message, signal);
      } catch (error) {
        throw explain(error, line, account, deps.clock.now());
      } finally {
        line.close();
      }
    },
  };
}

async function post(line: Line, account: SendgridSettings, message: Outgoing, signal: AbortSignal) {
  const [response] = await serviceFor(line, account, signal).send(mailOf(message, account));
  const { statusCode, headers } = response;
  if (statusCode !== 202 && !(account.sandbox && statusCode === 200)) {
    throw new UnexpectedAnswer({ status: statusCode, headers, body: response.body });
  }
  const id: unknown = headers["x-message-id"];
  return { providerId: typeof id === "string" && id !== "" ? id : null };
}

/**
 * A client for one message, on our connection: the checked address, no redirects, no proxy of the environment, one
 * try. `setApiKey` resets the address, so it comes first.
 */
function serviceFor(line: Line, account: SendgridSettings, signal: AbortSignal) {
  const service = new MailService();
  service.client.setApiKey(account.apiKey);
  service.client.setDefaultRequest({
    baseUrl: `${line.base}/`,
    httpAgent: line.httpAgent,
    httpsAgent: line.httpsAgent,
    signal,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MOST_ANSWER_BYTES,
  });
  return service;
}

function mailOf(message: Outgoing, account: SendgridSettings) {
  const { to, from, replyTo, html } = message;
  return {
    to: to.name === null ? { email: to.address } : { email: to.address, name: oneLine(to.name) },
    from: { email: from.address, name: oneLine(from.name) },
    subject: oneLine(message.subject ?? ""),
    text: message.text,
    ...(html === null ? {} : { html }),
    ...(replyTo === null ? {} : { replyTo: { email: replyTo } }),
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [oneLine(name), oneLine(value)]),
    ),
    customArgs: { [DELIVERY_ARGUMENT]: message.delivery },
    categories: ["forestall"],
    // Ours is the page behind the message; a second way out that we do not hear of at once would confuse.
    trackingSettings: { subscriptionTracking: { enable: false } },
    ...(account.sandbox ? { mailSettings: { sandboxMode: { enable: true } } } : {}),
  };
}

/** A line break in a header would start another header. */
const oneLine = (text: string) => text.replace(/[\r\n\t\0\u2028\u2029]+/g, " ").trim();

function read(given: Settings): SendgridSettings {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map(({ path }) => path.join(".")))].join(", ");
  throw new BadCredentials(`The settings of SendGrid are not complete: ${names}`);
}

async function open(outbound: Outbound, account: SendgridSettings): Promise<Line> {
  try {
    return await outbound.open(account.baseUrl);
  } catch (error) {
    if (error instanceof RefusedUrl) throw new Refused(`SendGrid's address is refused: ${error.message}`);
    throw new RetryLater("SendGrid's address cannot be found", null);
  }
}

/** A 2xx that is not the one SendGrid gives. */
class UnexpectedAnswer extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super("unexpected answer");
    this.reply = reply;
  }
}

/**
 * Turns what the client throws into what to do next. The client's own error holds the request with its key, so it
 * is never passed on, not even as a cause.
 */
function explain(error: unknown, line: Line, account: SendgridSettings, now: number): Error {
  const reply = replyIn(error);
  if (reply !== null) return errorOf(reply, account.apiKey, now);
  if (line.reached()) return new InDoubt("SendGrid took the request and gave no answer");
  if (isRecord(error) && (error.isAxiosError === true || error.__CANCEL__ === true)) {
    return new RetryLater("SendGrid could not be reached", null);
  }
  return new Refused("SendGrid's client cannot build this message");
}

function replyIn(error: unknown): Reply | null {
  if (error instanceof UnexpectedAnswer) return error.reply;
  if (!isRecord(error) || !isRecord(error.response)) return null;
  const { response } = error;
  const status = typeof response.status === "number" ? response.status : error.code;
  if (typeof status !== "number") return null;
  const headers = isRecord(response.headers) ? response.headers : {};
  return { status, headers, body: response.body ?? response.data };
}
