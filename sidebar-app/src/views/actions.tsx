import type { Acts } from "../acts.ts";
import type { Deed } from "../asks.ts";
import type { Dossier } from "../dossier.ts";
import type { Failure } from "../failure.ts";
import { actorOf, isForEver } from "../sayings.ts";
import type { RequesterBody } from "../wire.ts";
import type { Words } from "../words.ts";
import { Button } from "./base.tsx";

/** Stepping in. What cannot be done for this requester is not offered. */
export function Actions(props: {
  readonly body: RequesterBody;
  readonly target: Dossier["target"];
  readonly w: Words;
  readonly acts: Acts;
}) {
  const { body, target, w, acts } = props;
  const { person, personRisk } = body;
  const controls = personRisk?.controls ?? null;
  const revision = personRisk?.revision ?? null;
  const hasStopped = typeof controls?.stoppedAt === "string";
  const copy = acts.copyNote;
  const unknown = (person === null || isStandIn(person.id)) && target?.kind === "requester";
  if (person === null && !unknown && copy === null) return null;
  const about = (kind: "pause" | "resume" | "stop") => () =>
    person !== null && acts.ask({ kind, person: person.id, revision });
  return (
    <fieldset class="actions" aria-label={w.t("section.actions")}>
      {person === null || hasStopped ? null : (
        <>
          <Button onClick={() => acts.send(body)}>{w.t("action.send")}</Button>
          {controls?.paused === true ? (
            <Button onClick={about("resume")}>{w.t("action.resume")}</Button>
          ) : (
            <Button onClick={about("pause")}>{w.t("action.pause")}</Button>
          )}
          <Button onClick={about("stop")}>{w.t("action.stop")}</Button>
        </>
      )}
      {unknown && target?.kind === "requester" ? (
        <Button look="primary" onClick={() => acts.ask(linkAsk(target.user))}>
          {w.t("action.link")}
        </Button>
      ) : null}
      {copy === null ? null : <Button onClick={() => copy(body)}>{w.t("action.copy_note")}</Button>}
    </fieldset>
  );
}

/** Somebody of whom only a ticket is known has a name of Zendesk's as id, and may be linked still. */
const isStandIn = (person: string): boolean => person.startsWith("zendesk:");

const linkAsk = ({ id, email }: { readonly id: string; readonly email: string | null }) =>
  ({ kind: "link", zendeskId: id === "" ? null : id, email }) as const;

/** What was done last, and the way back. */
export function Done({ done, w, acts }: { readonly done: Deed; readonly w: Words; readonly acts: Acts }) {
  const { undo } = done;
  return (
    <p class="done" role="status">
      <span>{doneText(w, done)}</span>{" "}
      {undo === null ? null : (
        <Button look="link" onClick={() => acts.undo(undo)}>
          {w.t("action.undo")}
        </Button>
      )}
    </p>
  );
}

function doneText(w: Words, { kind, name }: Deed): string {
  switch (kind) {
    case "pause":
      return name === "" || isForEver(name)
        ? w.t("quiet.paused")
        : w.t("done.pause", { when: w.moment(name) });
    case "hand_over":
      return w.t("done.hand_over", { owner: name });
    case "link":
      return w.t("done.link", { person: name });
    case "edit":
      return w.t("done.approve");
    default:
      return w.t(`done.${kind}`);
  }
}

/** Whether trying again can help: what was ended or not allowed stays so, however often it is asked. */
export const canPass = ({ kind }: Failure): boolean =>
  kind !== "session" && kind !== "permission" && kind !== "not_connected";

export function failureText(w: Words, failure: Failure): string {
  switch (failure.kind) {
    case "network":
      return w.t("error.network");
    case "unclear":
      return w.t("error.unclear");
    case "away":
      return w.t("state.backend_away_empty");
    case "session":
      return w.t("state.session_ended");
    case "permission":
      return w.t("state.no_permission");
    case "not_connected":
      return w.t("state.not_connected");
    case "not_found":
      return w.t("error.not_found");
    case "too_late":
      return w.t("error.too_late");
    case "conflict":
      return conflictText(w, failure);
    case "too_many":
      return w.t("error.too_many", { seconds: failure.seconds });
    case "refused":
      return [w.t("error.generic"), failure.detail].join(" ").trim();
  }
}

function conflictText(w: Words, { first, detail }: Extract<Failure, { kind: "conflict" }>): string {
  if (first === null) return [w.t("error.generic"), detail].join(" ").trim();
  return w.t("error.conflict", { actor: actorOf(w, first.actor), when: w.ago(first.at) });
}
