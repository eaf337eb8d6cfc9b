import type { Layouts } from "./layout.ts";
import { scopeOf } from "./parts.ts";
import { colorsOf, oneLine, webAddress } from "./safe.ts";
import type { AlertTemplate, CommonWords, MessageTemplate } from "./template.ts";
import { NotReady, type RenderedHuman, type RenderInput } from "./types.ts";

/** The email to the colleague who owns the alert: what was seen, the first action, and what to offer. */
export function renderHuman(
  input: RenderInput,
  template: MessageTemplate | AlertTemplate,
  words: CommonWords,
  layouts: Layouts,
): RenderedHuman {
  const { alert } = input;
  if (alert === undefined) throw new NotReady("a message to a colleague needs the facts of the alert");
  const scope = scopeOf(input);
  const subject = oneLine(words.alert.subject({ title: alert.title, score: alert.score }), 150);
  const rows = [
    { label: words.alert.customer({}), text: oneLine(alert.customer ?? "", 200) },
    { label: words.alert.seen({}), text: oneLine(input.why.clue, 300) },
    { label: words.alert.first({}), text: oneLine(alert.firstAction, 500) },
    { label: words.alert.offer({}), text: template.human(scope) },
    { label: words.alert.playbook({}), text: oneLine(alert.playbook, 2_000) },
    { label: words.alert.owner({}), text: oneLine(alert.owner, 100) },
    { label: words.alert.due({}), text: oneLine(alert.due ?? "", 60) },
  ].filter(({ text }) => text !== "");
  const url = webAddress(alert.url);
  const open = words.alert.open({});
  return {
    kind: "human",
    subject,
    html: layouts.alert({
      lang: words.lang,
      subject,
      rows,
      url: url ?? false,
      open,
      ...colorsOf(input.settings.color),
    }),
    text: [
      subject,
      ...rows.map(({ label, text }) => `${label}\n${text}`),
      ...(url === null ? [] : [`${open}: ${url}`]),
    ].join("\n\n"),
  };
}
