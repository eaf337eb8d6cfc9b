import { createHmac } from "node:crypto";
import type { Happening } from "../history/story.ts";
import { DEMO_TENANT, type DemoKeys } from "../tenant.ts";
import type { Post } from "./post.ts";

/** Ticket events as Zendesk's webhooks send them, signed over timestamp and body. */
export function createZendesk(post: Post, keys: DemoKeys, newId: () => string) {
  return (happening: Happening): Promise<void> => {
    const body = JSON.stringify(ticketEvent(happening, newId()));
    const stamp = new Date().toISOString();
    const signature = createHmac("sha256", keys.secrets.zendesk).update(stamp).update(body).digest("base64");
    return post(`/webhooks/${DEMO_TENANT}/zendesk`, body, {
      "content-type": "application/json; charset=utf-8",
      "x-zendesk-account-id": "22129848",
      "x-zendesk-webhook-id": "01GDXSEWGZV8T2W3JRDQ4S8G1Q",
      "x-zendesk-webhook-invocation-id": newId(),
      "x-zendesk-webhook-signature": signature,
      "x-zendesk-webhook-signature-timestamp": stamp,
    });
  };
}

function ticketEvent({ at, type, account, person, data }: Happening, id: string) {
  const time = new Date(at).toISOString();
  const ticket = String(data.ticket);
  const solved = type === "ticket.solved";
  return {
    account_id: 22_129_848,
    detail: {
      actor_id: person?.zendeskId ?? null,
      assignee_id: null,
      created_at: time,
      id: ticket,
      is_public: true,
      organization_id: account.zendeskId,
      priority: "NORMAL",
      requester_id: person?.zendeskId ?? null,
      status: solved ? "SOLVED" : "NEW",
      subject: "a question",
      submitter_id: person?.zendeskId ?? null,
      tags: [String(data.category)],
      type: "QUESTION",
      updated_at: time,
      via: { channel: "web_service" },
    },
    event: solved ? { current: "SOLVED", previous: "OPEN" } : {},
    id,
    subject: `zen:ticket:${ticket}`,
    time,
    type: solved ? "zen:event-type:ticket.status_changed" : "zen:event-type:ticket.created",
    zendesk_event_version: "2022-11-06",
  };
}
