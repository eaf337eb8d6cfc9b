import { type Html, html } from "../../../lib/html.ts";
import { timeOf } from "../facts/clock.ts";
import type { ShownMessage } from "../facts/messages.ts";
import { personWords } from "../words.ts";

const GROUPS = [
  { kind: "email", title: "Email", none: "No email yet." },
  { kind: "sms", title: "SMS", none: "No SMS yet." },
  { kind: "in_app", title: "In the product", none: "Nothing shown in the product yet." },
] as const;

export function messagesPart(messages: readonly ShownMessage[], product: string): Html {
  return html`${GROUPS.map(({ kind, title, none }) => {
    const own = messages.filter(({ content }) => content.kind === kind);
    return html`<section class="channel" aria-labelledby="channel-${kind}">
      <h3 id="channel-${kind}">${title}</h3>
      ${
        own.length === 0
          ? html`<p class="empty">${none}</p>`
          : html`<ul class="cards ${kind}">${own.map((message) => card(message, product))}</ul>`
      }
    </section>`;
  })}`;
}

function card(message: ShownMessage, product: string): Html {
  const { delivery, at, channel, patternName, person, accountName, state } = message;
  return html`<li class="card">
    ${lookOf(message, product)}
    <p class="caption"><strong>${patternName}</strong>, ${channel.toLowerCase()} to ${personWords(person)}${
      accountName !== null && html` of ${accountName}`
    }, ${timeOf(at)}: ${state}. <a href="/demo/trace/${delivery}">Where it came from<span class="sr">: ${patternName}, ${personWords(person)}</span></a></p>
  </li>`;
}

function lookOf({ content, delivery, person }: ShownMessage, product: string): Html {
  switch (content.kind) {
    case "email":
      return html`<div class="mail">
        <p class="mail-head"><span class="soft">${product}</span> <strong>${content.subject}</strong></p>
        <iframe src="/demo/preview/${delivery}" title="Email to ${personWords(person)}: ${content.subject}" sandbox></iframe>
      </div>`;
    case "sms":
      return html`<div class="phone"><p class="bubble">${content.text}</p></div>`;
    case "in_app":
      return inApp(content, product);
  }
}

/** A sketch of the customer's screen with the message in its place. What can be clicked there is only drawn here. */
function inApp(
  { form, title, body, remedy, question, feedback }: Extract<ShownMessage["content"], { kind: "in_app" }>,
  product: string,
): Html {
  const message = html`<div class="in-app ${form}">
    <p class="in-app-title">${title}</p>
    ${body.split("\n\n").map((paragraph) => html`<p>${paragraph}</p>`)}
    <p><span class="fake-button">${remedy.label}</span></p>
    ${
      question !== null &&
      html`<p class="ask"><span>${question}</span> ${feedback.map(({ label }) => html`<span class="fake-answer">${label}</span> `)}</p>`
    }
  </div>`;
  const skeleton = html`<div class="skeleton" aria-hidden="true"><span class="bone"></span><span class="bone"></span><span class="bone"></span></div>`;
  return html`<div class="window ${form}">
    <p class="window-bar"><span class="soft">${product}</span></p>
    <div class="window-body">${form === "banner" ? [message, skeleton] : [skeleton, message]}</div>
  </div>`;
}
