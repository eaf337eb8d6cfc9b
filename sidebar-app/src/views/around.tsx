import type { Acts } from "../acts.ts";
import { alone, nameOf } from "../sayings.ts";
import type { RequesterBody } from "../wire.ts";
import type { Words } from "../words.ts";
import { Band, Button, Fold, OutLink, Time } from "./base.tsx";

/** Whom and what it concerns besides: alerts, tickets, colleagues, the account, recorded sessions. */
interface Parts {
  readonly body: RequesterBody;
  readonly w: Words;
  readonly acts: Acts;
}

export function Alerts({ body, w, acts }: Parts) {
  const { alerts } = body.context;
  if (alerts.length === 0) return null;
  return (
    <Fold title={w.t("section.alerts")} note={w.number(alerts.length)} open>
      <ul class="cards">
        {alerts.map((alert) => {
          const owner = body.account?.owner ?? alert.owner;
          return (
            <li key={alert.id} class="card">
              <h3>{alert.title}</h3>
              <p class="note">
                {w.t("alert.due", { when: w.moment(alert.dueBy) })}
                {alert.assignee === null ? "" : ` · ${alert.assignee}`}
              </p>
              {alert.assignee === owner ? null : (
                <Button look="link" onClick={() => acts.ask({ kind: "hand_over", alert, owner })}>
                  {w.t("action.hand_over")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </Fold>
  );
}

export function Tickets({ body, w, acts }: Parts) {
  const tickets = body.context.openTickets;
  if (tickets.length === 0) return null;
  return (
    <Fold title={w.t("section.tickets")} note={w.number(tickets.length)} open>
      <ul class="lines">
        {tickets.map(({ ticket, person, own, issue, openedAt }) => (
          <li key={ticket}>
            <Button
              look="link"
              onClick={() => acts.openTicket(ticket)}
              label={w.t("tickets.open", { ticket })}
            >
              #{ticket}
            </Button>
            {issue === null ? null : <span> {w.word("issue", issue)}</span>}
            <span class="note">
              {own ? "" : `${nameOf(w, person, nameIn(body, person))} · `}
              <Time at={openedAt} w={w} />
            </span>
          </li>
        ))}
      </ul>
    </Fold>
  );
}

const nameIn = ({ context }: RequesterBody, id: string): string | null =>
  context.colleagues.find(({ person }) => person === id)?.name ?? null;

export function Colleagues({ body, w, acts }: Parts) {
  const { colleagues, moreColleagues } = body.context;
  const account = body.account?.name ?? body.account?.id ?? "";
  if (colleagues.length === 0) return null;
  return (
    <Fold title={w.t("section.colleagues")} note={w.number(colleagues.length + moreColleagues)} open>
      <p class="note">{w.t("colleagues.count", { count: colleagues.length + moreColleagues, account })}</p>
      <ul class="lines">
        {colleagues.map(({ person, name, score, band, why }) => (
          <li key={person}>
            <b>{w.number(score)}</b> <Band band={band} w={w} />{" "}
            <Button look="link" onClick={() => acts.openSubject("person", person, name)}>
              {nameOf(w, person, name)}
            </Button>
            <span class="note">{alone(w, why)}</span>
          </li>
        ))}
      </ul>
    </Fold>
  );
}

export function AccountFacts({ body, w, acts }: Parts) {
  const { account } = body;
  if (account === null) return null;
  const name = account.name ?? account.id;
  const rows = [
    [w.t("account.owner"), account.owner ?? w.t("account.no_owner")],
    [w.t("account.plan"), account.plan],
    [w.t("account.segment"), account.segment],
  ] as const;
  return (
    <Fold title={w.t("section.account")} open>
      <p>
        {body.person === null ? (
          <b>{name}</b>
        ) : (
          <Button look="link" onClick={() => acts.openSubject("account", account.id, account.name)}>
            {name}
          </Button>
        )}
      </p>
      <dl class="pairs">
        {rows.map(([term, value]) =>
          value === null ? null : (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </Fold>
  );
}

export function Replays({ body, w }: Parts) {
  const { replays } = body.context;
  if (replays.length === 0) return null;
  return (
    <Fold title={w.t("section.replays")} note={w.number(replays.length)} open>
      <ul class="lines">
        {replays.map(({ at, url }) => (
          <li key={at + url}>
            <OutLink href={url}>{w.t("replay.open", { when: w.moment(at) })}</OutLink>
          </li>
        ))}
      </ul>
    </Fold>
  );
}
