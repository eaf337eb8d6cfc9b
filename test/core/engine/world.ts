import type { ClaimFacts, ReceiptKind, UnitControl } from "../../../server/core/control.ts";
import type { Decision } from "../../../server/core/decision.ts";
import type { Alert, Delivery } from "../../../server/core/delivery.ts";
import type { Effect, ScoreRow } from "../../../server/core/effect.ts";
import { assess } from "../../../server/core/engine/assess.ts";
import type { Assumption, HashId } from "../../../server/core/engine/turn.ts";
import type { Event } from "../../../server/core/event.ts";
import type { Match } from "../../../server/core/match.ts";
import { compileLibrary } from "../../../server/core/matching/compile.ts";
import { newUnit } from "../../../server/core/new-unit.ts";
import type { Pattern } from "../../../server/core/pattern.ts";
import type { TenantState } from "../../../server/core/tenant.ts";
import { MINUTE, type Millis } from "../../../server/core/time.ts";
import type { PersonState, Tracked, Unit } from "../../../server/core/unit.ts";
import { TENANT_UNIT } from "../../../server/core/unit-name.ts";
import { anAccount, anEvent, aPattern, aPerson, aTenant, NOON } from "../../builders.ts";

/** One unit before the engine, at a moment that the test says: no store, no pipeline, no deliverer. */
export interface World {
  unit: Unit;
  tenant: TenantState;
  now: Millis;
  /** All that followed from what was given, oldest first. */
  readonly effects: Effect[];
  /** An event of acme and u1 at `now`, unless it says otherwise. Answers what followed from it. */
  happens(changes?: Partial<Event>): readonly Effect[];
  /** Five refused calls: what `aPattern()` looks for. */
  trouble(changes?: Partial<Event>): readonly Effect[];
  give(control: UnitControl): readonly Effect[];
  /** Lets so much time pass, and tells the unit. */
  pass(time: Millis): readonly Effect[];
  claim(delivery: string, facts?: ClaimFacts | null): readonly Effect[];
  /** Claims the newest delivery and has it sent. */
  sends(): Delivery;
  reports(receipt: ReceiptKind, delivery?: string): readonly Effect[];
  match(): Match;
  tracked(): Tracked;
  /** As they now are, oldest first. */
  deliveries(): readonly Delivery[];
  delivery(): Delivery;
  decisions(): readonly Decision[];
  /** "send none", "hold cap": the newest. */
  decided(): string;
  alerts(): readonly Alert[];
  scores(): readonly ScoreRow[];
  outcomes(): readonly string[];
  /** "step match-1 20": what is due, and in how many minutes. */
  timers(): readonly string[];
}

export interface WorldOptions {
  readonly patterns?: readonly Pattern[];
  readonly persons?: readonly PersonState[];
  /** `account/acme` unless it says otherwise. */
  readonly id?: string;
  readonly tenant?: Parameters<typeof aTenant>[0];
  readonly assume?: Assumption;
}

export function createWorld(options: WorldOptions = {}): World {
  const unit = newUnit("t1", options.id ?? "account/acme");
  if (unit.account !== null) unit.account = anAccount({ id: unit.account.id });
  const persons = options.persons ?? (unit.id === TENANT_UNIT ? [] : [aPerson()]);
  for (const person of persons) unit.persons.set(person.id, structuredClone(person));
  unit.clock = NOON;
  const library = compileLibrary(options.patterns ?? [aPattern()], "1");
  const tools = { hash: shortIds(), assume: options.assume ?? "real" };
  const effects: Effect[] = [];
  let events = 0;

  const world: World = {
    unit,
    tenant: aTenant({ library, ...options.tenant }),
    now: NOON,
    effects,
    happens(changes = {}) {
      events += 1;
      const event = anEvent({ id: `e${events}`, time: world.now, receivedAt: world.now, ...changes });
      return follows({ event });
    },
    trouble: (changes) => Array.from({ length: 5 }, () => world.happens(changes)).flat(),
    give: (control) => follows({ control }),
    pass(time) {
      world.now += time;
      return world.give({ kind: "tick" });
    },
    claim: (delivery, facts = null) => world.give({ kind: "claim", delivery, facts, leaseFor: MINUTE }),
    sends() {
      const { id } = world.delivery();
      world.claim(id);
      const { fence } = world.delivery();
      const result = { kind: "sent", providerId: "p1", preview: false } as const;
      world.give({ kind: "attempted", delivery: id, fence, result });
      return world.delivery();
    },
    reports: (receipt, delivery = world.delivery().id) =>
      world.give({ kind: "receipt", delivery, receipt, at: world.now }),
    match: () => world.tracked().match,
    tracked: () => newest([...world.unit.tracked.values()], "match"),
    deliveries: () => [...world.unit.deliveries.values()],
    delivery: () => newest(world.deliveries(), "delivery"),
    decisions: () => effects.flatMap((effect) => (effect.kind === "decision" ? [effect.row] : [])),
    decided() {
      const { kind, reason } = newest(world.decisions(), "decision");
      return `${kind} ${reason}`;
    },
    alerts: () => [
      ...new Map(
        effects.flatMap((effect) => (effect.kind === "alert" ? [[effect.row.id, effect.row] as const] : [])),
      ).values(),
    ],
    scores: () => effects.flatMap((effect) => (effect.kind === "score" ? [effect.row] : [])),
    outcomes: () => effects.flatMap((effect) => (effect.kind === "outcome" ? [effect.row.kind] : [])),
    timers: () =>
      world.unit.timers.map(({ kind, ref, due }) => `${kind} ${ref} ${(due - world.now) / MINUTE}`),
  };

  function follows(input: { readonly event: Event } | { readonly control: UnitControl }) {
    const made = assess(world.unit, world.tenant, world.unit.seq + 1, world.now, input, tools);
    effects.push(...made);
    return made;
  }
  return world;
}

/** "match-1", "delivery-2": what is named first gets the first number. */
function shortIds(): HashId {
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  return (...parts) => {
    const name = parts.join("|");
    const [kind] = parts;
    const id = known.get(name);
    if (id !== undefined) return id;
    const count = (counts.get(String(kind)) ?? 0) + 1;
    counts.set(String(kind), count);
    known.set(name, `${kind}-${count}`);
    return `${kind}-${count}`;
  };
}

function newest<Item>(items: readonly Item[], what: string): Item {
  const item = items.at(-1);
  if (item === undefined) throw new Error(`there is no ${what}`);
  return item;
}
