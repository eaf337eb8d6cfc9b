import type { Acts } from "../acts.ts";
import { alone } from "../sayings.ts";
import type { OpenMatchBody, RequesterBody } from "../wire.ts";
import type { Words } from "../words.ts";
import { Button, Fold } from "./base.tsx";

/** What is going wrong right now, in plain words. */
export function Matches(props: { readonly body: RequesterBody; readonly w: Words; readonly acts: Acts }) {
  const { body, w, acts } = props;
  const matches = openMatches(body);
  if (matches.length === 0) return null;
  return (
    <Fold title={w.t("section.matches")} note={w.number(matches.length)} open>
      <ul class="cards">
        {matches.map((match) => (
          <Match key={match.match} match={match} w={w} acts={acts} />
        ))}
      </ul>
    </Fold>
  );
}

/** The account's list holds its persons' matches too: each is shown once. */
function openMatches({ personRisk, accountRisk }: RequesterBody): readonly OpenMatchBody[] {
  const all = [personRisk, accountRisk].flatMap((risk) => risk?.openMatches ?? []);
  return [...new Map(all.map((match) => [match.match, match])).values()];
}

function Match({
  match,
  w,
  acts,
}: {
  readonly match: OpenMatchBody;
  readonly w: Words;
  readonly acts: Acts;
}) {
  const { help } = match;
  return (
    <li class="card">
      <h3>{match.name}</h3>
      <p>{alone(w, match.why)}</p>
      <p class="note">
        {w.t("match.events", { count: match.events })} ·{" "}
        {w.t("match.first_seen", { when: w.ago(match.firedAt) })} ·{" "}
        {w.t("match.last_seen", { when: w.ago(match.lastSeen) })}
      </p>
      {help === null ? null : (
        <p class="note">
          {help.state === "held"
            ? w.t("match.held", { reason: w.word("reason", help.reason) })
            : w.t("match.help", { state: help.state })}
        </p>
      )}
      <div class="buttons">
        <Button
          look="link"
          onClick={() => acts.falseAlarm(match)}
          label={`${w.t("action.false_alarm")}: ${match.name}`}
        >
          {w.t("action.false_alarm")}
        </Button>
      </div>
    </li>
  );
}
