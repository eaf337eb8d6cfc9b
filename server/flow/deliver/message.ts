import type { Delivery } from "../../core/delivery.ts";
import type { ContactDetails } from "../../core/event.ts";
import type { ChannelKind } from "../../core/tenant.ts";
import type { Outgoing } from "../../integrations/contract.ts";
import type { DelivererDeps, Rendered, Way } from "./contract.ts";

/** The address a kind of channel goes to; null when there is none. */
export function addressOf(kind: ChannelKind, contact: ContactDetails | null): string | null {
  if (kind === "email") return contact?.email ?? null;
  if (kind === "sms" || kind === "voice") return contact?.phone ?? null;
  return null;
}

/** Everything the provider gets to know about a message. */
export function outgoing(
  deps: Pick<DelivererDeps, "pipeline" | "publicUrl">,
  row: Delivery,
  way: Way,
  to: Outgoing["to"],
  rendered: Rendered,
): Outgoing {
  const product = deps.pipeline.tenant(row.tenant)?.settings.product;
  return {
    delivery: row.id,
    tenant: row.tenant,
    to,
    from: { name: product?.senderName ?? "", address: product?.senderEmail ?? "" },
    replyTo: product?.supportEmail === undefined || product.supportEmail === "" ? null : product.supportEmail,
    subject: rendered.subject ?? null,
    text: rendered.text ?? "",
    html: rendered.html ?? null,
    headers: rendered.headers ?? {},
    receiptsUrl: receiptsUrl(deps.publicUrl, row.tenant, way.system),
  };
}

function receiptsUrl(publicUrl: string | null, tenant: string, system: string): string | null {
  return publicUrl === null ? null : `${publicUrl}/receipts/${encodeURIComponent(tenant)}/${system}`;
}
