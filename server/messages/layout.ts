import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Compiled, compileHtml } from "./liquid.ts";

export interface Layouts {
  readonly message: Compiled;
  readonly alert: Compiled;
  /** The sources, for versions by content. */
  readonly sources: string;
}

/**
 * Reads the layouts: HTML with Liquid in it. What is written by hand is the MJML beside it, from which
 * `test/messages/layout.test.ts` makes this HTML: MJML takes longer to load than the rest of the server.
 */
export function readLayouts(dir: string): Layouts {
  const read = (file: string) => readFileSync(join(dir, file), "utf8");
  return {
    message: compileHtml(read("layout.liquid")),
    alert: compileHtml(read("alert.liquid")),
    sources: ["layout.mjml", "alert.mjml"].map(read).join(),
  };
}
