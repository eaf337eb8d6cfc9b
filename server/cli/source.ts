import type { Command } from "commander";
import { PlainError } from "../lib/errors.ts";
import type { Cli } from "./cli.ts";
import { ago, assignments, example, jsonOption, reasonOption, repeated, tenantOption } from "./options.ts";
import { table } from "./output.ts";

export function addSource(program: Command, cli: Cli): void {
  const group = program.command("source").summary("connect the systems that events come from");
  group.description("Connects the systems that events come from, and changes their secrets.");
  addAdd(group, cli);
  addList(group, cli);
  addSet(group, cli);
  addRotate(group, cli);
  addRemove(group, cli);
}

interface Connected {
  readonly url: string;
  readonly secret: string | null;
  readonly todo: readonly string[];
}

function tell(cli: Cli, { url, secret, todo }: Connected): void {
  cli.say(url);
  if (secret !== null) cli.say(`Its secret, shown this once: ${secret}`);
  for (const line of todo) cli.say(`- ${line}`);
}

interface AddOptions {
  readonly tenant?: string;
  readonly id?: string;
  readonly secret?: readonly string[];
  readonly set?: readonly string[];
  readonly json?: true;
}

function addAdd(group: Command, cli: Cli): void {
  const command = group.command("add <system>").summary("connect a system and show the address to give it");
  command
    .description(
      "Connects a system: sentry, zendesk, stripe, segment or cloudevents for events, sendgrid or twilio for receipts. Prints the address that the system has to send to.",
    )
    .addOption(tenantOption())
    .option("--id <source id>", "a name, when there are several of one system", "default")
    .option(
      "--secret <secret>",
      "the secret the system signs with; made here where it lets us choose",
      repeated,
    )
    .option("--set <name=value>", "a setting of the system; can be given several times", repeated)
    .addOption(jsonOption())
    .action(async (system: string, options: AddOptions) => {
      const tenant = await cli.tenant(options.tenant);
      const { id, secret: secrets, set = [] } = options;
      const added = await cli.call("connect-source", {
        tenant,
        system,
        id,
        secrets,
        settings: assignments(set),
      });
      if (options.json) cli.json(added);
      else tell(cli, added);
    });
  example(
    command,
    "source add stripe --tenant acme --secret whsec_...",
    "source add sentry --tenant acme --secret 0a1b... --set 'accountTags=[\"customer\"]' --json",
  );
}

function addList(group: Command, cli: Cli): void {
  const command = group.command("list").summary("show what is connected, and when it last sent something");
  command
    .description("Shows the connected systems, their addresses, and when each last sent something.")
    .option("--tenant <id>", "of one tenant only")
    .addOption(jsonOption())
    .action(async (options: { tenant?: string; json?: true }) => {
      const sources = await cli.call("sources", { tenant: options.tenant });
      if (options.json) return cli.json(sources);
      if (sources.length === 0)
        return cli.say("Nothing is connected yet; `forestall source add <system>` connects.");
      const now = cli.deps.now();
      cli.deps.stdout.write(
        table(
          [
            ["tenant", (row) => row.tenant],
            ["system", (row) => row.system],
            ["id", (row) => row.id],
            ["secrets", (row) => row.secrets],
            ["last received", (row) => ago(row.lastReceivedAt, now)],
            ["address", (row) => row.url],
          ],
          sources,
        ),
      );
    });
  example(command, "source list --tenant acme");
}

interface SetOptions {
  readonly tenant?: string;
  readonly id: string;
  readonly set: readonly string[];
  readonly json?: true;
}

function addSet(group: Command, cli: Cli): void {
  const command = group.command("set <system>").summary("change settings of a source");
  command
    .description(
      "Changes settings of a source, such as Segment's dictionary of event names; the others stay.",
    )
    .addOption(tenantOption())
    .option("--id <source id>", "which one, when there are several", "default")
    .requiredOption("--set <name=value>", "a setting of the system; can be given several times", repeated)
    .addOption(jsonOption())
    .action(async (system: string, options: SetOptions) => {
      const tenant = await cli.tenant(options.tenant);
      const settings = assignments(options.set);
      const changed = await cli.call("change-source", { tenant, system, id: options.id, settings });
      if (options.json) cli.json(changed);
      else cli.say(`${system} of ${tenant} has the new settings.`);
    });
  example(
    command,
    'source set segment --tenant acme --set \'names={"Export Exploded":{"type":"action.failed"}}\'',
  );
}

interface RotateOptions {
  readonly tenant?: string;
  readonly id?: string;
  readonly secret?: string;
  readonly finish?: true;
  readonly json?: true;
}

function addRotate(group: Command, cli: Cli): void {
  const command = group
    .command("rotate <system>")
    .summary("give a source a second secret, then drop the first");
  command
    .description(
      "Gives a source a second secret beside the one it has, so that nothing is refused while the other system changes over. With --finish only the newest counts from then on.",
    )
    .addOption(tenantOption())
    .option("--id <source id>", "which one, when there are several", "default")
    .option("--secret <secret>", "the new secret; made here where the system lets us choose")
    .option("--finish", "drop the old secret")
    .addOption(jsonOption())
    .action(async (system: string, options: RotateOptions) => {
      const { id, secret, finish } = options;
      if (finish && secret !== undefined) throw new PlainError("Give either --secret or --finish.");
      const tenant = await cli.tenant(options.tenant);
      const rotated = await cli.call("rotate-secret", { tenant, system, id, secret, finish });
      if (options.json) return cli.json(rotated);
      if (finish) return cli.say("Only the newest secret counts now.");
      tell(cli, rotated);
      cli.say(`- Then: \`forestall source rotate ${system} --id ${rotated.id} --tenant ${tenant} --finish\``);
    });
  example(
    command,
    "source rotate stripe --tenant acme --secret whsec_...",
    "source rotate stripe --tenant acme --finish",
  );
}

function addRemove(group: Command, cli: Cli): void {
  const command = group.command("remove <system>").summary("disconnect a system");
  command
    .description("Disconnects a system: what it sends is refused from then on. What it sent stays.")
    .addOption(tenantOption())
    .option("--id <source id>", "which one, when there are several", "default")
    .addOption(reasonOption())
    .action(async (system: string, options: { tenant?: string; id: string; reason?: string }) => {
      const { id, reason } = options;
      const tenant = await cli.tenant(options.tenant);
      await cli.call("remove-source", { tenant, system, id, reason });
      cli.say(`${system} is disconnected from ${tenant}.`);
    });
  example(command, "source remove sentry --tenant acme --reason 'moved to another organisation'");
}
