import { gsm7Length, toGsm7 } from "./gsm7.ts";
import { partsOf } from "./parts.ts";
import { mailAddress, oneLine, webAddress } from "./safe.ts";
import type { CommonWords, MessageTemplate } from "./template.ts";
import { NotReady, type RenderedSms, type RenderInput } from "./types.ts";

/** Places of one SMS in GSM-7. */
export const ONE_SMS = 160;

/**
 * One SMS: who writes, what happened, one link, and how to stop. The mailbox for a person joins where it fits. The
 * link is the tenant's own short page, not the exact one of the evidence, which is often longer than an SMS. A text
 * that a colleague wrote is shortened until it fits.
 */
export function renderSms(input: RenderInput, template: MessageTemplate, words: CommonWords): RenderedSms {
  const parts = partsOf(input, template, words);
  const link = linkOf(input, template);
  const sender = `${toGsm7(oneLine(parts.product, 20))}: `;
  // The link ends its line, so that no phone takes a full stop for a part of it.
  const stop = `\n${toGsm7(words.smsStop(parts.scope))}`;
  const end = link === null ? "" : ` ${link}`;
  const room = ONE_SMS - gsm7Length(`${sender}:${end}${stop}`);
  const own = input.text === undefined ? template.short(parts.scope) : oneLine(input.text, 300);
  const body = shorten(toGsm7(own), room);
  const start = `${sender}${body}${/[.?!]$/.test(body) ? "" : link === null ? "." : ":"}${end}`;
  const contact = mailAddress(input.settings.supportEmail);
  const person = contact === null ? "" : `\n${toGsm7(words.smsPerson({ ...parts.scope, contact }))}`;
  const full = `${start}${person}${stop}`;
  return { kind: "sms", text: gsm7Length(full) <= ONE_SMS ? full : `${start}${stop}` };
}

/** A message that can do without its page leads to the support page instead, or says to whom one can write. */
function linkOf({ settings }: RenderInput, { remedy }: MessageTemplate): string | null {
  const link = webAddress(settings.links[remedy.link]);
  if (link === null && !remedy.optional) {
    throw new NotReady(`links.${remedy.link} is not set to a web address`);
  }
  return link ?? webAddress(settings.supportUrl);
}

/** Cut at a word; a link so long that hardly a word fits keeps forty places of text and costs a second SMS. */
function shorten(text: string, room: number): string {
  const places = Math.max(40, room);
  if (gsm7Length(text) <= places) return text;
  let cut = text;
  while (gsm7Length(cut) > places - 3) cut = cut.slice(0, -1);
  const word = cut.lastIndexOf(" ");
  return `${word > 20 ? cut.slice(0, word) : cut}...`;
}
