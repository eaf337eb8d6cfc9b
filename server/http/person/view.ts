import type { FeedbackAnswer } from "../../core/control.ts";
import { Html, html } from "../../lib/html.ts";
import { dayIn, dayOf } from "./days.ts";
import type { PageFacts } from "./facts.ts";
import { STRINGS } from "./strings.ts";
import { styleFor } from "./style.ts";

/*
 * The pages: functions from facts to HTML. A form per choice, so that everything works without script, and each
 * posts to an address below the page's own.
 */

export interface PageRequest {
  /** `/p/<token>`. */
  readonly path: string;
  readonly now: number;
  /** What was just done, to be said at the top. */
  readonly done: keyof typeof STRINGS.done | null;
  /** An answer that a link of the message chose. */
  readonly answer: FeedbackAnswer | null;
}

export function personPage(facts: PageFacts, request: PageRequest): Html {
  const { product } = facts;
  return frame(
    facts,
    STRINGS.title(product),
    html`
      <h1>${STRINGS.heading}</h1>
      <p class="soft">${
        facts.sentAt === null
          ? STRINGS.sentBy(product)
          : STRINGS.sentOn(product, dayOf(facts.sentAt, facts.timeZone))
      }</p>
      ${request.done !== null && html`<p class="note" role="status">${STRINGS.done[request.done]}</p>`}
      ${whySection(facts)} ${remedySection(facts)} ${feedbackSection(facts, request)} ${humanSection(facts)}
      ${facts.stopped ? "" : [snoozeSection(facts, request), channelsSection(facts, request)]}
      ${stopSection(facts, request)}
    `,
  );
}

function whySection({ why }: PageFacts): Html {
  if (why === null) return html`<section id="why"><p>${STRINGS.why.unknown}</p></section>`;
  return html`
    <section id="why" aria-label="${STRINGS.heading}">
      <dl>
        <dt>${STRINGS.why.clue}</dt>
        <dd>${why.clue}</dd>
        <dt>${STRINGS.why.aim}</dt>
        <dd>${why.aim}</dd>
        <dt>${STRINGS.why.sure}</dt>
        <dd>${why.sure}</dd>
      </dl>
      <p class="soft small kept">${STRINGS.why.kept}</p>
    </section>
  `;
}

/** An SMS has room for one link, so what it offers is found here. */
function remedySection({ remedy }: PageFacts): Html | "" {
  if (remedy === null) return "";
  return html`
    <section id="help">
      <h2>${STRINGS.remedy}</h2>
      <p class="actions"><a class="button main" href="${remedy.url}" rel="noopener">${remedy.label}</a></p>
    </section>
  `;
}

const ANSWERS: readonly FeedbackAnswer[] = ["yes", "no", "not_mine"];

function feedbackSection(facts: PageFacts, { path, answer }: PageRequest): Html {
  const { feedback, aboutAccount } = facts;
  const answers = aboutAccount ? [...ANSWERS, "someone_else" as const] : ANSWERS;
  const chosen = answer ?? feedback?.answer ?? null;
  return html`
    <section id="feedback">
      <form method="post" action="${path}/feedback">
        <fieldset>
          <legend><h2>${STRINGS.feedback.heading}</h2></legend>
          ${feedback !== null && html`<p class="soft small">${STRINGS.feedback.given}</p>`}
          <div class="chips answers">
            ${answers.map((each) => chip("answer", each, STRINGS.feedback.answers[each], each === chosen))}
          </div>
        </fieldset>
        <fieldset>
          <legend class="legend">${STRINGS.feedback.stars}</legend>
          <div class="chips stars">
            ${[1, 2, 3, 4, 5].map((n) => chip("stars", String(n), starLabel(n), feedback?.stars === n))}
          </div>
        </fieldset>
        <button class="main" type="submit">${
          feedback === null ? STRINGS.feedback.send : STRINGS.feedback.again
        }</button>
      </form>
    </section>
  `;
}

/** A number and a star to see, "4 stars" to hear. */
function starLabel(count: number): Html {
  return html`<span aria-hidden="true">${count} ★</span><span class="sr">${STRINGS.feedback.star(count)}</span>`;
}

function chip(name: string, value: string, label: string | Html, checked: boolean): Html {
  return html`<label class="chip"><input type="radio" name="${name}" value="${value}"${
    checked && html` checked`
  }> <span>${label}</span></label>`;
}

function snoozeSection({ snoozedUntil, timeZone }: PageFacts, { path, now }: PageRequest): Html {
  const paused = snoozedUntil !== null && snoozedUntil > now;
  return html`
    <section id="snooze">
      <h2>${STRINGS.snooze.heading}</h2>
      ${
        paused
          ? html`<p class="note quiet">${STRINGS.snooze.now(dayOf(snoozedUntil, timeZone))}</p>
            <form method="post" action="${path}/snooze">
              <button name="for" value="none" type="submit">${STRINGS.snooze.end}</button>
            </form>`
          : html`<p class="soft small">${STRINGS.snooze.hint}</p>`
      }
      ${
        !paused &&
        html`<form method="post" action="${path}/snooze">
            <div class="actions">
              <button name="for" value="1d" type="submit">${STRINGS.snooze.day}</button>
              <button name="for" value="1w" type="submit">${STRINGS.snooze.week}</button>
            </div>
          </form>
          <form method="post" action="${path}/snooze">
            <label class="field" for="until">${STRINGS.snooze.until}</label>
            <div class="actions">
              <input id="until" type="date" name="until" required min="${dayIn(now, timeZone, 1)}" max="${dayIn(now, timeZone, 365)}">
              <button name="for" value="date" type="submit">${STRINGS.snooze.choose}</button>
            </div>
          </form>`
      }
    </section>
  `;
}

