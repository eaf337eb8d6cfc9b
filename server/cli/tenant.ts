import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { PlainError } from "../lib/errors.ts";
import type { Cli } from "./cli.ts";
import { assignments, example, jsonOption, reasonOption, repeated } from "./options.ts";
import { table } from "./output.ts";

export function addTenant(program: Command, cli: Cli): void {
  const group = program.command("tenant").summary("make tenants and change their settings");
  group.description("Makes tenants and changes their settings. A tenant is one company with a help desk.");
  addCreate(group, cli);
  addList(group, cli);
  addSettings(group, cli);
}

function addCreate(group: Command, cli: Cli): void {
  const command = group.command("create <id>").summary("make a tenant and show its tokens, once");
  command
    .description("Makes a tenant, in dry run, and shows its tokens. They are shown this once and not kept.")
    .option("--name <name>", "what people call it; also the product's name in messages")
    .option("--time-zone <zone>", "IANA name, such as Europe/Berlin", "UTC")
    .addOption(jsonOption())
    .action(async (id: string, options: { name?: string; timeZone: string; json?: true }) => {
      const { name, timeZone } = options;
      const made = await cli.call("create-tenant", { tenant: id, name, timeZone });
      if (options.json) return cli.json(made);
      const rows = [...Object.entries(made.tokens), ["identity secret", made.identitySecret]] as const;
      cli.say(`The tenant ${id} is there, in dry run. Keep these; they are not shown again:\n`);
      cli.say(
        table(
          [
            ["what", ([what]) => what],
            ["secret", ([, secret]) => secret],
          ],
          rows,
        ),
      );
      cli.say(`Send events to /v1/events with the write token, or connect a system:`);
      cli.say(`  npx forestall source add stripe --tenant ${id}`);
      cli.say(`  npx forestall doctor --tenant ${id}     # what else is missing`);
    });
  example(command, "tenant create acme --name 'Acme' --time-zone Europe/Berlin --json");
}

function addList(group: Command, cli: Cli): void {
  const command = group.command("list").summary("show the tenants");
  command
    .description("Shows the tenants, and whether messages go out.")
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const tenants = await cli.call("tenants", {});
      if (options.json) return cli.json(tenants);
      if (tenants.length === 0)
        return cli.say("There is no tenant yet; `forestall tenant create <id>` makes one.");
      const state = (row: (typeof tenants)[number]) =>
        row.paused ? "paused" : row.dryRun ? "dry run" : "live";
      cli.deps.stdout.write(
        table(
          [
            ["id", (row) => row.id],
            ["name", (row) => row.name],
            ["state", state],
            ["time zone", (row) => row.timeZone],
            ["library", (row) => row.library],
            ["since", (row) => row.createdAt.slice(0, 10)],
          ],
          tenants,
        ),
      );
    });
  example(command, "tenant list");
}

interface SettingsOptions {
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
  readonly file?: string;
  readonly reason?: string;
}

function addSettings(group: Command, cli: Cli): void {
  const command = group.command("settings [id]").summary("show or change what a tenant has set");
  command
    .description(
      "Shows a tenant's settings as JSON, or changes some: product, links, owners, quiet, cap, holdout, excluded and others (docs/configuration.md).",
    )
    .option("--set <name=value>", "set one; can be given several times", repeated)
    .option("--unset <name>", "take an entry of links, owners or categories away", repeated)
    .option("--file <path>", "a JSON file with settings to merge")
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action(async (id: string | undefined, options: SettingsOptions) => {
      const tenant = await cli.tenant(id);
      const patch = patchOf(cli, options);
      if (patch === undefined) cli.json(await cli.call("settings", { tenant }));
      else cli.json(await cli.call("change-settings", { tenant, patch, reason: options.reason }));
    });
  example(
    command,
    "tenant settings acme",
    "tenant settings acme --set owners.default=ops@example.com --set links.rateLimitGuide=https://example.com/limits",
  );
}

function patchOf(cli: Cli, { set = [], unset = [], file }: SettingsOptions): unknown {
  if (set.length === 0 && unset.length === 0)
    return file === undefined ? undefined : readJson(cli.path(file));
  if (file !== undefined) throw new PlainError("Give either --file or --set and --unset.");
  return assignments([...set, ...unset.map((name) => `${name}=null`)]);
}

export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new PlainError(`The file ${path} cannot be read.`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PlainError(`${path} is not JSON.`, { cause: error });
  }
}
