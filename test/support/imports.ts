import { posix } from "node:path";
import { isNode, lineAt, parse, type SyntaxNode, walk } from "./source.ts";

/** One import, re-export, dynamic import, `require` or import type of a file. */
export interface Import {
  readonly from: string;
  readonly line: number;
  /** A path from the project's root, a package's name, or `node:...`. */
  readonly target: string;
  readonly kind: "file" | "package" | "node";
  /** True when nothing of it is left once types are stripped. */
  readonly typeOnly: boolean;
}

/**
 * Everything a file imports, types included.
 * @throws Error for an import whose target is computed: a rule cannot be kept there, and nothing here needs one
 */
export function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  walk(parse(path, text), (node) => {
    const source = sourceOf(node);
    if (source === undefined) return;
    const line = lineAt(text, node.start);
    if (!isNode(source) || typeof source.value !== "string") {
      throw new Error(`${path}:${line} imports something that is only known when it runs`);
    }
    found.push({ from: path, line, ...targetOf(path, source.value), typeOnly: isTypeOnly(node) });
  });
  return found;
}

/** Where a node imports from: undefined when it is no import, null or a computed node when that cannot be said. */
function sourceOf(node: SyntaxNode): unknown {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return node.source;
    case "ExportNamedDeclaration":
      return node.source ?? undefined;
    case "TSExternalModuleReference":
      return node.expression;
    case "CallExpression":
      return isRequire(node) && Array.isArray(node.arguments) ? node.arguments[0] : undefined;
    default:
      return undefined;
  }
}

const isRequire = ({ callee }: SyntaxNode): boolean =>
  isNode(callee) && callee.type === "Identifier" && callee.name === "require";

function isTypeOnly(node: SyntaxNode): boolean {
  if (node.type === "TSImportType" || node.importKind === "type" || node.exportKind === "type") return true;
  const { specifiers } = node;
  if (!Array.isArray(specifiers) || specifiers.length === 0) return false;
  return specifiers.every((each: SyntaxNode) => each.importKind === "type" || each.exportKind === "type");
}

function targetOf(path: string, source: string): Pick<Import, "target" | "kind"> {
  if (source.startsWith(".")) return { kind: "file", target: posix.join(posix.dirname(path), source) };
  if (source.startsWith("node:")) return { kind: "node", target: source };
  const parts = source.split("/");
  return { kind: "package", target: parts.slice(0, source.startsWith("@") ? 2 : 1).join("/") };
}
