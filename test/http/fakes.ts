import type { Outcome } from "../../server/core/delivery.ts";
import type { Effect, FeedbackRow, ScoreRow } from "../../server/core/effect.ts";
import type { ContactDetails } from "../../server/core/event.ts";
import type { AccountState, PersonState } from "../../server/core/unit.ts";
import type {
  AuditRow,
  Batch,
  DeadLetter,
  IdentityWrite,
  LogInput,
  Page,
  PageQuery,
  Reception,
  RiskRow,
  SentCopy,
  Store,
  TokenRow,
  Trace,
} from "../../server/store/contract.ts";
import { StoreUnavailable } from "../../server/store/contract.ts";

/**
 * A store in memory, with what the API and the pipeline behind it need. Keeps to the contract where it is
 * implemented; what is not, throws by name.
 */
export interface FakeStore extends Store {
  /** The next commits fail, and so does the probe. */
  failing: boolean;
  readonly tokenRows: TokenRow[];
  readonly auditRows: AuditRow[];
  readonly log: LogInput[];
}

type Rows<Row> = Map<string, Row>;
type Keyed = { readonly tenant: string; readonly id: string };

const key = (...parts: readonly string[]) => parts.join("\u0000");
const clean = (namespace: string, value: string) =>
  namespace === "email" ? value.trim().toLowerCase() : value;

