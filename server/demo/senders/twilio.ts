import { createHmac } from "node:crypto";
import { DEMO_TENANT, type DemoKeys } from "../tenant.ts";
import type { Post } from "./post.ts";

/** What somebody writes back to the tenant's number, as Twilio posts it: a form, signed over address and fields. */
export function createTwilio(post: Post, keys: DemoKeys, url: () => string, newId: () => string) {
  return (from: string, text: string): Promise<void> => {
    const path = `/receipts/${DEMO_TENANT}/twilio`;
    const fields: readonly (readonly [string, string])[] = [
      ["AccountSid", `AC${"0".repeat(32)}`],
      ["Body", text],
      ["From", from],
      ["MessageSid", `SM${newId().replaceAll("-", "")}`],
      ["To", "+15005550100"],
    ];
    // In order of the names, as they stand above.
    const signed = url() + path + fields.flat().join("");
    const signature = createHmac("sha1", keys.secrets.twilio).update(signed).digest("base64");
    return post(path, new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(), {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "x-twilio-signature": signature,
    });
  };
}
