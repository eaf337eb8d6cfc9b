import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** What an owner does first, and how the first response goes on. */
export interface Playbook {
  /** File name, or `inline` when the paragraph stands in the pattern itself. */
  readonly file: string;
  readonly firstAction: string;
  readonly paragraph: string;
}

const FIRST = /^first action:\s*(.*)$/i;

/**
 * Reads a playbook: `First action: ...` on a line of its own, then the paragraph. A text that is not the name of a
 * Markdown file is the paragraph itself. The first folder that has the file wins; null when none has.
 */
export function readPlaybook(folders: readonly string[], named: string): Playbook | null {
  if (!named.endsWith(".md")) return { file: "inline", ...split(named) };
  const file = basename(named);
  const folder = folders.find((each) => existsSync(join(each, file)));
  return folder === undefined ? null : { file, ...split(readFileSync(join(folder, file), "utf8")) };
}

function split(text: string): Omit<Playbook, "file"> {
  const lines = text.split("\n").map((line) => line.trim());
  const firstAction = lines.map((line) => FIRST.exec(line)?.[1]).find((found) => found !== undefined) ?? "";
  const paragraph = lines
    .filter((line) => !FIRST.test(line) && !line.startsWith("#"))
    .join(" ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return { firstAction, paragraph };
}
