import type { Delivery } from "../../core/delivery.ts";
import { isBroadcast } from "../../core/incident.ts";
import { kindOf, type TenantState } from "../../core/tenant.ts";
import type { Clock, Timers } from "../../lib/clock.ts";
import type { KeyedLock } from "../../lib/keyed-lock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Directory, Outbox, Records } from "../../store/contract.ts";
import type { Pipeline } from "../contract.ts";
import { keepCopy } from "./attempt.ts";
import { claim, isSwitchedOff } from "./claim.ts";
import type { NotReady, Rendered } from "./contract.ts";
import { record } from "./record.ts";

/** Who asks: a person whose identity was proved, or a page without login. */
export type Visitor =
  | { readonly person: string; readonly session?: never }
  | { readonly session: string; readonly person?: never };

export interface InAppMessage {
  readonly delivery: Delivery;
  /** As rendered for this visitor. */
  readonly rendered: Rendered;
}

export interface InAppDeps {
  readonly store: Pick<Directory, "person"> &
    Pick<Outbox, "waitingInApp" | "messagesElsewhere" | "saveSentCopy" | "sentCopy" | "delivery"> &
    Pick<Records, "match" | "deliveries">;
  readonly pipeline: Pick<Pipeline, "control" | "tenant">;
  readonly render: (delivery: Delivery) => Promise<Rendered | NotReady>;
  /** The deliverer's. */
  readonly personLock: KeyedLock;
  readonly clock: Clock & Timers;
  readonly log: Logger;
}

export interface InAppOutbox {
  /** What this visitor may see now, most urgent first. */
  fetch(tenant: string, visitor: Visitor): Promise<readonly InAppMessage[]>;
  /** A message of this visitor's, shown or not; null for anybody else's. */
  find(tenant: string, visitor: Visitor, delivery: string): Promise<Delivery | null>;
}

/** A page shows a few things at a time; the rest waits for the next time it asks. */
const MOST_AT_ONCE = 5;
const LEASE = 30_000;
/** A second tab of the same person asks at the same time, and must not show the same message beside the first. */
const NOT_TWICE_WITHIN = 15_000;

/**
 * In-app messages wait in the outbox until a page asks for them. Then the guards are judged and the row is claimed
 * like any other; handing it over counts as sent, what the person saw comes as a receipt. A message that was handed
 * over and not seen, because the page was left, is handed over again.
 */
export function createInAppOutbox(deps: InAppDeps): InAppOutbox {
  return {
    async fetch(tenant, visitor) {
      const state = deps.pipeline.tenant(tenant);
      if (state === null) return [];
      const rows = await deps.store.waitingInApp(tenant, visitor, deps.clock.now());
      const messages: InAppMessage[] = [];
      for (const row of rows) {
        if (messages.length >= MOST_AT_ONCE) break;
        if (!mayShow(state, visitor, row)) continue;
        const message =
          row.status === "queued"
            ? await handOver(deps, state, visitor, row)
            : await again(deps, state, visitor, row);
        if (message !== null) messages.push(message);
      }
      return messages;
    },
    async find(tenant, visitor, id) {
      const state = deps.pipeline.tenant(tenant);
      const row = await deps.store.delivery(tenant, id);
      return state !== null && row !== null && mayShow(state, visitor, row) ? row : null;
    },
  };
}

/** To a page without login only prompts of patterns that are made for it, of its own session. */
function mayShow(state: TenantState, visitor: Visitor, row: Delivery): boolean {
  const kind = kindOf(row.channel);
  if (kind !== "in_app" && kind !== "broadcast") return false;
  if (visitor.person !== undefined) return row.person === visitor.person;
  const anonymous = state.library.byId(row.pattern)?.anonymous === true;
  return anonymous && row.channel === "in_app.prompt" && row.session === visitor.session;
}

async function handOver(
  deps: InAppDeps,
  state: TenantState,
  visitor: Visitor,
  row: Delivery,
): Promise<InAppMessage | null> {
  const claimed = await claim(deps, row, LEASE);
  if (claimed === null) return null;
  const rendered = await deps.render(shownTo(visitor, claimed));
  if ("reason" in rendered) {
    await record(deps, claimed, { kind: "failed", detail: `not ready: ${rendered.reason}`, address: null });
    return null;
  }
  await keepCopy(deps, claimed, rendered);
  const preview = state.channels.in_app === "preview";
  await record(deps, claimed, { kind: "sent", providerId: null, preview });
  return preview ? null : { delivery: claimed, rendered };
}

/** It was handed over before and not seen; what has changed since counts. */
async function again(
  deps: InAppDeps,
  state: TenantState,
  visitor: Visitor,
  row: Delivery,
): Promise<InAppMessage | null> {
  const now = deps.clock.now();
  if (isSwitchedOff(state.switches, row) || row.preview || now - (row.sentAt ?? 0) < NOT_TWICE_WITHIN)
    return null;
  if (isOldNews(state, row) || (await isOver(deps, row, now))) return null;
  const rendered = await deps.render(shownTo(visitor, row));
  return "reason" in rendered ? null : { delivery: row, rendered };
}

/** It told of an incident that is over, or that is not to be told of any more. */
function isOldNews({ incidents }: TenantState, { notice }: Delivery): boolean {
  return notice !== undefined && !incidents.some((one) => one.id === notice && isBroadcast(one));
}

/** The trouble is gone, or the person wants to hear nothing. */
async function isOver({ store }: InAppDeps, row: Delivery, now: number): Promise<boolean> {
  const [match, person] = await Promise.all([
    store.match(row.tenant, row.match),
    row.person === null ? null : store.person(row.tenant, row.person),
  ]);
  if (match?.state === "retracted" || match?.closedBy === "recovery") return true;
  if (row.person === null) return false;
  if (person === null || person.stoppedAt !== null || person.channelsOff.includes("in_app")) return true;
  return (person.snoozedUntil ?? 0) > now || (person.pausedUntil ?? 0) > now;
}

/** On a page without login nobody knows who looks: the message is written for nobody in particular. */
function shownTo(visitor: Visitor, row: Delivery): Delivery {
  return visitor.person === undefined ? { ...row, person: null } : row;
}
