/** What the messages need of everything else: the evidence, the recipient's name, the signed links. */

import type { ManualQuestion } from "../actions/by-hand.ts";
import type { Alert, Delivery } from "../core/delivery.ts";
import { clueOf, messageValues, surenessOf } from "../core/explain.ts";
import type { Match } from "../core/match.ts";
import type { Pattern } from "../core/pattern.ts";
import { customerWords } from "../core/reasons.ts";
import type { Pipeline } from "../flow/contract.ts";
import { type PersonTokens, personLinks } from "../http/person/index.ts";
import type { AlertMail } from "../jobs/alert-mailer.ts";
import {
  type Link,
  type Messages,
  messageSettings,
  NotReady,
  type Rendered,
  type Why,
} from "../messages/render.ts";
import type { Directory, Records } from "../store/contract.ts";

export interface RenderingDeps {
  readonly store: Pick<Directory, "contact" | "person" | "account"> & Pick<Records, "match">;
  readonly pipeline: Pick<Pipeline, "tenant">;
  readonly messages: Messages;
  readonly tokens: PersonTokens;
  readonly publicUrl: () => string;
}

const BY_HAND: Why = { clue: "a colleague looked into it", sureness: "A person of our team wrote this." };

const TO_EVERYBODY: Why = {
  clue: "trouble that many customers have at the moment",
  sureness: "We write once, and not about each thing that fails.",
};

export async function renderDelivery(
  deps: RenderingDeps,
  delivery: Delivery,
): Promise<Rendered | { readonly reason: string }> {
  const tenant = deps.pipeline.tenant(delivery.tenant);
  if (tenant === null) return { reason: "the tenant is gone" };
  const match = delivery.match === "" ? null : await deps.store.match(delivery.tenant, delivery.match);
  const pattern = tenant.library.byId(delivery.pattern);
  const contact =
    delivery.person === null ? null : await deps.store.contact(delivery.tenant, delivery.person);
  const person = delivery.person === null ? null : await deps.store.person(delivery.tenant, delivery.person);
  const preferredName = contact?.preferredName ?? contact?.name;
  const { editedText, ...values } = match === null ? delivery.values : messageValues(match);
  try {
    return deps.messages.render({
      template: delivery.template,
      channel: delivery.channel,
      locale: person?.locale ?? null,
      values,
      settings: messageSettings(tenant.settings),
      recipient: preferredName === undefined ? {} : { preferredName },
      person: personLinks(deps.tokens, deps.publicUrl(), delivery),
      why: delivery.notice === undefined ? whyOf(match, pattern) : TO_EVERYBODY,
      about: match?.key.startsWith("account/") === true ? "account" : "person",
      ...(typeof editedText === "string" ? { text: editedText } : {}),
    });
  } catch (error) {
    if (error instanceof NotReady) return { reason: error.message };
    throw error;
  }
}

/** What a message offers, as its own page shows it: the exact page of the case too, which is too long for an SMS. */
export async function remedyOf(deps: RenderingDeps, delivery: Delivery): Promise<Link | null> {
  const rendered = await renderDelivery(deps, { ...delivery, channel: "in_app.message" });
  return "kind" in rendered && rendered.kind === "in_app" ? rendered.remedy : null;
}

function whyOf(match: Match | null, pattern: Pattern | undefined): Why {
  if (match === null || pattern === undefined) return BY_HAND;
  return { clue: clueOf(pattern, match), sureness: surenessOf(pattern, match.experimental) };
}

/** A template that somebody is about to send by hand, as the person would see it. */
export async function renderByHand(deps: RenderingDeps, question: ManualQuestion): Promise<unknown> {
  const { tenant, person, channel, template, tracked, pattern, now } = question;
  const contact = await deps.store.contact(tenant.id, person.id);
  const preferredName = contact?.preferredName ?? contact?.name;
  const match = tracked?.match ?? null;
  const preview = {
    tenant: tenant.id,
    person: person.id,
    id: "preview",
    match: match?.id ?? "",
    createdAt: now,
  };
  try {
    return deps.messages.render({
      template,
      channel,
      locale: person.locale,
      values: match === null ? {} : messageValues(match),
      settings: messageSettings(tenant.settings),
      recipient: preferredName === undefined ? {} : { preferredName },
      person: personLinks(deps.tokens, deps.publicUrl(), preview),
      why: whyOf(match, pattern ?? undefined),
      about: match?.key.startsWith("account/") === true ? "account" : "person",
    });
  } catch (error) {
    if (error instanceof NotReady) return null;
    throw error;
  }
}

/** The email to the owner of an alert. */
export async function renderAlert(deps: RenderingDeps, alert: Alert): Promise<AlertMail> {
  const tenant = deps.pipeline.tenant(alert.tenant);
  const pattern = alert.pattern === null ? undefined : tenant?.library.byId(alert.pattern);
  if (tenant === null || pattern === undefined) return plainMail(alert);
  const match = alert.match === null ? null : await deps.store.match(alert.tenant, alert.match);
  const account = alert.account === null ? null : await deps.store.account(alert.tenant, alert.account);
  const customer = customerWords(alert, account?.name);
  const rendered = deps.messages.render({
    template: pattern.message,
    channel: "human.ops",
    values: match === null ? {} : messageValues(match),
    settings: messageSettings(tenant.settings),
    recipient: {},
    person: null,
    why: { ...whyOf(match, pattern), clue: alert.why },
    alert: {
      title: alert.title,
      score: alert.score,
      owner: alert.owner,
      firstAction: alert.firstAction,
      playbook: alert.playbook,
      due: new Date(alert.dueBy).toISOString().replace("T", " ").slice(0, 16),
      ...(customer === null ? {} : { customer }),
    },
  });
  if (rendered.kind !== "human") return plainMail(alert);
  return { subject: rendered.subject, text: rendered.text, html: rendered.html };
}

function plainMail({ title, why, firstAction, playbook, owner }: Alert): AlertMail {
  return { subject: title, text: `${why}\n\nFirst: ${firstAction}\n\n${playbook}\n\nOwner: ${owner}\n` };
}
