import type { Tracked } from "../../../core/unit.ts";
import type * as wire from "../../wire.ts";
import { alertBody, incidentBody, iso } from "../present.ts";
import { type About, matchesAbout, unitsOf } from "./about.ts";
import { lastMessage } from "./messages.ts";
import { draftReply, nextStep, reviews } from "./next.ts";
import { colleagues, openTickets } from "./people.ts";
import { prediction } from "./prediction.ts";
import { quietNow } from "./quiet.ts";

export type { About } from "./about.ts";
export { sentMessage } from "./messages.ts";

const NOTHING: wire.ContextBody = {
  prediction: null,
  lastMessage: null,
  openTickets: [],
  colleagues: [],
  moreColleagues: 0,
  quiet: null,
  incidents: [],
  next: null,
  draft: null,
  reviews: [],
  alerts: [],
  replays: [],
};

const ALERTS = 10;
const REPLAYS = 5;
/** Events in which they are looked for; older ones are in the timeline. */
const RECENT = 30;

/**
 * Everything beside the score that helps an agent to act.
 * @param risks the person's and account's, of which the highest contribution leads
 */
export async function contextOf(
  about: About,
  risks: readonly (wire.RiskBody | null)[],
): Promise<wire.ContextBody> {
  if (about.person === null && about.account === null) return NOTHING;
  const top = topMatch(about, risks);
  const [predicted, message, others, draft, waiting, replays] = await Promise.all([
    prediction(about),
    lastMessage(about),
    colleagues(about),
    draftReply(about, top),
    reviews(about),
    replaysOf(about),
  ]);
  return {
    prediction: predicted,
    lastMessage: message,
    openTickets: openTickets(about),
    colleagues: others.shown,
    moreColleagues: others.more,
    quiet: quietNow(about, top),
    incidents: incidentsOver(about),
    next: nextStep(about, top),
    draft,
    reviews: waiting,
    alerts: alertsOn(about),
    replays,
  };
}

/** What the higher score rests on most. */
function topMatch(about: About, risks: readonly (wire.RiskBody | null)[]): Tracked | null {
  const [higher] = risks.filter((risk) => risk !== null).toSorted((a, b) => b.unrounded - a.unrounded);
  const id = higher?.contributions[0]?.match;
  return (
    unitsOf(about)
      .find((unit) => unit.tracked.has(id ?? ""))
      ?.tracked.get(id ?? "") ?? null
  );
}

/** Running, and over everything, over this account, or over something that is the matter here. */
function incidentsOver(about: About): readonly wire.IncidentBody[] {
  const matches = matchesAbout(about)
    .map(({ match }) => match)
    .filter(({ state }) => state === "open");
  return about.tenant.incidents
    .filter(({ startedAt, endedAt }) => startedAt <= about.now && (endedAt === null || endedAt > about.now))
    .filter(({ id, scope }) => {
      if (scope.kind === "all" || matches.some(({ incident }) => incident === id)) return true;
      if (scope.kind === "account") return about.account?.state.id === scope.name;
      if (scope.kind === "pattern") return matches.some(({ pattern }) => pattern === scope.name);
      return matches.some(({ family, data }) => family === scope.name || data.component === scope.name);
    })
    .map(incidentBody);
}

function alertsOn(about: About): readonly wire.AlertBody[] {
  const person = about.person?.state.id ?? null;
  return unitsOf(about)
    .flatMap((unit) => [...unit.alerts.values()])
    .filter(({ state }) => state !== "resolved")
    .filter((alert) => person === null || alert.person === null || alert.person === person)
    .sort((a, b) => b.score - a.score || a.dueBy - b.dueBy)
    .slice(0, ALERTS)
    .map(alertBody);
}

/** Addresses that sessions of the person came with. Only what a browser may open without harm. */
async function replaysOf({ deps, tenant, person }: About): Promise<wire.ContextBody["replays"]> {
  if (person === null) return [];
  const { rows } = await deps.store.events(tenant.id, { person: person.state.id, limit: RECENT });
  const found = rows.flatMap(({ time, data: { replay } }) =>
    typeof replay === "string" && /^https:\/\/[^\s]+$/.test(replay) ? [{ at: iso(time), url: replay }] : [],
  );
  return found.slice(0, REPLAYS);
}
