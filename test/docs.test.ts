import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { projectFiles, readProjectFile, root } from "./support/source.ts";

const OURS = /`((?:server|sidebar-app|test|bench|bin)\/[\w./-]+\.\w+)`/g;
const filesIn = (text: string) => [...text.matchAll(OURS)].map(([, path = ""]) => path);
const isThere = (path: string) => existsSync(join(root, path));

describe("pages about the code", () => {
  it.each(["README.md", "CONTRIBUTING.md", ...projectFiles("docs/*.md")])(
    "%s names files that are there",
    (page) => {
      expect(filesIn(readProjectFile(page)).filter((path) => !isThere(path))).toEqual([]);
    },
  );

  it("would be caught naming one that is not", () => {
    const text = "Read `server/flow/receive.ts`, then `server/flow/gone.ts`.";

    expect(filesIn(text).filter((path) => !isThere(path))).toEqual(["server/flow/gone.ts"]);
  });
});

/** Where links of a page lead within the project, from its root. */
function linksIn(page: string, text: string): readonly string[] {
  const targets = [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => posix.join(posix.dirname(page), target));
}

describe("links from page to page", () => {
  const links = projectFiles("**/*.md").flatMap((page) =>
    linksIn(page, readProjectFile(page)).map((target) => ({ page, target })),
  );

  it("lead to what is there", () => {
    expect(links.filter(({ target }) => !isThere(target))).toEqual([]);
    expect(links.length).toBeGreaterThan(50);
  });

  it("would be caught leading nowhere", () => {
    const text =
      "See [what was decided](../docs/decisions/0099-gone.md#why), or [elsewhere](https://example.com).";

    expect(linksIn("server/README.md", text).filter((target) => !isThere(target))).toEqual([
      "docs/decisions/0099-gone.md",
    ]);
  });
});

/** `createIngest` and its like in one cell of a row, files in the other. */
interface Hop {
  readonly line: string;
  readonly functions: readonly string[];
  readonly files: readonly string[];
}

function hopsIn(text: string): readonly Hop[] {
  const rows = text.split("\n").filter((line) => /^\| \d+ \|/.test(line));
  return rows.map((line) => {
    const [, , does = "", where = ""] = line.split("|");
    // A function may be named beside its file: "with `check` in `server/...`".
    const named = [...`${does} ${where}`.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
    return { line, functions: named, files: filesIn(where) };
  });
}

/** Functions of a hop that none of its files makes; calling one is not enough. */
function astray({ functions, files }: Hop): readonly string[] {
  const text = files.filter(isThere).map(readProjectFile).join("\n");
  return functions.filter((name) => {
    const declared = `(?:function|const) ${name}\\b`;
    const method = `^ +(?:async )?${name}(?:<.*>)?\\((?:$|[^;]*\\{$)`;
    const member = `^ +${name}(?::|,$)`;
    return !new RegExp([declared, method, member].join("|"), "m").test(text);
  });
}

describe("the way from a webhook to its outcome", () => {
  const hops = hopsIn(readProjectFile("docs/architecture.md"));

  it("is told with functions that stand in the files it names", () => {
    expect(hops.flatMap(astray)).toEqual([]);
    expect(hops.length).toBeGreaterThan(20);
    expect(
      hops
        .filter(({ functions, files }) => functions.length * files.length === 0)
        .map(({ line }) => line.slice(0, 6)),
    ).toEqual([]);
  });

  it("would be caught naming one that went elsewhere", () => {
    const hop = "| 1 | `observe` does it | `server/core/engine/assess.ts`, which only calls it | a shape |";

    expect(hopsIn(hop).flatMap(astray)).toEqual(["observe"]);
  });
});
