import type { Facts } from "../history/tickets.ts";
import { TROUBLES } from "../history/troubles.ts";
import type { Random } from "../random.ts";
import { type Backstage, befall, OPENING, troubleOf, wait } from "./scenes.ts";

/** Not for live: an hour's burst, a wait of half an hour, and what is never acted on. */
const NOT_LIVE = new Set(["P-013", "P-019", "P-031"]);
const LIVE = TROUBLES.filter(({ pattern }) => !NOT_LIVE.has(pattern));

/** First the opening, then trouble at an easy pace, for as long as somebody looks on. */
export async function goOn(
  back: Backstage,
  patterns: readonly Facts[],
  random: Random,
  onError: (error: unknown) => void,
): Promise<void> {
  const { signal } = back;
  const begun = OPENING.map(async ({ at, play }) => {
    await wait(back, at);
    await play(back);
  });
  for (const scene of begun) scene.catch(onError);
  await wait(back, 62);
  while (!signal.aborted) {
    ordinaryScene(back, patterns, random).catch(onError);
    await wait(back, random.between(9, 20));
  }
}

/** Something goes wrong for somebody; then it ends by itself, or they write a ticket, or neither. */
async function ordinaryScene(back: Backstage, patterns: readonly Facts[], random: Random): Promise<void> {
  const { pattern } = random.weighted(LIVE.map((trouble) => [trouble, trouble.times] as const));
  const cast = await befall(back, pattern, {
    zone: random.chance(0.75) ? "day" : "any",
    holdout: random.chance(0.1),
  });
  if (cast === null) return;
  const { player } = back;
  await wait(back, random.between(15, 60));
  const category = patterns.find(({ id }) => id === pattern)?.categories[0];
  if (random.chance(0.3) && category !== undefined) {
    await player.ticket(cast, category);
    await wait(back, random.between(60, 180));
    await player.solved(cast, category);
  }
  if (random.chance(0.7)) await player.end(troubleOf(pattern), cast);
}
