import { z } from "zod";
import { guard } from "./actions.ts";
import { list, number, part, text, textOrNull, time } from "./base.ts";

/** What stands around every answer. */

export interface PageBody<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly unreadable?: number | undefined;
}

/** A page of a list. */
export const pageReply = <Item>(item: z.ZodType<Item>): z.ZodType<PageBody<Item>> =>
  part("A page of a list", {
    items: list("What is on this page", item),
    next: textOrNull("Goes back as `after`; null on the last page"),
    unreadable: number(
      "How many more would stand on this page and cannot be read; not there when all can",
    ).optional(),
  });

export const whoActed = z.object({
  actor: text("Who"),
  at: time("When"),
  action: text("What they did, such as `alert.acknowledge`"),
});

/** RFC 9457, with our further members. A member that we add must not break an old client, so it is no strict object. */
export const problem = z
  .object({
    type: text("A stable word for programs").meta({ examples: ["urn:forestall:problem:not-found"] }),
    title: text("What kind of refusal it is, in a few words"),
    status: number("The status of the answer"),
    detail: text("A sentence a person can act on"),
    instance: text("Names the request in our log"),
    reason: text(
      "On 401: `session_expired` when a page in Zendesk has to be opened anew. On 409: `too_late` when a message has left",
    ).optional(),
    errors: z
      .array(
        z.object({
          in: text("`query`, `body` or `path`"),
          path: text("The field, with dots; empty for the whole"),
          message: text("What to send instead"),
        }),
      )
      .optional()
      .describe("On 400: which part of the request is wrong, and why"),
    first: whoActed.nullable().optional().describe("On 409: who was first"),
    guards: z.array(guard).optional().describe("On 409 of a message sent by hand: what stands in its way"),
  })
  .meta({ id: "Problem", description: "Refused, with a reason a person can act on" });
