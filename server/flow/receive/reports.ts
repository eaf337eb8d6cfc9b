import type { Incoming, Report } from "../../core/event.ts";
import type { Millis } from "../../core/time.ts";

/** Happenings that are remembered: minutes of a very busy tenant. */
const MOST_REMEMBERED = 10_000;

/** What several reports turned out to be about. */
interface Happening {
  /** The id under which the first report was counted. */
  readonly id: string;
  readonly at: Millis;
  /** What it is called, by what the name names; a second name of one sort is another happening. */
  readonly names: Map<string, string>;
  /** The report of each kind, and the id it was given: one that is sent again is no second report. */
  readonly kinds: Map<string, { readonly own: string; readonly given: string }>;
  readonly keys: string[];
  detail: number;
}

/**
 * Gives all reports of one happening the id of the first, so that the pipeline counts them once, in whatever order
 * they come. What it remembers is not kept on disk, and need not be: where reports share an identity by themselves
 * (as Stripe's do by the charge) they already have the same id, and the pipeline knows that for seven days.
 */
export function createReportJoiner(most = MOST_REMEMBERED): (tenant: string, incoming: Incoming) => Incoming {
  const byName = new Map<string, Happening[]>();
  const remembered: Happening[] = [];

  const remember = (key: string, happening: Happening) => {
    const others = byName.get(key);
    if (others === undefined) byName.set(key, [happening]);
    else if (!others.includes(happening)) others.push(happening);
    else return;
    happening.keys.push(key);
  };
  const forget = (happening: Happening) => {
    for (const key of happening.keys) {
      const left = byName.get(key)?.filter((other) => other !== happening) ?? [];
      if (left.length === 0) byName.delete(key);
      else byName.set(key, left);
    }
  };

  return (tenant, incoming) => {
    const { report } = incoming;
    if (report === undefined) return incoming;
    const prefix = `${tenant}\u0000${incoming.source}\u0000${incoming.type}\u0000`;
    const keys = Object.entries(report.names).map(([what, name]) => `${prefix}${what}\u0000${name}`);
    const found = best(
      keys
        .flatMap((key) => byName.get(key) ?? [])
        .filter((happening) => belongs(incoming, report, happening)),
    );
    const happening = found ?? newHappening(incoming, report);
    for (const [what, name] of Object.entries(report.names)) happening.names.set(what, name);
    for (const key of keys) remember(key, happening);
    if (found === undefined) {
      remembered.push(happening);
      if (remembered.length > most) remembered.splice(0, most / 10).forEach(forget);
    }
    return joined(incoming, report, happening);
  };
}

function newHappening({ id, time }: Incoming, { detail }: Report): Happening {
  return { id, at: time, names: new Map(), kinds: new Map(), keys: [], detail };
}

/**
 * A report may turn out to be about two: a charge and an invoice that shared no name until the intent had both. The
 * one that knows more was counted for good, so this adds nothing to it; among equals the first name decides.
 */
function best(candidates: readonly Happening[]): Happening | undefined {
  return candidates.reduce<Happening | undefined>(
    (found, next) => (found === undefined || next.detail > found.detail ? next : found),
    undefined,
  );
}

function belongs(incoming: Incoming, report: Report, happening: Happening): boolean {
  if (Math.abs(incoming.time - happening.at) > report.within) return false;
  const same = happening.kinds.get(report.kind);
  if (same !== undefined && same.own !== incoming.id) return false;
  return Object.entries(report.names).every(([what, name]) => (happening.names.get(what) ?? name) === name);
}

/** A report that knows more than the counted one counts too, as its patterns would otherwise never see it. */
function joined(incoming: Incoming, report: Report, happening: Happening): Incoming {
  const own = incoming.id;
  const before = happening.kinds.get(report.kind);
  if (before !== undefined) return { ...incoming, id: before.given };
  const more = report.detail > happening.detail;
  const given = more ? `${happening.id}:${report.detail}` : happening.id;
  happening.detail = Math.max(happening.detail, report.detail);
  happening.kinds.set(report.kind, { own, given });
  return { ...incoming, id: given };
}
