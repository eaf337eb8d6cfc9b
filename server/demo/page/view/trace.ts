import { clueOf } from "../../../core/explain.ts";
import type { Pattern } from "../../../core/pattern.ts";
import { type Html, html } from "../../../lib/html.ts";
import type { Trace } from "../../../store/contract.ts";
import { exactTimeOf, lengthOf } from "../facts/clock.ts";
import { stateOf } from "../facts/messages.ts";
import { channelWords, personWords, reasonWords, STANDINGS, standingOf, systemWords } from "../words.ts";

export interface TraceFacts {
  readonly trace: Trace;
  readonly pattern: Pattern | undefined;
  readonly accountName: string | null;
  readonly patternName: (id: string) => string;
}

const SHOWN_EVENTS = 6;
const SHOWN_SCORES = 5;

/** From the webhook to the outcome, in the order in which it happened. */
export function traceView({ trace, pattern, accountName, patternName }: TraceFacts): Html {
  const { match, delivery, outcome, feedback } = trace;
  const title = match === null ? "A message sent by hand" : `${patternName(match.pattern)}`;
  return html`
    <h1>${title}</h1>
    <p class="soft">${match !== null && (accountName ?? personWords(match.person))}${
      match !== null && pattern !== undefined && html`: ${clueOf(pattern, match)}`
    }</p>
    <ol class="timeline">
      ${eventSteps(trace)}
      ${match !== null && matchStep(match, pattern)}
      ${scoreSteps(trace, patternName)}
      ${decisionSteps(trace)}
      ${delivery !== null && deliveryStep(delivery)}
      ${feedback.map(({ at, answer, stars }) =>
        step(
          "Answer",
          at,
          html`${answer === null ? "" : `"${answer.replaceAll("_", " ")}"`} ${stars !== null && `${stars} of 5 stars`}`,
        ),
      )}
      ${
        outcome === null
          ? html`<li class="pending"><h2>Outcome</h2><p class="soft">Not decided yet: ${
              pattern === undefined ? "" : `it is, ${lengthOf(pattern.window)} after the match.`
            }</p></li>`
          : step("Outcome", outcome.decidedAt, html`<strong>${outcome.kind.replaceAll("_", " ")}</strong>`)
      }
    </ol>
  `;
}

function step(name: string, at: number, content: Html): Html {
  return html`<li><h2>${name}</h2> <time datetime="${new Date(at).toISOString()}">${exactTimeOf(at)}</time>
    <div>${content}</div></li>`;
}

function facts(rows: readonly (readonly [string, string | Html])[]): Html {
  return html`<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function eventSteps({ events }: Trace): Html {
  const shown = events.slice(-SHOWN_EVENTS);
  const more = events.length - shown.length;
  return html`
    ${more > 0 && html`<li class="pending"><p class="soft">${more} earlier events of the same kind</p></li>`}
    ${shown.map(({ event, reception, seq }) =>
      step(
        reception === null ? "Event" : `Webhook from ${systemWords(reception.system)}`,
        event.receivedAt,
        html`<p><code>${event.type}</code>${dataOf(event.data)}</p>
        ${facts([
          ["Happened", exactTimeOf(event.time)],
          ["Event", html`<code>${event.source} ${event.id}</code>`],
          ...(reception === null
            ? []
            : ([
                ["Webhook id", html`<code>${reception.webhookId ?? "none given"}</code>`],
                ["SHA-256 of the body", html`<code>${reception.bodyHash}</code>`],
                ["Size", `${reception.bytes} bytes`],
              ] as const)),
          ["Place in the log", String(seq)],
        ])}`,
      ),
    )}
  `;
}

function dataOf(data: Trace["events"][number]["event"]["data"]): string {
  const fields = Object.entries(data).filter(([, value]) => typeof value !== "object");
  return fields.length === 0
    ? ""
    : ` ${fields.map(([name, value]) => `${name}: ${String(value)}`).join(", ")}`;
}

function matchStep(match: NonNullable<Trace["match"]>, pattern: Pattern | undefined): Html {
  return step(
    `Match ${match.pattern}`,
    match.noticedAt,
    html`<p>${pattern === undefined ? match.pattern : `${pattern.name}: ${clueOf(pattern, match)}`}</p>
    ${facts([
      ["Key", html`<code>${match.key}</code>`],
      ["Fired", exactTimeOf(match.firedAt)],
      ["State", `${match.state}${match.closedBy === null ? "" : ` by ${match.closedBy}`}`],
      ["Rests on", `${match.count} ${match.count === 1 ? "event" : "events"}`],
    ])}`,
  );
}

function scoreSteps({ scores, match }: Trace, patternName: (id: string) => string): Html {
  return html`${scores.slice(0, SHOWN_SCORES).map(({ at, score, band, contributions }) =>
    step(
      "Score",
      at,
      html`<p><span class="score ${band}">${score}</span> ${band}</p>
      ${facts(
        contributions.map(({ pattern, points, alone, match: of }) => [
          patternName(pattern),
          `${points.toFixed(1)} points${Math.abs(points - alone) > 0.05 ? ` of ${alone.toFixed(1)}` : ""}${
            of === match?.id && contributions.length > 1 ? ", this one" : ""
          }`,
        ]),
      )}`,
    ),
  )}`;
}

function decisionSteps({ decisions }: Trace): Html {
  return html`${decisions.map((decision) => {
    const { at, channel, person, reason, until, wouldHave } = decision;
    const standing = standingOf(decision);
    return step(
      "Decision",
      at,
      html`<p><span class="standing ${standing}">${STANDINGS[standing]}</span> ${
        channel !== null && channelWords(channel)
      }${person !== null && html` to ${personWords(person)}`}: ${reasonWords(reason)} <code>${reason}</code></p>
      ${until !== null && html`<p class="soft">Judged again ${exactTimeOf(until)}.</p>`}
      ${
        wouldHave !== undefined &&
        html`<p class="soft">Without the control group: ${wouldHave.kind}${
          wouldHave.channel !== null && ` by ${channelWords(wouldHave.channel).toLowerCase()}`
        }${wouldHave.reason !== "none" && ` (${reasonWords(wouldHave.reason)})`}.</p>`
      }`,
    );
  })}`;
}

function deliveryStep(row: NonNullable<Trace["delivery"]>): Html {
  return step(
    "Delivery",
    row.sentAt ?? row.createdAt,
    html`<p>${channelWords(row.channel)}${row.person !== null && html` to ${personWords(row.person)}`}: ${stateOf(row)}${
      row.detail !== null && ` (${row.detail})`
    }</p>
    ${facts([
      ["Delivery id", html`<code>${row.id}</code>`],
      ["Template", `${row.template}, version ${row.templateVersion.slice(0, 12)}`],
      ["Due by", exactTimeOf(row.dueBy)],
      [
        "From decision to message",
        row.sentAt === null ? "not sent yet" : lengthOf(row.sentAt - row.createdAt),
      ],
    ])}`,
  );
}
