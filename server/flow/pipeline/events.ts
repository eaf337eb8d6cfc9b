import type { Effect } from "../../core/effect.ts";
import { BACKFILL_ROUND } from "../../core/engine/assess.ts";
import type { Event, Incoming } from "../../core/event.ts";
import { LATE, type Millis, ON_TIME, SECOND } from "../../core/time.ts";
import { isKnown } from "../../core/vocabulary.ts";
import type { Log } from "../../store/contract.ts";
import type { Draft } from "./batch.ts";
import { type Attributed, type Directory, eventOf } from "./directory.ts";
import type { Inputs } from "./inputs.ts";
import type { JourneyCounter } from "./journey-counter.ts";
import type { Tenants } from "./tenants.ts";
import type { UnitName, Units } from "./units.ts";

/** Without an event of it for this long, a tenant's backfill counts as over. */
const BACKFILL_PAUSE = 5 * SECOND;

export interface EventsDeps {
  readonly store: Pick<Log, "known">;
  readonly units: Units;
  readonly tenants: Tenants;
  readonly directory: Directory;
  readonly inputs: Inputs;
  readonly journeys: JourneyCounter;
  readonly now: () => Millis;
}

/** Turns what came in into inputs: who it is about, whether it was here before, whether it is backfill. */
export class Events {
  readonly #deps: EventsDeps;
  /** Identities seen in this batch: a request may be sent again within one commit. */
  readonly #seen = new Set<string>();
  /** Tenant -> until when its backfill counts as still coming in. */
  readonly #backfillUntil = new Map<string, Millis>();

  constructor(deps: EventsDeps) {
    this.#deps = deps;
  }

  /** A batch begins. */
  begin(): void {
    this.#seen.clear();
  }

  isBackfilling(tenant: string, now: Millis): boolean {
    return (this.#backfillUntil.get(tenant) ?? 0) > now;
  }

  /** Reads all that `takeAll` needs, in as few questions as possible. @returns the identities that the log has */
  async prepare(tenant: string, incoming: readonly Incoming[]): Promise<ReadonlySet<string>> {
    const { store, directory, units } = this.#deps;
    const known = await store.known(incoming.map(({ source, id }) => ({ tenant, source, id })));
    await directory.prepare(tenant, incoming);
    const asleep = this.#asleep(tenant, incoming);
    if (asleep.length > 0) await units.load(asleep);
    return known;
  }

  /** The units the events need and that are not in memory, as far as can be said before they are attributed. */
  #asleep(tenant: string, incoming: readonly Incoming[]): UnitName[] {
    const { directory, units } = this.#deps;
    const names: UnitName[] = [];
    for (const one of incoming) {
      const unit = directory.foresee(tenant, one);
      if (units.get(tenant, unit) === undefined) names.push({ tenant, unit });
    }
    return names;
  }

  /** @returns how many of them were here before */
  async takeAll(
    tenant: string,
    incoming: readonly Incoming[],
    known: ReadonlySet<string>,
    reception: string | undefined,
    draft: Draft,
  ): Promise<number> {
    let duplicates = 0;
    for (const one of incoming) {
      if (this.#isKnown(tenant, one, known)) duplicates += 1;
      else {
        const rest = this.#take(tenant, one, reception, draft);
        if (rest !== null) await rest;
      }
    }
    return duplicates;
  }

  #isKnown(tenant: string, { source, id }: Incoming, known: ReadonlySet<string>): boolean {
    const identity = `${tenant}\u0000${source}\u0000${id}`;
    if ((known.size > 0 && known.has(identity)) || this.#seen.has(identity)) return true;
    this.#seen.add(identity);
    return false;
  }

  /**
   * Nearly always everything is in memory and nothing follows: then nothing is waited for.
   * @returns null, or what has to end before the next input is taken
   */
  #take(
    tenant: string,
    incoming: Incoming,
    reception: string | undefined,
    draft: Draft,
  ): Promise<void> | null {
    const { directory, units, inputs, now } = this.#deps;
    const backfill = incoming.backfill === true;
    if (backfill) this.#backfillUntil.set(tenant, now() + BACKFILL_PAUSE);
    const clamped = !backfill && incoming.time > inputs.clock + ON_TIME;
    const receivedAt = backfill ? incoming.time : inputs.clock;
    const attributed = directory.attribute(tenant, incoming, receivedAt, draft);
    const event = eventOf(tenant, incoming, attributed, receivedAt, clamped, reception);
    const { unit, before } = attributed;
    const isReady = before.length === 0 && units.get(tenant, unit) !== undefined;
    if (!isReady) return this.#takeAfter(before, unit, event, draft);
    const effects = this.#takeAttributed(unit, event, draft);
    return effects.length === 0 && !inputs.hasToFollow
      ? null
      : inputs.follow(tenant, unit, receivedAt, effects, draft);
  }

