import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Compiled, compileHtml } from "./liquid.ts";

/** MJML checks colours, so the layouts hold these two in place of the tenant's. */
const BUTTON = "#010203";
const ON_BUTTON = "#040506";

export interface Layouts {
  readonly message: Compiled;
  readonly alert: Compiled;
  /** The sources, for versions by content. */
  readonly sources: string;
}

/**
 * Turns the MJML layouts into HTML with Liquid in it, once at start; a message then costs one rendering of Liquid.
 * MJML is only loaded here, as it is large.
 */
export async function compileLayouts(dir: string): Promise<Layouts> {
  const sources = ["layout.mjml", "alert.mjml"].map((file) => readFileSync(join(dir, file), "utf8"));
  const [message, alert] = await Promise.all(sources.map(compile));
  if (message === undefined || alert === undefined) throw new Error("the layouts of messages are missing");
  return { message, alert, sources: sources.join() };
}

async function compile(mjml: string): Promise<Compiled> {
  const { default: toHtml } = await import("mjml");
  const { html } = await toHtml(mjml, { validationLevel: "strict" });
  return compileHtml(html.replaceAll(BUTTON, "{{ color }}").replaceAll(ON_BUTTON, "{{ onColor }}"));
}
