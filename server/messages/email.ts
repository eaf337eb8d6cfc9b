import type { Layouts } from "./layout.ts";
import { contactOf, controlsOf, feedbackOf, paragraphsOf, partsOf, required } from "./parts.ts";
import { colorsOf, oneLine, webAddress } from "./safe.ts";
import type { CommonWords, MessageTemplate } from "./template.ts";
import { type Link, NotReady, type RenderedEmail, type RenderInput } from "./types.ts";

/** Longer subjects are cut by most mail programs. */
const LONGEST_SUBJECT = 120;

/** @throws NotReady without the person's links: an email that cannot be stopped is not sent. */
export function renderEmail(
  input: RenderInput,
  template: MessageTemplate,
  words: CommonWords,
  layouts: Layouts,
): RenderedEmail {
  const { person, settings } = input;
  if (person === null) throw new NotReady("an email needs the links of the person's page");
  const parts = partsOf(input, template, words);
  const view = {
    lang: words.lang,
    subject: oneLine(template.subject(parts.scope), LONGEST_SUBJECT),
    preview: template.brief(parts.scope),
    product: parts.product,
    logoUrl: webAddress(settings.logoUrl) ?? false,
    title: template.title(parts.scope),
    greeting: words.greeting(parts.scope),
    paragraphs: paragraphsOf(input, () => template.body.map((paragraph) => paragraph(parts.scope))),
    remedy: parts.remedy,
    personLine: words.personLine(parts.scope),
    contact: contactOf(settings),
    signature: words.signature(parts.scope),
    whyTitle: words.whyTitle(parts.scope),
    why: parts.why,
    whyMore: words.whyMore(parts.scope),
    whyUrl: required(person.why, "why"),
    helpful: words.helpful(parts.scope),
    feedback: feedbackOf(input, person, words),
    controls: controlsOf(person, words),
    footer: words.footer(parts.scope),
    ...colorsOf(settings.color),
  };
  return {
    kind: "email",
    subject: view.subject,
    html: layouts.message(view),
    text: plainText(view),
    headers: {
      // RFC 8058: the mail program posts `List-Unsubscribe=One-Click` to the address.
      "List-Unsubscribe": `<${required(person.oneClick ?? person.stop, "stop")}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "Auto-Submitted": "auto-generated",
    },
  };
}

interface View {
  readonly title: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly remedy: Link;
  readonly personLine: string;
  readonly contact: Link;
  readonly signature: string;
  readonly whyTitle: string;
  readonly why: string;
  readonly whyMore: string;
  readonly whyUrl: string;
  readonly helpful: string;
  readonly feedback: readonly Link[];
  readonly controls: readonly Link[];
  readonly footer: string;
}

function plainText(view: View): string {
  const line = ({ label, url }: Link): string => `${label}: ${url}`;
  return [
    view.greeting,
    ...view.paragraphs,
    line(view.remedy),
    `${view.personLine}: ${view.contact.url.replace(/^mailto:/, "")}`,
    view.signature,
    "--",
    `${view.whyTitle}\n${view.why}\n${line({ label: view.whyMore, url: view.whyUrl })}`,
    [view.helpful, ...view.feedback.map(line)].join("\n"),
    view.controls.map(line).join("\n"),
    view.footer,
  ].join("\n\n");
}
