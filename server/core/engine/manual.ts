/** Messages that a colleague sends by hand. */
import type { ControlOf } from "../control.ts";
import type { Delivery } from "../delivery.ts";
import { messageValues } from "../explain.ts";
import { inRollout } from "../policy/rollout.ts";
import { DAY } from "../time.ts";
import { stopRow } from "./decisions.ts";
import { personOf } from "./profile.ts";
import { putDelivery, reserve, UNTOUCHED } from "./rows.ts";
import type { Turn } from "./turn.ts";

/** Receipts for a message by hand are taken for so long. */
const MANUAL_KEPT = 30 * DAY;

/** A message by hand, to be claimed by the deliverer like any other. */
export function sendByHand(turn: Turn, control: ControlOf<"manual">): void {
  if (control.undo === true) return takeBackByHand(turn, control.delivery);
  if (turn.unit.deliveries.has(control.delivery)) return;
  forgetOldManual(turn);
  const tracked = control.match === null ? undefined : turn.unit.tracked.get(control.match);
  // Nothing leaves before the account is live, by hand neither.
  const dry = !inRollout(turn.tenant, turn.unit);
  const row: Delivery = {
    id: control.delivery,
    tenant: turn.unit.tenant,
    unit: turn.unit.id,
    decision: "",
    match: control.match ?? "",
    pattern: tracked?.match.pattern ?? "",
    family: tracked?.match.family ?? "",
    account: turn.unit.account?.id ?? null,
    person: control.person,
    session: null,
    channel: control.channel,
    step: 0,
    template: control.template,
    templateVersion: turn.tenant.templates.get(control.template) ?? "",
    values: tracked === undefined ? {} : messageValues(tracked.match),
    createdAt: turn.now,
    notBefore: turn.now,
    dueBy: turn.now + DAY,
    priority: 100,
    released: false,
    status: dry ? "dry_run" : "queued",
    ...UNTOUCHED,
    sentAt: dry ? turn.now : null,
    manual: { actor: control.actor, reason: control.reason },
    simulated: false,
  };
  personOf(turn, control.person);
  putDelivery(turn, row);
  reserve(turn, row, dry ? "sent" : "reserved", dry);
}

/** What is being sent, or was, stays: nobody can call it back. */
function takeBackByHand(turn: Turn, delivery: string): void {
  const row = turn.unit.deliveries.get(delivery);
  if (row?.status === "queued") stopRow(turn, row, "taken_back");
}

/** Rows of a match go with the match; of those without one, nobody asks for ever. */
function forgetOldManual(turn: Turn): void {
  for (const row of [...turn.unit.deliveries.values()]) {
    const isOver = row.status !== "queued" && row.status !== "sending" && row.status !== "in_doubt";
    if (row.match === "" && isOver && turn.now - row.createdAt > MANUAL_KEPT) {
      turn.unit.deliveries.delete(row.id);
    }
  }
}
