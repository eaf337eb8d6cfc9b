import { memoryOf } from "../../core/matching/warming.ts";
import type { TenantState } from "../../core/tenant.ts";
import { DAY, type Millis } from "../../core/time.ts";
import type { Log } from "../../store/contract.ts";
import type { Saving } from "./saving.ts";
import type { Tenants } from "./tenants.ts";
import type { Units } from "./units.ts";

/** Names that are read at once. */
const PAGE = 500;
/** Units that are waked at once: nobody waits for more than these, some milliseconds. */
const TOGETHER = 8;
/** A server that was stopped in the middle goes on where a change is not older than this. */
const FRESH = DAY;

export interface CatchingUpDeps {
  readonly store: Pick<Log, "unitsBefore">;
  readonly units: Units;
  readonly tenants: Tenants;
  readonly saving: Saving;
  readonly now: () => Millis;
  readonly onFailure: (error: unknown) => void;
}

/**
 * After patterns were changed, every unit is waked once, in the background: a customer who is silent is just the one
 * whom a drop or a missing answer is about. Whoever is heard from before that catches up by itself.
 */
export class CatchingUp {
  readonly #deps: CatchingUpDeps;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: CatchingUpDeps) {
    this.#deps = deps;
  }

  begin(tenant: string): void {
    this.#running = this.#running.then(() => this.#wakeAll(tenant)).catch(this.#deps.onFailure);
  }

  /** What a stop may have cut short. */
  resume(now: Millis): void {
    for (const { id, patternChange } of this.#deps.tenants.all()) {
      if (patternChange.seq > 0 && now - patternChange.at < FRESH) this.begin(id);
    }
  }

  /** Resolves when all have caught up. */
  idle(): Promise<void> {
    return this.#running;
  }

  /** Ends after the units under way; the next start goes on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #wakeAll(id: string): Promise<void> {
    const { store, units, tenants } = this.#deps;
    const tenant = tenants.latest(id);
    if (tenant === null || !hasMemory(tenant)) return;
    await this.#wake(id, units.behind(id));
    for (let after = ""; !this.#stopped; ) {
      const names = await store.unitsBefore(id, { seq: tenant.patternChange.seq, after, limit: PAGE });
      await this.#wake(id, names);
      const last = names.at(-1);
      if (last === undefined || names.length < PAGE) return;
      after = last;
    }
  }

  async #wake(tenant: string, names: readonly string[]): Promise<void> {
    const { units, saving, now } = this.#deps;
    for (let first = 0; first < names.length && !this.#stopped; first += TOGETHER) {
      const begun = now();
      await units.loadReadable(names.slice(first, first + TOGETHER).map((unit) => ({ tenant, unit })));
      await saving.relieve(now() - begun);
    }
  }
}

/** Whether one of the new rules looks back at all. */
function hasMemory({ patternChange, library }: TenantState): boolean {
  return patternChange.came.some((key) => {
    const pattern = library.rules.get(key)?.pattern;
    return pattern !== undefined && memoryOf(pattern) > 0;
  });
}
