import { describe, expect, it } from "vitest";
import type { Effect } from "../../../server/core/effect.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import type { AuditRow, DeadLetter, Page } from "../../../server/store/contract.ts";
import { aDelivery, aMatch, anAccount, aPerson, NOON } from "../../builders.ts";
import {
  aBatch,
  aDecision,
  aFeedback,
  anAlert,
  anInput,
  anOutcome,
  aReception,
  aScore,
  effects,
} from "../batches.ts";
import { fresh, type Open } from "./opened.ts";

const ids = ({ rows }: Page<{ readonly id: string }>) => rows.map(({ id }) => id);

export function readingContract(open: Open): void {
  describe("records", () => {
    const db = fresh(open);
    const write = (...list: readonly Effect[]) => db.store.commit(effects(...list));

    it("replace the one with their id, and come back whole", async () => {
      await write(
        { kind: "match", row: aMatch() },
        { kind: "decision", row: aDecision() },
        { kind: "delivery", row: aDelivery() },
        { kind: "alert", row: anAlert() },
        { kind: "outcome", row: anOutcome({ kind: "unknown" }) },
        { kind: "feedback", row: aFeedback({ stars: null }) },
      );
      const closed = aMatch({ state: "closed", closedAt: NOON + 1, closedBy: "recovery" });
      const sent = aDelivery({ status: "sent", sentAt: NOON, providerId: "p1" });
      await write(
        { kind: "match", row: closed },
        { kind: "delivery", row: sent },
        { kind: "alert", row: anAlert({ state: "acknowledged", revision: 2 }) },
        { kind: "outcome", row: anOutcome() },
        { kind: "feedback", row: aFeedback() },
      );

      const store = await db.reopen();
      expect(await store.match("t1", "match-1")).toEqual(closed);
      expect(await store.decision("t1", "decision-1")).toEqual(aDecision());
      expect(await store.delivery("t1", "delivery-1")).toEqual(sent);
      expect(await store.alert("t1", "alert-1")).toEqual(anAlert({ state: "acknowledged", revision: 2 }));
      expect((await store.outcomes("t1", {})).rows).toEqual([anOutcome()]);
      expect((await store.feedback("t1", {})).rows).toEqual([aFeedback()]);
    });

    it("are each tenant's own, also under the same id", async () => {
      await write(
        { kind: "match", row: aMatch() },
        { kind: "match", row: aMatch({ tenant: "t2", account: "theirs" }) },
        { kind: "score", row: aScore() },
        { kind: "score", row: aScore({ tenant: "t2", score: 10 }) },
      );

      expect((await db.store.match("t1", "match-1"))?.account).toBe("acme");
      expect((await db.store.match("t2", "match-1"))?.account).toBe("theirs");
      expect((await db.store.matches("t2", {})).rows.map(({ tenant }) => tenant)).toEqual(["t2"]);
      expect((await db.store.score("t2", "account/acme"))?.score).toBe(10);
      expect(await db.store.match("t3", "match-1")).toBeNull();
      expect((await db.store.matches("t3", {})).rows).toEqual([]);
    });

    it("are listed newest first, by person, account, time and what else is asked", async () => {
      await write(
        { kind: "match", row: aMatch({ id: "m1", firedAt: NOON }) },
        { kind: "match", row: aMatch({ id: "m2", firedAt: NOON + 2, state: "closed", person: "u2" }) },
        { kind: "match", row: aMatch({ id: "m3", firedAt: NOON + 1, account: "globex", pattern: "P-003" }) },
        { kind: "decision", row: aDecision({ id: "d1", match: "m1" }) },
        { kind: "decision", row: aDecision({ id: "d2", match: "m2", account: null, at: NOON + 1 }) },
        { kind: "delivery", row: aDelivery({ id: "y1" }) },
        {
          kind: "delivery",
          row: aDelivery({ id: "y2", status: "failed", match: "m9", createdAt: NOON + 1 }),
        },
        { kind: "alert", row: anAlert({ id: "a1" }) },
        {
          kind: "alert",
          row: anAlert({ id: "a2", state: "acknowledged", owner: "csm", createdAt: NOON + 1 }),
        },
        { kind: "outcome", row: anOutcome({ match: "m1" }) },
        { kind: "feedback", row: aFeedback({ match: "m3" }) },
      );
      const { store } = db;

      expect(ids(await store.matches("t1", {}))).toEqual(["m2", "m3", "m1"]);
      expect(ids(await store.matches("t1", { person: "u1" }))).toEqual(["m3", "m1"]);
      expect(ids(await store.matches("t1", { account: "acme", open: true }))).toEqual(["m1"]);
      expect(ids(await store.matches("t1", { open: false }))).toEqual(["m2"]);
      expect(ids(await store.matches("t1", { pattern: "P-003" }))).toEqual(["m3"]);
      expect(ids(await store.matches("t1", { since: NOON + 1 }))).toEqual(["m2", "m3"]);
      expect(ids(await store.decisions("t1", { match: "m2" }))).toEqual(["d2"]);
      expect(ids(await store.decisions("t1", { account: "acme" }))).toEqual(["d1"]);
      expect(ids(await store.deliveries("t1", { status: "failed" }))).toEqual(["y2"]);
      expect(ids(await store.deliveries("t1", { match: "m9" }))).toEqual(["y2"]);
      expect(ids(await store.alerts("t1", { state: "open" }))).toEqual(["a1"]);
      expect(ids(await store.alerts("t1", { owner: "csm" }))).toEqual(["a2"]);
      expect((await store.outcomes("t1", { pattern: "P-009" })).rows).toEqual([]);
      expect(ids(await store.feedback("t1", { account: "globex" }))).toEqual(["feedback-1"]);
      expect(ids(await store.feedback("t1", { account: "acme" }))).toEqual([]);
    });

    it("come in pages that leave nothing out and repeat nothing, while new ones arrive", async () => {
      const row = (n: number, at: number) => aMatch({ id: `m${String(n).padStart(2, "0")}`, firedAt: at });
      await write(
        ...Array.from({ length: 25 }, (_, n) => ({ kind: "match" as const, row: row(n, NOON + (n >> 2)) })),
      );

      const seen: string[] = [];
      for (let after: string | null = null; ; ) {
        const page: Page<{ id: string }> = await db.store.matches("t1", {
          limit: 4,
          ...(after === null ? {} : { after }),
        });
        seen.push(...ids(page));
        await write({ kind: "match", row: row(90 + seen.length, NOON + DAY) });
        if (page.next === null) break;
        after = page.next;
      }

      expect(seen).toHaveLength(25);
      expect(new Set(seen).size).toBe(25);
      await expect(db.store.matches("t1", { after: "nonsense" })).rejects.toMatchObject({
        name: "BadCursor",
      });
    });

    it("of audit tell what was done, by subject, and what was undone", async () => {
      const done: AuditRow = {
        id: "x1",
        tenant: "t1",
        at: NOON,
        actor: "ops:ana",
        action: "switch.off",
        subject: "tenant",
        reason: "maintenance",
        detail: { by: "hand" },
        undo: { kind: "tick" },
        undone: false,
      };
      const undoing = { ...done, id: "x2", at: NOON + 1, undo: null, detail: { undoes: "x1" } };
      await db.store.commit(
        aBatch({ audit: [done, { ...done, id: "x0", subject: "alert/1", at: NOON - 1 }] }),
      );
      await db.store.commit(aBatch({ audit: [undoing] }));

      expect((await db.store.audit("t1", { subject: "tenant" })).rows).toEqual([
        undoing,
        { ...done, undone: true },
      ]);
      expect(await db.store.auditRow("t1", "x1")).toEqual({ ...done, undone: true });
      expect(await db.store.auditRow("t2", "x1")).toBeNull();
    });

    it("of what could not be understood are kept: dead letters, and unknown types with their number", async () => {
      const letter: DeadLetter = {
        id: "l1",
        tenant: "t1",
        system: "sentry",
        sourceId: "default",
        receivedAt: NOON,
        reason: "no such action",
        body: new Uint8Array([0, 255, 1, 254]),
      };
      const unknown = { tenant: "t1", source: "app", type: "cart.exploded", count: 2, at: NOON };
      await db.store.commit(aBatch({ deadLetters: [letter], unknownTypes: [unknown] }));
      await db.store.commit(aBatch({ unknownTypes: [{ ...unknown, count: 3, at: NOON + 1 }] }));

      const { rows } = await db.store.deadLetters("t1", {});
      expect(rows.map((row) => ({ ...row, body: new Uint8Array(row.body) }))).toEqual([letter]);
      expect((await db.store.deadLetters("t2", {})).rows).toEqual([]);
      expect(await db.store.unknownTypes("t1")).toEqual([
        { source: "app", type: "cart.exploded", count: 5, at: NOON + 1 },
      ]);
    });

    it("of incidents are replaced as they go on", async () => {
      const incident = {
        id: "i1",
        tenant: "t1",
        scope: { kind: "all" },
        startedAt: NOON,
        endedAt: null,
        startedBy: "rate",
        endedBy: null,
        matches: 51,
        accounts: 12,
        threshold: 50,
        broadcast: "waiting",
        simulated: false,
      } as const;
      await db.store.commit(aBatch({ incidents: [incident] }));
      await db.store.commit(aBatch({ incidents: [{ ...incident, matches: 80, endedAt: NOON + 9 }] }));

      expect((await db.store.incidents("t1", {})).rows).toEqual([
        { ...incident, matches: 80, endedAt: NOON + 9 },
      ]);
    });
  });

  describe("a trace", () => {
    const db = fresh(open);

    it("leads from a decision or delivery back to the webhooks behind it", async () => {
      const inputs = [
        anInput(1, { id: "e0", time: NOON - HOUR, receivedAt: NOON - HOUR }),
        ...[1, 2, 3].map((n) => {
          const at = NOON - (4 - n) * MINUTE;
          return anInput(n + 1, { id: `e${n}`, time: at, receivedAt: at, reception: `r${n % 2}` });
        }),
        anInput(9, { id: "e9", time: NOON, receivedAt: NOON + 2 * DAY }),
      ];
      const match = aMatch({
        events: ["e1", "e2", "e3"],
        firstAt: NOON - 3 * MINUTE,
        lastSeen: NOON - MINUTE,
      });
      const later = aScore({ at: NOON + HOUR, score: 40 });
      await db.store.commit(
        aBatch({ inputs, receptions: [aReception({ id: "r0" }), aReception({ id: "r1", bytes: 7 })] }),
      );
      await db.store.commit(
        effects(
          { kind: "match", row: match },
          { kind: "decision", row: aDecision() },
          {
            kind: "decision",
            row: aDecision({ id: "decision-2", at: NOON + 1, delivery: null, kind: "hold" }),
          },
          { kind: "delivery", row: aDelivery() },
          { kind: "outcome", row: anOutcome() },
          { kind: "feedback", row: aFeedback() },
          { kind: "score", row: aScore() },
          { kind: "score", row: later },
          { kind: "score", row: aScore({ at: NOON + 2 * HOUR, score: 0, contributions: [] }) },
        ),
      );

      const trace = await db.store.trace("t1", "delivery-1");

      expect(
        trace?.events.map(({ event, seq, reception }) => [event.id, seq, reception?.id, reception?.bytes]),
      ).toEqual([
        ["e1", 2, "r1", 7],
        ["e2", 3, "r0", 812],
        ["e3", 4, "r1", 7],
      ]);
      expect(trace?.decisions.map(({ id }) => id)).toEqual(["decision-1", "decision-2"]);
      expect(trace?.scores).toEqual([aScore(), later]);
      expect([trace?.delivery, trace?.match, trace?.outcome, trace?.feedback]).toEqual([
        aDelivery(),
        match,
        anOutcome(),
        [aFeedback()],
      ]);
      expect(await db.store.trace("t1", "decision-1")).toEqual(trace);
      expect((await db.store.trace("t1", "decision-2"))?.delivery).toBeNull();
      expect([await db.store.trace("t2", "delivery-1"), await db.store.trace("t1", "nothing")]).toEqual([
        null,
        null,
      ]);
    });
  });

  describe("the summary", () => {
    const db = fresh(open);

    it("counts accounts by band, what was sent and why not, outcomes, opt-outs and stars", async () => {
      const account = (id: string) => ({
        kind: "account" as const,
        tenant: "t1",
        unit: `account/${id}`,
        row: anAccount({ id }),
      });
      const score = (id: string, points: number) => ({
        kind: "score" as const,
        row: aScore({ unit: `account/${id}`, key: `account/${id}`, score: points }),
      });
      const sent = { status: "sent", sentAt: NOON - HOUR } as const;
      await db.store.commit(
        effects(
          ...["acme", "globex", "initech", "umbrella"].map(account),
          score("acme", 85),
          score("globex", 45),
          score("initech", 3),
          { kind: "score", row: aScore({ key: "person/u1", score: 99 }) },
          { kind: "delivery", row: aDelivery({ id: "1", ...sent }) },
          {
            kind: "delivery",
            row: aDelivery({ id: "2", ...sent, channel: "in_app.banner", pattern: "P-002" }),
          },
          { kind: "delivery", row: aDelivery({ id: "3", ...sent, sentAt: NOON - 2 * DAY }) },
          { kind: "delivery", row: aDelivery({ id: "4", ...sent, simulated: true }) },
          { kind: "delivery", row: aDelivery({ id: "5" }) },
          { kind: "decision", row: aDecision({ id: "1", kind: "hold", reason: "quiet" }) },
          { kind: "decision", row: aDecision({ id: "2", kind: "stop", reason: "resolved" }) },
          {
            kind: "decision",
            row: aDecision({ id: "3", kind: "hold", reason: "quiet", at: NOON - 2 * DAY }),
          },
          { kind: "decision", row: aDecision({ id: "4" }) },
          { kind: "match", row: aMatch({ id: "m1" }) },
          { kind: "match", row: aMatch({ id: "m2" }) },
          { kind: "match", row: aMatch({ id: "m3", state: "retracted" }) },
          { kind: "outcome", row: anOutcome({ match: "m1" }) },
          { kind: "outcome", row: anOutcome({ match: "m2", kind: "handoff" }) },
          { kind: "feedback", row: aFeedback({ id: "1", stars: 5 }) },
          { kind: "feedback", row: aFeedback({ id: "2", stars: 2 }) },
          { kind: "feedback", row: aFeedback({ id: "3", stars: null }) },
          { kind: "person", tenant: "t1", unit: "account/acme", row: aPerson({ stoppedAt: NOON }) },
          { kind: "person", tenant: "t1", unit: "account/globex", row: aPerson({ stoppedAt: NOON }) },
          { kind: "person", tenant: "t1", unit: "account/acme", row: aPerson({ id: "u2" }) },
        ),
      );

      expect(await db.store.summary("t1", NOON)).toEqual({
        at: NOON,
        monitored: 4,
        bands: { normal: 2, watch: 1, alert: 0, critical: 1 },
        sent24h: 2,
        byPattern24h: { "P-001": 1, "P-002": 1 },
        byChannel24h: { email: 1, "in_app.banner": 1 },
        byReason24h: { quiet: 1, resolved: 1 },
        patterns30d: [{ pattern: "P-001", fired: 2, notPrevented: 1, prevented: 1 }],
        outcomes30d: { prevented: 1, handoff: 1 },
        optedOut: 1,
        csat: { n: 2, mean: 3.5 },
      });
      expect((await db.store.summary("t2", NOON)).monitored).toBe(0);
    });

    it("counts accounts of which nothing is known but events or a score, and persons where there are none", async () => {
      const score = (id: string) => aScore({ unit: `account/${id}`, key: `account/${id}`, score: 70 });
      await db.store.commit(
        aBatch({
          inputs: [
            anInput(1, { account: "acme" }),
            anInput(2, { account: "globex" }),
            anInput(3, { account: null, person: "u9" }),
            anInput(4, { tenant: "t2", account: null, person: "u1" }),
            anInput(5, { tenant: "t2", account: null, person: "u2" }),
          ],
          effects: [
            { kind: "account", tenant: "t1", unit: "account/acme", row: anAccount({ id: "acme" }) },
            { kind: "score", row: score("globex") },
            { kind: "score", row: score("initech") },
          ],
        }),
      );

      const watched = async (tenant: string) => await db.store.summary(tenant, NOON);
      expect(await watched("t1")).toMatchObject({ monitored: 3, bands: { normal: 1, alert: 2 } });
      expect(await watched("t2")).toMatchObject({ monitored: 2 });
    });
  });
}
