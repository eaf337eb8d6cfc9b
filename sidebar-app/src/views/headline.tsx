import { leading } from "../dossier.ts";
import {
  headlineOf,
  isToldByPrediction,
  messageLine,
  predictionLine,
  quietLine,
  reasonOf,
} from "../sayings.ts";
import type { RequesterBody, RiskBody } from "../wire.ts";
import type { Words } from "../words.ts";
import { Band } from "./base.tsx";

/** What an agent sees in two seconds: how bad, whose, why, what was tried and how it ended. */
export function Headline({ body, w }: { readonly body: RequesterBody; readonly w: Words }) {
  const risk = leading(body);
  if (risk === null) return null;
  return (
    <header class="headline">
      <Score risk={risk} w={w} />
      <Facts body={body} w={w} />
    </header>
  );
}

function Score({ risk, w }: { readonly risk: RiskBody; readonly w: Words }) {
  const { score, band } = risk;
  return (
    <>
      <h1 class="unseen">{headlineOf(w, risk)}</h1>
      <div class={`score band-${band}`} aria-hidden="true">
        {w.number(score)}
      </div>
      <div class="verdict" aria-hidden="true">
        <Band band={band} w={w} />
        <p class="why">{reasonOf(w, risk)}</p>
      </div>
    </>
  );
}

function Facts({ body, w }: { readonly body: RequesterBody; readonly w: Words }) {
  const { lastMessage, quiet } = body.context;
  const predicted = predictionLine(w, body);
  const controlGroup = body.personRisk?.controlGroup === true || body.accountRisk?.controlGroup === true;
  return (
    <ul class="facts">
      {body.matchedBy === "domain" ? <li>{w.t("state.account_only")}</li> : null}
      {predicted === null ? null : <li class="fact-predicted">{predicted}</li>}
      {body.person === null || isToldByPrediction(body.context) ? null : (
        <li class="fact-message">
          {lastMessage === null
            ? w.t("message.none", { days: 30 })
            : w.t("message.last", { line: messageLine(w, lastMessage) })}
        </li>
      )}
      {quiet === null ? null : <li class="fact-quiet">{quietLine(w, quiet)}</li>}
      {controlGroup ? <li>{w.t("score.control_group")}</li> : null}
    </ul>
  );
}
