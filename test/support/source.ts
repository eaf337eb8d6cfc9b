import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";

/** The folder of package.json. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const NOT_OURS = /(^|\/)(node_modules|\.git|data|dist|coverage|\.demo)(\/|$)/;

/** Paths of the project's own files, relative to its root, with forward slashes. */
export function projectFiles(pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude: (path) => NOT_OURS.test(path) })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

export const readProjectFile = (path: string): string => readFileSync(join(root, path), "utf8");

/** A node of the syntax tree: a type, a place in the text, and whatever that type has besides. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/**
 * The syntax tree of a TypeScript file, from the parser that Vite carries: a real one, so that comments, strings and
 * type positions cannot be mistaken for code. (TypeScript 7 has no stable programming interface yet.)
 * @throws Error when the text does not parse
 */
export function parse(path: string, text: string): SyntaxNode {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  if (!isNode(program)) throw new Error(`${path}: no syntax tree`);
  return program;
}

/** Calls `visit` with every node below and including this one, and the nodes around it, the nearest last. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, around: readonly SyntaxNode[]) => void,
  around: readonly SyntaxNode[] = [],
): void {
  visit(node, around);
  for (const field of Object.values(node)) {
    for (const child of Array.isArray(field) ? field : [field]) {
      if (isNode(child)) walk(child, visit, [...around, node]);
    }
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return value !== null && typeof value === "object" && "type" in value && typeof value.type === "string";
}

/** The line number, from 1, of a place in the text. */
export const lineAt = (text: string, position: number): number => text.slice(0, position).split("\n").length;
