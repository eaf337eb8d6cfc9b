import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { PlainError } from "../lib/errors.ts";
import type { Cli } from "./cli.ts";
import { example, jsonOption, reasonOption, tenantOption } from "./options.ts";
import { table } from "./output.ts";

/** Which Zendesk account shows which tenant's data. */
export function addPairing(group: Command, cli: Cli): void {
  addPair(group, cli);
  addList(group, cli);
  addUnpair(group, cli);
}

function addPair(group: Command, cli: Cli): void {
  const command = group.command("pair").summary("make a code that connects a Zendesk account");
  command
    .description(
      "Makes a code that connects one Zendesk account with a tenant. Somebody types it into the app in Zendesk; it counts once, for ten minutes. A code that was made before counts no more.",
    )
    .addOption(tenantOption())
    .option("--key <file>", "the public key of the tenant's own app, where it does not use the shared one")
    .addOption(jsonOption())
    .action(async (options: { tenant?: string; key?: string; json?: true }) => {
      const publicKeys = options.key === undefined ? undefined : textOf(cli.path(options.key));
      const made = await cli.call("make-pairing-code", {
        tenant: await cli.tenant(options.tenant),
        publicKeys,
      });
      if (options.json) return cli.json(made);
      cli.say(made.code);
      cli.warn(
        `Open Forestall in Zendesk and type this code there until ${made.expiresAt.slice(11, 16)} UTC.`,
      );
    });
  example(command, "zendesk pair --tenant acme", "zendesk pair --tenant acme --key ./app-key.pem");
}

function addList(group: Command, cli: Cli): void {
  const command = group.command("list").summary("show the Zendesk accounts that are connected");
  command
    .description("Shows the Zendesk accounts that are connected, of one tenant or of all.")
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: { tenant?: string; json?: true }) => {
      const pairings = await cli.call("zendesk-pairings", { tenant: options.tenant });
      if (options.json) return cli.json(pairings);
      cli.deps.stdout.write(
        table(
          [
            ["tenant", (row) => row.tenant],
            ["account", (row) => row.host],
            ["installation", (row) => row.installation],
            ["since", (row) => row.pairedAt.slice(0, 10)],
            ["by", (row) => row.pairedBy],
          ],
          pairings,
        ),
      );
    });
  example(command, "zendesk list --tenant acme");
}

function addUnpair(group: Command, cli: Cli): void {
  const command = group.command("unpair <installation>").summary("cut a Zendesk account off");
  command
    .description("Cuts a Zendesk account off: its pages show nothing more, within seconds.")
    .addOption(tenantOption())
    .addOption(reasonOption())
    .action(async (installation: string, options: { tenant?: string; reason?: string }) => {
      const tenant = await cli.tenant(options.tenant);
      await cli.call("unpair-zendesk", { tenant, installation, reason: options.reason });
      cli.say(`The installation ${installation} is cut off.`);
    });
  example(command, "zendesk unpair 4711 --tenant acme --reason 'moved to another account'");
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new PlainError(`${path} cannot be read.`, { cause: error });
  }
}