  /** Inputs that come before the event, and units that sleep, take time. */
  async #takeAfter(before: Attributed["before"], unitId: string, event: Event, draft: Draft): Promise<void> {
    const { inputs, units } = this.#deps;
    const { tenant, receivedAt } = event;
    for (const { unit, control } of before) inputs.forward(tenant, unit, control, receivedAt);
    await inputs.takeForwarded(draft);
    await units.load([{ tenant, unit: unitId }]);
    const effects = this.#takeAttributed(unitId, event, draft);
    await inputs.follow(tenant, unitId, receivedAt, effects, draft);
  }

  #takeAttributed(unit: string, event: Event, draft: Draft): readonly Effect[] {
    const { inputs } = this.#deps;
    const { tenant, receivedAt } = event;
    if (!isKnown(event.type)) countUnknown(draft, event);
    this.#noteProductArea(tenant, event, draft);
    this.countJourneys(tenant, event, inputs.seq + 1);
    const before = event.backfill === true ? this.#tellOfBackfill(tenant, unit, receivedAt, draft) : [];
    const effects = inputs.apply(tenant, unit, receivedAt, { event }, draft);
    return before.length === 0 ? effects : [...before, ...effects];
  }

  /**
   * The moment at which a backfill comes in stands in the log: what falls due between the last of it and the present
   * must not be taken for something that happens now.
   */
  #tellOfBackfill(tenant: string, unitId: string, receivedAt: Millis, draft: Draft): readonly Effect[] {
    const { units, inputs } = this.#deps;
    const unit = units.get(tenant, unitId);
    // A unit that lives already is not carried back.
    if (unit === undefined || receivedAt < unit.clock) return [];
    if (unit.toldAt > 0 && inputs.clock <= unit.toldAt + BACKFILL_ROUND) return [];
    const control = { kind: "backfill", at: inputs.clock } as const;
    return inputs.apply(tenant, unitId, receivedAt, { control }, draft);
  }

  /** Journey signals are counted here, and enter the log as counts. */
  countJourneys(tenant: string, event: Event, seq: number): void {
    if (event.backfill === true || event.receivedAt - event.time > LATE) return;
    const { journeys, tenants } = this.#deps;
    journeys.count(tenant, tenants.asOf(tenant, seq).library, event, seq);
  }

  #noteProductArea(tenant: string, event: Event, draft: Draft): void {
    const { productArea: name } = event.data;
    if (typeof name !== "string" || name === "") return;
    const known = this.#deps.tenants.latest(tenant)?.productAreas.get(name);
    if (known !== undefined && known <= event.time) return;
    this.#deps.inputs.applyTenantWide(tenant, { kind: "product_area", name, at: event.time }, draft);
  }
}

function countUnknown(draft: Draft, { tenant, source, type, receivedAt: at }: Event): void {
  const key = `${tenant}\u0000${source}\u0000${type}`;
  const known = draft.unknown.get(key);
  if (known === undefined) draft.unknown.set(key, { tenant, source, type, count: 1, at });
  else known.count += 1;
}
