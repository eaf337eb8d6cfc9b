import type { UnitControl } from "../../server/core/control.ts";
import type { Decision } from "../../server/core/decision.ts";
import type { Alert, Delivery, Outcome } from "../../server/core/delivery.ts";
import type { Effect, ScoreRow } from "../../server/core/effect.ts";
import type { Assumption } from "../../server/core/engine/turn.ts";
import type { Incoming } from "../../server/core/event.ts";
import type { Match } from "../../server/core/match.ts";
import { type CompiledLibrary, compileLibrary } from "../../server/core/matching/compile.ts";
import type { Pattern } from "../../server/core/pattern.ts";
import { type ChannelKind, kindOf, type TenantSettings } from "../../server/core/tenant.ts";
import { MINUTE, SECOND } from "../../server/core/time.ts";
import { encodeUnit } from "../../server/core/unit-codec.ts";
import type { Engine } from "../../server/core/unit-upgrades.ts";
import type { Committed, Pipeline, Target } from "../../server/flow/contract.ts";
import { claim } from "../../server/flow/deliver/claim.ts";
import { createPipeline, type PipelineControl } from "../../server/flow/pipeline.ts";
import { hashId } from "../../server/lib/ids.ts";
import { createKeyedLock, type KeyedLock } from "../../server/lib/keyed-lock.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import { aSettings, NOON } from "../builders.ts";
import { type FlowStore, memoryStore } from "./memory-store.ts";

export const T = "t1";
const shipped = loadShipped();
const SHIPPED = compileLibrary(shipped.patterns, shipped.version);
/** The shipped library with every other pattern changed, and with the others. */
const CHANGED = [0, 1].map((odd) => {
  const version = String(odd + 2);
  const patterns = shipped.patterns.map((one, i) =>
    i % 2 === odd ? { ...one, version: `${one.version}-${version}` } : one,
  );
  return [version, compileLibrary(patterns, version)] as const;
});

/** One of the shipped patterns. */
export function shippedPattern(id: string): Pattern {
  const pattern = SHIPPED.byId(id);
  if (pattern === undefined) throw new Error(`no shipped pattern ${id}`);
  return pattern;
}

/** A channel as the tests see it: what comes of a message that is handed over. */
export type Provider = (row: Delivery, now: number) => "sent" | "doubt" | "failed" | "retry" | "bounced";

export interface WorldOptions {
  readonly store?: FlowStore;
  readonly now?: number;
  readonly settings?: Partial<TenantSettings>;
  readonly patterns?: readonly Pattern[];
  readonly assume?: Assumption;
  readonly mostWaiting?: number;
  readonly mostUnits?: number;
  readonly live?: boolean;
  /** A later engine than the one there is. */
  readonly engine?: Engine;
  readonly onUnreadable?: (error: Error) => void;
}

/** The shipped library on a real pipeline, a clock that a test moves, and a deliverer that keeps what it sends. */
export interface World {
  readonly store: FlowStore;
  readonly pipeline: Pipeline & PipelineControl;
  readonly committed: Committed[];
  readonly personLock: KeyedLock;
  /** Messages that were handed over, with the moment. */
  readonly sent: { readonly row: Delivery; readonly at: number }[];
  provider: Provider;
  now: number;
  /** Lets time pass, second by second where something is due, sending what is due on the way. */
  until(at: number): Promise<void>;
  /** Takes events at `now`. */
  take(...events: readonly Incoming[]): Promise<{ accepted: number; duplicates: number }>;
  control(target: Target, control: UnitControl): Promise<readonly Effect[]>;
  /** The person looks at their screen: every in-app message that waits for them is shown. */
  look(person: string): Promise<readonly Delivery[]>;
  /** Hands over what is due now. */
  send(): Promise<void>;
  /** A new server on the same store. */
  restart(): Promise<World>;
  decisions(pattern?: string): readonly Decision[];
  deliveries(pattern?: string): readonly Delivery[];
  matches(pattern?: string): readonly Match[];
  alerts(kind?: string): readonly Alert[];
  outcomes(): readonly Outcome[];
  scores(key?: string): readonly ScoreRow[];
  /** The state of a unit as bytes. */
  bytes(unit: string): Promise<string>;
}

const ON: { readonly [kind in ChannelKind]: "live" } = {
  email: "live",
  sms: "live",
  voice: "live",
  push: "live",
  chat: "live",
  in_app: "live",
  human: "live",
  broadcast: "live",
};

