import { createHmac } from "node:crypto";
import type { Happening } from "../history/story.ts";
import { DEMO_TENANT, type DemoKeys } from "../tenant.ts";
import type { Post } from "./post.ts";

/** Errors as Sentry's alert rules send them: the whole error event, signed with the client secret. */
export function createSentry(post: Post, keys: DemoKeys, newId: () => string) {
  return (happening: Happening): Promise<void> => {
    const body = JSON.stringify({
      action: "triggered",
      actor: { id: "sentry", name: "Sentry", type: "application" },
      installation: { uuid: "7a485448-a9e2-4c85-8a3c-4f44175783c9" },
      data: { event: eventOf(happening, newId()), triggered_rule: "Tell Forestall" },
    });
    const signature = createHmac("sha256", keys.secrets.sentry).update(body).digest("hex");
    return post(`/webhooks/${DEMO_TENANT}/sentry`, body, {
      "content-type": "application/json",
      "request-id": newId(),
      "sentry-hook-resource": "event_alert",
      "sentry-hook-timestamp": String(Math.floor(Date.now() / 1_000)),
      "sentry-hook-signature": signature,
    });
  };
}

function eventOf({ at, type, account, person, data }: Happening, id: string) {
  const isCall = type.startsWith("api.");
  const name = isCall ? "HTTPError" : String(data.errorCode ?? "Error");
  const tags: [string, string][] = [["account", account.id]];
  if (isCall) tags.push(["http.status_code", String(data.status)], ["endpoint", String(data.endpoint)]);
  return {
    event_id: id.replaceAll("-", ""),
    title: name,
    culprit: String(data.screen ?? data.endpoint ?? "app"),
    level: type === "app.crashed" ? "fatal" : String(data.severity ?? "error"),
    platform: "javascript",
    project: 4_501,
    timestamp: at / 1_000,
    datetime: new Date(at).toISOString(),
    metadata: { type: name },
    exception: { values: [{ type: name }] },
    tags,
    ...(data.screen === undefined ? {} : { transaction: data.screen }),
    ...(person === null ? {} : { user: { id: person.id, email: person.email } }),
  };
}
