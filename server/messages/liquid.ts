import { Liquid, type Template } from "liquidjs";

/*
 * Two engines over the same templates: one for plain text, one that escapes every output for HTML. What people or
 * systems wrote goes in as a value and is never parsed. Partials come from nowhere, so that no template reads a file.
 */
const common = {
  strictVariables: true,
  strictFilters: true,
  lenientIf: true,
  ownPropertyOnly: true,
  dynamicPartials: false,
  templates: {},
  // Far above any message; they stop a template that was written to eat time or memory.
  parseLimit: 100_000,
  renderLimit: 1_000,
  memoryLimit: 5_000_000,
} as const;

const text = new Liquid(common);
const html = new Liquid({ ...common, outputEscape: "escape" });

export type Scope = { readonly [name: string]: unknown };
export type Compiled = (scope: Scope) => string;

/** Parses a template for plain text. Throws on a syntax error. */
export function compileText(source: string): Compiled {
  return compiled(text, source);
}

/** Parses a template whose outputs are escaped for HTML. Throws on a syntax error. */
export function compileHtml(source: string): Compiled {
  return compiled(html, source);
}

function compiled(engine: Liquid, source: string): Compiled {
  const parsed: Template[] = engine.parse(source);
  return (scope) => String(engine.renderSync(parsed, scope));
}
