import type { TenantControl, UnitControl } from "../../core/control.ts";
import type { Effect } from "../../core/effect.ts";
import { assess, type Tools } from "../../core/engine/assess.ts";
import { profileOf } from "../../core/engine/joining.ts";
import { structuredPerson } from "../../core/engine/profile.ts";
import type { Event } from "../../core/event.ts";
import { shardOf } from "../../core/hash.ts";
import type { Millis } from "../../core/time.ts";
import type { Draft } from "./batch.ts";
import type { Directory } from "./directory.ts";
import type { Tenants } from "./tenants.ts";
import type { UnitName, Units } from "./units.ts";

export interface InputsDeps {
  readonly units: Units;
  readonly tenants: Tenants;
  readonly directory: Directory;
  readonly tools: Tools;
  readonly now: () => Millis;
}

/** Where the log and the clock stood. */
export interface Position {
  readonly seq: number;
  readonly clock: Millis;
}

/** An input that follows from another one, at the same moment. */
interface Forward extends UnitName {
  readonly control: UnitControl;
  readonly receivedAt: Millis;
}

/**
 * Gives each input its position in the log, judges it, and notes in the draft what follows: records to write, and
 * inputs of other units, which it takes in turn.
 */
export class Inputs {
  readonly #deps: InputsDeps;
  #seq = 0;
  /**
   * The moment of the batch, as the machine's clock has it. A clock that is set back is believed: within a unit time
   * never goes back (its own clock sees to that), and what happens now is not late because the machine once erred.
   */
  #clock: Millis = 0;
  #forwards: Forward[] = [];
  /** What units that were made again from the log had to be told, with what came of it: others may have to hear. */
  #told: (UnitName & { readonly receivedAt: Millis; readonly effects: readonly Effect[] })[] = [];

  constructor(deps: InputsDeps) {
    this.#deps = deps;
  }

  /** Position of the newest input. */
  get seq(): number {
    return this.#seq;
  }

  get clock(): Millis {
    return this.#clock;
  }

  startAfter(seq: number): void {
    this.#seq = seq;
  }

