import { type Channel, HUMAN_CHANNELS, IN_APP_CHANNELS } from "../core/pattern.ts";
import { kindOf } from "../core/tenant.ts";
import { renderEmail } from "./email.ts";
import { renderHuman } from "./human.ts";
import { renderInApp } from "./in-app.ts";
import { type Layouts, readLayouts } from "./layout.ts";
import { type Locale, type LocaleTemplate, loadLocales, SHIPPED_MESSAGES } from "./load.ts";
import { contactOf } from "./parts.ts";
import { webAddress } from "./safe.ts";
import { renderSms } from "./sms.ts";
import {
  type InAppForm,
  type MessageKind,
  type MessageSettings,
  NotReady,
  type Rendered,
  type RenderInput,
} from "./types.ts";

export { BadTemplate, SHIPPED_MESSAGES } from "./load.ts";
export { messageSettings } from "./settings.ts";
export type * from "./types.ts";
export { NotReady } from "./types.ts";

/** The channels that templates have words for. */
export const RENDERED_CHANNELS = [
  "email",
  "sms",
  "broadcast",
  ...IN_APP_CHANNELS,
  ...HUMAN_CHANNELS,
] as const satisfies readonly Channel[];

export interface TemplateInfo {
  readonly id: string;
  readonly kind: MessageKind;
  /** Changes with every change of its words, of the shared words and of the layouts. */
  readonly version: string;
  /** Keys of the tenant's `links` it needs. */
  readonly links: readonly string[];
}

export interface Messages {
  /** Every template, by id. */
  readonly templates: ReadonlyMap<string, TemplateInfo>;
  /** Why a template cannot be sent on a channel for a tenant: all that is missing, in plain words; null when it can. */
  ready(template: string, channel: Channel, settings: MessageSettings): string | null;
  /** `template|channel` -> why not, for everything that is not ready: what `doctor` lists. */
  notReady(settings: MessageSettings): ReadonlyMap<string, string>;
  /** @throws NotReady for what `ready` would have named, and for missing links of the person. */
  render(input: RenderInput): Rendered;
}

/**
 * Reads every locale below `dir`, parses every text and the layouts.
 * @throws BadTemplate that lists every problem.
 */
export function loadMessages(dir: string = SHIPPED_MESSAGES): Messages {
  const layouts = readLayouts(SHIPPED_MESSAGES);
  const locales = loadLocales(dir, layouts.sources);
  const fallback = locales.get("en");
  if (fallback === undefined)
    throw new Error(`${dir} has no templates in English, which every locale falls back to`);
  return new LoadedMessages(layouts, locales, fallback);
}

class LoadedMessages implements Messages {
  readonly templates: ReadonlyMap<string, TemplateInfo>;
  readonly #layouts: Layouts;
  readonly #locales: ReadonlyMap<string, Locale>;
  readonly #fallback: Locale;

  constructor(layouts: Layouts, locales: ReadonlyMap<string, Locale>, fallback: Locale) {
    this.#layouts = layouts;
    this.#locales = locales;
    this.#fallback = fallback;
    this.templates = new Map([...fallback.templates].map(([id, loaded]) => [id, infoOf(id, loaded)]));
  }

  ready(template: string, channel: Channel, settings: MessageSettings): string | null {
    const loaded = this.#fallback.templates.get(template);
    if (loaded === undefined) return `there is no template "${template}"`;
    if (kindOf(channel) === "human") return null;
    if (!(RENDERED_CHANNELS as readonly Channel[]).includes(channel))
      return `templates have no words for ${channel}`;
    if (loaded.words.kind === "alert") return `"${template}" has words for colleagues only`;
    const { link, optional } = loaded.words.remedy;
    const missing = [
      settings.productName.trim() === "" ? "the product's name is not set" : null,
      !optional && webAddress(settings.links[link]) === null
        ? `links.${link} is not set to a web address`
        : null,
      reasonOf(() => contactOf(settings)),
    ].filter((reason) => reason !== null);
    return missing.length === 0 ? null : missing.join("; ");
  }

  notReady(settings: MessageSettings): ReadonlyMap<string, string> {
    const reasons = new Map<string, string>();
    for (const id of this.templates.keys()) {
      for (const channel of RENDERED_CHANNELS) {
        const reason = this.ready(id, channel, settings);
        if (reason !== null) reasons.set(`${id}|${channel}`, reason);
      }
    }
    return reasons;
  }

  render(input: RenderInput): Rendered {
    const reason = this.ready(input.template, input.channel, input.settings);
    if (reason !== null) throw new NotReady(reason);
    const { template, common } = this.#find(input.template, input.locale ?? "en");
    const { words } = template;
    if (kindOf(input.channel) === "human") return renderHuman(input, words, common, this.#layouts);
    if (words.kind === "alert") throw new NotReady(`"${input.template}" has words for colleagues only`);
    if (input.channel === "email") return renderEmail(input, words, common, this.#layouts);
    if (input.channel === "sms") return renderSms(input, words, common);
    return renderInApp(input, words, common, formOf(input.channel));
  }

  /** `de-AT`, then `de`, then English: the first that has the template, with the shared words of the same locale. */
  #find(
    id: string,
    wanted: string,
  ): { readonly template: LocaleTemplate; readonly common: Locale["common"] } {
    const tags = [wanted, wanted.split("-")[0] ?? wanted].map((tag) => tag.toLowerCase());
    for (const locale of [...tags.map((tag) => this.#locales.get(tag)), this.#fallback]) {
      const template = locale?.templates.get(id);
      if (locale !== undefined && template !== undefined) return { template, common: locale.common };
    }
    throw new NotReady(`there is no template "${id}"`);
  }
}

function infoOf(id: string, { words, version }: LocaleTemplate): TemplateInfo {
  const needsLink = words.kind !== "alert" && !words.remedy.optional;
  return { id, version, kind: words.kind, links: needsLink ? [words.remedy.link] : [] };
}

/** A broadcast is shown as a banner; its email goes out under the channel `email`. */
function formOf(channel: Channel): InAppForm {
  const form = channel.split(".")[1];
  switch (form) {
    case "tooltip":
    case "prompt":
    case "notification":
    case "message":
    case "guide":
      return form;
    default:
      return "banner";
  }
}

function reasonOf(attempt: () => unknown): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof NotReady) return error.reason;
    throw error;
  }
}
