import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { assignments, example, jsonOption, repeated, tenantOption } from "./options.ts";
import { table } from "./output.ts";

export function addChannel(program: Command, cli: Cli): void {
  const group = program.command("channel").summary("connect the providers that messages go out through");
  group.description(
    "Connects the providers that messages go out through. Without one a channel is in preview.",
  );
  addAdd(group, cli);
  addList(group, cli);
}

function addAdd(group: Command, cli: Cli): void {
  const command = group.command("add <system>").summary("connect a provider, or change its settings");
  command
    .description(
      "Connects a provider: sendgrid for email (apiKey, baseUrl), twilio for SMS (accountSid, authToken or apiKeySid and apiKeySecret, from or messagingServiceSid, baseUrl), in_app for messages in the product (origins). One that is connected already gets the new settings.",
    )
    .addOption(tenantOption())
    .requiredOption("--set <name=value>", "a setting of the provider; can be given several times", repeated)
    .addOption(jsonOption())
    .action(async (system: string, options: { tenant?: string; set: readonly string[]; json?: true }) => {
      const tenant = await cli.tenant(options.tenant);
      const saved = await cli.call("connect-channel", { tenant, system, settings: assignments(options.set) });
      if (options.json) return cli.json(saved);
      cli.say(`${saved.kind} of ${tenant} goes through ${saved.system} (${saved.readiness}).`);
    });
  example(
    command,
    "channel add sendgrid --tenant acme --set apiKey=SG....",
    "channel add twilio --tenant acme --set accountSid=AC... --set authToken=... --set from=+15551234567",
  );
}

function addList(group: Command, cli: Cli): void {
  const command = group.command("list").summary("show which channels are live, in preview or off");
  command
    .description("Shows for every channel whether it is live, in preview or off, and through whom it goes.")
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: { tenant?: string; json?: true }) => {
      const tenant = await cli.tenant(options.tenant);
      const channels = await cli.call("channels", { tenant });
      if (options.json) return cli.json(channels);
      cli.deps.stdout.write(
        table(
          [
            ["channel", (row) => row.kind],
            ["state", (row) => row.readiness],
            ["provider", (row) => row.system],
          ],
          channels,
        ),
      );
    });
  example(command, "channel list --tenant acme");
}