export function fakeStore(): FakeStore {
  const log: LogInput[] = [];
  const identities: Rows<IdentityWrite> = new Map();
  const contacts: Rows<ContactDetails> = new Map();
  const memberships: Rows<{ unit: string; at: number }[]> = new Map();
  const seen = new Set<string>();
  const persons: Rows<PersonState> = new Map();
  const accounts: Rows<AccountState> = new Map();
  const scores: ScoreRow[] = [];
  const feedback: FeedbackRow[] = [];
  const receptions: Rows<Reception> = new Map();
  const copies: Rows<SentCopy> = new Map();
  const auditRows: AuditRow[] = [];
  const letters: DeadLetter[] = [];
  const unknown: Batch["unknownTypes"][number][] = [];
  const tokenRows: TokenRow[] = [];
  const tables = {
    match: new Map(),
    decision: new Map(),
    delivery: new Map(),
    alert: new Map(),
    outcome: new Map(),
    incident: new Map(),
  };

  const put = (effect: Effect) => {
    switch (effect.kind) {
      case "match":
      case "decision":
      case "delivery":
      case "alert":
        tables[effect.kind].set(key(effect.row.tenant, effect.row.id), structuredClone(effect.row));
        return;
      case "outcome":
        tables.outcome.set(key(effect.row.tenant, effect.row.match), effect.row);
        return;
      case "score":
        scores.push(effect.row);
        return;
      case "feedback":
        feedback.push(effect.row);
        return;
      case "account":
        accounts.set(key(effect.tenant, effect.row.id), structuredClone(effect.row));
        return;
      case "person":
        persons.set(key(effect.tenant, effect.row.id), structuredClone(effect.row));
        return;
      default:
    }
  };

  const commit = (batch: Batch) => {
    for (const input of batch.inputs) {
      log.push(structuredClone(input));
      if ("event" in input.body) seen.add(key(input.tenant, input.body.event.source, input.body.event.id));
    }
    for (const effect of batch.effects) put(effect);
    for (const { tenant, person, names } of batch.unlinked ?? []) {
      for (const name of names) {
        const known = `${tenant}\u0000${name}`;
        if (identities.get(known)?.id === person) identities.delete(known);
      }
    }
    for (const row of batch.identities) {
      identities.set(key(row.tenant, row.namespace, clean(row.namespace, row.value)), row);
    }
    for (const { tenant, person, unit, at } of batch.memberships) {
      const known = memberships.get(key(tenant, person)) ?? [];
      memberships.set(key(tenant, person), [{ unit, at }, ...known.filter((one) => one.unit !== unit)]);
    }
    for (const { tenant, person, details } of batch.contacts) contacts.set(key(tenant, person), details);
    for (const row of batch.receptions) receptions.set(key(row.tenant, row.id), row);
    letters.push(...batch.deadLetters);
    unknown.push(...batch.unknownTypes);
    for (const row of batch.incidents) tables.incident.set(key(row.tenant, row.id), row);
    for (const row of batch.audit) {
      const undoes = auditRows.findIndex(
        ({ tenant, id }) => tenant === row.tenant && id === row.detail.undoes,
      );
      const undone = auditRows[undoes];
      if (undone !== undefined) auditRows[undoes] = { ...undone, undone: true };
      auditRows.push(structuredClone(row));
    }
  };

  const rowsOf = <Row extends Keyed>(table: ReadonlyMap<string, unknown>, tenant: string) =>
    ([...table.values()] as Row[]).filter((row) => row.tenant === tenant);
  /** Rows that fit every condition given, newest first. */
  const page = <Row>(rows: readonly Row[], query: PageQuery, at: (row: Row) => number): Page<Row> => {
    const sorted = rows.toSorted((a, b) => at(b) - at(a));
    const start = query.after === undefined ? 0 : Number(query.after);
    const end = start + (query.limit ?? 100);
    return { rows: sorted.slice(start, end), next: end < sorted.length ? String(end) : null };
  };
  const fits = (row: object, query: object, names: readonly string[]) =>
    names.every((name) => {
      const wanted = (query as Record<string, unknown>)[name];
      return wanted === undefined || (row as Record<string, unknown>)[name] === wanted;
    });
  const list =
    <Row extends Keyed>(
      table: ReadonlyMap<string, unknown>,
      names: readonly string[],
      at: (row: Row) => number,
    ) =>
    async (tenant: string, query: PageQuery & { readonly since?: number }) =>
      page(
        rowsOf<Row>(table, tenant).filter(
          (row) => fits(row, query, names) && at(row) >= (query.since ?? Number.NEGATIVE_INFINITY),
        ),
        query,
        at,
      );
  const one =
    <Row>(table: ReadonlyMap<string, Row>) =>
    async (tenant: string, id: string) =>
      table.get(key(tenant, id)) ?? null;

  const trace = (tenant: string, id: string): Trace | null => {
    const decision = tables.decision.get(key(tenant, id)) ?? null;
    const delivery =
      tables.delivery.get(key(tenant, id)) ?? tables.delivery.get(key(tenant, decision?.delivery ?? ""));
    const matchId = decision?.match ?? delivery?.match;
    if (matchId === undefined) return null;
    const match = tables.match.get(key(tenant, matchId)) ?? null;
    const events = log.flatMap((input) => {
      if (!("event" in input.body) || input.tenant !== tenant) return [];
      const { event } = input.body;
      if (match?.events.includes(event.id) !== true) return [];
      return [
        { event, seq: input.seq, reception: receptions.get(key(tenant, event.reception ?? "")) ?? null },
      ];
    });
    return {
      delivery: delivery ?? null,
      decisions: rowsOf<Keyed & { match: string }>(tables.decision, tenant).filter(
        (row) => row.match === matchId,
      ) as never,
      match,
      scores: scores.filter((row) => row.tenant === tenant && row.unit === match?.unit),
      events,
      outcome: tables.outcome.get(key(tenant, matchId)) ?? null,
      feedback: feedback.filter((row) => row.tenant === tenant && row.match === matchId),
    };
  };

  const latestScores = (tenant: string): RiskRow[] => {
    const latest = new Map(scores.filter((row) => row.tenant === tenant).map((row) => [row.key, row]));
    return [...latest.values()].map((row) => {
      const account = accounts.get(key(tenant, row.key.replace(/^account\//, "")));
      const { key: name, unit, score, band, at, why } = row;
      const { name: shown = null, segment = null, owner = null } = account ?? {};
      return { key: name, unit, score, band, at, why, name: shown, segment, owner };
    });
  };

  const store: Partial<FakeStore> = {
    failing: false,
    tokenRows,
    auditRows,
    log,
    async commit(batch) {
      if (store.failing === true) throw new StoreUnavailable("disk full at /var/lib/forestall/forestall.db");
      commit(batch);
    },
    probe: async () => store.failing !== true,
    lastSeq: async () => log.at(-1)?.seq ?? 0,
    known: async (events) =>
      new Set(
        events.map(({ tenant, source, id }) => key(tenant, source, id)).filter((each) => seen.has(each)),
      ),
    loadUnits: async () => [],
    saveUnits: async () => {},
    dueUnits: async () => [],
    checkpoint: async () => 0,
    setCheckpoint: async () => {},
    judgedBy: async () => null,
    setJudgedBy: async () => {},
    inputs: async ({ after, limit, tenant, unit, tenantWide }) =>
      log
        .filter((input) => input.seq > after && (tenant === undefined || input.tenant === tenant))
        .filter((input) => unit === undefined || input.unit === unit || input.unit === null)
        .filter((input) => (tenantWide === true ? input.unit === null : true))
        .slice(0, limit),
    nameKeys: async (_tenant, refs) =>
      refs.map(({ namespace, value }) => key(namespace, clean(namespace, value))),
    identify: async (tenant, refs) =>
      refs.map(({ namespace, value }) => {
        const found = identities.get(key(tenant, namespace, clean(namespace, value)));
        return found === undefined ? null : { kind: found.kind, id: found.id };
      }),
    memberships: async (tenant, ids) =>
      new Map(ids.map((id) => [id, (memberships.get(key(tenant, id)) ?? []).map(({ unit }) => unit)])),
    erased: async () => new Set<string>(),
    stopped: async () => new Set<string>(),
    contact: async (tenant, person) => contacts.get(key(tenant, person)) ?? null,
    person: one(persons),
    account: one(accounts),
    delivery: one(tables.delivery),
    match: one(tables.match),
    decision: one(tables.decision),
    alert: one(tables.alert),
    async saveSentCopy(copy) {
      copies.set(key(copy.tenant, copy.delivery), copy);
    },
    sentCopy: one(copies),
    decisions: list(
      tables.decision,
      ["person", "account", "match"],
      (row) => (row as never as { at: number }).at,
    ),
    deliveries: list(
      tables.delivery,
      ["person", "account", "match", "status"],
      (row) => (row as never as { createdAt: number }).createdAt,
    ),
    alerts: list(
      tables.alert,
      ["person", "account", "state", "owner"],
      (row) => (row as never as { createdAt: number }).createdAt,
    ),
    incidents: list(tables.incident, [], (row) => (row as never as { startedAt: number }).startedAt),
    matches: list(
      tables.match,
      ["person", "account", "pattern"],
      (row) => (row as never as { firedAt: number }).firedAt,
    ),
    outcomes: async (tenant, query) =>
      page(
        ([...tables.outcome.values()] as Outcome[]).filter(
          (row) => row.tenant === tenant && fits(row, query, ["person", "account", "pattern"]),
        ),
        query,
        ({ decidedAt }) => decidedAt,
      ),
    feedback: async (tenant, query) =>
      page(
        feedback.filter((row) => row.tenant === tenant && fits(row, query, ["person"])),
        query,
        ({ at }) => at,
      ),
    events: async (tenant, query) => {
      const all = log.flatMap((input) =>
        input.tenant === tenant && "event" in input.body ? [input.body.event] : [],
      );
      return page(
        all.filter((event) => fits(event, query, ["person", "account"])),
        query,
        ({ time }) => time,
      );
    },
    audit: async (tenant, query) =>
      page(
        auditRows.filter((row) => row.tenant === tenant && fits(row, query, ["subject"])).toReversed(),
        query,
        ({ at }) => at,
      ),
    deadLetters: async (tenant, query) =>
      page(
        letters.filter((row) => row.tenant === tenant),
        query,
        ({ receivedAt }) => receivedAt,
      ),
    unknownTypes: async (tenant) =>
      unknown
        .filter((row) => row.tenant === tenant)
        .map(({ source, type, count, at }) => ({ source, type, count, at })),
    auditRow: async (tenant, id) => auditRows.find((row) => row.tenant === tenant && row.id === id) ?? null,
    scoreHistory: async (tenant, name, since, limit) =>
      scores
        .filter((row) => row.tenant === tenant && row.key === name && row.history && row.at >= since)
        .toReversed()
        .slice(0, limit),
    risks: async (tenant, query) =>
      page(
        latestScores(tenant).filter(
          (row) =>
            fits(row, query, ["band", "segment", "owner"]) &&
            (query.kind === undefined || row.key.startsWith(`${query.kind}/`)) &&
            (query.name === undefined || row.name?.toLowerCase().includes(query.name.toLowerCase()) === true),
        ),
        query,
        ({ score }) => score,
      ),
    riskFilters: async (tenant) => {
      const values = (of: "owner" | "segment") =>
        [...new Set(latestScores(tenant).flatMap((row) => row[of] ?? []))].sort();
      return { owners: values("owner"), segments: values("segment") };
    },
    trace: async (tenant, id) => trace(tenant, id),
    summary: async (tenant, now) => ({
      at: now,
      monitored: [...accounts.keys()].filter((each) => each.startsWith(key(tenant, ""))).length,
      bands: { normal: 0, watch: 0, alert: 0, critical: 1 },
      sent24h: 1,
      byPattern24h: { "P-001": 1 },
      byChannel24h: { email: 1 },
      byReason24h: { none: 1 },
      patterns30d: [{ pattern: "P-001", fired: 4, prevented: 3, notPrevented: 1 }],
      outcomes30d: { prevented: 3 },
      optedOut: 0,
      csat: { n: 0, mean: null },
    }),
    tokens: async () => [...tokenRows],
    async saveToken(row) {
      const at = tokenRows.findIndex(({ tenant, id }) => tenant === row.tenant && id === row.id);
      if (at < 0) tokenRows.push(row);
      else tokenRows[at] = row;
    },
    async createTenant(_row, rows) {
      tokenRows.push(...rows);
    },
    async close() {},
  };
  return new Proxy(store, {
    get(target, name) {
      if (name in target || typeof name === "symbol" || name === "then") return Reflect.get(target, name);
      throw new Error(`the fake store has no ${name}`);
    },
  }) as FakeStore;
}
