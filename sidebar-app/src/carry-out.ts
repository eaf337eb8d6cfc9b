import type { Api } from "./api.ts";
import type { Ask, Filled, Preview } from "./asks.ts";
import type { ActionBody } from "./wire.ts";

/**
 * Does what was asked, as long as things are as the agent saw them.
 * @param key the same key sends a message once, however often it is tried
 * @throws ApiError `conflict` when somebody was first
 */
export function carryOut(
  api: Api,
  ask: Ask,
  filled: Filled,
  key: string,
  preview: Preview | null,
): Promise<ActionBody> {
  const { reason } = filled;
  const id = encodeURIComponent;
  switch (ask.kind) {
    case "false_alarm":
      return api.post(
        `/matches/${id(ask.match.match)}/verdict`,
        { verdict: "false_alarm", reason },
        { ifMatch: ask.revision },
      );
    case "pause":
      return api.post(
        `/persons/${id(ask.person)}/pause`,
        { reason, ...(filled.until === undefined ? {} : { until: filled.until }) },
        { ifMatch: ask.revision },
      );
    case "resume":
    case "stop":
      return api.post(`/persons/${id(ask.person)}/${ask.kind}`, { reason }, { ifMatch: ask.revision });
    case "approve":
    case "reject":
    case "edit":
      return api.post(
        `/decisions/${id(ask.review.decision)}/review`,
        { answer: ask.kind, reason, ...(ask.kind === "edit" ? { text: filled.text ?? "" } : {}) },
        { ifMatch: ask.review.revision },
      );
    case "send":
      return api.post(
        "/deliveries",
        {
          ...messageOf(ask, filled.template ?? "", filled.channel ?? ""),
          reason,
          ...(preview?.body?.guardResult === "override" ? { override: true } : {}),
        },
        { key },
      );
    case "hand_over":
      return api.post(
        `/alerts/${id(ask.alert.id)}/assign`,
        { assignee: ask.owner, reason },
        { ifMatch: String(ask.alert.revision) },
      );
    case "link":
      return api.post(`/persons/${id(filled.person ?? "")}/link`, {
        reason,
        ...(ask.zendeskId === null ? {} : { zendeskId: ask.zendeskId }),
        ...(ask.email === null ? {} : { email: ask.email }),
      });
    case "undo":
      return api.post(`/actions/${id(ask.action)}/undo`, { reason });
  }
}

/** A message by hand, as the API wants it. */
export function messageOf(ask: Extract<Ask, { kind: "send" }>, template: string, channel: string) {
  const match = ask.choices.find((choice) => choice.template === template)?.match ?? null;
  return { person: ask.person, template, channel, ...(match === null ? {} : { match }) };
}
