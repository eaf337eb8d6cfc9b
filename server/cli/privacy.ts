import { createReadStream, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { PlainError } from "../lib/errors.ts";
import type { Cli, Params } from "./cli.ts";
import { example, jsonOption, reasonOption, tenantOption } from "./options.ts";
import { whoOf } from "./rollout.ts";
import { counted } from "./text.ts";

interface PersonOptions {
  readonly tenant?: string;
  readonly person?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly reason?: string;
}

export function addExport(program: Command, cli: Cli): void {
  const command = withPerson(program.command("export")).summary(
    "write out what is kept of a person or a tenant",
  );
  command
    .description(
      "Writes out everything that is kept of a person, or of a whole tenant, as one JSON object a line.",
    )
    .option("--out <file>", "where to; otherwise to standard output")
    .addOption(reasonOption())
    .action(async (options: PersonOptions & { out?: string }) => {
      const tenant = await cli.tenant(options.tenant);
      const params = { tenant, who: whoOf(options), reason: options.reason };
      if (options.out === undefined) return toStdout(cli, params);
      const { rows } = await writeOut(cli, { ...params, file: cli.path(options.out) }, "exporting");
      cli.say(`${counted(rows, "row")} written to ${options.out}.`);
    });
  example(
    command,
    "export --tenant acme --person u-17 --out u-17.ndjson",
    "export --tenant acme > acme.ndjson",
  );
}

/** One person's, or all of the tenant. */
function writeOut(cli: Cli, { who, ...params }: Params, label?: string): Promise<{ readonly rows: number }> {
  if (who === undefined) return cli.call("export-tenant", params, label);
  return cli.call("export-person", { ...params, who }, label);
}

/** A running server writes the file, and a socket is no place for a whole tenant: it goes by way of a private folder. */
async function toStdout(cli: Cli, params: { readonly [name: string]: unknown }): Promise<void> {
  sweepFolders();
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER}${process.pid}-`));
  try {
    const file = join(folder, "export.ndjson");
    await writeOut(cli, { ...params, file });
    for await (const chunk of createReadStream(file, "utf8")) cli.deps.stdout.write(String(chunk));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const FOLDER = "forestall-export-";

/** Folders of exports that were killed hold contact data, and go with the next export. */
function sweepFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Somebody else's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

export function addErase(program: Command, cli: Cli): void {
  const command = withPerson(program.command("erase")).summary("erase a person for good");
  command
    .description(
      "Erases a person: contact data, events, messages and their key. What they did before cannot be brought back, and events sent again do not revive them; that they must not be written to stays known.",
    )
    .option("--yes", "without asking")
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action(async (options: PersonOptions & { yes?: true; json?: true }) => {
      const who = whoOf(options);
      if (who === undefined) throw new PlainError("Say whom: --person, --email or --phone.");
      const tenant = await cli.tenant(options.tenant);
      if (!options.yes) await confirm(cli, "This cannot be undone. Erase the person? (yes/no) ");
      const result = await cli.call("erase-person", { tenant, who, reason: options.reason });
      if (options.json) cli.json(result);
      else cli.say(`Erased; ${counted(result.rows, "row")} changed or deleted.`);
    });
  example(command, "erase --tenant acme --email ana@example.com --reason 'asked on 2 March' --yes");
}

function withPerson(command: Command): Command {
  return command
    .addOption(tenantOption())
    .option("--person <id>", "the person, by the tenant's own id")
    .option("--email <address>", "the person, by email address")
    .option("--phone <number>", "the person, by phone number");
}

async function confirm({ deps }: Cli, question: string): Promise<void> {
  if (deps.stdin.isTTY !== true) throw new PlainError("This cannot be undone: give --yes to do it.");
  const asking = createInterface({ input: deps.stdin, output: deps.stderr as NodeJS.WritableStream });
  const answer = await asking.question(question);
  asking.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new PlainError("Nothing was erased.");
}
