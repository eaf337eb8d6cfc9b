/** Zendesk's products and the places in them where an app may appear. */
export const PRODUCTS = [
  { name: "support", legacyName: "zendesk" },
  { name: "chat", legacyName: "zopim" },
  { name: "standalone_chat", legacyName: "lotus_box" },
  { name: "sell", legacyName: "sell" },
] as const;

const SUPPORT = words(
  "ticket_sidebar new_ticket_sidebar user_sidebar organization_sidebar nav_bar top_bar system_top_bar ticket_editor background modal custom_object_record_sidebar",
);
const CHAT = words("chat_sidebar background");
const SELL = words(
  "deal_card person_card company_card lead_card background modal dashboard note_editor call_log_editor email_editor top_bar visit_editor",
);

export const LOCATIONS: { readonly [product: string]: readonly string[] } = {
  support: SUPPORT,
  chat: CHAT,
  standalone_chat: words("nav_bar system_top_bar"),
  sell: SELL,
};

/** Places that version 1 of the framework did not have. */
export const V2_ONLY: { readonly [product: string]: readonly string[] } = {
  support: ["modal", "ticket_editor"],
  chat: CHAT,
  sell: SELL,
};

/** Places of Support that show an icon of the app. */
export const WITH_ICON: readonly string[] = ["top_bar", "nav_bar", "system_top_bar", "ticket_editor"];

function words(text: string): readonly string[] {
  return text.split(" ");
}