/** A tenant that is live for everybody, without a holdout. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const world = await openWorld(options);
  const { pipeline } = world;
  await pipeline.tenantControl(T, { kind: "settings", settings: aSettings(options.settings) });
  await pipeline.tenantControl(T, { kind: "library", version: "1", approvedBy: "admin" });
  await pipeline.tenantControl(T, { kind: "readiness", channels: ON, notReady: [], templates: [] });
  if (options.live !== false) {
    const rollout = { all: true, accounts: [], segments: [], percent: 0 };
    await pipeline.tenantControl(T, { kind: "rollout", rollout, actor: "admin", reason: "" });
  }
  return world;
}

/** Libraries by version; "1" is the shipped one, or the one a test gives. */
export type Libraries = Map<string, CompiledLibrary>;

export async function openWorld(
  options: WorldOptions,
  libraries: Libraries = new Map([
    ["", compileLibrary([], "")],
    ["1", options.patterns === undefined ? SHIPPED : compileLibrary(options.patterns, "1")],
    ...CHANGED,
  ]),
): Promise<World & { libraries: Libraries }> {
  const store = options.store ?? memoryStore();
  const state = { now: options.now ?? NOON };
  const pipeline = createPipeline({
    store,
    now: () => state.now,
    tools: { hash: hashId, assume: options.assume ?? "real" },
    libraryOf: (version) => {
      const library = libraries.get(version);
      if (library === undefined) throw new Error(`no library ${version}`);
      return library;
    },
    pseudonym: (tenant, { namespace, value }) => `~${hashId(tenant, namespace, value).slice(0, 8)}`,
    ...(options.mostWaiting === undefined ? {} : { mostWaiting: options.mostWaiting }),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.onUnreadable === undefined ? {} : { onUnreadable: options.onUnreadable }),
    ...(options.mostUnits === undefined ? {} : { mostUnits: options.mostUnits }),
    pause: async () => {},
  });
  await pipeline.start();
  const committed: Committed[] = [];
  pipeline.subscribe((one) => committed.push(one));
  const effects = () => committed.flatMap((one) => one.effects);
  const newest = <Row extends { readonly id: string }>(rows: readonly Row[]): Row[] => [
    ...new Map(rows.map((row) => [row.id, row])).values(),
  ];
  const of = (pattern: string | undefined) => (row: { readonly pattern: string }) =>
    pattern === undefined || row.pattern === pattern;

  const world: World & { libraries: Libraries } = {
    libraries,
    store,
    pipeline,
    committed,
    personLock: createKeyedLock(),
    sent: [],
    provider: () => "sent",
    get now() {
      return state.now;
    },
    set now(at: number) {
      state.now = at;
    },
    async until(at) {
      await pipeline.tick(state.now);
      await world.send();
      while (state.now < at) {
        const next = nextMoment(world, at);
        state.now = next;
        await pipeline.tick(next);
        await world.send();
      }
    },
    take: (...events) => pipeline.receive(T, events),
    async control(target, control) {
      const { effects: made } = await pipeline.control(T, target, control);
      return made;
    },
    async send() {
      for (;;) {
        const rows = await store.dueDeliveries(state.now, 1_000, ["email", "sms", "voice", "push", "chat"]);
        for (const row of rows) await handOver(world, row, world.provider(row, state.now));
        if (rows.length === 0) return;
      }
    },
    async look(person) {
      const rows = await store.dueDeliveries(state.now, 1_000, ["in_app"]);
      const own = rows.filter((row) => row.person === person || row.session === person);
      for (const row of own) {
        const sent = await handOver(world, row, "sent");
        if (sent) await told(world, row, "shown");
      }
      return own;
    },
    restart: async () => {
      const again = await openWorld({ ...options, store, now: state.now }, libraries);
      await again.pipeline.caughtUp();
      again.committed.push(...committed);
      again.sent.push(...world.sent);
      again.provider = world.provider;
      return again;
    },
    decisions: (pattern) =>
      effects()
        .flatMap((effect) => (effect.kind === "decision" ? [effect.row] : []))
        .filter(of(pattern)),
    deliveries: (pattern) =>
      newest(effects().flatMap((effect) => (effect.kind === "delivery" ? [effect.row] : []))).filter(
        of(pattern),
      ),
    matches: (pattern) =>
      newest(effects().flatMap((effect) => (effect.kind === "match" ? [effect.row] : []))).filter(
        of(pattern),
      ),
    alerts: (kind) =>
      newest(effects().flatMap((effect) => (effect.kind === "alert" ? [effect.row] : []))).filter(
        (row) => kind === undefined || row.kind === kind,
      ),
    outcomes: () => effects().flatMap((effect) => (effect.kind === "outcome" ? [effect.row] : [])),
    scores: (key) =>
      effects()
        .flatMap((effect) => (effect.kind === "score" ? [effect.row] : []))
        .filter((row) => key === undefined || row.key === key),
    async bytes(unit) {
      const found = await pipeline.peek(T, unit);
      if (found === null) throw new Error(`no unit ${unit}`);
      return encodeUnit(found);
    },
  };
  return world;
}

