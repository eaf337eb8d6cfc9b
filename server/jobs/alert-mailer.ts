import type { Alert } from "../core/delivery.ts";
import { DAY, MINUTE, type Millis, SECOND } from "../core/time.ts";
import type { Pipeline } from "../flow/contract.ts";
import type { Way } from "../flow/deliver/contract.ts";
import { InDoubt, type Outgoing, RetryLater } from "../integrations/contract.ts";
import type { Clock, Timers } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Outbox } from "../store/contract.ts";

/** An email to a colleague. */
export interface AlertMail {
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
}

export interface AlertMailerDeps {
  readonly store: Pick<Outbox, "unnotifiedAlerts" | "markNotified">;
  readonly pipeline: Pick<Pipeline, "tenant">;
  /** The tenant's way out for email; null when there is none. */
  readonly way: (tenant: string) => Promise<Way | null>;
  readonly render: (alert: Alert) => Promise<AlertMail>;
  /** Where all alerts can be seen; null when we are not reached from outside. */
  readonly overviewUrl: (tenant: string) => string | null;
  readonly clock: Clock & Timers;
  readonly log: Logger;
}

export interface AlertMailer {
  /** Writes to the owners of new alerts. Call it every few seconds. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

const MOST_AT_ONCE = 500;
/** More alerts for one owner in one run become one mail that lists them. */
const MOST_SINGLE = 5;
const MOST_LISTED = 30;
const TIMEOUT = 30 * SECOND;
const FIRST_WAIT = 15 * SECOND;
const LONGEST_WAIT = 10 * MINUTE;
const GIVE_UP_AFTER = DAY;

/**
 * Tells the owners of alerts by email. An alert is marked after its mail was taken, so that a crash between the two
 * makes a second mail rather than none: colleagues mind a lost alert more than a repeated one. What nobody can be
 * told is tried again, less and less often, for a day; it stands in the list of alerts all the while. Without a way
 * out for email that list is all there is.
 */
export function createAlertMailer(deps: AlertMailerDeps): AlertMailer {
  const waits = new Map<string, { readonly until: Millis; readonly wait: Millis }>();
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const once = async (): Promise<void> => {
    const now = deps.clock.now();
    const alerts = await deps.store.unnotifiedAlerts(now, MOST_AT_ONCE);
    forget(waits, alerts);
    const ready = alerts.filter(({ id }) => now >= (waits.get(id)?.until ?? 0));
    for (const group of byOwner(deps, ready)) {
      if (stopping.signal.aborted) return;
      await tell(deps, group, waits, stopping.signal);
    }
  };

  return {
    run() {
      running = running
        .then(once)
        .catch((error: unknown) => deps.log.warn({ err: error }, "alerts could not be read"));
      return running;
    },
    stop() {
      stopping.abort();
      return running;
    },
  };
}

type Waits = Map<string, { readonly until: Millis; readonly wait: Millis }>;

interface Group {
  readonly tenant: string;
  /** Null when the tenant names nobody who could be told. */
  readonly to: string | null;
  readonly alerts: readonly Alert[];
}

function byOwner(deps: AlertMailerDeps, alerts: readonly Alert[]): readonly Group[] {
  const addressed = alerts.map((alert) => ({ alert, to: addressOf(deps, alert) }));
  const groups = Map.groupBy(addressed, ({ alert, to }) => JSON.stringify([alert.tenant, to]));
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    const mine = members.map(({ alert }) => alert);
    return first === undefined ? [] : [{ tenant: first.alert.tenant, to: first.to, alerts: mine }];
  });
}

/** The owner may be an address, or a role that the tenant has named somebody for. */
function addressOf({ pipeline }: AlertMailerDeps, { tenant, owner }: Alert): string | null {
  if (isAddress(owner)) return owner;
  const owners = pipeline.tenant(tenant)?.settings.owners ?? {};
  const named = owners[owner] ?? owners.default;
  return named !== undefined && isAddress(named) ? named : null;
}

