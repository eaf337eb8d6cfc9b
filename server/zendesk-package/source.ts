import { type AppFiles, pathsLike, textOf } from "./app-files.ts";
import { type Finding, found } from "./finding.ts";
import type { Manifest } from "./manifest/manifest.ts";

const STYLES = /^app\.s?css$/;
const TEMPLATES = /^templates\/.*\.hdbs$/;

/** Code in an app that has no pages, and what version 1 of the framework asked of templates and styles. */
export function checkSource(app: AppFiles, { pageless, modern }: Manifest): readonly Finding[] {
  if (pageless) {
    const code = [...pathsLike(app, /\.jsx?$/), ...pathsLike(app, TEMPLATES), ...pathsLike(app, STYLES)];
    return code.map((path) =>
      found("no_source_required_apps", path, "An app without pages has no code: remove it."),
    );
  }
  return modern === false ? checkVersion1(app) : [];
}

function checkVersion1(app: AppFiles): readonly Finding[] {
  const styled = pathsLike(app, TEMPLATES).filter((path) => /<\s*style\b/.test(textOf(app, path)));
  const broken = pathsLike(app, STYLES).filter((path) => !isBalanced(textOf(app, path)));
  return [
    ...styled.map((path) => found("style_in_template", path, "Move what is in <style> to app.css.")),
    ...broken.map((path) =>
      found(
        "stylesheet_error",
        path,
        "A brace or a comment is not closed; close it, or remove what closes too much.",
      ),
    ),
  ];
}

function isBalanced(styles: string): boolean {
  const code = styles.replaceAll(/\/\*.*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*/gs, "");
  if (code.includes("/*")) return false;
  let depth = 0;
  for (const [brace] of code.matchAll(/[{}]/g)) {
    depth += brace === "{" ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
