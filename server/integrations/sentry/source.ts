import { equalSecrets } from "../../lib/constant-time.ts";
import { at, record, text } from "../../lib/foreign.ts";
import { parseJson } from "../../lib/json.ts";
import { hmacVerifier, refuse, VERIFIED } from "../../lib/signature.ts";
import { type Normalised, type RawRequest, type Source, Unreadable } from "../contract.ts";
import { fromErrorEvent, type Maker } from "./error-event.ts";
import { fromIssue, fromMetricAlert } from "./service.ts";
import { settings as schema } from "./settings.ts";

/** The secret is the integration's Client Secret. `Sentry-Hook-Timestamp` is not signed, so it is not believed. */
const verifySigned = hmacVerifier({
  algorithm: "sha256",
  encoding: "hex",
  header: "sentry-hook-signature",
  template: "{body}",
});

export const source: Source = {
  secret: { madeBy: "vendor", where: "Client Secret of the integration, under Settings, Developer Settings" },

  verify(request, secrets) {
    if (!isLegacy(request)) return verifySigned(request, secrets);
    const token = tokenOf(request);
    if (token === null) return refuse("missing");
    return secrets.some((secret) => secret !== "" && equalSecrets(secret, token))
      ? VERIFIED
      : refuse("mismatch");
  },

  normalise(request, given, sourceId) {
    const body = parseJson(request.body, Unreadable);
    const settings = schema.parse(given);
    const maker: Maker = { source: sourceId, settings, request };
    const webhookId = text(request.headers["request-id"]) ?? null;
    const events = isLegacy(request) ? legacy(body, maker) : bySort(body, maker);
    return typeof events === "string"
      ? { events: [], receipts: [], webhookId, ignored: [events] }
      : { events, receipts: [], webhookId, ignored: [] };
  },
};

/** The old plugin signs nothing and names no resource; it is believed for the token in its address alone. */
function isLegacy({ headers }: RawRequest): boolean {
  return headers["sentry-hook-signature"] === undefined && headers["sentry-hook-resource"] === undefined;
}

function tokenOf({ url }: RawRequest): string | null {
  const query = url.indexOf("?");
  const tokens = query === -1 ? [] : new URLSearchParams(url.slice(query + 1)).getAll("token");
  const [token = ""] = tokens;
  return tokens.length === 1 && token !== "" ? token : null;
}

/** What the resource in the header makes of the body: events, or why there are none. */
function bySort(body: unknown, maker: Maker): Normalised["events"] | string {
  // Some senders write `issue.resolved`; the part after the dot is the action, which the body has too.
  const resource = (maker.request.headers["sentry-hook-resource"] ?? "").split(".")[0] ?? "";
  const action = text(at(body, "action")) ?? "";
  switch (resource) {
    case "event_alert":
      return fromErrorEvent(at(body, "data", "event"), maker);
    case "error":
      return fromErrorEvent(at(body, "data", "error"), maker);
    case "issue":
      return fromIssue(action, record(at(body, "data", "issue")), maker);
    case "metric_alert":
      return fromMetricAlert(action, record(at(body, "data", "metric_alert")), maker);
    case "installation":
    case "comment":
      return `${resource} says nothing about a customer`;
    default:
      return "an unknown resource";
  }
}

function legacy(body: unknown, maker: Maker): Normalised["events"] | string {
  const event = record(at(body, "event"));
  const level = at(body, "level");
  const culprit = at(body, "culprit");
  return fromErrorEvent({ level, culprit, ...event }, maker);
}
