import { controlsOf, feedbackOf, paragraphsOf, partsOf, required } from "./parts.ts";
import type { CommonWords, MessageTemplate } from "./template.ts";
import type { InAppForm, RenderedInApp, RenderInput } from "./types.ts";

/** Plain texts and checked addresses for the snippet; an anonymous session gets no links of a person. */
export function renderInApp(
  input: RenderInput,
  template: MessageTemplate,
  words: CommonWords,
  form: InAppForm,
): RenderedInApp {
  const { person } = input;
  const parts = partsOf(input, template, words);
  const { scope } = parts;
  return {
    kind: "in_app",
    form,
    title: template.title(scope),
    body: paragraphsOf(input, () => [template.brief(scope)]).join("\n\n"),
    steps: form === "guide" ? template.steps.map((step) => step(scope)) : [],
    remedy: parts.remedy,
    why: {
      label: words.whyTitle(scope),
      text: parts.why,
      url: person === null ? null : required(person.why, "why"),
    },
    question: person === null ? null : words.helpful(scope),
    feedback: person === null ? [] : feedbackOf(input, person, words),
    person: parts.person,
    controls: person === null ? [] : controlsOf(person, words),
  };
}
