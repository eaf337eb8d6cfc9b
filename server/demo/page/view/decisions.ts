import { type Html, html } from "../../../lib/html.ts";
import { timeOf } from "../facts/clock.ts";
import type { DecisionLine } from "../facts/decisions.ts";
import { personWords, STANDINGS } from "../words.ts";

export function decisionsPart(lines: readonly DecisionLine[]): Html {
  return html`<ol class="decisions" id="decisions" data-empty="${lines.length === 0 ? "yes" : "no"}">${lines.map(
    decisionRow,
  )}</ol>
  <p class="empty" id="no-decisions"${lines.length > 0 && html` hidden`}>Nothing has been decided yet. The first simulated customers are on their way.</p>`;
}

export function decisionRow(line: DecisionLine): Html {
  const { id, key, at, standing, patternName, clue, score } = line;
  return html`<li class="decision" data-standing="${standing}" data-key="${key}">
    <a class="row" href="/demo/trace/${id}">
      <time datetime="${new Date(at).toISOString()}">${timeOf(at)}</time>
      <span class="standing ${standing}">${STANDINGS[standing]}</span>
      <span class="what"><strong>${whoOf(line)}</strong> <span class="soft">${patternName}</span>
        <span class="clue">${clue}</span>
        <span class="outcome">${outcomeOf(line)}</span></span>
      <span class="points" title="Score of this customer at that moment"><span class="sr">Score </span>${score}</span>
    </a>
  </li>`;
}

const whoOf = ({ accountName, person }: DecisionLine): string => {
  if (accountName !== null) return accountName;
  return person === null ? "All customers" : capital(personWords(person));
};

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** "By email to ada.berg.17", "Until 08:00 in Tokyo: it is night where they are (quiet)". */
function outcomeOf({ standing, channel, reason, reasonName, until, person }: DecisionLine): Html {
  const code = html`<code>${reasonName}</code>`;
  switch (standing) {
    case "sent":
      return html`${channel}${person !== null && html` to ${personWords(person)}`}`;
    case "asked":
      return html`${channel ?? "A colleague"} is asked${reasonName !== "none" && html`: ${reason} ${code}`}`;
    case "held":
      return html`${until !== null && html`Until ${until}: `}${reason} ${code}`;
    case "not_sent":
      return html`${reason} ${code}`;
  }
}
