import type { TenantSettings } from "../core/tenant.ts";
import type { MessageSettings } from "./types.ts";

/** What messages need of a tenant's settings; empty texts count as missing. */
export function messageSettings({ product, links }: TenantSettings): MessageSettings {
  const given = (value: string): string | undefined => (value.trim() === "" ? undefined : value);
  const { logoUrl, color, supportUrl, supportEmail, senderName } = product;
  return {
    productName: product.name,
    links,
    ...optional("senderName", given(senderName)),
    ...optional("logoUrl", given(logoUrl)),
    ...optional("color", given(color)),
    ...optional("supportUrl", given(supportUrl)),
    ...optional("supportEmail", given(supportEmail)),
  };
}

function optional<K extends string>(name: K, value: string | undefined): { readonly [name in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [name in K]: string });
}
