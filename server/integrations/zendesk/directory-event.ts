import type { Incoming } from "../../core/event.ts";
import { at, type Foreign, isoMillis, known, record, text } from "../../lib/foreign.ts";
import type { Maker } from "./maker.ts";
import { refOf } from "./ticket-event.ts";

/** Events about users and organisations: they tell how Zendesk calls the people and accounts we know. */
export function fromDirectory(type: string, body: Foreign, maker: Maker): Incoming | string {
  const id = text(body.id);
  const detail = record(body.detail);
  const ref = refOf(detail.id);
  if (id === undefined || ref === undefined) return "an event without an id";
  const base = { source: maker.source, id, time: isoMillis(body.time) ?? maker.request.receivedAt };
  const external = text(detail.external_id) ?? text(at(body, "event", "current"));
  const native =
    external === undefined || !(text(detail.external_id) === external || type.endsWith("external_id_changed"))
      ? undefined
      : { namespace: "native", value: external };
  if (/^organization\.(created|name_changed|external_id_changed)$/.test(type)) {
    const data = known({ name: text(detail.name, 200) });
    return { ...base, type: "account.updated", ...named("account", ref, native), data };
  }
  if (/^user\.(created|external_id_changed)$/.test(type)) return fromUser(base, detail, ref, native);
  return "an event that says nothing about a ticket, person or account";
}

type Base = Pick<Incoming, "source" | "id" | "time">;
type Named = NonNullable<Incoming["person"]>;

function fromUser(base: Base, detail: Foreign, ref: Named, native: Named | undefined): Incoming | string {
  const role = text(detail.role)?.toLowerCase();
  if (role === "agent" || role === "admin") return "a user who is no customer";
  const email = text(detail.email);
  const contact = known({ email, name: text(detail.name, 200), phone: text(detail.phone) });
  return {
    ...base,
    type: "person.identified",
    ...named("person", ref, native),
    ...known({ account: refOf(detail.organization_id) }),
    contact,
    data: known({ email, phone: contact.phone }),
  };
}

/** The tenant's own id leads where there is one; Zendesk's is another name for it. */
function named(who: "person" | "account", ref: Named, native: Named | undefined): Partial<Incoming> {
  if (native === undefined) return { [who]: ref };
  return who === "person" ? { person: native, alsoPerson: [ref] } : { account: native, alsoAccount: [ref] };
}
