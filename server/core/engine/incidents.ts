/**
 * What an incident means for one unit's matches. Its own matches are marked, held, and not released when it is over;
 * others that it held are released a few at a time; only new evidence starts an own match anew.
 */
import type { ControlOf } from "../control.ts";
import { fraction } from "../hash.ts";
import { type Concerned, concerns, runningOn, standsApart } from "../incident.ts";
import type { GuardResult } from "../policy/contract.ts";
import type { Incident } from "../tenant.ts";
import { MINUTE, type Millis } from "../time.ts";
import type { Tracked } from "../unit.ts";
import { resolveAlert } from "./alerts.ts";
import { stopped, withdraw } from "./decisions.ts";
import { emitMatch, type Turn } from "./turn.ts";

/** Evidence this long after the end is trouble of its own. */
const AFTERMATH = 10 * MINUTE;
/** Held matches look again every 10 minutes: by then each of them has seen the end. */
const SEEN_BY_ALL = 10 * MINUTE;
/** Then 5 % a minute on average, so that chance does not lift a minute over 10 %. */
const RELEASED_OVER = 20 * MINUTE;

/** What an ended incident still has to say; null when it has nothing to say any more. */
export function afterIncident(turn: Turn, tracked: Tracked, step: number): GuardResult | null {
  const own = ownIncident(turn, tracked);
  if (own !== null)
    return isOver(own, turn.now) && !isNewTrouble(own, tracked) ? stopped("incident", step) : null;
  const until = releaseAt(turn, tracked);
  return until <= turn.now ? null : { ...stopped("incident", step), kind: "hold", until };
}

function ownIncident(turn: Turn, { match }: Tracked): Incident | null {
  return turn.tenant.incidents.find(({ id }) => id === match.incident) ?? null;
}

function isOver({ endedAt }: Incident, now: Millis): boolean {
  return endedAt !== null && endedAt <= now;
}

function isNewTrouble({ endedAt }: Incident, { match }: Tracked): boolean {
  return endedAt !== null && match.lastSeen > endedAt + AFTERMATH;
}

/** When a match that was only held by an incident may go, now that it is over. */
function releaseAt(turn: Turn, tracked: Tracked): Millis {
  const { match, pursuit } = tracked;
  if (pursuit?.lastReason !== "incident") return turn.now;
  const concerned = concernedOf(turn, tracked);
  const ended = turn.tenant.incidents
    .filter((one) => isOver(one, turn.now) && concerns(one.scope, concerned))
    .map(({ endedAt }) => endedAt ?? 0);
  if (ended.length === 0) return turn.now;
  return Math.max(...ended) + SEEN_BY_ALL + Math.floor(fraction(`release|${match.id}`) * RELEASED_OVER);
}

/** Whether this incident holds what would have been sent about the match, or will when it is claimed. */
export function isHeldBy(turn: Turn, tracked: Tracked, { id, scope }: Incident): boolean {
  const { match, pursuit } = tracked;
  if (pursuit === null || pursuit.state === "ended") return false;
  const waits = pursuit.deliveries.some((row) => turn.unit.deliveries.get(row)?.status === "queued");
  if (!waits && (pursuit.state !== "held" || pursuit.lastReason !== "incident")) return false;
  return match.incident === id || concerns(scope, concernedOf(turn, tracked));
}

function concernedOf(turn: Turn, { match }: Tracked): Concerned {
  const { pattern, family, account, data } = match;
  const known = turn.tenant.library.byId(pattern);
  const component = typeof data.component === "string" ? data.component : null;
  return {
    pattern,
    family,
    component,
    account,
    isApart: standsApart(known),
  };
}

/** A match held by an incident becomes system-wide: it is kept out of learning and not released with the others. */
export function markIncident(turn: Turn, tracked: Tracked, result: GuardResult): void {
  if (result.reason !== "incident" || tracked.match.incident !== null) return;
  const concerned = concernedOf(turn, tracked);
  const { within } = turn.tenant.settings.incident;
  const own = turn.tenant.incidents.find(
    (one) =>
      one.endedAt === null &&
      tracked.match.firedAt >= one.startedAt - within &&
      concerns(one.scope, concerned),
  );
  if (own !== undefined) mark(turn, tracked, own.id);
}

/** The tenant's own unit says that a match belongs to an incident: also one that was sent on before it was known. */
export function takeAffected(turn: Turn, control: ControlOf<"affected">): void {
  const tracked = turn.unit.tracked.get(control.match);
  if (tracked === undefined) return;
  if (tracked.match.incident === null) mark(turn, tracked, control.incident);
  for (const alert of [...turn.unit.alerts.values()]) {
    if (alert.match !== control.match || alert.incident !== null || alert.state === "resolved") continue;
    // Ops work on the one alert of the incident.
    resolveAlert(turn, { ...alert, incident: control.incident });
  }
}

function mark(turn: Turn, tracked: Tracked, incident: string): void {
  tracked.match = { ...tracked.match, incident };
  emitMatch(turn, tracked);
}

/** New evidence came well after the end of the incident that stopped a match: it is judged again. */
export function startAnew(turn: Turn, tracked: Tracked): void {
  const { pursuit, match } = tracked;
  if (pursuit?.state !== "ended" || pursuit.lastReason !== "incident" || match.state !== "open") return;
  const own = ownIncident(turn, tracked);
  if (own === null || !isOver(own, turn.now) || !isNewTrouble(own, tracked)) return;
  pursuit.state = "held";
  turn.toJudge.add(match.id);
}

/** Many persons of this account at once: one message to its admin, about the newest of their matches. */
export function tellAdmin(turn: Turn, { scope }: ControlOf<"declare">): void {
  const incident = runningOn(turn.tenant.incidents, scope);
  const open = [...turn.unit.tracked.values()]
    .filter(({ match, pursuit, silenced }) => match.state === "open" && pursuit !== null && silenced === null)
    .filter(({ match }) => turn.tenant.library.byId(match.pattern)?.alertOnly === false)
    .sort((a, b) => b.match.firedAt - a.match.firedAt || (a.match.id < b.match.id ? -1 : 1));
  const [newest] = open;
  if (incident === undefined || newest?.pursuit == null) return;
  withdraw(turn, newest, "incident");
  newest.pursuit.insteadOf = incident.id;
  newest.pursuit.state = "held";
  newest.pursuit.sentSteps = [];
  newest.pursuit.step = 0;
  turn.toJudge.add(newest.match.id);
}
