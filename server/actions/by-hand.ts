import { z } from "zod";
import { type Channel, IN_APP_CHANNELS, type Pattern, SENT_CHANNELS } from "../core/pattern.ts";
import type { TenantState } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";
import type { PersonState, Tracked, Unit } from "../core/unit.ts";
import { matchOf } from "./match.ts";
import { idText } from "./params.ts";
import { personOf, type Sight } from "./person.ts";
import { makesNoSense, notFound } from "./refusal.ts";
import { tenantOf } from "./tenant.ts";

/** Channels that carry a message to one person. A human step is an alert, a broadcast belongs to an incident. */
const CHANNELS = [...SENT_CHANNELS, ...IN_APP_CHANNELS] as const;

/** The message that somebody wants to send. */
export const byHandMessage = z.strictObject({
  person: idText.describe("Who it goes to, by id"),
  channel: z.enum(CHANNELS, `must be one of ${CHANNELS.join(", ")}`).describe("The way it goes"),
  template: z
    .string()
    .regex(/^[a-z0-9-]{1,100}$/, "must be the name of a template")
    .describe("What it says, by the name of a template of the tenant"),
  match: idText.optional().describe("The match it is about, by id; the template may tell of it"),
});
export type ByHandMessage = z.output<typeof byHandMessage>;

/** The same with all that the guards and the template have to know. */
export interface ManualQuestion {
  readonly tenant: TenantState;
  readonly unit: Unit;
  readonly person: PersonState;
  readonly channel: Channel;
  readonly template: string;
  readonly tracked: Tracked | null;
  readonly pattern: Pattern | null;
  readonly now: Millis;
}

/** @throws Refusal when what is wanted does not exist or does not fit together */
export async function questionOf(
  sight: Sight,
  tenantId: string,
  { person: id, channel, template, match: matchId }: ByHandMessage,
  now: Millis,
): Promise<ManualQuestion> {
  const tenant = tenantOf(sight, tenantId);
  if (!tenant.templates.has(template)) throw makesNoSense(`There is no template named ${template}.`);
  const { state: person, units } = await personOf(sight, tenantId, id);
  const found = matchId === undefined ? null : await matchOf(sight, tenantId, matchId);
  const unit = found === null ? units[0] : units.find((each) => each.id === found.match.unit);
  if (unit === undefined) {
    if (found === null) throw notFound("Nothing has been heard of this person yet.");
    throw makesNoSense("This match is about another account or person.");
  }
  return {
    tenant,
    unit,
    person: unit.persons.get(id) ?? person,
    channel,
    template,
    tracked: found?.tracked ?? null,
    pattern: found === null ? null : (tenant.library.byId(found.match.pattern) ?? null),
    now,
  };
}
