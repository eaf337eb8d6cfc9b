import type { ComponentChildren } from "preact";
import type { Ask, Filled } from "../asks.ts";
import { Modal } from "../parts/modal.tsx";
import type { Words } from "../words.ts";
import { failureText } from "./actions.tsx";
import { Button } from "./base.tsx";
import type { DialogProps } from "./dialog-props.ts";
import { FindPerson } from "./find-person.tsx";
import { MessageText } from "./help.tsx";
import { Send } from "./send.tsx";

/** Asks for what an action needs, and for the reason that every action has. */
export function Dialog(props: DialogProps) {
  const { state, w, submit, cancel } = props;
  const { ask, busy, failure, preview } = state;
  if (ask === null) return null;
  const title = w.t(`action.${ask.kind}`);
  const blocked = ask.kind === "send" && (preview?.body ?? null) === null;
  // Things are not as they were seen: whoever still wants it looks again first.
  const overtaken = failure?.kind === "conflict" && ask.kind !== "send";
  const never = ask.kind === "send" && preview?.body?.guardResult === "never";
  const sent = (event: SubmitEvent) => {
    event.preventDefault();
    submit(filledIn(event.currentTarget as HTMLFormElement));
  };
  return (
    <Modal title={title} onClose={cancel}>
      <form onSubmit={sent}>
        <p>{explanation(w, ask)}</p>
        <Fields {...props} ask={ask} />
        <label class="field">
          <span>{w.t("form.reason")}</span>
          <textarea name="reason" required maxLength={500} rows={2} />
        </label>
        {failure === null ? null : (
          <p class="failure" role="alert">
            {failureText(w, failure)}
          </p>
        )}
        <div class="buttons">
          <Button look="plain" onClick={cancel}>
            {w.t(overtaken ? "action.close" : "action.cancel")}
          </Button>
          <button
            class={`button ${ask.kind === "stop" ? "danger" : "primary"}`}
            type="submit"
            disabled={busy || blocked || never || overtaken}
          >
            {w.t(ask.kind === "edit" ? "action.approve" : `action.${ask.kind}`)}
          </button>
        </div>
      </form>
    </Modal>
  );
}

function explanation(w: Words, ask: Ask): string {
  switch (ask.kind) {
    case "hand_over":
      return w.t("ask.hand_over", { owner: ask.owner });
    default:
      return w.t(`ask.${ask.kind}`);
  }
}

function filledIn(form: HTMLFormElement): Filled {
  const data = new FormData(form);
  const text = (name: string) => {
    const value = data.get(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const until = text("until");
  const optional = {
    text: text("text"),
    template: text("template"),
    channel: text("channel"),
    person: text("person"),
  };
  const set = Object.entries(optional).filter(([, value]) => value !== undefined);
  return {
    reason: text("reason") ?? "",
    // The field is in the agent's own time zone, the wire in UTC.
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    ...Object.fromEntries(set),
  };
}

function Fields(props: DialogProps & { readonly ask: Ask }): ComponentChildren {
  const { ask, w } = props;
  switch (ask.kind) {
    case "pause":
      return <Until w={w} />;
    case "approve":
    case "reject":
      return <MessageText text={ask.review.text} w={w} />;
    case "edit":
      return (
        <label class="field">
          <span>{w.t("form.text")}</span>
          <textarea
            name="text"
            required
            rows={6}
            maxLength={5000}
            defaultValue={ask.review.text?.body ?? ""}
          />
        </label>
      );
    case "send":
      return <Send {...props} ask={ask} />;
    case "link":
      return <FindPerson {...props} />;
    default:
      return null;
  }
}

const DAY = 86_400_000;

/** `2026-11-21T09:00`, in the agent's own time zone, as the field wants it. */
function localTime(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}

function Until({ w }: { readonly w: Words }) {
  return (
    <label class="field">
      <span>{w.t("form.until")}</span>
      <input
        type="datetime-local"
        name="until"
        required
        defaultValue={localTime(w.now + DAY)}
        min={localTime(w.now + 60_000)}
        max={localTime(w.now + 365 * DAY)}
      />
    </label>
  );
}
