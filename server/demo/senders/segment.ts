import type { Happening } from "../history/story.ts";
import type { DemoKeys } from "../tenant.ts";
import type { Post } from "./post.ts";

/** Names as people give them in Segment; what is not here goes by our own name. */
const NAMES: { readonly [type: string]: string } = {
  "auth.login_failed": "Login Failed",
  "auth.login_succeeded": "Signed In",
  "checkout.started": "Checkout Started",
  "checkout.abandoned": "Cart Abandoned",
  "checkout.completed": "Checkout Completed",
  "config.save_failed": "Settings Save Failed",
  "form.validation_failed": "Form Validation Failed",
  "ui.rage_click": "Rage Click",
  "ui.dead_click": "Dead Click",
  "plan.cancel_viewed": "Cancel Page Viewed",
};

/** Somebody who is not logged in: known by the session of the page only. */
export interface Anonymous {
  readonly session: string;
}

/** What happens in the product, as Segment's libraries send it: batches, with the write key as user name. */
export function createSegment(post: Post, keys: DemoKeys, newId: () => string) {
  const authorization = `Basic ${Buffer.from(`${keys.write}:`).toString("base64")}`;
  const send = (calls: readonly object[]) =>
    post("/v1/batch", JSON.stringify({ batch: calls, sentAt: new Date().toISOString() }), {
      "content-type": "application/json",
      authorization,
    });
  const context = { library: { name: "analytics.js", version: "2.11.1" } };
  return {
    tell: ({ at, type, account, person, data }: Happening): Promise<void> => {
      const base = {
        messageId: newId(),
        timestamp: new Date(at).toISOString(),
        context: { ...context, groupId: account.id },
        ...(person === null ? { anonymousId: account.id } : { userId: person.id }),
      };
      if (type === "page.viewed") {
        return send([{ ...base, type: "page", properties: { path: data.page, dwellMs: data.dwellMs } }]);
      }
      return send([{ ...base, type: "track", event: NAMES[type] ?? type, properties: data }]);
    },
    anonymousLoginFailed: ({ session }: Anonymous, at: number): Promise<void> =>
      send([
        {
          type: "track",
          event: "Login Failed",
          messageId: newId(),
          anonymousId: session,
          timestamp: new Date(at).toISOString(),
          context,
          properties: { reason: "wrong_password" },
        },
      ]),
  };
}
