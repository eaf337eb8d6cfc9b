import { describe, expect, it } from "vitest";
import type { Delivery } from "../../../server/core/delivery.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import type { Store } from "../../../server/store/contract.ts";
import { aDelivery, NOON } from "../../builders.ts";
import { anAlert, effects, NOTHING_LEFT } from "../batches.ts";
import { fresh, type Open } from "./opened.ts";

const write = (store: Store, ...rows: readonly Delivery[]) =>
  store.commit(effects(...rows.map((row) => ({ kind: "delivery" as const, row }))));
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

export function deliveriesContract(open: Open): void {
  describe("the outbox", () => {
    const db = fresh(open);
    const KINDS = ["email", "sms", "in_app"];

    it("gives what is due: not released first, then by priority, then by deadline", async () => {
      await write(
        db.store,
        aDelivery({ id: "released", released: true, priority: 99 }),
        aDelivery({ id: "low", priority: 40 }),
        aDelivery({ id: "high, later", priority: 90, dueBy: NOON + 2 * HOUR }),
        aDelivery({ id: "high, sooner", priority: 90, dueBy: NOON + HOUR }),
        aDelivery({ id: "tomorrow", notBefore: NOON + DAY }),
        aDelivery({ id: "to a human", channel: "human.csm" }),
        aDelivery({ id: "sent already", status: "sent", sentAt: NOON }),
      );

      expect(ids(await db.store.dueDeliveries(NOON, 10, KINDS))).toEqual([
        "high, sooner",
        "high, later",
        "low",
        "released",
      ]);
      expect(ids(await db.store.dueDeliveries(NOON, 1, ["human"]))).toEqual(["to a human"]);
      expect(await db.store.nextDeliveryAt()).toBe(NOON);
    });

    it("leaves out a queue that takes nothing, but not what is overdue on it", async () => {
      await write(
        db.store,
        aDelivery({ id: "mail", dueBy: NOON + HOUR }),
        aDelivery({ id: "mail, overdue", dueBy: NOON - 1, priority: 1 }),
        aDelivery({ id: "sms", channel: "sms", priority: 2 }),
        aDelivery({ id: "mail of t2", tenant: "t2", priority: 3 }),
      );
      const skip = [
        { tenant: "t1", kind: "email", unlessDueBy: NOON },
        { tenant: "t1", kind: "sms" },
      ];

      expect(ids(await db.store.dueDeliveries(NOON, 10, KINDS, skip))).toEqual([
        "mail of t2",
        "mail, overdue",
      ]);
    });

    it("counts what came out of a hold and is due, by tenant and kind", async () => {
      await write(
        db.store,
        aDelivery({ id: "1", released: true }),
        aDelivery({ id: "2", released: true }),
        aDelivery({ id: "3", released: true, channel: "sms" }),
        aDelivery({ id: "4", released: true, notBefore: NOON + 1 }),
        aDelivery({ id: "5" }),
        aDelivery({ id: "6", released: true, tenant: "t2" }),
      );

      expect(await db.store.releasedWaiting(NOON, KINDS)).toEqual([
        { tenant: "t1", kind: "email", count: 2 },
        { tenant: "t1", kind: "sms", count: 1 },
        { tenant: "t2", kind: "email", count: 1 },
      ]);
    });

    it("names what is in doubt, and what was claimed and never came back", async () => {
      await write(
        db.store,
        aDelivery({ id: "claimed", status: "sending", leaseUntil: NOON + MINUTE }),
        aDelivery({ id: "lost", status: "sending", leaseUntil: NOON - 1 }),
        aDelivery({ id: "in doubt", status: "in_doubt", leaseUntil: null }),
        aDelivery({ id: "sent", status: "sent", sentAt: NOON }),
      );

      expect(ids(await db.store.doubtfulDeliveries(NOON, 10))).toEqual(["lost", "in doubt"]);
    });

    it("finds a row by the provider's id, that of the system's own channel first", async () => {
      await write(
        db.store,
        aDelivery({ id: "mail", providerId: "id-1", status: "sent" }),
        aDelivery({ id: "sms", providerId: "id-1", status: "sent", channel: "sms" }),
      );
      await db.store.createTenant({ id: "t1", createdAt: NOON, identitySecret: "s" }, []);
      await db.store.saveChannel({ tenant: "t1", kind: "sms", system: "twilio", settings: {} });
      await db.store.saveChannel({ tenant: "t1", kind: "email", system: "sendgrid", settings: {} });

      expect((await db.store.deliveryByProviderId("t1", "twilio", "id-1"))?.id).toBe("sms");
      expect((await db.store.deliveryByProviderId("t1", "sendgrid", "id-1"))?.id).toBe("mail");
      expect(await db.store.deliveryByProviderId("t2", "twilio", "id-1")).toBeNull();
      expect(await db.store.delivery("t2", "mail")).toBeNull();
    });

    it("shows in-app messages that wait for a person or session, until they are seen or a week too late", async () => {
      const waits = { channel: "in_app.banner", status: "sent", sentAt: NOON - HOUR } as const;
      await write(
        db.store,
        aDelivery({ ...waits, id: "waits", priority: 60 }),
        aDelivery({ id: "queued", channel: "in_app.prompt", priority: 50 }),
        aDelivery({ id: "not yet", channel: "in_app.prompt", notBefore: NOON + 1 }),
        aDelivery({ ...waits, id: "seen", seenAt: NOON }),
        aDelivery({ ...waits, id: "clicked", clickedAt: NOON }),
        aDelivery({ ...waits, id: "too late", dueBy: NOON - 7 * DAY }),
        aDelivery({ ...waits, id: "another's", person: "u2" }),
        aDelivery({ ...waits, id: "anonymous", person: null, session: "s1" }),
        aDelivery({ id: "told", channel: "broadcast", notice: "incident-1", priority: 40 }),
        aDelivery({ id: "mail" }),
      );

      expect(ids(await db.store.waitingInApp("t1", { person: "u1" }, NOON))).toEqual([
        "waits",
        "queued",
        "told",
      ]);
      expect(ids(await db.store.waitingInApp("t1", { session: "s1" }, NOON))).toEqual(["anonymous"]);
      expect(await db.store.waitingInApp("t2", { person: "u1" }, NOON)).toEqual([]);
    });

    it("knows when a person was or will be written to in other units", async () => {
      const other = { unit: "account/globex" };
      await write(
        db.store,
        aDelivery({ id: "here", status: "sent", sentAt: NOON }),
        aDelivery({ ...other, id: "sent", status: "sent", sentAt: NOON - 3 }),
        aDelivery({ ...other, id: "claimed", status: "sending", claimedAt: NOON - 2 }),
        aDelivery({ ...other, id: "doubtful", status: "in_doubt", claimedAt: NOON - 1 }),
        aDelivery({
          ...other,
          id: "shown",
          channel: "in_app.banner",
          status: "sent",
          sentAt: NOON - 9,
          seenAt: NOON,
        }),
        aDelivery({ ...other, id: "long ago", status: "sent", sentAt: NOON - DAY }),
        aDelivery({ ...other, id: "queued" }),
        aDelivery({ ...other, id: "failed", status: "failed", claimedAt: NOON }),
        aDelivery({ ...other, id: "a colleague", channel: "human.csm", status: "sent", sentAt: NOON }),
        aDelivery({ ...other, id: "told to all", notice: "incident-1", status: "sent", sentAt: NOON }),
        aDelivery({ ...other, id: "history", status: "sent", sentAt: NOON, simulated: true }),
        aDelivery({ ...other, id: "another's", person: "u2", status: "sent", sentAt: NOON }),
      );

      expect(await db.store.messagesElsewhere("t1", "u1", "account/acme", NOON - HOUR)).toEqual([
        NOON - 3,
        NOON - 2,
        NOON - 1,
        NOON,
      ]);
    });

    it("keeps the sent copy, the last one", async () => {
      const copy = {
        tenant: "t1",
        delivery: "d1",
        person: "u1",
        at: NOON,
        rendered: { subject: "Hello Ana" },
      };
      await db.store.saveSentCopy({ ...copy, rendered: "a draft" });
      await db.store.saveSentCopy(copy);
      await db.store.saveSentCopy({ ...copy, delivery: "d2", person: null });

      const store = await db.reopen();
      expect(await store.sentCopy("t1", "d1")).toEqual(copy);
      expect(await store.sentCopy("t1", "d2")).toEqual({ ...copy, delivery: "d2", person: null });
      expect(await store.sentCopy("t2", "d1")).toBeNull();
    });
  });

  describe("the short link of a message", () => {
    const db = fresh(open);
    const copy = { delivery: "d1", person: "u1", at: NOON, rendered: { kind: "sms" } };
    const keep = (tenant: string, delivery: string, shortLink?: string) =>
      db.store.saveSentCopy({ ...copy, tenant, delivery, ...(shortLink === undefined ? {} : { shortLink }) });

    it("leads to the message of its tenant, and no other to anything", async () => {
      await keep("t1", "d1", "aa");
      await keep("t2", "d1", "bb");
      await keep("t1", "d2");

      const store = await db.reopen();
      expect(await store.behindShortLink("aa")).toEqual({ tenant: "t1", delivery: "d1" });
      expect(await store.behindShortLink("bb")).toEqual({ tenant: "t2", delivery: "d1" });
      expect(await store.behindShortLink("cc")).toBeNull();
      expect(await store.sentCopy("t1", "d1")).toEqual({ ...copy, tenant: "t1" });
    });

    it("stays when the copy is written again", async () => {
      await keep("t1", "d1", "aa");
      await keep("t1", "d1", "aa");

      expect(await db.store.behindShortLink("aa")).toEqual({ tenant: "t1", delivery: "d1" });
    });

    it("goes with the person", async () => {
      await keep("t1", "d1", "aa");
      await db.store.erasePerson("t1", "u1", NOON, NOTHING_LEFT);

      expect(await db.store.behindShortLink("aa")).toBeNull();
    });
  });

  describe("alerts to people", () => {
    const db = fresh(open);
    const raise = (...rows: readonly ReturnType<typeof anAlert>[]) =>
      db.store.commit(effects(...rows.map((row) => ({ kind: "alert" as const, row }))));

    it("are told once, the most urgent first", async () => {
      await raise(
        anAlert({ id: "later", dueBy: NOON + HOUR }),
        anAlert({ id: "sooner", dueBy: NOON + MINUTE }),
        anAlert({ id: "acknowledged", state: "acknowledged" }),
        anAlert({ id: "history", simulated: true }),
      );

      expect(ids(await db.store.unnotifiedAlerts(NOON, 10))).toEqual(["sooner", "later"]);
      expect(await db.store.markNotified("t1", "sooner", NOON)).toBe(true);
      expect(await db.store.markNotified("t1", "sooner", NOON)).toBe(false);
      expect(await db.store.markNotified("t2", "later", NOON)).toBe(false);
      expect(ids(await db.store.unnotifiedAlerts(NOON, 10))).toEqual(["later"]);

      await raise(anAlert({ id: "sooner", dueBy: NOON + MINUTE, revision: 2 }));
      expect(ids(await db.store.unnotifiedAlerts(NOON, 10))).toEqual(["later"]);
    });

    it("come back when a snooze ends", async () => {
      await raise(anAlert());
      await db.store.markNotified("t1", "alert-1", NOON);
      await raise(anAlert({ state: "snoozed", snoozedUntil: NOON + HOUR }));

      expect(await db.store.unnotifiedAlerts(NOON, 10)).toEqual([]);
      expect(ids(await db.store.unnotifiedAlerts(NOON + HOUR, 10))).toEqual(["alert-1"]);
    });
  });
}
