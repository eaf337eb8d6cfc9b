import { isNode, lineAt, parse, type SyntaxNode, walk } from "./source.ts";

/**
 * Names that reach out of a pure function: to the machine, the network, the clock, or the outside of the module.
 * `window` is not among them: a rule counts within one, and Node has none of its own.
 */
const AMBIENT_NAMES = new Set([
  ...["process", "Buffer", "require", "globalThis", "global", "navigator"],
  ...["console", "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "localStorage", "sessionStorage"],
  ...["crypto", "performance", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
]);

/** Members that read the clock or chance. */
const AMBIENT_MEMBERS = new Set(["Date.now", "Math.random", "Temporal.Now"]);

/** Methods whose result depends on the zone or the locale of the machine. */
const OF_THIS_MACHINE =
  /^(?:[gs]et(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds)|getTimezoneOffset|localeCompare|toLocale\w*String|to(?:Date|Time)String)$/;

/** Fields in which an identifier is a name and not a reference. */
const NAMES_ONLY: Readonly<Record<string, string>> = {
  MemberExpression: "property",
  Property: "key",
  PropertyDefinition: "key",
  MethodDefinition: "key",
  TSPropertySignature: "key",
  TSMethodSignature: "key",
  ImportSpecifier: "imported",
  ExportSpecifier: "exported",
};

/** Every place in the text where time, chance, input or output comes from anywhere but an argument, one line each. */
export function ambientUses(path: string, text: string): string[] {
  const found: string[] = [];
  walk(parse(path, text), (node, around) => {
    const what = ambientAt(node, around.at(-1));
    if (what !== undefined)
      found.push(`${path}:${lineAt(text, node.start)} uses ${what}: take it as an argument`);
  });
  return found;
}

function ambientAt(node: SyntaxNode, parent: SyntaxNode | undefined): string | undefined {
  switch (node.type) {
    case "ImportExpression":
      return "import()";
    case "MetaProperty":
      return isNamed(node.meta, "import") ? "import.meta" : undefined;
    case "MemberExpression":
      return ambientMember(node);
    case "NewExpression":
      return isNamed(node.callee, "Date") && lengthOf(node.arguments) !== 1
        ? "the clock or zone through new Date"
        : undefined;
    case "Identifier":
      return ambientName(node, parent);
    default:
      return undefined;
  }
}

function ambientMember(node: SyntaxNode): string | undefined {
  const { object, property } = node;
  const member = memberName(property);
  if (member === undefined) return undefined;
  if (OF_THIS_MACHINE.test(member)) return `the machine's zone or locale through ${member}`;
  const owner = isNode(object) && object.type === "Identifier" ? String(object.name) : "";
  return AMBIENT_MEMBERS.has(`${owner}.${member}`) ? `${owner}.${member}` : undefined;
}

function ambientName(node: SyntaxNode, parent: SyntaxNode | undefined): string | undefined {
  const name = String(node.name);
  if (parent !== undefined && isOnlyAName(node, parent)) return undefined;
  if (AMBIENT_NAMES.has(name)) return name;
  // `Date.UTC`, `new Date(time)`, `x instanceof Date` and the type are pure; `Date()` and an alias are not.
  const pure = ["MemberExpression", "NewExpression", "BinaryExpression", "TSTypeReference"];
  return name === "Date" && !pure.includes(parent?.type ?? "") ? "Date" : undefined;
}

function isOnlyAName(node: SyntaxNode, parent: SyntaxNode): boolean {
  const field = NAMES_ONLY[parent.type];
  return (
    field !== undefined && parent[field] === node && parent.computed !== true && parent.shorthand !== true
  );
}

function memberName(property: unknown): string | undefined {
  if (!isNode(property)) return undefined;
  if (property.type === "Identifier") return String(property.name);
  return typeof property.value === "string" ? property.value : undefined;
}

const isNamed = (node: unknown, name: string): boolean => isNode(node) && node.name === name;
const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

/** Every place in the text that reads the environment of the process, one line each. */
export function environmentReads(path: string, text: string): string[] {
  const found: string[] = [];
  walk(parse(path, text), (node, around) => {
    const member =
      node.type === "MemberExpression" &&
      isNamed(node.object, "process") &&
      memberName(node.property) === "env";
    const source = around.at(-1)?.source;
    const imported =
      node.type === "ImportSpecifier" &&
      isNode(source) &&
      /^(node:)?process$/.test(String(source.value)) &&
      isNamed(node.imported, "env");
    if (member || imported) found.push(`${path}:${lineAt(text, node.start)} reads process.env`);
  });
  return found;
}
