import type { FoundPerson } from "../../actions/person.ts";
import { personRevision } from "../../actions/revisions.ts";
import { scoredFor } from "../../core/engine/scores.ts";
import { scoredUnder } from "../../core/match.ts";
import { bandOf, type Contribution, type Scored, scoreOf } from "../../core/score.ts";
import type { TenantState } from "../../core/tenant.ts";
import { DAY, formatDuration, type Millis } from "../../core/time.ts";
import type { AccountState, Tracked, Unit } from "../../core/unit.ts";
import { notFound, unavailable } from "../problem.ts";
import type * as wire from "../wire.ts";
import type { ApiDeps } from "./deps.ts";
import { controlsBody, helpBody, iso, scoreStep, whyOf } from "./present.ts";

/**
 * Risk as of this moment, from the live state and not from the last row written: a score that is only rewritten when
 * something happens would stand still while its parts decay.
 */

const HISTORY = 30 * DAY;
const HISTORY_ROWS = 200;
const TAGS = ["churn", "frustration", "intent"];

export function tenantOf(deps: ApiDeps, id: string): TenantState {
  const tenant = deps.pipeline.tenant(id);
  if (tenant === null) throw unavailable("This tenant is still being loaded; try again in a moment.", 2);
  return tenant;
}

export interface FoundAccount {
  readonly state: AccountState;
  readonly units: readonly Unit[];
}

/** @throws Problem 404 */
export async function accountOf(deps: ApiDeps, tenant: string, id: string): Promise<FoundAccount> {
  const found = await findAccount(deps, tenant, id);
  if (found === null) throw notFound("There is no account with this id.");
  return found;
}

export async function findAccount(deps: ApiDeps, tenant: string, id: string): Promise<FoundAccount | null> {
  const { store, pipeline } = deps;
  const stored = await store.account(tenant, id);
  // An account nothing is known of but its events has no row of its own yet.
  const heard = stored !== null || (await store.events(tenant, { account: id, limit: 1 })).rows.length > 0;
  const unit = heard ? await pipeline.peek(tenant, `account/${id}`) : null;
  const state = unit?.account ?? stored;
  return state === null ? null : { state, units: unit === null ? [] : [unit] };
}

export async function personRisk(
  deps: ApiDeps,
  tenant: TenantState,
  person: FoundPerson,
  now: Millis,
): Promise<wire.RiskBody> {
  const { id } = person.state;
  const score = liveScore(tenant, person.units, `person/${id}`, now);
  return {
    ...(await riskBody(deps, tenant, score, { kind: "person", id, name: null }, now)),
    controls: controlsBody(person.state, now),
    revision: personRevision(person.state),
  };
}

export async function accountRisk(
  deps: ApiDeps,
  tenant: TenantState,
  account: FoundAccount,
  now: Millis,
): Promise<wire.RiskBody> {
  const { id, name } = account.state;
  const score = liveScore(tenant, account.units, `account/${id}`, now);
  return {
    ...(await riskBody(deps, tenant, score, { kind: "account", id, name }, now)),
    controls: null,
    revision: null,
  };
}

interface LiveScore {
  readonly key: string;
  readonly scored: ReadonlyMap<string, Scored>;
  readonly tracked: ReadonlyMap<string, Tracked>;
  readonly score: ReturnType<typeof scoreOf>;
  readonly subScores: { readonly [tag: string]: number };
}

/** A person in several accounts has matches in several units; the score is over all of them. */
function liveScore(tenant: TenantState, units: readonly Unit[], key: string, now: Millis): LiveScore {
  const items = units.flatMap((unit) => scoredFor(unit, key, (id) => tenant.library.byId(id)));
  const tagged = (tag: string) =>
    items.filter(({ match }) => tenant.library.byId(match.pattern)?.tags.includes(tag) === true);
  return {
    key,
    scored: new Map(items.map((item) => [item.match.id, item])),
    tracked: new Map(units.flatMap((unit) => [...unit.tracked])),
    score: scoreOf(items, now),
    subScores: Object.fromEntries(TAGS.map((tag) => [tag, scoreOf(tagged(tag), now).score])),
  };
}

type Subject = Pick<wire.RiskBody, "kind" | "id" | "name">;

async function riskBody(
  deps: ApiDeps,
  tenant: TenantState,
  live: LiveScore,
  subject: Subject,
  now: Millis,
): Promise<Omit<wire.RiskBody, "controls" | "revision">> {
  const { score, unrounded } = live.score;
  const band = bandOf(score, tenant.settings.bands);
  const contributions = live.score.contributions.map((part) => contributionBody(tenant, live, part));
  const rows = await deps.store.scoreHistory(tenant.id, live.key, now - HISTORY, HISTORY_ROWS);
  const mine = concerning(live);
  return {
    ...subject,
    score,
    unrounded,
    band,
    headline: headlineOf(subject, score, band, contributions[0]?.why),
    contributions,
    subScores: live.subScores,
    history: rows.toSorted((a, b) => a.at - b.at).map(scoreStep),
    openMatches: mine
      .filter(({ match }) => match.state === "open")
      .map((tracked) => openMatchBody(tenant, tracked)),
    asOf: iso(now),
    controlGroup: mine.some(({ pursuit }) => pursuit?.lastReason === "holdout"),
  };
}

/** The matches that count for this key, newest evidence first. */
function concerning(live: LiveScore): readonly Tracked[] {
  return [...live.tracked.values()]
    .filter(({ match }) => live.scored.has(match.id) || scoredUnder(match) === live.key)
    .sort((a, b) => b.match.lastSeen - a.match.lastSeen || (a.match.id < b.match.id ? -1 : 1));
}

function contributionBody(tenant: TenantState, live: LiveScore, part: Contribution): wire.ContributionBody {
  const scored = live.scored.get(part.match);
  if (scored === undefined) throw new Error(`contribution of a match that was not scored: ${part.match}`);
  const { match, risk, confidence, halfLife } = scored;
  const pattern = tenant.library.byId(match.pattern);
  const why = whyOf(tenant, match);
  return {
    pattern: match.pattern,
    name: pattern?.name ?? match.pattern,
    family: match.family,
    match: match.id,
    key: match.key,
    points: part.points,
    alone: part.alone,
    risk,
    confidence,
    halfLife: formatDuration(halfLife),
    halfLifeMs: halfLife,
    firedAt: iso(match.firedAt),
    lastSeen: iso(match.lastSeen),
    events: match.count,
    more: part.more,
    why: part.more > 0 ? `${why}, and ${part.more} more` : why,
    state: match.state,
    experimental: match.experimental,
    tags: pattern?.tags ?? [],
  };
}

function openMatchBody(tenant: TenantState, tracked: Tracked): wire.OpenMatchBody {
  const { id, pattern, key, person, firedAt, lastSeen, count } = tracked.match;
  return {
    match: id,
    pattern,
    name: tenant.library.byId(pattern)?.name ?? pattern,
    key,
    person,
    firedAt: iso(firedAt),
    lastSeen: iso(lastSeen),
    events: count,
    why: whyOf(tenant, tracked.match),
    help: helpBody(tracked),
  };
}

/** "85 critical, from Acme: 12 rate-limit errors". */
export function headlineOf(
  subject: Pick<wire.RiskBody, "kind" | "id" | "name">,
  score: number,
  band: string,
  why: string | undefined,
): string {
  const from = subject.kind === "account" ? `, from ${subject.name ?? subject.id}` : "";
  return why === undefined ? `${score} ${band}: nothing of concern` : `${score} ${band}${from}: ${why}`;
}
