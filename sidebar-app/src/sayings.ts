import { leading } from "./dossier.ts";
import type { AuditBody, DeliveryBody, QuietBody, RequesterBody, RiskBody, SentMessageBody } from "./wire.ts";
import type { Key, Words } from "./words.ts";

/** Data in words: from what the server knows to one line that a person reads. */

/** "85 critical, from Acme: 12 rate-limit errors" */
export function headlineOf(w: Words, risk: RiskBody): string {
  const { score, band, kind, name, id } = risk;
  const why = risk.contributions[0]?.why;
  if (why === undefined) return w.t("headline.calm", { score, band });
  return kind === "account"
    ? w.t("headline.account", { score, band, account: name ?? id, why })
    : w.t("headline.person", { score, band, why });
}

/** The same without the number, which stands beside it. */
export function reasonOf(w: Words, { kind, name, id, contributions }: RiskBody): string {
  const why = contributions[0]?.why;
  if (why === undefined) return w.t("match.none");
  return kind === "account" ? w.t("headline.from_account", { account: name ?? id, why }) : why;
}

const ENDS: Readonly<Record<SentMessageBody["ended"], Key>> = {
  waiting: "message.queued",
  sent: "message.sent",
  delivered: "message.delivered",
  shown: "message.seen",
  opened: "message.seen",
  clicked: "message.clicked",
  failed: "message.failed",
  not_sent: "message.suppressed",
  unknown: "message.unknown",
  dry_run: "message.dry_run",
};

export const endOf = (w: Words, message: SentMessageBody): string =>
  w.t(ENDS[message.ended] ?? "message.unknown");
export const channelOf = (w: Words, channel: string): string => w.word("channel", channel);
const timeOf = ({ sentAt, createdAt }: DeliveryBody): string => sentAt ?? createdAt;

export const messageLine = (w: Words, message: SentMessageBody): string =>
  w.t("message.line", {
    channel: channelOf(w, message.delivery.channel),
    when: w.ago(timeOf(message.delivery)),
    result: endOf(w, message),
  });

export function predictionLine(w: Words, body: RequesterBody): string | null {
  const { prediction, quiet } = body.context;
  if (prediction === null) return null;
  const when = w.ago(prediction.firedAt);
  const { message, name: pattern } = prediction;
  if (message !== null && message.ended !== "not_sent") {
    const channel = channelOf(w, message.delivery.channel);
    return w.t("predicted.with_message", { when, pattern, channel, result: endOf(w, message) });
  }
  const reason = message?.delivery.detail ?? quiet?.reason ?? helpReason(body, prediction.match) ?? "none";
  return w.t("predicted.without_message", { when, pattern, reason: w.word("reason", reason) });
}

function helpReason({ personRisk, accountRisk }: RequesterBody, match: string): string | undefined {
  const matches = [personRisk, accountRisk].flatMap((risk) => risk?.openMatches ?? []);
  return matches.find((each) => each.match === match)?.help?.reason;
}

/** "No messages until Tue 14:10, because of ticket #4711" */
export function quietLine(w: Words, { reason, kind, until, ticket }: QuietBody): string {
  if (reason === "opted_out") return w.t("quiet.stopped");
  if (until !== null && ticket !== null) return w.t("quiet.ticket", { when: w.moment(until), ticket });
  if (until !== null && !isForEver(until)) {
    return w.t("quiet.until", { when: w.moment(until), reason: w.word("reason", reason) });
  }
  if (reason === "paused" && kind === "hold") return w.t("quiet.paused");
  return w.t("quiet.none", { reason: w.word("reason", reason) });
}

/** Until somebody ends it: the last moment that a Date can hold. */
export const isForEver = (iso: string): boolean => !(Date.parse(iso) < 8e15);

const DEEDS: Readonly<Record<string, Key>> = {
  "person.pause": "action.pause",
  "person.resume": "action.resume",
  "person.stop": "action.stop",
  "person.link": "action.link",
  "match.false_alarm": "action.false_alarm",
  "decision.approve": "action.approve",
  "decision.edit": "action.edit",
  "decision.reject": "action.reject",
  "alert.assign": "action.hand_over",
  "delivery.manual": "action.send",
  undo: "action.undo",
};

export function deedOf(w: Words, { action }: AuditBody): string {
  const key = DEEDS[action];
  return key === undefined ? action.replaceAll(/[._]/g, " ") : w.t(key);
}

/** What a colleague without this app needs to know, in plain text. */
export function noteOf(w: Words, body: RequesterBody): string {
  const risk = leading(body);
  const { lastMessage, quiet, next } = body.context;
  const lines = [
    risk === null ? w.t("state.no_data") : headlineOf(w, risk),
    predictionLine(w, body),
    ...(risk?.contributions ?? []).map(({ why, points }) => `- ${why} (${w.number(points, 1)})`),
    lastMessage === null ? null : w.t("message.last", { line: messageLine(w, lastMessage) }),
    quiet === null ? null : quietLine(w, quiet),
    next === null ? null : `${w.t("section.next_step")}: ${next.firstAction}`,
    risk === null ? null : w.t("headline.as_of", { when: w.moment(risk.asOf) }),
  ];
  return lines.filter((line) => line !== null).join("\n");
}
