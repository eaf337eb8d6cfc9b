import type { Acts } from "../acts.ts";
import type { DeskState } from "../asks.ts";
import type { Dossier } from "../dossier.ts";
import { leading } from "../dossier.ts";
import type { RequesterBody } from "../wire.ts";
import type { Words } from "../words.ts";
import { Actions, canPass, Done, failureText } from "./actions.tsx";
import { AccountFacts, Alerts, Colleagues, Replays, Tickets } from "./around.tsx";
import { Button } from "./base.tsx";
import { Headline } from "./headline.tsx";
import { Incidents, NextStep, Reviews } from "./help.tsx";
import { Matches } from "./matches.tsx";
import { Contributions, History, OtherRisk } from "./score.tsx";
import { Timeline } from "./timeline.tsx";

/** The whole page about one person or account. */
export interface PanelProps {
  readonly dossier: Dossier;
  readonly desk: DeskState;
  readonly w: Words;
  readonly acts: Acts;
}

export function Panel({ dossier, desk, w, acts }: PanelProps) {
  const { body, target, failure, loading, changed } = dossier;
  return (
    <div class="panel" aria-busy={loading}>
      <p class="unseen" role="status">
        {changed === null ? "" : w.t("headline.changed", changed)}
      </p>
      {body !== null && failure !== null ? <Stale dossier={dossier} w={w} acts={acts} /> : null}
      {desk.done === null ? null : <Done done={desk.done} w={w} acts={acts} />}
      {desk.trouble === null ? null : (
        <p class="failure" role="alert">
          {failureText(w, desk.trouble)}
        </p>
      )}
      {body === null ? (
        <Nothing dossier={dossier} w={w} acts={acts} />
      ) : isUnknown(body) ? (
        <Unknown body={body} target={target} w={w} acts={acts} />
      ) : (
        <Known body={body} dossier={dossier} w={w} acts={acts} />
      )}
    </div>
  );
}

const isUnknown = ({ person, account }: RequesterBody): boolean => person === null && account === null;

interface KnownProps extends Omit<PanelProps, "desk"> {
  readonly body: RequesterBody;
}

function Known({ body, dossier, w, acts }: KnownProps) {
  const risk = leading(body);
  const other = [body.personRisk, body.accountRisk].find((each) => each !== null && each !== risk) ?? null;
  return (
    <div class="known">
      <div>
        <Incidents body={body} w={w} />
        <Headline body={body} w={w} />
        <Actions body={body} target={dossier.target} w={w} acts={acts} />
        <Reviews body={body} w={w} acts={acts} />
        <NextStep body={body} w={w} acts={acts} />
        {other === null || other.score === 0 ? null : <OtherRisk risk={other} w={w} />}
        {risk === null ? null : (
          <>
            <History risk={risk} w={w} />
            <Contributions risk={risk} w={w} />
          </>
        )}
        <Matches body={body} w={w} acts={acts} />
        <Timeline timeline={dossier.timeline} w={w} acts={acts} />
      </div>
      <div>
        <Alerts body={body} w={w} acts={acts} />
        <Tickets body={body} w={w} acts={acts} />
        <Colleagues body={body} w={w} acts={acts} />
        <AccountFacts body={body} w={w} acts={acts} />
        <Replays body={body} w={w} acts={acts} />
        {risk === null ? null : (
          <p class="note as-of">{w.t("headline.as_of", { when: w.moment(risk.asOf) })}</p>
        )}
      </div>
    </div>
  );
}

/** Nobody knows them: the one thing to do is to say who they are. */
function Unknown(props: {
  readonly body: RequesterBody;
  readonly target: Dossier["target"];
  readonly w: Words;
  readonly acts: Acts;
}) {
  const { body, target, w, acts } = props;
  return (
    <>
      <h1 class="said">{w.t("state.no_data")}</h1>
      <Actions body={body} target={target} w={w} acts={{ ...acts, copyNote: null }} />
    </>
  );
}

function Stale({ dossier, w, acts }: Omit<PanelProps, "desk">) {
  const { failure, readAt } = dossier;
  if (failure === null || readAt === null) return null;
  const away = failure.kind === "network" || failure.kind === "away";
  const when = w.moment(new Date(readAt).toISOString());
  return (
    <p class="warning" role="alert">
      {away ? w.t("state.backend_away", { when }) : failureText(w, failure)}{" "}
      {canPass(failure) ? (
        <Button look="link" onClick={acts.retry}>
          {w.t("action.retry")}
        </Button>
      ) : null}
    </p>
  );
}

function Nothing({ dossier, w, acts }: Omit<PanelProps, "desk">) {
  const { failure, target, loading } = dossier;
  if (failure === null && (loading || target !== null)) return <Skeleton w={w} />;
  if (failure === null) return <h1 class="said">{w.t("state.no_requester")}</h1>;
  const admin = failure.kind === "not_connected" ? ` ${w.t("state.ask_admin")}` : "";
  const text = failure.kind === "network" ? w.t("state.backend_away_empty") : failureText(w, failure);
  return (
    <div class="empty" role="alert">
      <h1 class="said">{text + admin}</h1>
      {canPass(failure) ? <Button onClick={acts.retry}>{w.t("action.retry")}</Button> : null}
    </div>
  );
}

export function Skeleton({ w }: { readonly w: Words }) {
  return (
    <div class="skeleton" role="status">
      <h1 class="unseen">{w.t("state.loading")}</h1>
      <div class="headline" aria-hidden="true">
        <div class="score" />
        <div class="verdict">
          <p class="skeleton-line short" />
          <p class="skeleton-line" />
        </div>
      </div>
      <p class="skeleton-line" aria-hidden="true" />
      <p class="skeleton-line" aria-hidden="true" />
    </div>
  );
}
