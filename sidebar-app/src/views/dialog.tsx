import type { ComponentChildren } from "preact";
import type { Ask, DeskState, Filled, Preview } from "../asks.ts";
import { Modal } from "../parts/modal.tsx";
import { alone, channelOf, nameOf } from "../sayings.ts";
import type { Words } from "../words.ts";
import { failureText } from "./actions.tsx";
import { Button } from "./base.tsx";
import { MessageText } from "./help.tsx";

/** Asks for what an action needs, and for the reason that every action has. */
export interface DialogProps {
  readonly state: DeskState;
  readonly w: Words;
  readonly submit: (filled: Filled) => void;
  readonly cancel: () => void;
  readonly preview: (template: string, channel: string) => void;
  readonly find: (text: string) => void;
}

export function Dialog(props: DialogProps) {
  const { state, w, submit, cancel } = props;
  const { ask, busy, failure, preview } = state;
  if (ask === null) return null;
  const title = w.t(`action.${ask.kind}`);
  const blocked = ask.kind === "send" && (preview?.body ?? null) === null;
  // Things are not as they were seen: whoever still wants it looks again first.
  const overtaken = failure?.kind === "conflict" && ask.kind !== "send";
  const never = ask.kind === "send" && preview?.body?.verdict === "never";
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

type SendAsk = Extract<Ask, { kind: "send" }>;

function Send(props: DialogProps & { readonly ask: SendAsk }) {
  const { ask, w, state, preview } = props;
  const chosen = state.preview ?? { template: ask.choices[0]?.template ?? "", channel: "" };
  const choice = ask.choices.find(({ template }) => template === chosen.template) ?? ask.choices[0];
  const channels = choice?.channels ?? [];
  const channel = channels.includes(chosen.channel) ? chosen.channel : (channels[0] ?? "");
  const pick = (template: string, wanted: string) => {
    const ways = ask.choices.find((each) => each.template === template)?.channels ?? [];
    preview(template, ways.includes(wanted) ? wanted : (ways[0] ?? ""));
  };
  return (
    <>
      <label class="field">
        <span>{w.t("form.template")}</span>
        <select
          name="template"
          value={chosen.template}
          onChange={(event) => pick(event.currentTarget.value, channel)}
        >
          {ask.choices.map(({ template, name }) => (
            <option key={template} value={template}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{w.t("form.channel")}</span>
        <select
          name="channel"
          value={channel}
          onChange={(event) => pick(chosen.template, event.currentTarget.value)}
        >
          {channels.map((each) => (
            <option key={each} value={each}>
              {channelOf(w, each)}
            </option>
          ))}
        </select>
      </label>
      {state.preview === null ? null : <Shown preview={state.preview} w={w} />}
    </>
  );
}

/** The guards that apply, and the message as the customer would see it. */
function Shown({ preview, w }: { readonly preview: Preview; readonly w: Words }) {
  if (preview.failure !== null) {
    return (
      <p class="failure" role="alert">
        {failureText(w, preview.failure)}
      </p>
    );
  }
  if (preview.body === null)
    return <p class="skeleton-line" role="status" aria-label={w.t("form.preview")} />;
  const { guards, rendered } = preview.body;
  return (
    <>
      {guards.map(({ reason, detail, overridable }) => (
        <p key={reason} class={overridable ? "warning" : "failure"} role="alert">
          {w.t(overridable ? "ask.override" : "ask.never", { reason: w.word("reason", reason) })}{" "}
          <span class="note">{detail}</span>
        </p>
      ))}
      <MessageText text={textOf(rendered)} w={w} />
    </>
  );
}

/** A rendered message differs by channel: its words are under the names below. */
function textOf(rendered: unknown): { readonly title: string | null; readonly body: string } | null {
  const fields: { readonly [name: string]: unknown } = { ...Object(rendered) };
  const first = (...names: readonly string[]) =>
    names.map((name) => fields[name]).find((value): value is string => typeof value === "string") ?? null;
  const body = first("text", "body", "message");
  return body === null ? null : { title: first("subject", "title"), body };
}

function FindPerson({ w, state, find }: DialogProps) {
  const search = (event: Event) => {
    const field = (event.currentTarget as HTMLElement).parentElement?.querySelector<HTMLInputElement>(
      "input",
    );
    find(field?.value ?? "");
  };
  return (
    <>
      <div class="field">
        <label for="find-person">
          <span>{w.t("form.find_person")}</span>
        </label>
        <div class="find">
          <input
            id="find-person"
            type="search"
            autoComplete="off"
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              find(event.currentTarget.value);
            }}
          />
          <button type="button" class="button plain" onClick={(event) => search(event)}>
            {w.t("action.find")}
          </button>
        </div>
      </div>
      {state.found === null ? null : (
        <fieldset class="found">
          <legend>{w.t("list.results", { count: state.found.length })}</legend>
          {state.found.map(({ id, name, why }) => (
            <label key={id}>
              <input type="radio" name="person" value={id} required />
              <span>
                {nameOf(w, id, name)} <span class="note">{alone(w, why)}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
