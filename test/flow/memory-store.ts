import type { Alert, Delivery } from "../../server/core/delivery.ts";
import type { Effect } from "../../server/core/effect.ts";
import type { Match } from "../../server/core/match.ts";
import { kindOf } from "../../server/core/tenant.ts";
import type { PersonState } from "../../server/core/unit.ts";
import type { PipelineStore } from "../../server/flow/pipeline.ts";
import {
  type Batch,
  type Directory,
  type JudgedBy,
  type LogInput,
  type Outbox,
  type Records,
  type Store,
  StoreUnavailable,
} from "../../server/store/contract.ts";

/** What the pipeline and a deliverer need of a store. */
export type FlowStore = PipelineStore &
  Pick<Directory, "person"> &
  Pick<Outbox, "messagesElsewhere" | "dueDeliveries" | "delivery"> &
  Pick<Records, "deliveries">;

export interface Faults {
  /** The next so many commits fail: before anything is written, as a disk that is full does. */
  failCommits: number;
  /** While true, neither commits nor snapshots are taken. */
  isDown: boolean;
}

/** A store whose disk fills up when a test says so. */
export function faulty(store: FlowStore): FlowStore & Faults {
  const broken = () => new StoreUnavailable("no space left on device");
  const wrapped: FlowStore & Faults = {
    ...store,
    failCommits: 0,
    isDown: false,
    async commit(batch) {
      if (wrapped.isDown || wrapped.failCommits > 0) {
        wrapped.failCommits = Math.max(0, wrapped.failCommits - 1);
        await turn();
        throw broken();
      }
      await store.commit(batch);
    },
    async saveUnits(rows) {
      if (wrapped.isDown) throw broken();
      await store.saveUnits(rows);
    },
    probe: async () => !wrapped.isDown && (await store.probe()),
  };
  return wrapped;
}

export interface MemoryStore extends FlowStore {
  readonly log: readonly LogInput[];
  readonly effects: readonly Effect[];
  /** Everything as it would be after pulling the plug: what was committed, and the snapshots. */
  clone(): MemoryStore;
}

interface Kept {
  inputs: string[];
  effects: string[];
  identities: [string, { kind: "person" | "account"; id: string }][];
  memberships: { tenant: string; person: string; unit: string; at: number }[];
  snapshots: [string, Awaited<ReturnType<Store["loadUnits"]>>[number]][];
  erased: string[];
  stopped: string[];
  checkpoint: number;
  judgedBy: JudgedBy | null;
}

/**
 * A store that keeps to the contract and to nothing else. Records are kept as text, as a disk would, so that nobody
 * changes them afterwards; a commit is all there or not at all.
 */
