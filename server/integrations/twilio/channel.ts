import type { Clock } from "../../lib/clock.ts";
import { isRecord } from "../../lib/foreign.ts";
import type { Line, Outbound } from "../../lib/outbound-line.ts";
import { RefusedUrl } from "../../lib/outbound-url.ts";
import {
  BadCredentials,
  type ChannelAdapter,
  InDoubt,
  type LookUp,
  type Outgoing,
  Refused,
  RetryLater,
  type Settings,
} from "../contract.ts";
import { clientOf, LineHttpClient } from "./client.ts";
import { errorOf } from "./errors.ts";
import { loginOf, settings as schema, type TwilioSettings } from "./settings.ts";

/** Under this name our delivery id is in the address that Twilio reports to. */
const DELIVERY_PARAMETER = "delivery";

/** Twilio refuses longer texts. */
const MOST_CHARACTERS = 1600;
/** As many messages to one number are looked through; somebody we write to gets a few a day. */
const MOST_LISTED = 200;
/** Twilio's clock and ours may differ by that much. */
const CLOCK_SKEW = 2 * 60_000;

/** SMS through a Twilio account. In doubt, Twilio is asked for its list of messages to that number. */
export function twilioChannel(deps: { readonly outbound: Outbound; readonly clock: Clock }): ChannelAdapter {
  const withClient = async <T>(
    given: Settings,
    signal: AbortSignal,
    task: (client: ReturnType<typeof clientOf>, account: TwilioSettings) => Promise<T>,
  ): Promise<T> => {
    const account = read(given);
    const line = await open(deps.outbound, account);
    const http = new LineHttpClient(line, signal);
    try {
      return await task(clientOf(account, http), account);
    } catch (error) {
      throw explain(error, line, http, account, deps.clock.now());
    } finally {
      line.close();
    }
  };
  return {
    kind: "sms",
    reconciles: "lookup",
    send: (message, given, signal) =>
      withClient(given, signal, async (client, account) => {
        const { sid } = await client.messages.create(smsOf(message, account));
        if (typeof sid !== "string" || sid === "") throw new InDoubt("Twilio answered without a message id");
        return { providerId: sid };
      }),
    lookUp: (query, given, signal) =>
      withClient(given, signal, async (client) => {
        const listed = await client.messages.list({
          to: query.to,
          limit: MOST_LISTED,
          pageSize: MOST_LISTED,
        });
        return found(listed, query);
      }),
  };
}

interface Listed {
  readonly sid: string;
  readonly body: string;
  readonly dateCreated: Date;
}

/**
 * Every text of ours has a link of its own, so the same text to the same number is the same message. `DateSent` is
 * not used to narrow the list: a message that still waits at Twilio has none.
 */
function found(listed: readonly Listed[], query: { readonly text: string; readonly since: number }): LookUp {
  const from = query.since - CLOCK_SKEW;
  const recent = listed.filter(({ dateCreated }) => !(dateCreated.getTime() < from));
  const same = recent.find(({ body }) => body.trim() === query.text.trim());
  if (same !== undefined) return { kind: "sent", providerId: same.sid };
  return recent.length === MOST_LISTED ? { kind: "unknown" } : { kind: "absent" };
}

function smsOf(message: Outgoing, account: TwilioSettings) {
  if (message.text.length > MOST_CHARACTERS) throw new Refused("The text is longer than an SMS can be");
  const { messagingServiceSid, from } = account;
  return {
    to: message.to.address,
    body: message.text,
    ...(messagingServiceSid === undefined ? { from: from ?? "" } : { messagingServiceSid }),
    ...(message.receiptsUrl === null
      ? {}
      : { statusCallback: withDelivery(message.receiptsUrl, message.delivery) }),
  };
}

function withDelivery(receiptsUrl: string, delivery: string): string {
  const url = new URL(receiptsUrl);
  url.searchParams.set(DELIVERY_PARAMETER, delivery);
  return url.href;
}

function read(given: Settings): TwilioSettings {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map(({ path }) => path.join(".")))].join(", ");
  throw new BadCredentials(`The settings of Twilio are not complete: ${names}`);
}

async function open(outbound: Outbound, account: TwilioSettings): Promise<Line> {
  try {
    return await outbound.open(account.baseUrl);
  } catch (error) {
    if (error instanceof RefusedUrl) throw new Refused(`Twilio's address is refused: ${error.message}`);
    throw new RetryLater("Twilio's address cannot be found", null);
  }
}

/**
 * Turns what the SDK throws into what to do next. The SDK's errors may hold the request with its credentials, so
 * they are never passed on, not even as a cause.
 */
function explain(
  error: unknown,
  line: Line,
  http: LineHttpClient,
  account: TwilioSettings,
  now: number,
): Error {
  if (error instanceof Refused || error instanceof InDoubt) return error;
  if (http.reply !== null) return errorOf(http.reply, loginOf(account).password, now);
  if (line.reached()) return new InDoubt("Twilio took the request and gave no answer");
  if (isRecord(error) && (error.isAxiosError === true || error.__CANCEL__ === true)) {
    return new RetryLater("Twilio could not be reached", null);
  }
  return new Refused("Twilio's client cannot build this message");
}
