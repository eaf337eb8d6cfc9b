/**
 * The first arrow: a request that was verified becomes events, receipts, or a dead letter, and is answered when they
 * are on disk. Nothing here knows a vendor, and nothing after here knows that there was a request.
 *
 * The source reads it (`normalise` in its folder). `sort` refuses what cannot be kept (receive/check.ts), believes a
 * browser only so far (receive/browser.ts) and joins several reports of one happening (receive/reports.ts). The pipeline
 * takes the events, and what a provider says finds its delivery (receive/receipts.ts).
 */
import type { Incoming } from "../core/event.ts";
import { MINUTE } from "../core/time.ts";
import {
  type Normalised,
  type RawRequest,
  type Settings,
  type Source,
  Unreadable,
} from "../integrations/contract.ts";
import { sha256Hex } from "../lib/ids.ts";
import type { Logger } from "../lib/log.ts";
import type { Directory, Outbox, Reception } from "../store/contract.ts";
import type { Along, Pipeline, ReceiveResult } from "./contract.ts";
import { fromBrowser } from "./receive/browser.ts";
import { check } from "./receive/check.ts";
import { createReceiptTaker } from "./receive/receipts.ts";
import { createReportJoiner } from "./receive/reports.ts";

export interface ReceiverDeps {
  readonly pipeline: Pick<Pipeline, "receive" | "control">;
  readonly store: Pick<Directory, "identify"> & Pick<Outbox, "delivery" | "deliveryByProviderId">;
  /** An id that no decision depends on. */
  readonly newId: () => string;
  readonly log: Pick<Logger, "warn" | "error">;
}

/** A request that was verified, and what it was verified as. */
export interface IngestRequest {
  readonly tenant: string;
  readonly system: string;
  readonly sourceId: string;
  readonly source: Source;
  readonly settings: Settings;
  readonly request: RawRequest;
  /** History, brought in on purpose. */
  readonly backfill?: boolean;
  /** It came with a token that anybody can read. */
  readonly public?: boolean;
  /** The most events at once. */
  readonly mostEvents?: number;
}

export interface Taken extends ReceiveResult {
  readonly ignored: readonly string[];
  readonly receipts: number;
  /** Why it was put aside unread. */
  readonly deadLetter: string | null;
}

/** More events at once than are taken. */
export class TooMany extends Error {
  override readonly name = "TooMany";
}

const NOTHING: Taken = {
  accepted: 0,
  duplicates: 0,
  rejected: [],
  ignored: [],
  receipts: 0,
  deadLetter: null,
};

/** A source that sends no events is noted this often. */
const SIGN_OF_LIFE = MINUTE;
const MOST_SOURCES = 10_000;

export interface Receiver {
  /** @throws Unreadable when the body is not what the system sends, TooMany, Overloaded */
  take(ingest: IngestRequest): Promise<Taken>;
  /** The same for senders that would repeat what is unreadable for ever: it is put aside. @throws Overloaded, TooMany */
  takeOrPutAside(ingest: IngestRequest): Promise<Taken>;
}

