import type { Happening } from "../history/story.ts";
import type { DemoKeys } from "../tenant.ts";
import type { Post } from "./post.ts";

const SOURCES: { readonly [prefix: string]: string } = {
  api: "api-gateway",
  webhook: "api-gateway",
  usage: "metering",
  order: "shop",
  service: "monitoring",
  security: "identity",
  health: "success-platform",
};

/** The tenant's own systems: CloudEvents with the write token. */
export function createNative(post: Post, keys: DemoKeys, newId: () => string) {
  return ({ at, type, account, person, data }: Happening): Promise<void> => {
    const event = {
      specversion: "1.0",
      id: newId(),
      source: SOURCES[type.slice(0, type.indexOf("."))] ?? "product",
      type,
      time: new Date(at).toISOString(),
      subject: `account/${account.id}`,
      data: { ...data, ...(person === null ? {} : { user: person.id }) },
    };
    return post("/v1/events", JSON.stringify(event), {
      "content-type": "application/cloudevents+json",
      authorization: `Bearer ${keys.write}`,
    });
  };
}
