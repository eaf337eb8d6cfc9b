import type { Incoming } from "../../core/event.ts";
import { at, isRecord } from "../../lib/foreign.ts";
import { parseJson } from "../../lib/json.ts";
import { type Normalised, type Source, Unreadable } from "../contract.ts";
import type { Call, Maker } from "./base.ts";
import { fromCall } from "./call.ts";
import { settings as schema } from "./settings.ts";
import { coversAll, verify } from "./verify.ts";

export const source: Source = {
  secret: { madeBy: "us", where: "Shared Secret of the Webhooks destination" },
  verify,

  normalise(request, given, sourceId): Normalised {
    const body = parseJson(request.body, Unreadable);
    const named = callInPath(request.url);
    const { elements, sentAt } = elementsOf(body);
    // A webhook's batch is signed in its first element only; what comes over the API is covered by its token.
    const trusted =
      named !== null || !Array.isArray(body) || coversAll(request.headers) ? elements.length : 1;
    const maker: Maker = {
      source: sourceId,
      names: schema.parse(given).names as Maker["names"],
      receivedAt: request.receivedAt,
      sentAt,
      named: named === "batch" ? null : named,
    };
    const sorted = sort(elements.slice(0, trusted), maker);
    const unsigned = elements.length - trusted;
    const ignored = unsigned > 0 ? [`${unsigned} elements of a batch are not covered by its signature`] : [];
    return { ...sorted, receipts: [], webhookId: null, ignored: [...sorted.ignored, ...ignored] };
  },
};

type Sorted = Pick<Normalised, "events" | "ignored"> & Required<Pick<Normalised, "positions" | "rejected">>;

function sort(elements: readonly unknown[], maker: Maker): Sorted {
  const events: Incoming[] = [];
  const positions: number[] = [];
  const rejected: { index: number; reason: string }[] = [];
  const ignored: string[] = [];
  for (const [index, element] of elements.entries()) {
    const call: Call = isRecord(element) ? fromCall(element, maker) : { rejected: "not an object" };
    if ("event" in call) {
      events.push(call.event);
      positions.push(index);
    } else if ("rejected" in call) rejected.push({ index, reason: call.rejected });
    else ignored.push(call.ignored);
  }
  return { events, positions, rejected, ignored };
}

/** One call, a list of calls, or what the libraries send: `{ batch: [...], sentAt }`. */
function elementsOf(body: unknown): { readonly elements: readonly unknown[]; readonly sentAt: unknown } {
  const batch = at(body, "batch");
  if (Array.isArray(batch)) return { elements: batch, sentAt: at(body, "sentAt") };
  return { elements: Array.isArray(body) ? body : [body], sentAt: at(body, "sentAt") };
}

/** The short names are those of Segment's browser library. */
const CALLS: { readonly [segment: string]: string } = {
  track: "track",
  t: "track",
  identify: "identify",
  i: "identify",
  group: "group",
  g: "group",
  page: "page",
  p: "page",
  screen: "screen",
  s: "screen",
  alias: "alias",
  a: "alias",
  batch: "batch",
  m: "batch",
};

/** The names under `/v1` that this source reads. */
export const API_CALLS: ReadonlySet<string> = new Set(Object.keys(CALLS));

/** `track` for `https://host/v1/track?x=1`; null when it is not an address of the API. */
function callInPath(url: string): string | null {
  const end = url.indexOf("?");
  const path = (end === -1 ? url : url.slice(0, end)).replace(/\/$/, "");
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  return path.slice(0, slash).endsWith("/v1") && Object.hasOwn(CALLS, name) ? (CALLS[name] ?? null) : null;
}