function channelsSection({ channels, preferred }: PageFacts, { path }: PageRequest): Html {
  const name = (kind: (typeof channels)[number]["kind"]) => STRINGS.channels.kinds[kind] ?? kind;
  return html`
    <section id="channels">
      <form method="post" action="${path}/channels">
        <fieldset>
          <legend><h2>${STRINGS.channels.heading}</h2></legend>
          <div class="rows">
            ${channels.map(
              ({ kind, on, asksConsent }) => html`<label class="chip"
                  ><input type="checkbox" name="on" value="${kind}"${on && html` checked`}>
                  <span>${name(kind)}${asksConsent && html` <small>${STRINGS.channels.consent}</small>`}</span></label
                ><input type="hidden" name="offered" value="${kind}">`,
            )}
          </div>
          <label class="field" for="prefer">${STRINGS.channels.prefer}</label>
          <select id="prefer" name="prefer">
            <option value="">${STRINGS.channels.noPreference}</option>
            ${channels.map(
              ({ kind }) =>
                html`<option value="${kind}"${kind === preferred && html` selected`}>${name(kind)}</option>`,
            )}
          </select>
        </fieldset>
        <button type="submit">${STRINGS.channels.save}</button>
      </form>
    </section>
  `;
}

function stopSection({ product, stopped }: PageFacts, { path }: PageRequest): Html {
  if (stopped) return stoppedSection(path);
  return html`
    <section id="stop">
      <h2>${STRINGS.stop.heading}</h2>
      <p class="soft small">${STRINGS.stop.hint(product)}</p>
      <form method="post" action="${path}/stop">
        <button class="stop" type="submit">${STRINGS.stop.button}</button>
      </form>
    </section>
  `;
}

function stoppedSection(path: string): Html {
  return html`
    <section id="stop">
      <h2>${STRINGS.stop.stopped}</h2>
      <p class="soft small">${STRINGS.stop.stoppedHint}</p>
      <form method="post" action="${path}/resume">
        <button type="submit">${STRINGS.stop.undo}</button>
      </form>
    </section>
  `;
}

function humanSection({ supportEmail, supportUrl }: PageFacts): Html | "" {
  if (supportEmail === null && supportUrl === null) return "";
  return html`
    <section id="human">
      <h2>${STRINGS.human.heading}</h2>
      <p class="actions">
        ${supportUrl !== null && html`<a class="button" href="${supportUrl}" rel="noopener">${STRINGS.human.page}</a>`}
        ${supportEmail !== null && html`<a href="mailto:${supportEmail}">${STRINGS.human.mail(supportEmail)}</a>`}
      </p>
    </section>
  `;
}

/** What a GET on the address in an email's headers shows: scanners fetch it, so it changes nothing. */
export function confirmPage(facts: PageFacts, path: string): Html {
  const { product } = facts;
  if (facts.stopped) return stoppedPage(facts, path, false);
  const title = STRINGS.stop.confirmTitle(product);
  return frame(
    facts,
    title,
    html`
      <h1>${title}</h1>
      <section>
        <p>${STRINGS.stop.hint(product)}</p>
        <form method="post" action="${path}">
          <input type="hidden" name="List-Unsubscribe" value="One-Click">
          <button class="main" type="submit">${STRINGS.stop.button}</button>
        </form>
      </section>
    `,
  );
}

export function stoppedPage(facts: PageFacts, path: string, justNow: boolean): Html {
  return frame(
    facts,
    STRINGS.stop.stopped,
    html`
      ${justNow && html`<p class="note" role="status">${STRINGS.stop.done}</p>`}
      <h1>${STRINGS.stop.stopped}</h1>
      ${stoppedSection(path)}
    `,
  );
}

export type Wrong = keyof typeof STRINGS.wrong;

/** No name, no logo: whoever has a wrong link learns nothing from it. */
export function wrongPage(wrong: Wrong): Html {
  const { title, text } = STRINGS.wrong[wrong];
  return frame(null, title, html`<h1>${title}</h1><section><p>${text}</p></section>`);
}

function frame(facts: PageFacts | null, title: string, content: Html): Html {
  const { sheet } = styleFor(facts?.color ?? "");
  // The sheet is ours, and its hash is in the policy: it goes in as it is.
  const style = new Html(`<style>${sheet}</style>`);
  return html`<!doctype html>
    <html lang="${STRINGS.lang}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <meta name="color-scheme" content="light dark">
        <title>${title}</title>
        ${style}
      </head>
      <body>
        ${facts !== null && brand(facts)}
        <main>${content}</main>
      </body>
    </html>`;
}

function brand({ product, logoUrl }: PageFacts): Html {
  return html`<header>${
    logoUrl === null ? html`<span>${product}</span>` : html`<img src="${logoUrl}" alt="${product}">`
  }</header>`;
}
