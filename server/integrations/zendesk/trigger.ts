import type { Incoming, Ref } from "../../core/event.ts";
import { at, type Foreign, first, isoMillis, known, text } from "../../lib/foreign.ts";
import { sha256Of } from "../../lib/signature.ts";
import type { Maker } from "./maker.ts";
import { categoryOf, isDone, statusType, tagsOf } from "./ticket-event.ts";

/** What the template may say happened, where the trigger's author knows. */
const SAID = new Set(["created", "updated", "solved", "reopened"]);

/** A ticket whose two times lie this close together was just created. */
const SAME_MOMENT = 2_000;

/**
 * What a trigger or automation sends: the template of docs/sources.md, or something close to it that an admin wrote.
 * All values are texts, some of them empty; dates may be in any language.
 */
export function fromTrigger(body: Foreign, maker: Maker): Incoming | string {
  const ticket = text(body.v) === "1" && body.kind === "ticket" ? text(body.id) : text(body.ticket_id);
  if (ticket === undefined) return "neither a Zendesk event nor the published template";
  const tags = tagsOf(body.tags);
  if (tags.includes(maker.settings.ownTag)) return "a ticket that Forestall opened";
  const type = typeOf(body);
  const updatedAt = isoMillis(body.updated_at);
  const category = text(body.category) ?? categoryOf(tags, maker);
  return {
    source: maker.source,
    id: identityOf(ticket, type, updatedAt, maker),
    type,
    time: updatedAt ?? maker.request.receivedAt,
    ...whoOf(body),
    data: known({ ticket, category, channel: text(body.channel) }),
  };
}

function typeOf(body: Foreign): string {
  const said = text(body.event)?.toLowerCase();
  if (said !== undefined && SAID.has(said)) return `ticket.${said}`;
  const status = first(text(body.status), text(body.ticket_status));
  if (isDone(status)) return "ticket.solved";
  const previous = text(body.previous_status);
  if (previous !== undefined && isDone(previous)) return statusType(status, previous);
  const created = isoMillis(body.created_at);
  const updated = isoMillis(body.updated_at);
  const fresh = created !== undefined && updated !== undefined && updated - created <= SAME_MOMENT;
  return fresh ? "ticket.created" : "ticket.updated";
}

/**
 * What is signed tells deliveries apart before what is not: whoever caught a delivery could send it again under
 * another invocation id. Only a body without an exact time needs that id.
 */
function identityOf(ticket: string, type: string, updatedAt: number | undefined, { request }: Maker): string {
  if (updatedAt !== undefined) return `${ticket}:${type}:${updatedAt}`;
  const invocation = text(request.headers["x-zendesk-webhook-invocation-id"]);
  return invocation ?? `${ticket}:${sha256Of(request.body).slice(0, 32)}`;
}

function whoOf(body: Foreign): Partial<Incoming> {
  const email = text(at(body, "requester_email"));
  const refs: readonly (Ref | undefined)[] = [
    ref("native", body.requester_external_id),
    ref("zendesk", body.requester_id),
    email === undefined ? undefined : { namespace: "email", value: email },
  ];
  const [person, ...also] = refs.filter((each) => each !== undefined);
  // Only our template promises that this is the external id; elsewhere it is the name that people read.
  const account = text(body.v) === "1" ? ref("native", body.organization) : undefined;
  return known({
    person,
    alsoPerson: also.length === 0 ? undefined : also,
    account: account ?? ref("zendesk", body.organization_id),
    contact: email === undefined ? undefined : { email },
  });
}

function ref(namespace: string, value: unknown): Ref | undefined {
  const id = text(value);
  return id === undefined ? undefined : { namespace, value: id };
}
