import type { Incident } from "../../../core/tenant.ts";
import type { Millis } from "../../../core/time.ts";
import { type Html, html } from "../../../lib/html.ts";
import { lengthOf, timeOf } from "../facts/clock.ts";

/** What is going on for many customers at once; empty when nothing is. */
export function incidentPart(
  incidents: readonly Incident[],
  within: Millis,
  nameOf: (pattern: string) => string,
): Html {
  return html`${incidents.map(
    (incident) => html`<div class="incident">
      <p><strong>Incident${scopeOf(incident, nameOf)}.</strong>
      ${incident.matches} troubles at ${incident.accounts === 1 ? "one account" : `${incident.accounts} accounts`} within ${lengthOf(within)}, since ${timeOf(incident.startedAt)}.
      Single messages are held, so that customers get one answer instead of many.</p>
    </div>`,
  )}`;
}

function scopeOf({ scope }: Incident, nameOf: (pattern: string) => string): string {
  switch (scope.kind) {
    case "all":
      return " over all patterns";
    case "pattern":
      return `: ${nameOf(scope.name)}`;
    case "component":
      return ` in ${scope.name}`;
    case "account":
      return ` at ${scope.name}`;
  }
}
