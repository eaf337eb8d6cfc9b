import type { Ref } from "../../core/event.ts";
import {
  at,
  type Foreign,
  first,
  isoMillis,
  known,
  millis,
  number,
  record,
  text,
} from "../../lib/foreign.ts";
import { sha256Hex } from "../../lib/ids.ts";
import { type Base, type Call, type Maker, native } from "./base.ts";
import { mapSegment } from "./names.ts";
import { fromGroup, fromIdentify } from "./traits.ts";

/** One call of Segment's spec as an event. */
export function fromCall(call: Foreign, maker: Maker): Call {
  const type = maker.named ?? text(call.type);
  if (type === undefined)
    return { rejected: "type is missing: track, identify, group, page, screen or alias" };
  const base = baseOf(call, maker);
  switch (type) {
    case "track":
      return fromTrack(call, base, maker);
    case "identify":
      return base.person === undefined ? NOBODY : { event: fromIdentify(call, base) };
    case "group":
      return fromGroup(call, base);
    case "page":
    case "screen":
      return { event: { ...base, type: "page.viewed", data: pageOf(call) } };
    case "alias":
      return fromAlias(call, base);
    default:
      return { ignored: `a call of type ${type.slice(0, 40)}` };
  }
}

const NOBODY: Call = { rejected: "userId or anonymousId is missing" };

function baseOf(call: Foreign, maker: Maker): Base {
  const account = first(
    text(at(call, "context", "groupId")),
    text(at(call, "properties", "account")),
    text(call.groupId),
  );
  return {
    source: maker.source,
    // The spec lets a server name a call that has no id; a repeated delivery must get the same name.
    id: text(call.messageId) ?? `hash:${sha256Hex(JSON.stringify(call))}`,
    time: timeOf(call, maker),
    ...known({
      account: account === undefined ? undefined : native(account),
      person: personOf(call),
    }),
  };
}

function personOf(call: Foreign): Ref | undefined {
  const user = first(text(call.userId), text(at(call, "properties", "user")));
  if (user !== undefined) return native(user);
  const anonymous = text(call.anonymousId);
  return anonymous === undefined ? undefined : { namespace: "anonymous", value: anonymous };
}

/** Clocks that are wrong by less do no harm, and moving exact times by a few milliseconds would. */
const WRONG_CLOCK = 60_000;

/** When it happened, moved by the error of the sender's clock where the sender says what that clock shows. */
function timeOf(call: Foreign, { receivedAt, sentAt }: Maker): number {
  const told = first(millis(call.timestamp), millis(call.originalTimestamp));
  if (told === undefined) return receivedAt;
  const sent = first(isoMillis(sentAt), isoMillis(call.sentAt));
  const corrected = call.receivedAt !== undefined || sent === undefined;
  const error = corrected ? 0 : receivedAt - sent;
  return Math.abs(error) > WRONG_CLOCK ? told + error : told;
}

function fromTrack(call: Foreign, base: Base, maker: Maker): Call {
  const name = text(call.event);
  if (name === undefined) return { rejected: "event is missing: the name of what was tracked" };
  const properties = record(call.properties);
  const mapped = mapSegment(name, properties, maker.names);
  // Unknown names are kept without data, so that the admin can see and map them.
  if (mapped === null) return { event: { ...base, type: name, data: {} } };
  return { event: { ...base, type: mapped.type, data: withSession(mapped, call) } };
}

/** Whoever cannot log in has no identity but the anonymous session. */
function withSession(mapped: { readonly type: string; readonly data: Foreign }, call: Foreign): Foreign {
  const session = text(call.anonymousId);
  const needed =
    mapped.type.startsWith("auth.") && mapped.data.session === undefined && session !== undefined;
  return needed ? { ...mapped.data, session } : mapped.data;
}

function pageOf(call: Foreign): Foreign {
  const properties = record(call.properties);
  const url = text(properties.url, 2_000) ?? text(at(call, "context", "page", "url"), 2_000);
  const path = first(
    text(properties.path, 512),
    text(at(call, "context", "page", "path"), 512),
    url === undefined ? undefined : text(URL.parse(url)?.pathname, 512),
    text(call.name),
  );
  const dwellMs = first(number(properties.dwellMs), number(properties.dwell_ms));
  return known({ page: path, dwellMs, exit: properties.exit });
}

function fromAlias(call: Foreign, base: Base): Call {
  // The documentation of the webhooks destination has these two spellings.
  const user = text(call.userId) ?? text(call["User ID"]);
  const previous = text(call.previousId) ?? text(call["Previous ID"]);
  if (user === undefined || previous === undefined) return { rejected: "userId or previousId is missing" };
  const person = native(user);
  // Which of the two the previous id was is not said; nobody has both.
  const alsoPerson = [{ namespace: "anonymous", value: previous }, native(previous)];
  return { event: { ...base, type: "person.identified", person, alsoPerson, data: {} } };
}
