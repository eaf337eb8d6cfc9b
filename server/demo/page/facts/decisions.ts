import type { Decision } from "../../../core/decision.ts";
import { clueOf } from "../../../core/explain.ts";
import type { Match } from "../../../core/match.ts";
import type { PageDeps } from "../deps.ts";
import { channelWords, reasonWords, type Standing, standingOf, WITHOUT_PATTERN } from "../words.ts";
import { localTime } from "./clock.ts";

/** One decision as a line: who, what was seen, what was decided and why. */
export interface DecisionLine {
  readonly id: string;
  /** Two decisions with the same key say the same thing. */
  readonly key: string;
  readonly at: number;
  readonly standing: Standing;
  readonly channel: string | null;
  readonly reason: string;
  /** The name of the reason as everything else in the product uses it. */
  readonly reasonName: string;
  readonly until: string | null;
  readonly pattern: string;
  readonly patternName: string;
  /** What was seen. */
  readonly clue: string;
  readonly account: string | null;
  readonly accountName: string | null;
  readonly person: string | null;
  readonly score: number;
}

/** Rows looked through for one page of lines: history and repetitions among them are left out. */
const LOOKED_AT = 400;

/** The newest decisions about what happens now, newest first. */
export async function decisionLines(deps: PageDeps, count: number): Promise<DecisionLine[]> {
  const { rows } = await deps.store.decisions(deps.tenant, { limit: LOOKED_AT });
  const said = new Set<string>();
  const shown: Decision[] = [];
  // Oldest first, so that of a judgement and its repetition at sending the first one stays.
  for (const row of rows.toReversed()) {
    if (!isWorthALine(row) || said.has(sameAs(row))) continue;
    said.add(sameAs(row));
    shown.push(row);
  }
  return Promise.all(
    shown
      .slice(-count)
      .toReversed()
      .map((row) => lineOf(deps, row)),
  );
}

export const isWorthALine = ({ simulated, reason }: Decision): boolean => !simulated && reason !== "log_only";

/** Every message is judged once more at the moment of sending; a second time the same is no news. */
export function sameAs({ match, step, kind, reason, channel }: Decision): string {
  return [match, step, kind, reason, channel].join("|");
}

export async function lineOf(deps: PageDeps, row: Decision, known?: Match): Promise<DecisionLine> {
  const { tenant } = deps;
  const match = known ?? (await deps.store.match(tenant, row.match));
  const pattern = deps.pipeline.tenant(tenant)?.library.byId(row.pattern);
  const account = row.account === null ? null : await deps.store.account(tenant, row.account);
  const person = row.person ?? match?.person ?? null;
  return {
    id: row.id,
    key: sameAs(row),
    at: row.at,
    standing: standingOf(row),
    channel: row.channel === null ? null : channelWords(row.channel),
    reason: reasonWords(row.reason),
    reasonName: row.reason,
    until: await untilOf(deps, row, account?.timeZone ?? null),
    pattern: row.pattern,
    patternName: pattern?.name ?? (row.pattern === "" ? WITHOUT_PATTERN : row.pattern),
    clue: match === null || pattern === undefined ? row.pattern : clueOf(pattern, match, row.at),
    account: row.account,
    accountName: account?.name ?? row.account,
    person,
    score: row.score,
  };
}

/** A hold ends on the recipient's clock, as that is what it looks at; when an incident ends, nobody knows. */
async function untilOf(
  { store, tenant }: PageDeps,
  { until, person, kind, reason }: Decision,
  accountZone: string | null,
): Promise<string | null> {
  if (until === null || kind !== "hold" || reason === "incident") return null;
  const own = person === null ? null : ((await store.person(tenant, person))?.timeZone ?? null);
  return localTime(until, own ?? accountZone ?? "UTC");
}
