import type { Incoming } from "../../core/event.ts";
import { at, type Foreign, first, known, list, text } from "../../lib/foreign.ts";
import { sha256Of } from "../../lib/signature.ts";
import type { Maker } from "./error-event.ts";

/** How Sentry calls an issue that hits ever more people, or is back after it was resolved. */
const WORSE = new Set(["escalating", "regressed"]);

/**
 * An issue names no customer, so it can only speak of the service. Most issues are noise; one that escalates, or came
 * back, degrades a component of its own name, so that its being resolved says nothing about anything else.
 */
export function fromIssue(action: string, issue: Foreign, maker: Maker): readonly Incoming[] | string {
  const id = text(issue.id);
  const project = text(at(issue, "project", "slug")) ?? text(at(issue, "project", "name"));
  if (id === undefined || project === undefined) return "an issue without an id or project";
  const component = `${project}/${text(issue.shortId) ?? id}`;
  const severity = text(issue.level);
  if (action === "resolved")
    return [service("service.recovered", `issue:${id}`, { component, severity }, maker)];
  const worse = WORSE.has(text(issue.substatus) ?? "");
  if ((action === "created" || action === "unresolved") && worse) {
    return [service("service.degraded", `issue:${id}`, { component, severity }, maker)];
  }
  return "an issue that tells of no degraded service";
}

/** An alert on a figure of the whole organisation: never about one customer. */
export function fromMetricAlert(action: string, alert: Foreign, maker: Maker): readonly Incoming[] | string {
  const id = text(alert.id);
  const rule = at(alert, "alert_rule");
  const project = first(
    ...[...list(alert.projects), ...list(at(rule, "projects"))].map((slug) => text(slug)),
  );
  const component = project ?? text(at(rule, "name"));
  if (id === undefined || component === undefined) return "a metric alert without an id or project";
  const identity = `metric_alert:${id}`;
  if (action === "resolved") return [service("service.recovered", identity, { component }, maker)];
  if (action === "critical" || action === "warning") {
    return [service("service.degraded", identity, { component, severity: action }, maker)];
  }
  return "a metric alert with an unknown action";
}

/**
 * Told the moment it happens, and the times inside are those of the first error, so receipt is its time. The same
 * issue may come and go several times; the hash of the signed body tells a repeated delivery from another one.
 */
function service(
  type: string,
  identity: string,
  data: { readonly component: string; readonly severity?: string | undefined },
  { source, request }: Maker,
): Incoming {
  const id = `${identity}:${type.slice("service.".length)}:${sha256Of(request.body).slice(0, 32)}`;
  return { source, id, type, time: request.receivedAt, data: known(data) };
}
