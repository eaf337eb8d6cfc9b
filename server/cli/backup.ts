import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { example, jsonOption } from "./options.ts";

const MB = 1_000_000;

export function addBackup(program: Command, cli: Cli): void {
  const command = program.command("backup <file>").summary("copy the database, while the server goes on");
  command
    .description(
      "Copies the database to a file that opens by itself, with its checksums beside it. The server goes on meanwhile. What is sealed in it can be read only with the same secret key: keep that apart. docs/store.md says how to restore it.",
    )
    .addOption(jsonOption())
    .action(async (named: string, options: { json?: true }) => {
      const made = await cli.call("backup", { file: cli.path(named) });
      if (options.json) return cli.json(made);
      cli.say(`${named} holds everything up to now (${(made.bytes / MB).toFixed(1)} MB).`);
    });
  example(command, "backup /backups/forestall-2026-03-02.db");
}
