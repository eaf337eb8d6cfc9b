import { API_CALLS } from "./calls.ts";

export type Route =
  | { readonly kind: "events" }
  /** A call of Segment's API; `batch` takes many. */
  | { readonly kind: "segment"; readonly batch: boolean }
  | { readonly kind: "webhook"; readonly tenant: string; readonly system: string; readonly id: string | null }
  | { readonly kind: "receipts"; readonly tenant: string; readonly system: string }
  /** Ours, but nothing is there. */
  | { readonly kind: "nothing" };

const NOTHING: Route = { kind: "nothing" };
const EVENTS: Route = { kind: "events" };

/** The address without scheme and host, which some clients send along and nobody needs. */
export function originForm(url: string): string {
  if (url.startsWith("/")) return url;
  const scheme = url.indexOf("://");
  const slash = scheme === -1 ? -1 : url.indexOf("/", scheme + 3);
  return slash === -1 ? "/" : url.slice(slash);
}

/**
 * What an address under `/v1/`, `/webhooks/` or `/receipts/` stands for; null when it is somebody else's. A slash at
 * the end changes nothing, as senders take a redirect for a failure.
 */
export function routeOf(url: string): Route | null {
  const end = url.indexOf("?");
  const path = end === -1 ? url : url.slice(0, end);
  if (path.startsWith("/v1/")) return apiRoute(withoutSlash(path.slice(4)));
  if (path.startsWith("/webhooks/")) return webhookRoute(withoutSlash(path.slice(10)));
  return path.startsWith("/receipts/") ? receiptsRoute(withoutSlash(path.slice(10))) : null;
}

function withoutSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}

function apiRoute(name: string): Route {
  if (name === "events") return EVENTS;
  return API_CALLS.has(name) ? { kind: "segment", batch: name === "batch" || name === "m" } : NOTHING;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function webhookRoute(path: string): Route {
  const [tenant = "", system = "", id, ...more] = path.split("/", 4);
  const named = NAME.test(tenant) && NAME.test(system) && (id === undefined || NAME.test(id));
  return named && more.length === 0 ? { kind: "webhook", tenant, system, id: id ?? null } : NOTHING;
}

function receiptsRoute(path: string): Route {
  const [tenant = "", system = "", ...more] = path.split("/", 3);
  const named = NAME.test(tenant) && NAME.test(system) && more.length === 0;
  return named ? { kind: "receipts", tenant, system } : NOTHING;
}
