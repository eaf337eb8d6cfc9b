import { type Html, html } from "../../../lib/html.ts";

export interface OverviewParts {
  readonly product: string;
  readonly incident: Html;
  readonly accounts: Html;
  readonly decisions: Html;
  readonly messages: Html;
  readonly sent24h: number;
  readonly kept24h: number;
}

const FILTERS = [
  ["all", "All"],
  ["sent", "Send"],
  ["asked", "Ask a person"],
  ["held", "Hold"],
  ["not_sent", "Do not send"],
] as const;

export function overviewView(parts: OverviewParts): Html {
  return html`
    <header class="top">
      <div>
        <p class="brand">Forestall</p>
        <h1>${parts.product}</h1>
      </div>
      <p class="simulated"><strong>Simulated data</strong> Every company, person and message here is invented. The webhooks are really signed and really sent, on this machine.</p>
      <form method="post" action="/demo/incident" id="incident-form">
        <button type="submit">Start an incident</button>
        <span class="soft small">60 customers fail within seconds</span>
      </form>
    </header>
    <div id="incident" data-part="incident" role="region" aria-label="Running incidents">${parts.incident}</div>
    <p id="status" class="status" role="status"></p>
    <main id="main">
      <section class="panel" aria-labelledby="accounts-title">
        <h2 id="accounts-title">Accounts</h2>
        <div data-part="accounts">${parts.accounts}</div>
      </section>
      <section class="panel" aria-labelledby="decisions-title">
        <div class="panel-head">
          <h2 id="decisions-title">Decisions</h2>
          <p class="soft small" data-part="counts">${countsPart(parts.sent24h, parts.kept24h)}</p>
          <button type="button" id="pause" aria-pressed="false" hidden>Pause updates</button>
        </div>
        <fieldset class="filters" id="filters" hidden>
          <legend class="sr">Show which decisions</legend>
          ${FILTERS.map(
            ([value, label]) =>
              html`<label><input type="radio" name="standing" value="${value}"${
                value === "all" && html` checked`
              }><span>${label}</span></label>`,
          )}
        </fieldset>
        <button type="button" id="waiting" class="waiting" hidden></button>
        ${parts.decisions}
      </section>
      <section class="panel wide" aria-labelledby="messages-title">
        <h2 id="messages-title">Messages as customers see them</h2>
        <div class="channels" data-part="messages">${parts.messages}</div>
      </section>
    </main>
    <footer class="foot soft small">Choose a decision or a message to see its way back to the webhook. Channels are in preview: nothing leaves this machine.</footer>
    <dialog id="trace" aria-label="Trace"><div id="trace-body"></div></dialog>
  `;
}

export function countsPart(sent: number, kept: number): Html {
  return html`In 24 hours: ${sent} sent, ${kept} held or not sent`;
}