export function memoryStore(kept?: Kept): MemoryStore {
  const inputs = [...(kept?.inputs ?? [])];
  const effects = [...(kept?.effects ?? [])];
  const identities = new Map(kept?.identities ?? []);
  let memberships = [...(kept?.memberships ?? [])];
  const snapshots = new Map(kept?.snapshots ?? []);
  const erased = new Set(kept?.erased ?? []);
  const stopped = new Set(kept?.stopped ?? []);
  let checkpoint = kept?.checkpoint ?? 0;
  let judgedBy = kept?.judgedBy ?? null;
  const known = new Set<string>();
  const byUnit = new Map<string, LogInput[]>();
  const tenantWide: LogInput[] = [];
  const deliveries = new Map<string, Delivery>();
  const persons = new Map<string, { unit: string; row: PersonState }[]>();
  const matches = new Map<string, Match>();
  const alerts = new Map<string, Alert>();
  const decisions = new Map<string, Set<string>>();

  const index = (text: string): void => {
    const input = JSON.parse(text) as LogInput;
    if ("event" in input.body) {
      const { tenant, source, id } = input.body.event;
      known.add(`${tenant}\u0000${source}\u0000${id}`);
    }
    if (input.unit === null) tenantWide.push(input);
    else {
      const name = `${input.tenant}\u0000${input.unit}`;
      byUnit.set(name, [...(byUnit.get(name) ?? []), input]);
    }
  };
  const remember = (text: string): void => {
    const effect = JSON.parse(text) as Effect;
    if (effect.kind === "delivery") deliveries.set(effect.row.id, effect.row);
    if (effect.kind === "match") matches.set(effect.row.id, effect.row);
    if (effect.kind === "alert") alerts.set(effect.row.id, effect.row);
    if (effect.kind === "decision") {
      const { match, id } = effect.row;
      decisions.set(match, new Set([...(decisions.get(match) ?? []), id]));
    }
    if (effect.kind !== "person" && effect.kind !== "person_removed") return;
    const id = effect.kind === "person" ? effect.row.id : effect.person;
    const others = (persons.get(id) ?? []).filter(({ unit }) => unit !== effect.unit);
    persons.set(id, effect.kind === "person" ? [...others, { unit: effect.unit, row: effect.row }] : others);
  };
  inputs.forEach(index);
  effects.forEach(remember);

  const store: MemoryStore = {
    get log() {
      return inputs.map((text) => JSON.parse(text) as LogInput);
    },
    get effects() {
      return effects.map((text) => JSON.parse(text) as Effect);
    },
    clone: () =>
      memoryStore({
        inputs: [...inputs],
        effects: [...effects],
        identities: [...identities],
        memberships: [...memberships],
        snapshots: [...snapshots],
        erased: [...erased],
        stopped: [...stopped],
        checkpoint,
        judgedBy,
      }),
    async commit(batch: Batch) {
      await turn();
      for (const input of batch.inputs) {
        const text = JSON.stringify(input);
        inputs.push(text);
        index(text);
      }
      for (const effect of batch.effects) {
        const text = JSON.stringify(effect);
        effects.push(text);
        remember(text);
      }
      for (const { tenant, namespace, value, kind, id } of batch.identities) {
        identities.set(`${tenant}\u0000${namespace}\u0000${value}`, { kind, id });
      }
      memberships = [...memberships, ...batch.memberships];
      for (const { tenant, namespace, value } of batch.stops ?? []) {
        stopped.add(`${tenant}:${namespace}:${value}`);
      }
    },
    probe: async () => true,
    lastSeq: async () => (inputs.length === 0 ? 0 : (JSON.parse(inputs.at(-1) ?? "") as LogInput).seq),
    async known(events) {
      await turn();
      return new Set(
        events
          .map(({ tenant, source, id }) => `${tenant}\u0000${source}\u0000${id}`)
          .filter((identity) => known.has(identity)),
      );
    },
    async loadUnits(units) {
      await turn();
      return units
        .map(({ tenant, unit }) => snapshots.get(`${tenant}\u0000${unit}`))
        .filter((one) => one !== undefined);
    },
    async saveUnits(rows) {
      await turn();
      for (const row of rows) snapshots.set(`${row.tenant}\u0000${row.unit}`, row);
    },
    async unitsBefore(tenant, { seq, after, limit }) {
      return [...snapshots.values()]
        .filter((one) => one.tenant === tenant && one.seq < seq && one.unit > after)
        .map(({ unit }) => unit)
        .sort()
        .slice(0, limit);
    },
    async dueUnits(upTo, limit) {
      return [...snapshots.values()]
        .filter(({ nextDue }) => nextDue !== null && nextDue <= upTo)
        .sort((a, b) => (a.nextDue ?? 0) - (b.nextDue ?? 0))
        .slice(0, limit)
        .map(({ tenant, unit }) => ({ tenant, unit }));
    },
    checkpoint: async () => checkpoint,
    async setCheckpoint(seq) {
      checkpoint = seq;
    },
    judgedBy: async () => judgedBy,
    async setJudgedBy(by) {
      judgedBy = by;
    },
    async served(_tenant, unit, known) {
      await turn();
      const isWaiting = ({ status }: Delivery) =>
        status === "queued" || status === "sending" || status === "in_doubt";
      const own = [...deliveries.values()].filter((row) => row.unit === unit);
      const waiting = new Set(own.filter(isWaiting).map(({ match }) => match));
      const found = [...matches.values()].filter(
        (match) =>
          match.unit === unit &&
          (match.state === "open" || known.matches.includes(match.id) || waiting.has(match.id)),
      );
      const ids = new Set([...known.matches, ...found.map(({ id }) => id)]);
      return {
        persons: known.persons.flatMap((id) =>
          (persons.get(id) ?? []).filter((one) => one.unit === unit).map(({ row }) => row),
        ),
        matches: found,
        deliveries: own.filter((row) =>
          row.match === "" ? known.deliveries.includes(row.id) || isWaiting(row) : ids.has(row.match),
        ),
        alerts: [...alerts.values()].filter((alert) =>
          alert.match === null ? alert.unit === unit && alert.state !== "resolved" : ids.has(alert.match),
        ),
        judgements: [...ids]
          .sort()
          .flatMap((id) => (decisions.has(id) ? [[id, decisions.get(id)?.size ?? 0] as const] : [])),
      };
    },
    async inputs({ after, limit, tenant, unit, tenantWide: wide, alone }) {
      await turn();
      const all =
        unit === undefined
          ? inputs.map((text) => JSON.parse(text) as LogInput)
          : [...(alone === true ? [] : tenantWide), ...(byUnit.get(`${tenant}\u0000${unit}`) ?? [])].sort(
              (a, b) => a.seq - b.seq,
            );
      return all
        .filter((one) => one.seq > after && (tenant === undefined || one.tenant === tenant))
        .filter((one) => unit !== undefined || wide !== true || one.unit === null)
        .slice(0, limit);
    },
    async identify(tenant, refs) {
      await turn();
      return refs.map(
        ({ namespace, value }) => identities.get(`${tenant}\u0000${namespace}\u0000${value}`) ?? null,
      );
    },
    async memberships(tenant, wanted) {
      await turn();
      return new Map(
        wanted.map((person) => {
          const own = memberships.filter((one) => one.tenant === tenant && one.person === person);
          own.sort((a, b) => b.at - a.at || (a.unit < b.unit ? -1 : 1));
          return [person, own.map(({ unit }) => unit)];
        }),
      );
    },
    async erased(tenant, refs) {
      const gone = refs.filter(({ namespace, value }) => erased.has(`${tenant}:${namespace}:${value}`));
      return new Set(gone.map(({ namespace, value }) => `${namespace}:${value}`));
    },
    async stopped(tenant, refs) {
      const found = refs.filter(({ namespace, value }) => stopped.has(`${tenant}:${namespace}:${value}`));
      return new Set(found.map(({ namespace, value }) => `${namespace}:${value}`));
    },
    async person(_tenant, id) {
      return persons.get(id)?.at(-1)?.row ?? null;
    },
    async messagesElsewhere(_tenant, person, unit, since) {
      return [...deliveries.values()]
        .filter((row) => row.person === person && row.unit !== unit && CLAIMED.has(row.status))
        .map(({ sentAt, claimedAt, createdAt }) => sentAt ?? claimedAt ?? createdAt)
        .filter((at) => at >= since);
    },
    async dueDeliveries(now, limit, kinds) {
      return [...deliveries.values()]
        .filter(({ status, notBefore, channel }) => {
          return status === "queued" && notBefore <= now && kinds.includes(kindOf(channel));
        })
        .sort((a, b) => b.priority - a.priority || a.dueBy - b.dueBy)
        .slice(0, limit);
    },
    async deliveries(_tenant, { person, since = 0 }) {
      const rows = [...deliveries.values()].filter((row) => row.person === person && row.createdAt >= since);
      return { rows, next: null };
    },
    async delivery(_tenant, id) {
      return deliveries.get(id) ?? null;
    },
  };
  return store;
}

/** An erased name, as `erasePerson` leaves it behind. */
export function eraseName(store: MemoryStore, tenant: string, namespace: string, value: string): MemoryStore {
  const erased = new Set([`${tenant}:${namespace}:${value}`]);
  store.erased = async (of, refs) =>
    new Set(
      refs
        .filter((ref) => erased.has(`${of}:${ref.namespace}:${ref.value}`))
        .map((ref) => `${ref.namespace}:${ref.value}`),
    );
  return store;
}

/** What is only queued is judged when it is claimed itself. */
const CLAIMED: ReadonlySet<string> = new Set(["sending", "sent", "in_doubt", "unknown"]);

/** A disk takes a moment, in which others go on. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