export function createReceiver(deps: ReceiverDeps): Receiver {
  const join = createReportJoiner();
  const takeReceipts = createReceiptTaker(deps);

  const seenAt = new Map<string, number>();

  /** Of receipts, and of what is not of interest, enough is kept to know that the source is alive. */
  const noteSignOfLife = async (ingest: IngestRequest, along: Along): Promise<ReceiveResult> => {
    const { tenant, system, sourceId, request } = ingest;
    const source = JSON.stringify([tenant, system, sourceId]);
    const last = seenAt.get(source) ?? Number.NEGATIVE_INFINITY;
    if (Math.abs(request.receivedAt - last) < SIGN_OF_LIFE) return NOTHING;
    await deps.pipeline.receive(tenant, [], along);
    if (seenAt.size >= MOST_SOURCES) seenAt.clear();
    seenAt.set(source, request.receivedAt);
    return NOTHING;
  };

  const takeNormalised = async (ingest: IngestRequest, normalised: Normalised): Promise<Taken> => {
    const { tenant, system, mostEvents } = ingest;
    const sent = normalised.events.length + (normalised.rejected?.length ?? 0);
    if (mostEvents !== undefined && sent > mostEvents) throw new TooMany(`${sent} events at once`);
    const { events, positions, rejected } = sort(ingest, normalised, join);
    const along = { reception: receptionOf(ingest, normalised.webhookId, deps.newId()) };
    const result =
      events.length === 0
        ? await noteSignOfLife(ingest, along)
        : await deps.pipeline.receive(tenant, events, along);
    const late = result.rejected.map(({ index, reason }) => ({ index: positions[index] ?? index, reason }));
    const receipts = await takeReceipts({ tenant, system }, normalised.receipts);
    return {
      accepted: result.accepted,
      duplicates: result.duplicates,
      rejected: [...rejected, ...late].sort((a, b) => a.index - b.index),
      ignored: normalised.ignored,
      receipts,
      deadLetter: null,
    };
  };

  const putAside = async (ingest: IngestRequest, reason: string): Promise<Taken> => {
    const { tenant, system, sourceId, request } = ingest;
    const { body, receivedAt } = request;
    const deadLetter = { id: deps.newId(), tenant, system, sourceId, receivedAt, reason, body };
    await deps.pipeline.receive(tenant, [], {
      reception: receptionOf(ingest, null, deps.newId()),
      deadLetter,
    });
    deps.log.warn(
      { tenant, system, source: sourceId, reason },
      "put aside an ingest request that cannot be read",
    );
    return { ...NOTHING, deadLetter: reason };
  };

  return {
    take: async (ingest) => takeNormalised(ingest, normalise(ingest)),
    async takeOrPutAside(ingest) {
      let normalised: Normalised;
      try {
        normalised = normalise(ingest);
      } catch (error) {
        if (error instanceof Unreadable) return putAside(ingest, error.message);
        // A mistake of ours: the sender can do nothing about it, and the body is what we need to mend it.
        const { tenant, system } = ingest;
        deps.log.error({ tenant, system, err: error }, "a source failed on an ingest request");
        return putAside(ingest, "the source failed");
      }
      return takeNormalised(ingest, normalised);
    },
  };
}

/** The tenant's own label when there are several sources of one system. */
function normalise({ source, request, settings, system, sourceId }: IngestRequest): Normalised {
  return source.normalise(request, settings, labelOf(system, sourceId));
}

/** What events say they came from: `stripe`, or `stripe/eu` for a second account. */
export function labelOf(system: string, sourceId: string): string {
  return sourceId === system || sourceId === "default" ? system : `${system}/${sourceId}`;
}

interface Sorted {
  readonly events: readonly Incoming[];
  readonly positions: readonly number[];
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

/** Events that can be kept, with where they stood; and those that cannot, with why. */
function sort(
  ingest: IngestRequest,
  normalised: Normalised,
  join: ReturnType<typeof createReportJoiner>,
): Sorted {
  const events: Incoming[] = [];
  const positions: number[] = [];
  const rejected = [...(normalised.rejected ?? [])];
  for (const [place, event] of normalised.events.entries()) {
    const index = normalised.positions?.[place] ?? place;
    const reason = check(event);
    if (reason !== null) {
      rejected.push({ index, reason });
      continue;
    }
    const joined = join(ingest.tenant, ingest.public === true ? fromBrowser(event) : event);
    events.push(ingest.backfill === true ? { ...joined, backfill: true } : joined);
    positions.push(index);
  }
  return { events, positions, rejected };
}

function receptionOf(ingest: IngestRequest, webhookId: string | null, id: string): Reception {
  const { tenant, system, sourceId, request } = ingest;
  const { body, receivedAt } = request;
  return {
    id,
    tenant,
    system,
    sourceId,
    bodyHash: sha256Hex(body),
    bytes: body.length,
    receivedAt,
    webhookId,
  };
}
