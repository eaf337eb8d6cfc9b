import type { Command } from "commander";
import { PlainError } from "../lib/errors.ts";
import type { Cli } from "./cli.ts";
import { example, jsonOption, reasonOption, tenantOption } from "./options.ts";
import { counted } from "./text.ts";

interface ImportOptions {
  readonly tenant?: string;
  readonly suppressions?: true;
  readonly reason?: string;
  readonly json?: true;
}

export function addImport(program: Command, cli: Cli): void {
  const command = program
    .command("import <file>")
    .summary("bring history in, or who has already unsubscribed");
  command
    .description(
      "Brings history in: CloudEvents, one a line, also packed with gzip. Everything is computed as it would have been at the time, and nothing is sent. One that was cut off can be started again. With --suppressions a CSV of email addresses or phone numbers that must not be written to.",
    )
    .addOption(tenantOption())
    .option("--suppressions", "the file is a CSV of who has unsubscribed elsewhere")
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action(async (named: string, options: ImportOptions) => {
      const tenant = await cli.tenant(options.tenant);
      const file = cli.path(named);
      const { reason } = options;
      if (options.suppressions) await suppressions(cli, { tenant, file, reason }, options);
      else await events(cli, { tenant, file, reason }, options);
    });
  example(
    command,
    "import history.ndjson --tenant acme",
    "import unsubscribes.csv --tenant acme --suppressions",
  );
}

type Given = { readonly tenant: string; readonly file: string; readonly reason: string | undefined };

async function events(cli: Cli, given: Given, { json }: ImportOptions): Promise<void> {
  const result = await cli.call("import-events", given, "importing");
  if (json) cli.json(result);
  else {
    cli.say(
      `${counted(result.accepted, "event")} taken in, ${result.duplicates.toLocaleString("en")} known already.`,
    );
    for (const { type, count } of result.unknownTypes.slice(0, 10)) {
      cli.say(`- "${type}" (${count}) means nothing here; \`forestall doctor\` says how to map it.`);
    }
  }
  complain(cli, result);
}

async function suppressions(cli: Cli, given: Given, { json }: ImportOptions): Promise<void> {
  const result = await cli.call("import-suppressions", given, "importing");
  if (json) cli.json(result);
  else cli.say(`${counted(result.stopped, "person", "persons")} stopped, ${result.already} were already.`);
  complain(cli, result);
}

/** What could not be used is told by line; when nothing could, the command has failed. */
function complain(
  cli: Cli,
  result: {
    readonly lines: number;
    readonly rejected: number;
    readonly problems: readonly { readonly line: number; readonly reason: string }[];
  },
): void {
  const [first] = result.problems;
  if (first === undefined) return;
  if (result.rejected === result.lines) {
    throw new PlainError(`Nothing in the file can be used; line ${first.line}: ${first.reason}.`);
  }
  for (const { line, reason } of result.problems) cli.warn(`line ${line}: ${reason}`);
  const more = result.rejected - result.problems.length;
  if (more > 0) cli.warn(`and ${counted(more, "more line")}`);
}
