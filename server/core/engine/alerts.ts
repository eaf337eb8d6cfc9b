import type { ControlOf } from "../control.ts";
import type { Alert } from "../delivery.ts";
import { clueOf } from "../explain.ts";
import type { Match } from "../match.ts";
import type { GuardResult } from "../policy/contract.ts";
import { customerWords, reasonWords } from "../reasons.ts";
import type { Millis } from "../time.ts";
import type { Tracked } from "../unit.ts";
import type { Turn } from "./turn.ts";

/** What every alert begins with: nobody is on it yet. */
export const FRESH = {
  state: "open",
  assignee: null,
  snoozedUntil: null,
  revision: 1,
} as const satisfies Partial<Alert>;

/** Raises (at most once per match and kind) what ops sees: owner, first action, due time. */
export function raiseAlert(
  turn: Turn,
  tracked: Tracked,
  kind: string,
  role: string,
  score: number,
  dueBy: Millis,
  result?: GuardResult,
): void {
  const { match } = tracked;
  const pattern = turn.tenant.library.byId(match.pattern);
  const id = turn.hash("alert", match.id, kind);
  if (pattern === undefined || turn.unit.alerts.has(id)) return;
  const heldBack =
    result !== undefined && result.kind !== "send"
      ? ` No message went out: ${reasonWords(result.reason)}.`
      : "";
  putAlert(turn, {
    id,
    tenant: match.tenant,
    unit: match.unit,
    match: match.id,
    pattern: pattern.id,
    incident: null,
    account: match.account,
    person: match.person,
    kind,
    title: `${pattern.name}: ${whoOf(turn, match)}`,
    why: `${clueOf(pattern, match)}.${heldBack}`,
    firstAction: pattern.firstAction,
    playbook: pattern.playbookText,
    owner: ownerOf(turn, role),
    score,
    createdAt: turn.now,
    dueBy,
    ...FRESH,
    simulated: turn.simulated || match.simulated,
  });
}

function whoOf({ unit }: Turn, match: Match): string {
  const name = unit.account?.id === match.account ? unit.account?.name : null;
  return customerWords(match, name) ?? match.key;
}

/** The account's own owner first, then whoever holds the role, then the tenant's default owner. */
export function ownerOf(turn: Turn, role: string): string {
  const { owners } = turn.tenant.settings;
  const own = role === "csm" ? turn.unit.account?.owner : null;
  return own ?? owners[role] ?? owners.default ?? role;
}

export function putAlert(turn: Turn, alert: Alert): void {
  turn.unit.alerts.set(alert.id, alert);
  turn.effects.push({ kind: "alert", row: alert });
}

/** Nobody needs to look any more. */
export function resolveAlert(turn: Turn, alert: Alert): void {
  putAlert(turn, { ...alert, state: "resolved", revision: alert.revision + 1 });
}

/** An alert is taken, handed on, put off, resolved, or as it was before. */
export function changeAlert(turn: Turn, control: ControlOf<"alert">): void {
  const alert = turn.unit.alerts.get(control.alert);
  if (alert === undefined) return;
  // Somebody else was first: the caller reads the unchanged row and tells who.
  if (control.expect !== undefined && control.expect !== alert.revision) return;
  putAlert(turn, { ...alert, ...alertChanges(control), revision: alert.revision + 1 });
}

function alertChanges(control: ControlOf<"alert">): Partial<Alert> {
  switch (control.action) {
    case "acknowledge":
      return { state: "acknowledged", assignee: control.assignee ?? control.actor };
    case "assign":
      return { assignee: control.assignee ?? control.actor };
    case "snooze":
      return { state: "snoozed", snoozedUntil: control.until ?? null };
    case "resolve":
      return { state: "resolved" };
    case "restore":
      return control.before ?? { state: "open", snoozedUntil: null };
  }
}
