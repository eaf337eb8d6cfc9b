import { leading } from "./dossier.ts";
import type { DeliveryBody, QuietBody, RequesterBody, RiskBody, SentMessageBody } from "./wire.ts";
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
  if (why === undefined) return w.t("headline.nothing");
  return kind === "account" ? w.t("headline.from_account", { account: name ?? id, why }) : alone(w, why);
}

/** What the server says in the middle of a sentence, as a line of its own. */
export const alone = ({ locale }: Words, text: string): string =>
  text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

/** What somebody is called: who has not logged in has no name, and an id that tells nothing. */
export const nameOf = (w: Words, id: string, name: string | null): string =>
  name ?? (id.startsWith("anonymous:") ? w.t("who.visitor") : id);

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
  // A channel in preview keeps its messages here: nobody got this one.
  message.delivery.preview && message.ended === "sent"
    ? w.t("message.preview")
    : w.t(ENDS[message.ended] ?? "message.unknown");
export const channelOf = (w: Words, channel: string): string => w.word("channel", channel);
const timeOf = ({ sentAt, createdAt }: DeliveryBody): string => sentAt ?? createdAt;

export const messageLine = (w: Words, message: SentMessageBody): string =>
  w.t("message.line", {
    channel: channelOf(w, message.delivery.channel),
    when: w.ago(timeOf(message.delivery)),
    result: endOf(w, message),
  });

/** Whether the message of the prediction is the last one too: it is told once. */
export const isToldByPrediction = ({ prediction, lastMessage }: RequesterBody["context"]): boolean =>
  lastMessage !== null &&
  prediction?.message?.delivery.id === lastMessage.delivery.id &&
  wasSent(lastMessage);

const wasSent = ({ ended }: SentMessageBody): boolean => ended !== "not_sent";

export function predictionLine(w: Words, body: RequesterBody): string | null {
  const { prediction, quiet } = body.context;
  if (prediction === null) return null;
  const when = w.ago(prediction.firedAt);
  const { message, name: pattern } = prediction;
  if (message !== null && wasSent(message)) {
    return w.t("predicted.with_message", { when, pattern, line: messageLine(w, message) });
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

/**
 * Who did something, as people call them: `agent:Lena Vogt (zendesk 77)` is "Lena Vogt", `agent:zendesk 77`, who gave no
 * name, is "Agent 77".
 */
export function actorOf(w: Words, actor: string): string {
  if (actor === "customer" || actor === "system") return w.t(`who.${actor}`);
  const name = actor.replace(/^[a-z]+:/, "").replace(/ \(zendesk \d+\)$/, "");
  const number = /^zendesk (\d+)$/.exec(name)?.[1];
  return number === undefined ? name : w.t("who.agent", { number });
}

/** What a colleague without this app needs to know, in plain text. */
export function noteOf(w: Words, body: RequesterBody): string {
  const risk = leading(body);
  const { lastMessage, quiet, next } = body.context;
  const lines = [
    risk === null ? w.t("state.no_data") : headlineOf(w, risk),
    predictionLine(w, body),
    ...(risk?.contributions ?? []).map(({ why, points }) => `- ${why} (${w.number(points, 1)})`),
    lastMessage === null || isToldByPrediction(body.context)
      ? null
      : w.t("message.last", { line: messageLine(w, lastMessage) }),
    quiet === null ? null : quietLine(w, quiet),
    next === null ? null : `${w.t("section.next_step")}: ${next.firstAction}`,
    risk === null ? null : w.t("headline.as_of", { when: w.moment(risk.asOf) }),
  ];
  return lines.filter((line) => line !== null).join("\n");
}
