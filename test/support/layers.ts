import type { Import } from "./imports.ts";

/**
 * Who may import whom. A file falls under the first rule whose `files` fits it; `$1` in the other patterns stands for
 * what the brackets in `files` caught, such as the name of an integration's folder.
 */
interface Rule {
  readonly files: RegExp;
  /** Files it may import. */
  readonly may: readonly string[];
  /** Files it may import as types. */
  readonly types?: readonly string[];
  /** Packages it may import; none unless said. */
  readonly packages?: readonly string[];
  /** Whether it may import Node's own modules. */
  readonly node: boolean;
  readonly rule: string;
}

const ANY = ".*";
const CORE = "^server/core/";
const LIB = "^server/lib/";
const FLOW = "^server/flow/";
const CONTRACTS = "^server/(?!core/).*contract(?:\\.ts|/.*)$";
const REPLIES = "^server/http/api/replies(?:\\.ts$|/)";
const ACTIONS = "^server/actions/";
const WIRE = "^server/http/wire\\.ts$";

export const RULES: readonly Rule[] = [
  { files: /^server\/core\//, may: [CORE], node: false, rule: "core imports only core" },
  { files: /^server\/lib\//, may: [LIB], packages: [ANY], node: true, rule: "lib imports no other folder" },
  {
    files: /^server\/http\/wire\.ts$/,
    may: [],
    types: [REPLIES],
    node: false,
    rule: "wire.ts imports the reply schemas",
  },
  {
    // Through wire.ts the browser apps see their types, and nothing else of the server.
    files: /^server\/http\/api\/replies(?:\.ts$|\/)/,
    may: [REPLIES, CORE],
    packages: ["^zod$"],
    node: false,
    rule: "a reply schema imports other reply schemas, core and zod",
  },
  {
    // The contract of actions names the parts that they work on, under a rule of its own.
    files: /^server\/(?!actions\/).*contract(?:\.ts|\/.*)$/,
    may: [],
    types: [CORE, LIB, CONTRACTS],
    // Settings are declared as schemas, so their type is part of the contract.
    packages: ["^zod$"],
    node: false,
    rule: "a contract imports types of core, of lib and of other contracts",
  },
  {
    files: /^server\/actions\//,
    // The events of a file are held against the same rule as those of a webhook.
    may: [ACTIONS, CORE, CONTRACTS, LIB, "^server/flow/receive/check\\.ts$"],
    types: ["^server/(?:config\\.ts|flow/pipeline\\.ts|messages/)"],
    packages: ["^zod$"],
    node: true,
    rule: "an action imports core, contracts and lib, and gets adapters as arguments",
  },
  {
    files: /^server\/integrations\/registry\.ts$/,
    may: ["^server/integrations/[^/]+/index\\.ts$", LIB],
    types: [CORE, "^server/integrations/contract\\.ts$"],
    node: false,
    rule: "the registry imports the integrations' declarations",
  },
  {
    files: /^server\/integrations\/([^/]+)\//,
    // The vocabulary is what foreign names are translated into.
    may: [
      "^server/integrations/$1/",
      "^server/integrations/contract\\.ts$",
      LIB,
      "^server/core/vocabulary\\.ts$",
    ],
    types: [CORE],
    packages: ["^zod$", "$1"],
    node: true,
    rule: "an integration imports its contract, core types, the vocabulary, lib and its vendor's package",
  },
  {
    files: /^server\/flow\//,
    may: [CORE, FLOW, CONTRACTS, LIB],
    node: false,
    rule: "flow imports core, contracts, lib",
  },
  {
    files: /^server\/(store|stream)\//,
    may: ["^server/$1/", CORE, LIB],
    packages: [ANY],
    node: true,
    rule: "a store or stream imports core and lib",
  },
  {
    files: /^server\/(patterns|messages)\//,
    may: ["^server/$1/", CORE, LIB],
    packages: [ANY],
    node: true,
    rule: "loading patterns and rendering messages needs core and lib",
  },
  {
    files: /^server\/config\.ts$/,
    may: [LIB],
    types: [CORE],
    packages: ["^zod$"],
    node: true,
    rule: "settings need lib",
  },
  {
    files: /^server\/(?:app\/.*|app\.ts|main\.ts)$/,
    may: ["^server/"],
    packages: [ANY],
    node: true,
    rule: "app.ts, its parts and main.ts know every part of the server, and nothing outside it",
  },
  {
    files: /^server\/(?:cli|demo)\//,
    may: ["^server/(?!main\\.ts)"],
    packages: [ANY],
    node: true,
    rule: "commands know every part of the server but main.ts",
  },
  {
    files: /^sidebar-app\/brand\//,
    may: ["^sidebar-app/brand/", "^test/browser\\.ts$"],
    packages: ["playwright-core"],
    node: true,
    rule: "drawing the logos and taking pictures needs the drawing and a browser",
  },
  {
    // What people read is in one place for all languages, and is data.
    files: /^(sidebar-app|in-app)\//,
    may: ["^$1/", "^translations/[\\w-]+\\.json$"],
    types: [WIRE],
    packages: [ANY],
    node: false,
    rule: "a browser app knows of the server the types in wire.ts",
  },
  {
    files: /^(server\/[^/]+|slack-app)\b/,
    may: ["^$1\\b", ACTIONS, CORE, CONTRACTS, LIB, FLOW, WIRE],
    types: ["^server/(config\\.ts|patterns/|messages/)"],
    packages: [ANY],
    node: true,
    rule: "http, jobs, reports and their like get adapters as arguments",
  },
  { files: /^bin\//, may: ["^bin/"], node: true, rule: "the launcher runs before anything is installed" },
  {
    files: /^(?:test|bench)\/|^[^/]+\.ts$/,
    may: [ANY],
    packages: [ANY],
    node: true,
    rule: "tests may import everything",
  },
];

/** Packages with one home, so that what depends on them can be found, and changed, in one place. */
const HOMES: Readonly<Record<string, RegExp>> = {
  // The folder lock is a lock of SQLite, and of no store.
  "better-sqlite3": /^server\/(store\/sqlite\/|lib\/folder-lock\.ts)/,
  yaml: /^server\/(patterns|messages)\//,
  liquidjs: /^server\/messages\//,
  pino: /^server\/lib\//,
  twilio: /^server\/integrations\/twilio\//,
  "@sendgrid/mail": /^server\/integrations\/sendgrid\//,
};

/** What is wrong with an import, in one line; undefined when nothing is. */
export function breach(each: Import): string | undefined {
  const says = (rule: string) => `${each.from}:${each.line} imports ${each.target}: ${rule}`;
  const home = HOMES[each.target];
  if (home !== undefined && each.from.startsWith("server/") && !home.test(each.from)) {
    return says(`this package is imported in ${home.source} only`);
  }
  const rule = RULES.find(({ files }) => files.test(each.from));
  if (rule === undefined) return says("no rule says what this file may import");
  return allows(rule, each) ? undefined : says(rule.rule + (isTypeThere(rule, each) ? ", as types" : ""));
}

function allows(rule: Rule, each: Import): boolean {
  if (each.kind === "node") return rule.node;
  if (each.kind === "package") return fits(rule, rule.packages, each);
  return fits(rule, rule.may, each) || (each.typeOnly && fits(rule, rule.types, each));
}

const isTypeThere = (rule: Rule, each: Import): boolean =>
  each.kind === "file" && fits(rule, rule.types, each);

function fits(rule: Rule, patterns: readonly string[] | undefined, each: Import): boolean {
  const caught = rule.files.exec(each.from)?.[1] ?? "";
  return (patterns ?? []).some((pattern) => new RegExp(pattern.replaceAll("$1", caught)).test(each.target));
}
