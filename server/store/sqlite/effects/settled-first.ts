import type { Store } from "../../contract.ts";
import type { WaitingEffects } from "./waiting-effects.ts";

/** Any method that answers later. */
type Method<Given extends readonly unknown[], Answer> = (...given: Given) => Promise<Answer>;

/**
 * The same store, which brings waiting effects to their tables before anything looks there or changes them.
 *
 * Every method of the contract stands here once, and says what it does with those tables: matches, decisions,
 * deliveries, alerts, outcomes, feedback, scores and their history, accounts and persons as they are now. It `reads`
 * them, it `writes` them, or it is handed on as it is, because it has to do with other tables or sees to the order
 * itself. A method that is missing here does not type-check; one that is handed on by mistake fails
 * test/store/sqlite/settled-first.test.ts.
 */
export function settledFirst(store: Store, waiting: WaitingEffects): Store {
  const settled =
    <Given extends readonly unknown[], Answer>(method: Method<Given, Answer>): Method<Given, Answer> =>
    async (...given) => {
      waiting.now();
      return method(...given);
    };
  const reads = settled;
  const writes = settled;
  return {
    // Opening does what a crash left undone, closing what is still to do. A backup is read by other programs too.
    open: store.open,
    close: store.close,
    backup: reads(store.backup),

    // ---- log: a commit is what makes effects wait; the rest has tables of its own
    commit: store.commit,
    probe: store.probe,
    lastSeq: store.lastSeq,
    known: store.known,
    inputs: store.inputs,
    loadUnits: store.loadUnits,
    saveUnits: store.saveUnits,
    dueUnits: store.dueUnits,
    unitsBefore: store.unitsBefore,
    checkpoint: store.checkpoint,
    setCheckpoint: store.setCheckpoint,
    judgedBy: store.judgedBy,
    setJudgedBy: store.setJudgedBy,

    // ---- directory: names and contact data are written by the commit itself
    identify: store.identify,
    nameKeys: store.nameKeys,
    memberships: store.memberships,
    contact: store.contact,
    erased: store.erased,
    stopped: store.stopped,
    person: reads(store.person),
    account: reads(store.account),

    // ---- outbox: copies of what was sent have a table of their own
    dueDeliveries: reads(store.dueDeliveries),
    releasedWaiting: reads(store.releasedWaiting),
    doubtfulDeliveries: reads(store.doubtfulDeliveries),
    nextDeliveryAt: reads(store.nextDeliveryAt),
    waitingInApp: reads(store.waitingInApp),
    delivery: reads(store.delivery),
    deliveryByProviderId: reads(store.deliveryByProviderId),
    saveSentCopy: store.saveSentCopy,
    sentCopy: store.sentCopy,
    behindShortLink: store.behindShortLink,
    messagesElsewhere: reads(store.messagesElsewhere),
    served: reads(store.served),
    unnotifiedAlerts: reads(store.unnotifiedAlerts),
    markNotified: writes(store.markNotified),

    // ---- records: audit, incidents, dead letters and unknown types are written by the commit itself
    match: reads(store.match),
    decision: reads(store.decision),
    alert: reads(store.alert),
    auditRow: store.auditRow,
    matches: reads(store.matches),
    decisions: reads(store.decisions),
    deliveries: reads(store.deliveries),
    alerts: reads(store.alerts),
    incidents: store.incidents,
    outcomes: reads(store.outcomes),
    feedback: reads(store.feedback),
    // The log of a person is looked for in the units in which something is known of them.
    events: reads(store.events),
    audit: store.audit,
    deadLetters: store.deadLetters,
    unknownTypes: store.unknownTypes,
    score: reads(store.score),
    scoreHistory: reads(store.scoreHistory),
    risks: reads(store.risks),
    riskFilters: reads(store.riskFilters),
    trace: reads(store.trace),
    summary: reads(store.summary),
    pseudonym: store.pseudonym,
    // It notes with the match that it has its row.
    saveFeatures: writes(store.saveFeatures),
    matchesWithoutFeatures: reads(store.matchesWithoutFeatures),
    unlabelledFeatures: store.unlabelledFeatures,
    dailyAggregates: store.dailyAggregates,
    unreadable: store.unreadable,
    counts: reads(store.counts),

    // ---- tenancy has tables of its own
    tenants: store.tenants,
    createTenant: store.createTenant,
    tokens: store.tokens,
    saveToken: store.saveToken,
    sources: store.sources,
    saveSource: store.saveSource,
    removeSource: store.removeSource,
    channels: store.channels,
    saveChannel: store.saveChannel,
    libraryContent: store.libraryContent,
    saveLibraryContent: store.saveLibraryContent,

    // ---- privacy: the export of a tenant begins when its first row is asked for, and settles then
    exportPerson: reads(store.exportPerson),
    exportTenant: store.exportTenant,
    beginErasure: store.beginErasure,
    endErasure: store.endErasure,
    unfinishedErasures: store.unfinishedErasures,
    erasePerson: writes(store.erasePerson),
    retain: store.retain,
  };
}