  /** A batch begins now. @returns where to go back to when it fails */
  begin(): Position {
    const before = { seq: this.#seq, clock: this.#clock };
    this.#clock = this.#deps.now();
    return before;
  }

  backTo({ seq, clock }: Position): void {
    this.#seq = seq;
    this.#clock = clock;
    this.#forwards = [];
    this.#told = [];
  }

  /** Judges one input of a unit that is in memory. What it leads to elsewhere waits for `follow`. */
  apply(
    tenant: string,
    unitId: string,
    receivedAt: Millis,
    body: { readonly event: Event } | { readonly control: UnitControl },
    draft: Draft,
  ): Effect[] {
    const { units, tenants, tools } = this.#deps;
    const unit = units.get(tenant, unitId);
    if (unit === undefined) throw new TypeError(`unit ${unitId} was not loaded`);
    const owed = units.takeOwed(tenant, unitId);
    const isReconcile = "control" in body && body.control.kind === "reconcile";
    if (owed !== null && !isReconcile) {
      const effects = this.apply(tenant, unitId, receivedAt, { control: owed }, draft);
      this.#told.push({ tenant, unit: unitId, receivedAt, effects });
    }
    // Within a unit time never goes back, whatever the machine's clock does.
    const at = Math.max(receivedAt, unit.clock);
    const seq = ++this.#seq;
    const state = tenants.asOf(tenant, seq);
    if (!draft.touched.has(unit)) draft.touched.set(unit, seq);
    const shard = shardOf(tenant, unitId);
    draft.inputs.push({ seq, tenant, unit: unitId, shard, receivedAt: at, judgedUnder: state.seq, body });
    const effects = assess(unit, state, seq, at, body, tools);
    for (const effect of effects) draft.effects.push(effect);
    const event = "event" in body ? body.event : null;
    draft.committed.push({ tenant, seq, at, event, effects });
    for (const effect of effects) {
      if (effect.kind === "tenant") this.applyTenantWide(tenant, effect.control, draft);
      else if (effect.kind === "forward") this.forward(tenant, effect.unit, effect.control, receivedAt);
    }
    return effects;
  }

  /** One input that concerns the whole tenant. */
  applyTenantWide(tenant: string, control: TenantControl, draft: Draft): void {
    const seq = ++this.#seq;
    const at = this.#clock;
    this.#deps.tenants.apply(tenant, seq, at, control);
    draft.inputs.push({ seq, tenant, unit: null, shard: null, receivedAt: at, body: { control } });
    if (control.kind === "incident") draft.incidents.push(control.incident);
    draft.committed.push({ tenant, seq, at, event: null, effects: [{ kind: "tenant", control }] });
  }

  /** An input that is taken by the next `takeForwarded`. */
  forward(tenant: string, unit: string, control: UnitControl, receivedAt: Millis): void {
    this.#forwards.push({ tenant, unit, control, receivedAt });
  }

  /** Something led to inputs elsewhere that were not taken yet. */
  get hasToFollow(): boolean {
    return this.#forwards.length > 0 || this.#told.length > 0;
  }

  /** Takes what an input led to in other units. */
  async follow(
    tenant: string,
    unit: string,
    receivedAt: Millis,
    effects: readonly Effect[],
    draft: Draft,
  ): Promise<void> {
    await this.#tellOtherUnits(tenant, unit, receivedAt, effects);
    if (this.hasToFollow) await this.takeForwarded(draft);
  }

  /** Inputs that follow from others: they may need units that sleep, and lead to further ones. */
  async takeForwarded(draft: Draft): Promise<void> {
    await this.#followTold();
    // Grows while it is walked. Taking from its front would move all the others each time: months of an incident that
    // are caught up with at once are hundreds of thousands.
    for (const { tenant, unit, control, receivedAt } of this.#forwards) {
      await this.#deps.units.load([{ tenant, unit }]);
      const effects = this.apply(tenant, unit, receivedAt, { control }, draft);
      if (control.kind !== "profile") await this.#tellOtherUnits(tenant, unit, receivedAt, effects);
      await this.#followTold();
    }
    this.#forwards = [];
  }

  async #followTold(): Promise<void> {
    for (const { tenant, unit, receivedAt, effects } of this.#told.splice(0)) {
      await this.#tellOtherUnits(tenant, unit, receivedAt, effects);
    }
  }

  /** Tells a unit that is in memory what it has to be told, where nothing else is there to tell it. */
  async tell({ tenant, unit }: UnitName, draft: Draft): Promise<void> {
    const control = this.#deps.units.takeOwed(tenant, unit);
    if (control === null) return;
    const effects = this.apply(tenant, unit, this.#clock, { control }, draft);
    await this.follow(tenant, unit, this.#clock, effects, draft);
  }

  /** A person in several accounts: what one of them has learned about the person, the others are told. */
  async #tellOtherUnits(
    tenant: string,
    unitId: string,
    receivedAt: Millis,
    effects: readonly Effect[],
  ): Promise<void> {
    const { units, directory } = this.#deps;
    const persons = new Set(effects.flatMap((effect) => (effect.kind === "person" ? [effect.row.id] : [])));
    for (const id of persons) {
      const homes = directory.knownUnitsOf(tenant, id) ?? (await directory.unitsOf(tenant, id));
      const others = homes.filter((unit) => unit !== unitId);
      if (others.length === 0 || !homes.includes(unitId)) continue;
      await units.load(others.map((unit) => ({ tenant, unit })));
      const person = units.get(tenant, unitId)?.persons.get(id);
      if (person === undefined) continue;
      for (const unit of others) {
        const there = units.get(tenant, unit)?.persons.get(id);
        if (there !== undefined && profileOf(there) === profileOf(person)) continue;
        this.forward(tenant, unit, { kind: "profile", person: structuredPerson(person) }, receivedAt);
      }
    }
  }
}
