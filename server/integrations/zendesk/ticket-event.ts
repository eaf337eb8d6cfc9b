import type { Incoming, Ref } from "../../core/event.ts";
import { at, type Foreign, isoMillis, known, list, record, text } from "../../lib/foreign.ts";
import type { Maker } from "./maker.ts";

/** A ticket in one of these states is no longer open. */
const DONE = new Set(["solved", "closed"]);
/** A ticket that was deleted, as spam or by mistake, or merged into another, waits for nobody. */
const GONE = new Set([
  "ticket.deleted",
  "ticket.soft_deleted",
  "ticket.permanently_deleted",
  "ticket.merged",
]);

/**
 * An event that Zendesk sends by subscription: fixed schema, ids as text, enums in capitals, nanoseconds. The subject,
 * the description and comments stay out: nobody's words are stored.
 */
export function fromTicketEvent(type: string, body: Foreign, maker: Maker): Incoming | string {
  const detail = record(body.detail);
  const change = record(body.event);
  const id = text(body.id);
  const ticket = text(detail.id) ?? text(body.subject)?.replace("zen:ticket:", "");
  if (id === undefined || ticket === undefined) return "a ticket event without an id";
  const tags = tagsOf(detail.tags);
  const ours = whyOurs(detail, change, tags, maker);
  if (ours !== null) return ours;
  const meaning = meaningOf(type, change);
  const data = { ticket, category: categoryOf(tags, maker), channel: text(at(detail, "via", "channel")) };
  return {
    source: maker.source,
    id,
    type: meaning.type,
    time: isoMillis(body.time) ?? maker.request.receivedAt,
    ...known({ person: refOf(detail.requester_id), account: refOf(detail.organization_id) }),
    data: known({ ...data, rating: meaning.rating }),
  };
}

function meaningOf(type: string, change: Foreign): { readonly type: string; readonly rating?: string } {
  if (type === "ticket.created") return { type };
  if (GONE.has(type)) return { type: "ticket.solved" };
  if (type === "ticket.status_changed") return { type: statusType(change.current, change.previous) };
  const rating = type.includes("satisfaction") ? text(change.current)?.toLowerCase() : undefined;
  return rating === undefined ? { type: "ticket.updated" } : { type: "ticket.rated", rating };
}

export function statusType(current: unknown, previous: unknown): string {
  const now = isDone(current);
  const before = isDone(previous);
  if (now && !before) return "ticket.solved";
  return before && !now ? "ticket.reopened" : "ticket.updated";
}

export function isDone(status: unknown): boolean {
  return DONE.has(text(status)?.toLowerCase() ?? "");
}

/**
 * Forestall writes to tickets too, and Zendesk tells of that as of everything else. Without this guard the product
 * would answer itself.
 */
function whyOurs(
  detail: Foreign,
  change: Foreign,
  tags: readonly string[],
  { settings }: Maker,
): string | null {
  const author = text(at(change, "comment", "author", "id"));
  const actor = text(detail.actor_id) ?? author;
  const users = settings.integrationUserIds;
  if (actor !== undefined && users.includes(actor)) return "written by Forestall's own user";
  if (author !== undefined && users.includes(author)) return "written by Forestall's own user";
  if (tags.includes(settings.ownTag)) return "a ticket that Forestall opened";
  const moved = [...tagsOf(change.tags_added), ...tagsOf(change.tags_removed)];
  const own = (tag: string) => tag === settings.ownTag || tag.startsWith(`${settings.ownTag}_`);
  return moved.length > 0 && moved.every(own) ? "only Forestall's tags changed" : null;
}

/** A list, or words with spaces between, as placeholders give them. */
export function tagsOf(value: unknown): readonly string[] {
  const words = typeof value === "string" ? value.slice(0, 5_000).split(/[\s,]+/) : list(value);
  return words.flatMap((word) => text(word, 100) ?? []).slice(0, 100);
}

export function categoryOf(tags: readonly string[], { settings }: Maker): string | undefined {
  const { categoryTags, ownTag } = settings;
  if (categoryTags.length > 0) return tags.find((tag) => categoryTags.includes(tag));
  return tags.find((tag) => !tag.startsWith(ownTag));
}

export function refOf(value: unknown): Ref | undefined {
  const id = text(value);
  return id === undefined ? undefined : { namespace: "zendesk", value: id };
}
