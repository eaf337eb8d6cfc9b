import type { Delivery } from "../../../core/delivery.ts";
import { kindOf } from "../../../core/tenant.ts";
import type { Rendered, RenderedInApp } from "../../../messages/render.ts";
import type { PageDeps } from "../deps.ts";
import { channelWords } from "../words.ts";

/** A message as the customer has or will have it in front of them. */
export interface ShownMessage {
  readonly delivery: string;
  readonly at: number;
  readonly channel: string;
  readonly patternName: string;
  readonly person: string | null;
  readonly accountName: string | null;
  readonly state: string;
  readonly content:
    | { readonly kind: "email"; readonly subject: string }
    | { readonly kind: "sms"; readonly text: string }
    | ({ readonly kind: "in_app" } & Pick<
        RenderedInApp,
        "form" | "title" | "body" | "remedy" | "question" | "feedback"
      >);
}

const LOOKED_AT = 250;
/** So many of each kind are shown, newest first, each form and pattern once before any comes twice. */
const SHOWN = { email: 3, sms: 2, in_app: 6 } as const;

export async function shownMessages(deps: PageDeps): Promise<ShownMessage[]> {
  const { rows } = await deps.store.deliveries(deps.tenant, { limit: LOOKED_AT });
  const live = rows.filter((row) => !row.simulated && (row.status === "sent" || row.status === "queued"));
  const found: ShownMessage[] = [];
  for (const kind of ["email", "sms", "in_app"] as const) {
    const own = live.filter((row) => shownAs(row) === kind);
    for (const row of varied(own, SHOWN[kind])) {
      const message = await shownOf(deps, row);
      if (message !== null) found.push(message);
    }
  }
  return found;
}

/** The banner of a broadcast is shown in the product. */
const shownAs = ({ channel }: Delivery) => (channel === "broadcast" ? "in_app" : kindOf(channel));

/** The newest of every channel form first, then of every pattern, then the rest. */
function varied(rows: readonly Delivery[], count: number): readonly Delivery[] {
  const firsts = (keyOf: (row: Delivery) => string) =>
    [...new Map(rows.toReversed().map((row) => [keyOf(row), row])).values()].toReversed();
  const byForm = firsts(({ channel }) => channel);
  const byPattern = firsts(({ pattern }) => pattern);
  return [...new Set([...byForm, ...byPattern, ...rows])].slice(0, count);
}

async function shownOf(deps: PageDeps, row: Delivery): Promise<ShownMessage | null> {
  const rendered = await renderedOf(deps, row);
  const content = rendered === null ? null : contentOf(rendered);
  if (content === null) return null;
  const account = row.account === null ? null : await deps.store.account(deps.tenant, row.account);
  return {
    delivery: row.id,
    at: row.sentAt ?? row.createdAt,
    channel: channelWords(row.channel),
    patternName: nameOfPattern(deps, row),
    person: row.person,
    accountName: account?.name ?? row.account,
    state: stateOf(row),
    content,
  };
}

function nameOfPattern({ pipeline, tenant }: PageDeps, { notice, pattern }: Delivery): string {
  if (notice !== undefined) return "Incident";
  return pipeline.tenant(tenant)?.library.byId(pattern)?.name ?? pattern;
}

function contentOf(rendered: Rendered): ShownMessage["content"] | null {
  switch (rendered.kind) {
    case "email":
      return { kind: "email", subject: rendered.subject };
    case "sms":
      return { kind: "sms", text: rendered.text };
    case "in_app": {
      const { kind, form, title, body, remedy, question, feedback } = rendered;
      return { kind, form, title, body, remedy, question, feedback };
    }
    default:
      return null;
  }
}

export function stateOf(row: Delivery): string {
  if (row.status !== "sent") return row.status === "queued" ? "waits until they are there" : row.status;
  if (row.clickedAt !== null) return "clicked";
  if (row.seenAt !== null) return "seen";
  return row.preview ? "kept here as a preview" : "sent";
}

/** The copy of what was sent; of what was not fetched yet, what it would be. */
export async function renderedOf(deps: PageDeps, row: Delivery): Promise<Rendered | null> {
  const copy = await deps.store.sentCopy(deps.tenant, row.id);
  if (isRendered(copy?.rendered)) return copy.rendered;
  // A page without login shows it to nobody in particular.
  const isAnonymous = row.session !== null && row.person?.startsWith("anonymous:") === true;
  const rendered = await deps.render(isAnonymous ? { ...row, person: null } : row);
  return "kind" in rendered ? rendered : null;
}

function isRendered(value: unknown): value is Rendered {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    ["email", "sms", "in_app", "human"].includes(String(value.kind))
  );
}
