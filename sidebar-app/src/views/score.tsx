import { alone } from "../sayings.ts";
import type { ContributionBody, RiskBody, ScoreStepBody } from "../wire.ts";
import type { Words } from "../words.ts";
import { Band, Fold, Time } from "./base.tsx";

/** The history of a score, and what it is made of now. */
export function History({ risk, w }: { readonly risk: RiskBody; readonly w: Words }) {
  const steps = risk.history;
  if (steps.length === 0) return null;
  return (
    <Fold title={w.t("section.history")} open>
      <Sparkline steps={steps} risk={risk} w={w} />
      <Moves steps={steps} w={w} />
    </Fold>
  );
}

const WIDTH = 300;
const HEIGHT = 48;
/** Where a dot at the edge would be cut. */
const EDGE = 4;
const DAY = 86_400_000;

function Sparkline({
  steps,
  risk,
  w,
}: {
  readonly steps: readonly ScoreStepBody[];
  readonly risk: RiskBody;
  readonly w: Words;
}) {
  const first = steps[0];
  if (first === undefined) return null;
  const from = Date.parse(first.at);
  const span = Math.max(1, Date.parse(risk.asOf) - from);
  const x = (at: string) => EDGE + ((Date.parse(at) - from) / span) * (WIDTH - 2 * EDGE);
  const y = (score: number) => EDGE + (1 - score / 100) * (HEIGHT - 2 * EDGE);
  // A score stands until the next step: a staircase, not a slope.
  const line = steps.map(
    ({ at, score }, i) =>
      `${i === 0 ? "M" : "H"}${x(at).toFixed(1)}${i === 0 ? "," : "V"}${y(score).toFixed(1)}`,
  );
  const label = w.t("score.graph", {
    days: Math.max(1, Math.ceil(span / DAY)),
    from: first.score,
    to: risk.score,
    most: Math.max(risk.score, ...steps.map(({ score }) => score)),
  });
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <path class="area" d={`${line.join("")}H${x(risk.asOf)}V${HEIGHT - EDGE}H${EDGE}Z`} />
      <path class="line" d={`${line.join("")}H${x(risk.asOf).toFixed(1)}`} />
      {moving(steps).map(({ at, score, band, why }) => (
        <circle key={at} class={`dot band-${band}`} cx={x(at)} cy={y(score)} r="3">
          <title>{`${w.moment(at)}: ${w.number(score)}, ${why}`}</title>
        </circle>
      ))}
    </svg>
  );
}

/** What something moved; that a score fades by itself can be seen, and is no event. */
function moving(steps: readonly ScoreStepBody[]) {
  return steps
    .map((step, i) => ({ ...step, from: steps[i - 1]?.score ?? 0 }))
    .filter(({ why }) => !why.startsWith("faded"))
    .slice(-60);
}

function Moves({ steps, w }: { readonly steps: readonly ScoreStepBody[]; readonly w: Words }) {
  const moves = moving(steps).slice(-5).toReversed();
  return (
    <ol class="moves">
      {moves.map(({ at, from, score, why }) => (
        <li key={at}>
          <Time at={at} w={w} exact />
          <b class={score >= from ? "up" : "down"}>{`${w.number(from)} → ${w.number(score)}`}</b>
          <span>{alone(w, why)}</span>
        </li>
      ))}
    </ol>
  );
}

export function Contributions({ risk, w }: { readonly risk: RiskBody; readonly w: Words }) {
  if (risk.contributions.length === 0) return null;
  return (
    <Fold title={w.t("section.contributions")} open>
      <ul class="parts">
        {risk.contributions.map((part) => (
          <Part key={part.match} part={part} score={risk.score} w={w} />
        ))}
      </ul>
      <p class="note">{w.t("score.total", { unrounded: w.number(risk.unrounded, 2), score: risk.score })}</p>
    </Fold>
  );
}

function Part({
  part,
  score,
  w,
}: {
  readonly part: ContributionBody;
  readonly score: number;
  readonly w: Words;
}) {
  return (
    <li>
      <span class="part-why">
        {alone(w, part.why)}
        {part.more > 0 ? <span class="note"> {w.t("score.more", { count: part.more })}</span> : null}
        {part.experimental ? <span class="note"> {w.t("score.experimental")}</span> : null}
      </span>
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${part.points}%` }} />
      </span>
      <span class="note">
        {w.t("score.points", { points: Math.round(part.points * 100) / 100, score })} ·{" "}
        <Time at={part.lastSeen} w={w} />
      </span>
    </li>
  );
}

export function OtherRisk({ risk, w }: { readonly risk: RiskBody; readonly w: Words }) {
  const why = risk.contributions[0]?.why;
  return (
    <p class="other-risk">
      <span>{risk.kind === "account" ? w.t("section.account") : w.t("section.person")}</span>{" "}
      <b>{w.number(risk.score)}</b> <Band band={risk.band} w={w} />
      {why === undefined ? null : <span class="note">{alone(w, why)}</span>}
    </p>
  );
}
