import type { Delivery } from "../../core/delivery.ts";
import { kindOf } from "../../core/tenant.ts";
import { HOUR, type Millis } from "../../core/time.ts";
import { at } from "../../lib/foreign.ts";
import type { Tools, Way } from "./contract.ts";
import { addressOf } from "./message.ts";
import { record } from "./record.ts";
import type { Ways } from "./ways.ts";

const MOST = 2_000;
/** Look-ups at a time, over all providers. */
const AT_A_TIME = 4;

export interface Doubts {
  /**
   * Puts every claim of an earlier life in doubt at once, without waiting for its lease. Only while nothing can have
   * been claimed in this life, and nobody else works on the same store.
   */
  takeOver(now: Millis): Promise<void>;
  /** Looks after every row in doubt once. `busy` says which rows are being sent right now. */
  sweep(now: Millis, busy: (delivery: string) => boolean, stop: AbortSignal): Promise<void>;
}

/**
 * Settles messages of which nobody knows whether they went out.
 *
 * A claim whose lease has run out: the server stopped in the middle, so the row is in doubt. A row in doubt whose
 * claim never got as far as keeping its copy was never handed to the provider: it is queued again. One that
 * Twilio has in its list was sent; one that Twilio does not have, and by now would, goes back too. Everything else
 * waits for the provider's webhook, and is given up as unknown after a day.
 */
export function createDoubts(tools: Tools, ways: Ways): Doubts {
  const askAt = new Map<string, Millis>();

  const settle = async (row: Delivery, now: Millis, stop: AbortSignal): Promise<void> => {
    if (isFetched(row)) return record(tools, row, HANDED_OVER);
    if (row.status === "sending") await record(tools, row, { kind: "in_doubt", detail: STOPPED });
    const age = now - (row.claimedAt ?? row.createdAt);
    if (age >= tools.options.doubtFor) return giveUp(tools, row, now);
    const copy = await tools.store.sentCopy(row.tenant, row.id);
    if (at(copy?.rendered, "claim") !== row.fence)
      return record(tools, row, { kind: "retry", at: now, detail: NOT_HANDED_OVER });
    // At most an hour ahead, unless the clock was set back.
    const wait = (askAt.get(row.id) ?? 0) - now;
    if (wait > 0 && wait <= HOUR) return;
    // An answer that changes nothing will hardly change soon; a question that failed is put again at the next sweep.
    const { doubtEvery } = tools.options;
    askAt.set(row.id, now + doubtEvery);
    const way = await ways.of(row.tenant, kindOf(row.channel));
    if (way?.adapter.lookUp !== undefined) await ask(tools, row, way, textOf(copy?.rendered), now, stop);
    askAt.set(row.id, now + Math.min(HOUR, Math.max(doubtEvery, age / 2)));
  };

  const doubt = (row: Delivery) =>
    record(tools, row, isFetched(row) ? HANDED_OVER : { kind: "in_doubt", detail: STOPPED });

  return {
    async takeOver(now) {
      const rows = await tools.store.doubtfulDeliveries(now + LONGER_THAN_ANY_LEASE, MOST);
      await Promise.all(rows.filter(({ status }) => status === "sending").map(doubt));
    },
    async sweep(now, busy, stop) {
      const rows = await tools.store.doubtfulDeliveries(now, MOST);
      const inDoubt = new Set(rows.map(({ id }) => id));
      for (const id of askAt.keys()) if (!inDoubt.has(id)) askAt.delete(id);
      const left = rows.filter(({ id }) => !busy(id));
      const work = async () => {
        for (let row = left.shift(); row !== undefined && !stop.aborted; row = left.shift()) {
          const { id } = row;
          await settle(row, now, stop).catch((error: unknown) =>
            tools.log.warn({ err: error, delivery: id }, "a message in doubt could not be looked after"),
          );
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, work));
    },
  };
}

const LONGER_THAN_ANY_LEASE = HOUR;

/** Shown by whoever asks for it, not sent. */
function isFetched({ channel }: Delivery): boolean {
  const kind = kindOf(channel);
  return kind === "in_app" || kind === "broadcast";
}

const STOPPED = "the server stopped while it was being sent";
const NOT_HANDED_OVER = "it was never handed to the provider";
/** Whoever fetched it may not have got it: it is offered again until somebody has seen it. */
const HANDED_OVER = { kind: "sent", providerId: null, preview: false } as const;

/** The words of a message as it was kept, by which a provider's list is searched. */
function textOf(copy: unknown): string {
  const text = at(copy, "text");
  return typeof text === "string" ? text : "";
}

async function ask(tools: Tools, row: Delivery, way: Way, text: string, now: Millis, stop: AbortSignal) {
  const { store, pipeline, options } = tools;
  const contact = row.person === null ? null : await store.contact(row.tenant, row.person);
  const to = addressOf(kindOf(row.channel), contact);
  const since = row.claimedAt ?? row.createdAt;
  if (to === null) return;
  const signal = AbortSignal.any([AbortSignal.timeout(options.callTimeout), stop]);
  const found = await way.adapter.lookUp?.({ delivery: row.id, to, text, since }, way.settings, signal);
  if (found?.kind === "sent") {
    const { providerId } = found;
    const control = { kind: "receipt", delivery: row.id, receipt: "accepted", at: now, providerId } as const;
    await pipeline.control(row.tenant, { unit: row.unit }, control);
  } else if (found?.kind === "absent" && now - since >= options.absentAfter) {
    await record(tools, row, { kind: "retry", at: now, detail: "the provider does not have it" });
  }
}

async function giveUp({ pipeline }: Tools, row: Delivery, now: Millis): Promise<void> {
  const control = { kind: "receipt", delivery: row.id, receipt: "unknown", at: now } as const;
  await pipeline.control(row.tenant, { unit: row.unit }, control);
}
