import { isNode, lineAt, parse, type SyntaxNode, walk } from "../support/source.ts";

/** One small change of a source file that some test should notice. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  /** The place in the text that is replaced, and what comes there. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** What it does, such as `a < b  becomes  a <= b`; unique on its line only together with the place. */
  readonly change: string;
}

type Change = readonly [at: SyntaxNode, replacement: string];

const SWAPS: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "&&": "||",
  "||": "&&",
  "+=": "-=",
  "-=": "+=",
  "++": "--",
  "--": "++",
  some: "every",
  every: "some",
  min: "max",
  max: "min",
};

/** Every mutant of a file, in the order of the text. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const mutants: Mutant[] = [];
  const seen = new Set<string>();
  walk(parse(file, text), (node, around) => {
    if (!runs(node, around)) return;
    for (const [at, replacement] of changesOf(node, around, text)) {
      const end = endOf(at);
      const key = `${at.start}-${end} ${replacement}`;
      if (seen.has(key) || text.slice(at.start, end) === replacement) continue;
      seen.add(key);
      const change = `${shown(text.slice(at.start, end))}  becomes  ${shown(replacement)}`;
      mutants.push({ file, line: lineAt(text, at.start), start: at.start, end, replacement, change });
    }
  });
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The text of the file with the one change in it. */
export const mutated = (text: string, { start, end, replacement }: Mutant): string =>
  text.slice(0, start) + replacement + text.slice(end);

/** Types and imports are gone before anything runs; what an error says is for people, and no behaviour. */
function runs(node: SyntaxNode, around: readonly SyntaxNode[]): boolean {
  return ![...around, node].some(({ type }) => isOfTypes(type) || NEVER.has(type));
}

const NEVER = new Set(["ImportDeclaration", "ExportAllDeclaration", "ThrowStatement"]);
const isOfTypes = (type: string) =>
  type.startsWith("TS") && !["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"].includes(type);

function changesOf(node: SyntaxNode, around: readonly SyntaxNode[], text: string): readonly Change[] {
  switch (node.type) {
    case "IfStatement":
    case "ConditionalExpression":
      return decided(node.test, "true", "false");
    case "WhileStatement":
      return decided(node.test, "false");
    case "ForStatement":
      return decided(node.test, "false");
    case "LogicalExpression":
      return logical(node, text);
    case "BinaryExpression":
      return operator(node, text);
    case "AssignmentExpression":
      return operator(node, text);
    case "UnaryExpression":
      return node.operator === "!" ? only(node, node.argument, text) : [];
    case "ExpressionStatement":
    case "ContinueStatement":
    case "BreakStatement":
      return isCase(around) ? [] : [[node, ";"]];
    case "CallExpression":
      return call(node, text);
    case "Literal":
      return literal(node, around);
    case "ReturnStatement":
      return node.argument === null ? [[node, ";"]] : [];
    case "ArrowFunctionExpression":
      return isNode(node.body) && yieldsTruth(node.body) ? decided(node.body, "true", "false") : [];
    default:
      return [];
  }
}

/** A condition that is always so, or never. */
function decided(test: unknown, ...outcomes: readonly string[]): readonly Change[] {
  return isNode(test) ? outcomes.map((outcome) => [test, outcome] as const) : [];
}

const yieldsTruth = ({ type, operator: sign }: SyntaxNode): boolean =>
  (type === "LogicalExpression" && sign !== "??") ||
  (type === "UnaryExpression" && sign === "!") ||
  (type === "BinaryExpression" && ["<", "<=", ">", ">=", "===", "!=="].includes(String(sign)));

/** Either side alone, and the other sign between them. */
function logical(node: SyntaxNode, text: string): readonly Change[] {
  return [...operator(node, text), ...only(node, node.left, text), ...only(node, node.right, text)];
}

const only = (node: SyntaxNode, part: unknown, text: string): readonly Change[] =>
  isNode(part) ? [[node, text.slice(part.start, endOf(part))]] : [];

/** The sign stands somewhere between the two sides; comments between them are rare enough to look past. */
function operator({ left, right, operator: sign }: SyntaxNode, text: string): readonly Change[] {
  const other = SWAPS[String(sign)];
  if (other === undefined || !isNode(left) || !isNode(right) || joinsText(left, right)) return [];
  const from = endOf(left);
  const place = text.slice(from, right.start).indexOf(String(sign));
  return place < 0 ? [] : [[spot(from + place, String(sign).length), other]];
}

const joinsText = (...sides: readonly SyntaxNode[]): boolean =>
  sides.some(
    ({ type, value }) => type === "TemplateLiteral" || (type === "Literal" && typeof value === "string"),
  );

/** `some` and `every`, `min` and `max` change places; a filter lets everything pass, a sort leaves things as they are. */
function call({ callee, start, ...node }: SyntaxNode, text: string): readonly Change[] {
  if (!isNode(callee) || callee.type !== "MemberExpression" || !isNode(callee.property)) return [];
  const name = String(callee.property.name);
  const other = SWAPS[name];
  if (other !== undefined) return [[callee.property, other]];
  if (!["filter", "sort", "toSorted", "reverse", "toReversed"].includes(name)) return [];
  return only({ ...node, type: "CallExpression", start }, callee.object, text);
}

/** Names of properties and cases are no constants of behaviour: another one would only be another spelling. */
function literal(node: SyntaxNode, around: readonly SyntaxNode[]): readonly Change[] {
  const parent = around.at(-1);
  if (parent?.type === "Property" && parent.key === node) return [];
  if (typeof node.value === "boolean") return [[node, String(!node.value)]];
  if (typeof node.value === "number") return [[node, String(node.value === 0 ? 1 : node.value + 1)]];
  if (typeof node.value === "string" && parent?.type !== "ExpressionStatement") return [[node, '"mutant"']];
  return [];
}

/** The `break` of a `switch` ends a case: without it the next one runs, which no code of ours could mean. */
const isCase = (around: readonly SyntaxNode[]): boolean => around.at(-1)?.type === "SwitchCase";

const spot = (start: number, length: number): SyntaxNode => ({
  type: "Operator",
  start,
  end: start + length,
});
const endOf = (node: SyntaxNode): number => Number(node.end);
const shown = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 87)}...` : line === ";" ? "nothing" : line;
};
