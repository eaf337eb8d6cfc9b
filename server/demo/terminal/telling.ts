import type { App } from "../../app/parts.ts";
import type { Effect } from "../../core/effect.ts";
import type { Match } from "../../core/match.ts";
import { isWorthALine, sameAs } from "../page/facts/decisions.ts";
import { decisionLine, overLine } from "./decisions.ts";
import type { Terminal } from "./progress.ts";
import type { Style } from "./style.ts";

const REMEMBERED = 20_000;
const WIDTH = 140;

/**
 * One line per decision, and one when a trouble is over. Each message is judged a second time when it is sent; the
 * same answer again is no news. @returns what ends it
 */
export function tellWhatHappens(
  { store, pipeline }: Pick<App, "store" | "pipeline">,
  tenantId: string,
  out: Terminal,
  style: Style,
): () => void {
  const said = new Set<string>();
  /** One line after the other, in the order in which things happened. */
  let lines: Promise<void> = Promise.resolve();

  const isNews = (key: string) => {
    if (said.has(key)) return false;
    if (said.size > REMEMBERED) said.clear();
    said.add(key);
    return true;
  };
  const lineOf = async (effect: Effect, at: number, given: Match | undefined): Promise<string | null> => {
    const tenant = pipeline.tenant(tenantId);
    if (tenant === null || (effect.kind !== "decision" && effect.kind !== "match")) return null;
    const { account } = effect.row;
    const accountName = account === null ? null : ((await store.account(tenantId, account))?.name ?? null);
    const columns = out.columns ?? WIDTH;
    if (effect.kind === "match") {
      return overLine(effect.row, at, { tenant, accountName, match: effect.row }, style, columns);
    }
    const match = given ?? (await store.match(tenantId, effect.row.match));
    return decisionLine(effect.row, { tenant, accountName, match }, style, columns);
  };

  return pipeline.subscribe(({ tenant, at, effects }) => {
    if (tenant !== tenantId) return;
    const matches = new Map(
      effects.flatMap((effect) => (effect.kind === "match" ? [[effect.row.id, effect.row]] : [])),
    );
    for (const effect of effects) {
      const key = keyOf(effect);
      if (key === null || !isNews(key)) continue;
      const match = effect.kind === "decision" ? matches.get(effect.row.match) : undefined;
      lines = lines
        .then(async () => {
          const text = await lineOf(effect, at, match);
          if (text !== null) out.write(`${text}\n`);
        })
        // A line that cannot be made is left out; the page and the store have it.
        .catch(() => {});
    }
  });
}

/** What two effects have in common that say the same; null for what is not told. */
function keyOf(effect: Effect): string | null {
  if (effect.kind === "decision") return isWorthALine(effect.row) ? sameAs(effect.row) : null;
  if (effect.kind !== "match") return null;
  const { id, closedBy, simulated, episode } = effect.row;
  const isOver = closedBy !== null && closedBy !== "quiet" && !simulated;
  return isOver ? `over|${id}|${episode}` : null;
}
