import type { Ask, Preview } from "../asks.ts";
import { channelOf } from "../sayings.ts";
import type { GuardBody } from "../wire.ts";
import type { Words } from "../words.ts";
import { failureText } from "./actions.tsx";
import type { DialogProps } from "./dialog-props.ts";
import { MessageText } from "./help.tsx";

type SendAsk = Extract<Ask, { kind: "send" }>;

/** Which message, on which way, and how it would look. */
export function Send(props: DialogProps & { readonly ask: SendAsk }) {
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
      <Against guards={guards.filter(({ overridable }) => !overridable)} w={w} />
      <Against guards={guards.filter(({ overridable }) => overridable)} w={w} />
      <MessageText text={textOf(rendered)} w={w} />
    </>
  );
}

/** What speaks against a message, of one kind: what a reason lifts, or what nothing does. */
function Against({ guards, w }: { readonly guards: readonly GuardBody[]; readonly w: Words }) {
  const [first] = guards;
  if (first === undefined) return null;
  const reason = guards.map((guard) => w.word("reason", guard.reason)).join("; ");
  return (
    <div class={first.overridable ? "warning" : "failure"} role="alert">
      <p>{w.t(first.overridable ? "ask.override" : "ask.never", { reason })}</p>
      {guards.map((guard) => (
        <p key={guard.reason} class="note">
          {guard.detail}
        </p>
      ))}
    </div>
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