/** The next moment at which something may be due, at most an hour on. */
function nextMoment({ now, pipeline }: World, at: number): number {
  const waiting = [...pipeline.units.values()]
    .flatMap((unit) => [...unit.deliveries.values()])
    .filter(({ status, notBefore }) => status === "queued" && notBefore > now)
    .map(({ notBefore }) => notBefore);
  const due = Math.min(pipeline.units.due.peek(), ...waiting);
  const next = due <= now ? now + SECOND : Math.min(due, now + 60 * MINUTE);
  return Math.min(at, next);
}

/** Claims a row as the deliverer does, and reports what came of it. */
export async function handOver(world: World, row: Delivery, result: ReturnType<Provider>): Promise<boolean> {
  const { store, pipeline, personLock } = world;
  const claimed = await claim({ store, pipeline, personLock, clock: { now: () => world.now } }, row, MINUTE);
  if (claimed === null) return false;
  if (result === "sent" || result === "doubt") world.sent.push({ row: claimed, at: world.now });
  const { fence } = claimed;
  const outcome = resultOf(row, result, world.now);
  await world.control({ unit: row.unit }, { kind: "attempted", delivery: row.id, fence, result: outcome });
  return result === "sent";
}

function resultOf(row: Delivery, result: ReturnType<Provider>, now: number) {
  if (result === "sent") return { kind: "sent", providerId: `p-${row.id}`, preview: false } as const;
  if (result === "doubt") return { kind: "in_doubt", detail: "the connection was reset" } as const;
  if (result === "retry") return { kind: "retry", at: now + 5 * MINUTE, detail: "503" } as const;
  const address = result === "bounced" ? ("bad" as const) : null;
  return { kind: "failed", detail: result, address } as const;
}

/** A provider's, or the product's, word about a delivery. */
export async function told(
  world: World,
  row: Pick<Delivery, "id" | "unit">,
  receipt: Extract<UnitControl, { readonly kind: "receipt" }>["receipt"],
): Promise<void> {
  await world.control({ unit: row.unit }, { kind: "receipt", delivery: row.id, receipt, at: world.now });
}

// ---- what happens to customers

let made = 0;

/** An event at the world's `now`; `account` and `person` are native ids. */
export function event(
  type: string,
  {
    time,
    account,
    person,
    ...rest
  }: {
    readonly time: number;
    readonly account?: string;
    readonly person?: string;
    readonly id?: string;
    readonly source?: string;
    readonly data?: Incoming["data"];
    readonly contact?: Incoming["contact"];
    readonly backfill?: true;
  },
): Incoming {
  made += 1;
  return {
    source: rest.source ?? "test",
    id: rest.id ?? `e${made}`,
    type,
    time,
    data: rest.data ?? {},
    ...(account === undefined ? {} : { account: { namespace: "native", value: account } }),
    ...(person === undefined ? {} : { person: { namespace: "native", value: person } }),
    ...(rest.contact === undefined ? {} : { contact: rest.contact }),
    ...(rest.backfill === undefined ? {} : { backfill: true }),
  };
}

/** acme with a technical contact tess, a billing contact bill and an admin ada; all in UTC, reachable, agreeing. */
export async function introduce(
  world: World,
  account = "acme",
  changes: Incoming["data"] = {},
): Promise<void> {
  const time = world.now;
  const people = [
    ["tess", ["technical"]],
    ["bill", ["billing"]],
    ["ada", ["admin"]],
  ] as const;
  await world.take(
    event("account.updated", { time, account, data: { name: account, segment: "mid_market", ...changes } }),
    ...people.map(([name, roles]) =>
      event("person.identified", {
        time,
        account,
        person: account === "acme" ? name : `${name}@${account}`,
        data: { roles, timeZone: "UTC", consent: { sms: true, email: true } },
        contact: { email: `${name}@${account}.test`, phone: `+1555${name.length}${account.length}` },
      }),
    ),
  );
}

/** So many refused API calls, a second apart, the last one at `now`. */
export async function refusals(world: World, count: number, account = "acme", person = "dev"): Promise<void> {
  for (let i = count - 1; i >= 0; i--) {
    const time = world.now - i * SECOND;
    await world.take(
      event("api.request_failed", { time, account, person, data: { status: 429, endpoint: "/v1/export" } }),
    );
  }
}

export function ofKind(kind: ChannelKind): (row: Delivery) => boolean {
  return (row) => kindOf(row.channel) === kind;
}
