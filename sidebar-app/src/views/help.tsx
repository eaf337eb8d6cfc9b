import type { Acts } from "../acts.ts";
import { channelOf } from "../sayings.ts";
import type { MessageTextBody, RequesterBody, ReviewBody } from "../wire.ts";
import type { Words } from "../words.ts";
import { Button, Section } from "./base.tsx";

/** What to do next: the messages that wait for a word, the next step, the words to answer with. */
export function Reviews({ body, w, acts }: Parts) {
  const { reviews } = body.context;
  if (reviews.length === 0) return null;
  return (
    <Section title={w.t("section.review")} id="review">
      <ul class="cards">
        {reviews.map((review) => (
          <Review key={review.decision} review={review} w={w} acts={acts} />
        ))}
      </ul>
    </Section>
  );
}

interface Parts {
  readonly body: RequesterBody;
  readonly w: Words;
  readonly acts: Acts;
}

function Review({
  review,
  w,
  acts,
}: {
  readonly review: ReviewBody;
  readonly w: Words;
  readonly acts: Acts;
}) {
  return (
    <li class="card">
      <h3>{review.name}</h3>
      <p class="note">
        {review.channel === null ? "" : `${channelOf(w, review.channel)} · `}
        {w.t("alert.due", { when: w.moment(review.dueBy) })}
      </p>
      <MessageText text={review.text} w={w} />
      <div class="buttons">
        <Button look="primary" onClick={() => acts.ask({ kind: "approve", review })}>
          {w.t("action.approve")}
        </Button>
        <Button onClick={() => acts.ask({ kind: "edit", review })}>{w.t("action.edit")}</Button>
        <Button onClick={() => acts.ask({ kind: "reject", review })}>{w.t("action.reject")}</Button>
      </div>
    </li>
  );
}

export function MessageText({ text, w }: { readonly text: MessageTextBody | null; readonly w: Words }) {
  if (text === null) return <p class="note">{w.t("message.erased")}</p>;
  return (
    <blockquote class="exact">
      {text.title === null ? null : <b>{text.title}</b>}
      <p>{text.body}</p>
    </blockquote>
  );
}

export function NextStep({ body, w, acts }: Parts) {
  const { next, draft } = body.context;
  const insert = acts.insertDraft;
  if (next === null && draft === null) return null;
  return (
    <Section title={w.t("section.next_step")} id="next">
      {next === null ? null : <p>{next.firstAction}</p>}
      {next === null || next.playbook === "" ? null : (
        <details class="playbook">
          <summary class="more">{w.t("section.playbook")}</summary>
          <p>{next.playbook}</p>
        </details>
      )}
      {draft === null || insert === null ? null : (
        <div class="draft">
          <blockquote class="exact" aria-label={w.t("section.reply")}>
            <p>{draft}</p>
          </blockquote>
          <Button look="primary" onClick={() => insert(draft)}>
            {w.t("action.insert_reply")}
          </Button>
        </div>
      )}
    </Section>
  );
}

/** Whom it concerns besides: incident, alerts, tickets, colleagues, the account, recorded sessions. */
export function Incidents({ body, w }: { readonly body: RequesterBody; readonly w: Words }) {
  const running = body.context.incidents.filter(({ endedAt }) => endedAt === null);
  return (
    <>
      {running.map(({ id, startedAt, accounts }) => (
        <p key={id} class="banner" role="status">
          {w.t("incident.banner", { when: w.moment(startedAt), accounts })}
        </p>
      ))}
    </>
  );
}