const isAddress = (text: string): boolean => /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(text);

async function tell(deps: AlertMailerDeps, group: Group, waits: Waits, stop: AbortSignal): Promise<void> {
  const { alerts, to, tenant } = group;
  const single = alerts.length <= MOST_SINGLE;
  const parts = single ? alerts.map((alert) => [alert]) : [alerts];
  for (const part of parts) {
    try {
      if (to === null) throw new Unaddressed("nobody is named as the owner of this alert");
      const mail = single ? await renderOne(deps, part) : listOf(part, deps.overviewUrl(tenant));
      await send(deps, tenant, to, mail, part, stop);
      for (const { id } of part) await deps.store.markNotified(tenant, id, deps.clock.now());
    } catch (error) {
      const now = deps.clock.now();
      const after = error instanceof RetryLater ? (error.after ?? 0) : 0;
      for (const { id, createdAt } of part) {
        if (now - createdAt >= GIVE_UP_AFTER) await deps.store.markNotified(tenant, id, now);
        else delay(waits, id, now, after);
      }
      deps.log.warn({ err: error, tenant, alerts: part.length }, "the owner of an alert could not be told");
    }
  }
}

class Unaddressed extends Error {
  override readonly name = "Unaddressed";
}

async function renderOne(deps: AlertMailerDeps, [alert]: readonly Alert[]): Promise<AlertMail> {
  if (alert === undefined) throw new Unaddressed("there is no alert");
  return deps.render(alert);
}

async function send(
  deps: AlertMailerDeps,
  tenant: string,
  to: string,
  mail: AlertMail,
  [first]: readonly Alert[],
  stop: AbortSignal,
): Promise<void> {
  const way = await deps.way(tenant);
  if (way === null) return;
  const product = deps.pipeline.tenant(tenant)?.settings.product;
  const message: Outgoing = {
    delivery: `alert:${first?.id ?? ""}`,
    tenant,
    to: { address: to, name: null },
    from: { name: product?.senderName ?? "", address: product?.senderEmail ?? "" },
    replyTo: null,
    subject: mail.subject,
    text: mail.text,
    html: mail.html ?? null,
    headers: { "Auto-Submitted": "auto-generated" },
    receiptsUrl: null,
  };
  const limit = new AbortController();
  const cancel = deps.clock.after(TIMEOUT, () => limit.abort());
  try {
    await way.adapter.send(message, way.settings, AbortSignal.any([limit.signal, stop]));
  } catch (error) {
    // It went out, as far as anybody knows: a second mail would help nobody.
    if (!(error instanceof InDoubt)) throw error;
  } finally {
    cancel();
  }
}

/** One mail for many alerts, worst first. */
function listOf(alerts: readonly Alert[], url: string | null): AlertMail {
  const worst = alerts.toSorted((a, b) => b.score - a.score || a.dueBy - b.dueBy);
  const lines = worst.slice(0, MOST_LISTED).map(({ score, title, why, firstAction }) => {
    return `${score}  ${oneLine(title)}\n    ${oneLine(why)}\n    First: ${oneLine(firstAction)}`;
  });
  const more = worst.length - lines.length;
  return {
    subject: `${alerts.length} customers need somebody now`,
    text: [
      `${alerts.length} alerts came at about the same time, the most urgent first:`,
      ...lines,
      ...(more > 0 ? [`and ${more} more`] : []),
      ...(url === null ? [] : [`All of them: ${url}`]),
    ].join("\n\n"),
  };
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").slice(0, 300);

function delay(waits: Waits, id: string, now: Millis, after: Millis): void {
  const before = waits.get(id)?.wait;
  const wait = before === undefined ? FIRST_WAIT : Math.min(LONGEST_WAIT, before * 2);
  waits.set(id, { until: now + Math.max(wait, after), wait });
}

function forget(waits: Waits, alerts: readonly Alert[]): void {
  const open = new Set(alerts.map(({ id }) => id));
  for (const id of waits.keys()) if (!open.has(id)) waits.delete(id);
}
