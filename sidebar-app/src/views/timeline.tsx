import type { Acts } from "../acts.ts";
import type { TimelineState } from "../dossier.ts";
import { type RowLook, Windowed } from "../parts/windowed.tsx";
import { actorOf, alone, channelOf, messageLine } from "../sayings.ts";
import type { TimelineItem } from "../wire.ts";
import type { Words } from "../words.ts";
import { Button, Fold, Time } from "./base.tsx";
import { MessageText } from "./help.tsx";

/** Everything that happened, of every kind, newest first. */
export function Timeline(props: {
  readonly timeline: TimelineState;
  readonly w: Words;
  readonly acts: Acts;
}) {
  const { timeline, w, acts } = props;
  const { items, next, failed, loading } = timeline;
  const count = w.t("timeline.entries", { count: items.length });
  return (
    <Fold
      title={w.t("section.timeline")}
      note={items.length === 0 ? undefined : `${count}${next === null ? "" : "+"}`}
      open
    >
      {items.length === 0 ? (
        <p>
          {loading ? w.t("state.loading") : failed ? w.t("state.backend_away_empty") : w.t("timeline.empty")}
        </p>
      ) : (
        <Windowed
          items={items}
          keyOf={({ kind, id }) => `${kind} ${id}`}
          label={w.t("section.timeline")}
          onEnd={acts.moreTimeline}
          row={(item, look) => <Row item={item} look={look} w={w} acts={acts} />}
        />
      )}
    </Fold>
  );
}

interface RowProps {
  readonly item: TimelineItem;
  readonly look: RowLook;
  readonly w: Words;
  readonly acts: Acts;
}

function Row({ item, look: { open, button }, w, acts }: RowProps) {
  return (
    <>
      <button type="button" class="event" aria-expanded={open} {...button}>
        <span class={`kind kind-${item.kind}`}>{w.t("timeline.kind", { kind: item.kind })}</span>
        <span class="event-time">
          <Time at={item.at} w={w} />
        </span>
        <span class="event-text">{lineOf(w, item)}</span>
      </button>
      {open ? (
        <div class="event-more">
          <More item={item} w={w} acts={acts} />
        </div>
      ) : null}
    </>
  );
}

function lineOf(w: Words, item: TimelineItem): string {
  switch (item.kind) {
    case "signal":
      return [signalOf(w, item.signal), toldBy(item.signal)].filter((part) => part !== "").join(" · ");
    case "ticket":
      return `${item.ticket === null ? "" : `#${item.ticket} `}${signalOf(w, item.signal)}`;
    case "match":
      return alone(w, item.match.why);
    case "message":
      return messageLine(w, item.message);
    case "feedback":
      return answerOf(w, item.feedback);
    case "not_sent":
      return notSent(w, item.decision);
    case "incident":
      if (item.incident.endedAt !== null)
        return w.t("incident.over", { when: w.moment(item.incident.endedAt) });
      return w.t("incident.banner", {
        when: w.moment(item.incident.startedAt),
        accounts: item.incident.accounts,
      });
    case "action":
      return `${w.word("deed", item.action.action)}, ${doneBy(w, item)}`;
  }
}

/** "API call failed"; of a type that is not ours, its name. */
const signalOf = (w: Words, { type }: Of<"signal">["signal"]): string => w.word("event", type);

/** The first of what the event said: "429, /v1/export"; a code such as `wrong_password` as words. */
const toldBy = ({ data }: Of<"signal">["signal"]): string =>
  Object.values(data)
    .filter((value) => typeof value === "string" || typeof value === "number")
    .slice(0, 2)
    .map((value) => (/^[a-z]+(_[a-z]+)+$/.test(String(value)) ? plain(String(value)) : value))
    .join(", ");

const doneBy = (w: Words, { action, at }: Of<"action">): string =>
  w.t("done.by", { actor: actorOf(w, action.actor), when: w.ago(at) });

/** `endpointUrl` and `error_code` as words. */
const plain = (name: string): string =>
  name.replaceAll(/[._]/g, " ").replaceAll(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

type Of<Kind extends TimelineItem["kind"]> = Extract<TimelineItem, { kind: Kind }>;

function answerOf(w: Words, { answer, stars }: Of<"feedback">["feedback"]): string {
  const said = answer === null ? null : w.word("feedback", answer);
  const given = stars === null ? null : w.t("feedback.stars", { stars });
  return [said, given].filter((part) => part !== null).join(" · ");
}

function notSent(w: Words, { kind, reason, until, channel }: Of<"not_sent">["decision"]): string {
  const why = w.word("reason", reason);
  const text =
    until === null
      ? w.t("decision.kind", { kind, reason: why })
      : w.t("decision.hold_until", { when: w.moment(until), reason: why });
  return channel === null ? text : `${channelOf(w, channel)} · ${text}`;
}

function More({ item, w, acts }: Pick<RowProps, "item" | "w" | "acts">) {
  return (
    <>
      <p class="note">
        <Time at={item.at} w={w} exact />
      </p>
      <Detail item={item} w={w} acts={acts} />
    </>
  );
}

function Detail({ item, w, acts }: Pick<RowProps, "item" | "w" | "acts">) {
  switch (item.kind) {
    case "signal":
    case "ticket":
      return (
        <>
          <Data data={item.signal.data} />
          {item.kind === "ticket" && item.ticket !== null ? (
            <TicketLink id={item.ticket} w={w} acts={acts} />
          ) : null}
        </>
      );
    case "message": {
      const { manual } = item.message.delivery;
      return (
        <>
          {manual === null ? null : (
            <p class="note">
              {w.t("message.by_hand", { actor: actorOf(w, manual.actor), reason: manual.reason })}
            </p>
          )}
          {item.message.ended === "waiting" && item.message.text === null ? (
            <p class="note">{w.t("message.not_written")}</p>
          ) : (
            <MessageText text={item.message.text} w={w} />
          )}
        </>
      );
    }
    case "match":
      return <p class="note">{evidence(w, item.match)}</p>;
    case "not_sent": {
      const channel = item.decision.wouldHave?.channel;
      return channel === undefined || channel === null ? null : (
        <p class="note">{w.t("decision.would_have", { channel: channelOf(w, channel) })}</p>
      );
    }
    case "action":
      return (
        <>
          <p>{item.action.reason}</p>
          {item.action.undoable && !item.action.undone ? (
            <Button onClick={() => acts.undo(item.action.id)}>{w.t("action.undo")}</Button>
          ) : null}
          {item.action.undone ? <p class="note">{w.t("done.undo")}</p> : null}
        </>
      );
    default:
      return null;
  }
}

function evidence(w: Words, { state, events, firedAt, lastSeen }: Of<"match">["match"]): string {
  return [
    w.t("match.state", { state }),
    w.t("match.events", { count: events }),
    w.t("match.first_seen", { when: w.ago(firedAt) }),
    w.t("match.last_seen", { when: w.ago(lastSeen) }),
  ].join(" · ");
}

function TicketLink({ id, w, acts }: { readonly id: string; readonly w: Words; readonly acts: Acts }) {
  return (
    <Button look="link" onClick={() => acts.openTicket(id)}>
      {w.t("tickets.open", { ticket: id })}
    </Button>
  );
}

/** What the event said, as it said it. */
function Data({ data }: { readonly data: { readonly [name: string]: unknown } }) {
  const fields = Object.entries(data).slice(0, 20);
  return fields.length === 0 ? null : (
    <dl class="pairs">
      {fields.map(([name, value]) => (
        <div key={name}>
          <dt>{plain(name)}</dt>
          <dd>{typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
