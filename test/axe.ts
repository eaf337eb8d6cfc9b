import axe, { type RunOptions } from "axe-core";
import type { Page } from "playwright-core";

/** Faults of accessibility that axe finds on a page, as one line each. */
export async function faultsOf(page: Page, options: RunOptions = {}): Promise<readonly string[]> {
  // The page's own policy lets no script of ours in; what the debugger evaluates is not bound by it.
  await page.evaluate(`${axe.source}; undefined`);
  return page.evaluate(async (given) => {
    const { axe: tool } = globalThis as unknown as { readonly axe: typeof axe };
    const { violations } = await tool.run(document, { resultTypes: ["violations"], ...given });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  }, options);
}
