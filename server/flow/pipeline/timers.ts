import type { UnitControl } from "../../core/control.ts";
import type { Millis } from "../../core/time.ts";
import { TENANT_UNIT } from "../../core/unit-name.ts";
import type { Log } from "../../store/contract.ts";
import type { JourneyCounter } from "./journey-counter.ts";
import type { Queue } from "./queue.ts";
import type { Saving } from "./saving.ts";
import type { UnitName, Units } from "./units.ts";

/** Units that are ticked together. */
const TICK_UNITS = 500;

export interface TimersDeps {
  readonly store: Pick<Log, "dueUnits">;
  readonly units: Units;
  readonly queue: Queue;
  readonly saving: Saving;
  readonly journeys: JourneyCounter;
  readonly isBackfilling: (tenant: string, now: Millis) => boolean;
  readonly control: (tenant: string, unit: string, control: UnitControl) => Promise<unknown>;
}

/** Sees to it that what falls due becomes an input: the timers of units, and the minutes of journey counts. */
export class Timers {
  readonly #deps: TimersDeps;
  #tallying: Promise<void> = Promise.resolve();

  constructor(deps: TimersDeps) {
    this.#deps = deps;
  }

  async tick(now: Millis): Promise<void> {
    // A store that takes no writes keeps its timers: they run, at their due times, when it does again.
    if (!(await this.#deps.queue.ready())) return;
    await this.writeTallies(now);
    const later: UnitName[] = [];
    try {
      while (await this.#tickSome(now, later));
    } finally {
      await this.#hint(later);
    }
  }

  /** Ticks some of the units that are due, asleep or awake, and answers whether there may be more. */
  async #tickSome(now: Millis, later: UnitName[]): Promise<boolean> {
    const { units, saving, control } = this.#deps;
    const { asleep, isAll } = await this.#wake(now);
    const due = units.takeDue(now, TICK_UNITS);
    const [ready, waiting] = this.#withoutBackfill(due, now);
    later.push(...waiting);
    const ticked = await Promise.allSettled(
      ready.map(({ tenant, unit }) => control(tenant, unit, { kind: "tick" })),
    );
    const failed = ready.filter((_, i) => ticked[i]?.status === "rejected");
    later.push(...failed);
    // What is on disk says that they are due until a newer snapshot says otherwise; they must not hide the others.
    if (!isAll) await saving.save(() => units.snapshotsOf(asleep));
    return failed.length === 0 && ready.length > 0 && (due.length === TICK_UNITS || !isAll);
  }

  /**
   * Wakes some of those that are due and sleep on disk. One that cannot be read comes first each time, until it is
   * mended: it is asked for on top, so that it never stands in the others' way.
   */
  async #wake(now: Millis): Promise<{ readonly asleep: readonly UnitName[]; readonly isAll: boolean }> {
    const { store, units } = this.#deps;
    for (;;) {
      const asked = TICK_UNITS + units.unreadable;
      const found = await store.dueUnits(now, asked);
      const asleep = found.filter((name) => !units.isUnreadable(name));
      const passedOver = await units.loadReadable(asleep);
      const isAll = found.length < asked;
      if (passedOver === 0 || isAll) return { asleep, isAll };
    }
  }

  /** Their timers are still due: they are asked again at the next tick. */
  async #hint(names: readonly UnitName[]): Promise<void> {
    if (names.length === 0) return;
    const { queue, units } = this.#deps;
    await queue.between(() => {
      for (const name of names) units.hint(name);
    });
  }

  /** A tick would carry a unit to the present while its past is still being told. */
  #withoutBackfill(due: readonly UnitName[], now: Millis): readonly [UnitName[], UnitName[]] {
    const isWaiting = ({ tenant }: UnitName) => this.#deps.isBackfilling(tenant, now);
    return [due.filter((name) => !isWaiting(name)), due.filter(isWaiting)];
  }

  /** Counts of the journey signals become inputs of the tenant's own unit once a minute. */
  writeTallies(now: Millis): Promise<void> {
    const { journeys, control } = this.#deps;
    this.#tallying = this.#tallying
      .catch(() => {})
      .then(async () => {
        for (const { tenant, counts } of journeys.due(now)) {
          await control(tenant, TENANT_UNIT, { kind: "tally", counts });
        }
      });
    return this.#tallying;
  }
}
