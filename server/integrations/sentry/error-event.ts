import type { Incoming, Ref } from "../../core/event.ts";
import { at, first, isRecord, known, list, millis, number, text } from "../../lib/foreign.ts";
import type { RawRequest } from "../contract.ts";
import type { SentrySettings } from "./settings.ts";

export interface Maker {
  readonly source: string;
  readonly settings: SentrySettings;
  readonly request: RawRequest;
}

/** Tags under which SDKs keep the status of the call that failed. */
const STATUS_TAGS = ["http.status_code", "http.response.status_code", "status_code", "status"];

/**
 * One error, as `event_alert`, `error` and the legacy plugin all carry it. Its id is the identity: several alert rules
 * may fire for one error, which happened once. A known HTTP status makes it a failed API call.
 */
export function fromErrorEvent(value: unknown, maker: Maker): readonly Incoming[] | string {
  if (!isRecord(value)) return "no error in the body";
  const id = text(value.event_id);
  if (id === undefined) return "an error without an id";
  const tags = tagsOf(value.tags);
  const time = first(millis(value.timestamp), millis(value.datetime), millis(value.received));
  return [
    {
      source: maker.source,
      id: `event:${id}`,
      time: time ?? maker.request.receivedAt,
      ...kindOf(value, tags),
      ...who(value, tags, maker.settings),
    },
  ];
}

function kindOf(event: unknown, tags: Tags): Pick<Incoming, "type" | "data"> {
  const status = first(...STATUS_TAGS.map((tag) => number(tags.get(tag))));
  if (status !== undefined && status >= 400 && status <= 599) {
    return { type: "api.request_failed", data: known({ status, endpoint: endpointOf(event, tags) }) };
  }
  const level = text(at(event, "level"));
  const screen = first(text(at(event, "transaction")), tags.get("transaction"), text(at(event, "culprit")));
  const type = level === "fatal" ? "app.crashed" : "app.error";
  return { type, data: known({ errorCode: errorCodeOf(event), screen, severity: level }) };
}

/** The class of the error, never its message: messages hold what people typed. */
function errorCodeOf(event: unknown): string | undefined {
  const thrown = list(at(event, "exception", "values"));
  return first(text(at(event, "metadata", "type")), text(at(thrown[thrown.length - 1], "type")));
}

function endpointOf(event: unknown, tags: Tags): string | undefined {
  const told = first(tags.get("endpoint"), tags.get("http.route"), tags.get("route"));
  if (told !== undefined) return told;
  const url = text(at(event, "request", "url"), 2_000);
  // Queries hold tokens and names.
  return url === undefined ? undefined : (URL.parse(url)?.pathname ?? undefined);
}

/** The person from `user`, the account from a tag. The IP address is left where it is. */
function who(event: unknown, tags: Tags, settings: SentrySettings): Partial<Incoming> {
  const user = at(event, "user");
  const id = text(at(user, "id"));
  const email = text(at(user, "email"));
  const account = first(...settings.accountTags.map((tag) => tags.get(tag)));
  const byId: Ref | undefined =
    id === undefined ? undefined : { namespace: settings.userNamespace, value: id };
  const byEmail: Ref | undefined = email === undefined ? undefined : { namespace: "email", value: email };
  const person = byId ?? byEmail;
  return known({
    account: account === undefined ? undefined : { namespace: "native", value: account },
    person,
    alsoPerson: byId !== undefined && byEmail !== undefined ? [byEmail] : undefined,
    contact: email === undefined ? undefined : { email },
  });
}

type Tags = ReadonlyMap<string, string>;

/** Tags come as pairs, as objects with key and value, or as one object. */
function tagsOf(value: unknown): Tags {
  const pairs = isRecord(value) ? Object.entries(value) : list(value).map(pairOf);
  const tags = new Map<string, string>();
  for (const [name, given] of pairs) {
    const tag = text(given, 512);
    if (typeof name === "string" && tag !== undefined && !tags.has(name)) tags.set(name, tag);
  }
  return tags;
}

function pairOf(tag: unknown): readonly [unknown, unknown] {
  return Array.isArray(tag) ? [tag[0], tag[1]] : [at(tag, "key"), at(tag, "value")];
}
