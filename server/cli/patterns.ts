import type { Command } from "commander";
import { strengthOf } from "../core/pattern.ts";
import { channelsOf, patternSummary } from "../core/pattern-summary.ts";
import { formatDuration } from "../core/time.ts";
import { PlainError } from "../lib/errors.ts";
import { BadPattern, type Library, loadLibrary, loadShipped } from "../patterns/load.ts";
import type { Cli } from "./cli.ts";
import { example, jsonOption, reasonOption, tenantOption } from "./options.ts";
import { table } from "./output.ts";

export function addPatterns(program: Command, cli: Cli): void {
  const group = program.command("patterns").summary("look at the pattern library, or check one of your own");
  group.description("Shows the patterns that are looked for, and checks a folder of your own.");
  addList(group, cli);
  addShow(group, cli);
  addValidate(group, cli);
  addTake(group, cli);
}

function addList(group: Command, cli: Cli): void {
  const command = group.command("list").summary("show every pattern in one line");
  command
    .description("Shows the shipped patterns, or those of a folder.")
    .option("--dir <folder>", "a folder of your own, on top of the shipped library")
    .addOption(jsonOption())
    .action((options: { dir?: string; json?: true }) => {
      const { patterns } = libraryOf(cli, options.dir);
      if (options.json) return cli.json(patterns.map(patternSummary));
      cli.deps.stdout.write(
        table(
          [
            ["id", (row) => row.id],
            ["name", (row) => row.name],
            ["risk", (row) => row.risk],
            ["half-life", (row) => formatDuration(row.halfLife)],
            ["timing", (row) => (row.urgent ? `${row.timing}, urgent` : row.timing)],
            ["strength", (row) => strengthOf(row.history.correlation)],
            ["channels", (row) => channelsOf(row).join(", ")],
            ["status", (row) => row.status],
          ],
          patterns,
        ),
      );
    });
  example(command, "patterns list --json");
}

function addShow(group: Command, cli: Cli): void {
  const command = group.command("show <id>").summary("show one pattern with its owner and playbook");
  command
    .description("Shows everything about one pattern: what it looks for, who owns it, and what to do first.")
    .option("--dir <folder>", "a folder of your own, on top of the shipped library")
    .addOption(jsonOption())
    .action((id: string, options: { dir?: string; json?: true }) => {
      const { patterns } = libraryOf(cli, options.dir);
      const pattern = patterns.find((each) => each.id.toLowerCase() === id.toLowerCase());
      if (pattern === undefined)
        throw new PlainError(`There is no pattern ${id}; \`forestall patterns list\` shows all.`);
      const { when, recovers, history, owner, firstAction, playbookText: playbook, typicalTicket } = pattern;
      const whole = {
        ...patternSummary(pattern),
        when: spelled(when),
        recovers,
        history: spelled(history),
        typicalTicket,
        owner: owner.role,
        firstAction,
        playbook,
      };
      if (options.json) return cli.json(whole);
      for (const [name, value] of Object.entries(whole)) {
        if (value !== undefined) cli.say(`${name.padEnd(14)} ${textOf(value)}`);
      }
    });
  example(command, "patterns show P-001");
}

/** Lengths of time in a pattern, by the names they have there. */
const LENGTHS = new Set(["within", "for", "bucket", "sinceSignup", "leadTime"]);

/** The same with lengths of time as pattern files spell them. */
function spelled(part: object): object {
  const entries = Object.entries(part).map(([name, value]): [string, unknown] =>
    LENGTHS.has(name) && typeof value === "number" ? [name, formatDuration(value)] : [name, value],
  );
  return Object.fromEntries(entries);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function addValidate(group: Command, cli: Cli): void {
  const command = group.command("validate <folder>").summary("check pattern files and say what is wrong");
  command
    .description(
      "Checks every pattern file of a folder against the schema, and says by file and field what is wrong.",
    )
    .action((folder: string) => {
      const { patterns, version } = libraryOf(cli, folder);
      cli.say(`${patterns.length} patterns, library ${version}: nothing is wrong.`);
    });
  example(command, "patterns validate ./my-patterns");
}

function addTake(group: Command, cli: Cli): void {
  const command = group.command("take").summary("give a tenant the library of this version");
  command
    .description(
      "Gives a tenant the shipped library of this version of Forestall, when it still has an older one. Who takes it is named as its approver.",
    )
    .addOption(tenantOption())
    .addOption(reasonOption())
    .action(async (options: { tenant?: string; reason?: string }) => {
      const tenant = await cli.tenant(options.tenant);
      const { version, taken } = await cli.call("take-library", { tenant, reason: options.reason });
      cli.say(taken ? `${tenant} has library ${version} now.` : `${tenant} has library ${version} already.`);
    });
  example(command, "patterns take --tenant acme --reason 'read the changelog'");
}

function libraryOf(cli: Cli, dir: string | undefined): Library {
  const shipped = loadShipped();
  return dir === undefined ? shipped : readable(cli, () => loadLibrary(cli.path(dir), shipped));
}

/** Each problem on a line of its own, then one that says that there are some. */
export function readable<Value>(cli: Cli, load: () => Value): Value {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof BadPattern)) throw error;
    const [first] = error.problems;
    if (error.problems.length === 1 && first !== undefined) throw new PlainError(lineOf(first));
    for (const problem of error.problems) cli.say(lineOf(problem));
    throw new PlainError(`${error.problems.length} things are wrong with these patterns.`);
  }
}

function lineOf({ file, path, message }: BadPattern["problems"][number]): string {
  return path === "" ? `${file}: ${message}` : `${file}: ${path}: ${message}`;
}
