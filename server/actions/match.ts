import type { Match } from "../core/match.ts";
import type { Tracked } from "../core/unit.ts";
import type { Sight } from "./person.ts";
import { notFound } from "./refusal.ts";

/** @throws Refusal when there is none */
export async function matchOf(
  { store, pipeline }: Sight,
  tenant: string,
  id: string,
): Promise<{ match: Match; tracked: Tracked | null }> {
  const match = await store.match(tenant, id);
  if (match === null) throw notFound("There is no match with this id.");
  const unit = await pipeline.peek(tenant, match.unit);
  return { match, tracked: unit?.tracked.get(id) ?? null };
}
