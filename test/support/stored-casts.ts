import { isNode, lineAt, parse, type SyntaxNode, walk } from "./source.ts";

/*
 * What is stored was written by some version at some time: what it is has to be looked at. A cast is a promise about it
 * that nobody can keep.
 */

/** Types that say nothing about what is stored. */
const NOT_STORED = new Set([
  "const",
  "z.core.$ZodTypes", // a schema, as zod's own discriminated union
  "Query<Row>", // a statement
  "BackupOrder", // what a thread was begun with
  "MoverData",
]);

/** Where JSON becomes a value: with a schema, or as a cursor that is looked at beside it. */
const READERS = new Set(["server/store/shapes/shape.ts", "server/store/cursor.ts", "server/store/vault.ts"]);

/** Every place in a file of the store where something is taken for a type that it was not seen to have. */
export function castsInStore(path: string, text: string): string[] {
  const tree = parse(path, text);
  const literals = wordTypes(tree);
  const found: string[] = [];
  const say = (node: SyntaxNode, what: string) => found.push(`${path}:${lineAt(text, node.start)} ${what}`);
  walk(tree, (node) => {
    const type = assertedType(node, text);
    if (type !== undefined && !NOT_STORED.has(type)) say(node, `takes something for ${type}`);
    if (isJsonParse(node) && !READERS.has(path)) say(node, "reads JSON beside the shapes");
    if (isQuery(node) && tellsWords(node.typeArguments, literals)) {
      say(node, "takes a column for one of a few words");
    }
  });
  return found;
}

/** Elsewhere: JSON that is taken for a type, by a cast or by the type of what it is assigned to. */
export function castsOfJson(path: string, text: string): string[] {
  const found: string[] = [];
  walk(parse(path, text), (node) => {
    const isCast =
      assertedType(node, text) !== undefined && isNode(node.expression) && isRead(node.expression);
    const isAssigned =
      node.type === "VariableDeclarator" && isNode(node.init) && isRead(node.init) && isTyped(node.id);
    if (isCast || isAssigned) found.push(`${path}:${lineAt(text, node.start)} takes JSON for a type`);
  });
  return found;
}

function assertedType(node: SyntaxNode, text: string): string | undefined {
  if (node.type !== "TSAsExpression" && node.type !== "TSTypeAssertion") return undefined;
  const type = node.typeAnnotation;
  return isNode(type) ? text.slice(type.start, Number(type.end)) : "";
}

const isJsonParse = (node: SyntaxNode): boolean =>
  node.type === "CallExpression" && isMember(node.callee, "parse") && isNamed(node.callee.object, "JSON");

/** What comes out of JSON, whichever way round it is written. */
function isRead(node: SyntaxNode): boolean {
  switch (node.type) {
    case "CallExpression":
      return isJsonParse(node) || isMember(node.callee, "unwrapJson") || isMember(node.callee, "unseal");
    case "ConditionalExpression":
      return [node.consequent, node.alternate].some((each) => isNode(each) && isRead(each));
    case "LogicalExpression":
      return [node.left, node.right].some((each) => isNode(each) && isRead(each));
    case "TSAsExpression":
    case "ParenthesizedExpression":
    case "AwaitExpression":
    case "ChainExpression":
      return [node.expression, node.argument].some((each) => isNode(each) && isRead(each));
    default:
      return false;
  }
}

/** `const x: unknown = ...` promises nothing. */
function isTyped(target: unknown): boolean {
  if (!isNode(target) || !isNode(target.typeAnnotation)) return false;
  const { typeAnnotation: type } = target.typeAnnotation;
  return isNode(type) && type.type !== "TSUnknownKeyword";
}

/** A statement says in brackets what its rows are: `query<{ kind: "a" | "b" }>(...)`. */
const isQuery = (node: SyntaxNode): boolean =>
  node.type === "CallExpression" && (isMember(node.callee, "query") || isMember(node.callee, "filtered"));

function tellsWords(types: unknown, literals: ReadonlySet<string>): boolean {
  let found = false;
  if (!isNode(types)) return false;
  walk(types, (node, around) => {
    if (node.type === "TSLiteralType" && !around.some(isPick)) found = true;
    if (node.type === "Identifier" && literals.has(String(node.name))) found = true;
  });
  return found;
}

/** `Pick<Row, "at">` names fields. */
const isPick = (node: SyntaxNode): boolean =>
  node.type === "TSTypeReference" && (isNamed(node.typeName, "Pick") || isNamed(node.typeName, "Omit"));

/** Types of words that the core knows, and types of this file that hold words. */
function wordTypes(tree: SyntaxNode): ReadonlySet<string> {
  const found = new Set(["Band", "TokenRole", "TokenRow", "DeliveryStatus", "AlertState", "ChannelKind"]);
  walk(tree, (node) => {
    if (node.type !== "TSInterfaceDeclaration" && node.type !== "TSTypeAliasDeclaration") return;
    if (isNode(node.id) && tellsWords(node, found)) found.add(String(node.id.name));
  });
  return found;
}

function isMember(node: unknown, name: string): node is SyntaxNode {
  return isNode(node) && node.type === "MemberExpression" && isNamed(node.property, name);
}

const isNamed = (node: unknown, name: string): boolean =>
  isNode(node) && node.type === "Identifier" && node.name === name;
