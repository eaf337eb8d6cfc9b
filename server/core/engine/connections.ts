/** Connections through which messages leave: ops hear once when one does not work, and again when it does. */
import type { UnitControl } from "../control.ts";
import type { Alert } from "../delivery.ts";
import type { ChannelKind } from "../tenant.ts";
import { MINUTE } from "../time.ts";
import { FRESH, ownerOf, putAlert, resolveAlert } from "./alerts.ts";
import type { Turn } from "./turn.ts";

type Connection = Extract<UnitControl, { readonly kind: "connection" }>;

/** Messages wait or fail meanwhile. */
const DUE = 15 * MINUTE;
const SCORE = 90;

export function takeConnection(turn: Turn, control: Connection): void {
  const { population } = turn.unit;
  if (population === null) return;
  const open = openAlert(turn, control.channel);
  if (control.what === "works") {
    population.broken.delete(control.channel);
    if (open === undefined) return;
    resolveAlert(turn, open);
    turn.unit.alerts.delete(open.id);
    return;
  }
  if (open !== undefined) return;
  const alert = alertOf(turn, control);
  population.broken.set(control.channel, alert.id);
  putAlert(turn, alert);
}

/** One that a person has resolved is over: what fails afterwards is news. */
function openAlert({ unit }: Turn, channel: ChannelKind): Alert | undefined {
  const alert = unit.alerts.get(unit.population?.broken.get(channel) ?? "");
  return alert?.state === "resolved" ? undefined : alert;
}

function alertOf(turn: Turn, { channel, system, what, detail }: Connection): Alert {
  const refused = what === "bad_credentials";
  return {
    id: turn.hash("connection", turn.unit.tenant, channel, system, turn.now),
    tenant: turn.unit.tenant,
    unit: turn.unit.id,
    match: null,
    pattern: null,
    incident: null,
    account: null,
    person: null,
    kind: "connection",
    title: `No ${WORDS[channel] ?? channel} goes out through ${system}`,
    why: refused
      ? `${system} refuses the credentials: ${detail}. Nothing is tried with them any more.`
      : `Calls to ${system} keep failing. One is tried every 30 s; messages wait meanwhile.`,
    firstAction: refused
      ? `Give ${system} new credentials: \`forestall channel add ${system} --tenant ${turn.unit.tenant} --set ...\`.`
      : `Look at the status page of ${system}, and at the log for what it answers.`,
    playbook: refused
      ? "Check in the provider's console whether the key was revoked or lacks a permission, make a new one and connect the channel again. Messages that still wait leave within seconds."
      : "If the provider is down, there is nothing to do here: what waits leaves when it works again, and what comes due before takes the next channel. If only we are refused, ask the provider why.",
    owner: ownerOf(turn, "support-ops"),
    score: SCORE,
    createdAt: turn.now,
    dueBy: turn.now + DUE,
    ...FRESH,
    simulated: false,
  };
}

const WORDS: { readonly [kind in ChannelKind]?: string } = { email: "email", sms: "SMS", voice: "call" };
