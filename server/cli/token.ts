import { type Command, Option } from "commander";
import type { Cli } from "./cli.ts";
import { ahead, duration, example, jsonOption, reasonOption, tenantOption } from "./options.ts";
import { table } from "./output.ts";

const ROLES = ["write", "agent", "ops", "admin", "analyst", "privacy", "public"];

export function addToken(program: Command, cli: Cli): void {
  const group = program.command("token").summary("make, list and revoke tokens");
  group.description("Makes, lists, rotates and revokes the tokens of a tenant.");
  addCreate(group, cli);
  addList(group, cli);
  addRotate(group, cli);
  addRevoke(group, cli);
}

interface CreateOptions {
  readonly tenant?: string;
  readonly role: string;
  readonly label?: string;
  readonly expires?: string;
  readonly json?: true;
}

function addCreate(group: Command, cli: Cli): void {
  const command = group.command("create").summary("make a token and show it, once");
  command
    .description("Makes a token and shows it. It is shown this once and not kept.")
    .addOption(tenantOption())
    .addOption(new Option("--role <role>", "what it may do").choices(ROLES).makeOptionMandatory())
    .option("--label <text>", "what it is for")
    .option("--expires <when>", "a length such as 90d, or a time")
    .addOption(jsonOption())
    .action(async (options: CreateOptions) => {
      const { role, label, expires } = options;
      const expiresAt = expires === undefined ? undefined : ahead(expires, cli.deps.now());
      const tenant = await cli.tenant(options.tenant);
      const made = await cli.call("create-token", { tenant, role, label, expiresAt });
      if (options.json) cli.json(made);
      else cli.say(made.token);
    });
  example(command, "token create --tenant acme --role agent --label 'help desk' --expires 90d");
}

function addList(group: Command, cli: Cli): void {
  const command = group.command("list").summary("show the tokens, without the secret part");
  command
    .description("Shows the tokens of a tenant, without what is secret about them.")
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: { tenant?: string; json?: true }) => {
      const tokens = await cli.call("tokens", { tenant: await cli.tenant(options.tenant) });
      if (options.json) return cli.json(tokens);
      const now = new Date(cli.deps.now()).toISOString();
      const state = (row: (typeof tokens)[number]) => {
        if (row.revokedAt !== null) return "revoked";
        return row.expiresAt !== null && row.expiresAt <= now ? "expired" : "counts";
      };
      cli.deps.stdout.write(
        table(
          [
            ["id", (row) => row.id],
            ["role", (row) => row.role],
            ["label", (row) => row.label],
            ["state", state],
            ["made", (row) => row.createdAt.slice(0, 10)],
            ["expires", (row) => row.expiresAt?.slice(0, 16)],
          ],
          tokens,
        ),
      );
    });
  example(command, "token list --tenant acme");
}

function addRotate(group: Command, cli: Cli): void {
  const command = group.command("rotate <id>").summary("make a new token in place of one");
  command
    .description("Makes a token of the same role, and lets the old one count a while longer.")
    .addOption(tenantOption())
    .addOption(
      new Option("--keep <length>", "how long the old one still counts")
        .argParser(duration)
        .default(duration("24h"), "24h"),
    )
    .addOption(jsonOption())
    .action(async (id: string, options: { tenant?: string; keep: number; json?: true }) => {
      const tenant = await cli.tenant(options.tenant);
      const made = await cli.call("rotate-token", { tenant, id, keepFor: options.keep });
      if (options.json) cli.json(made);
      else cli.say(made.token);
    });
  example(command, "token rotate 3q2x... --tenant acme --keep 2h");
}

function addRevoke(group: Command, cli: Cli): void {
  const command = group.command("revoke <id>").summary("make a token worthless");
  command
    .description("Makes a token worthless, within seconds.")
    .addOption(tenantOption())
    .addOption(reasonOption())
    .action(async (id: string, options: { tenant?: string; reason?: string }) => {
      const tenant = await cli.tenant(options.tenant);
      await cli.call("revoke-token", { tenant, id, reason: options.reason });
      cli.say(`The token ${id} counts no more.`);
    });
  example(command, "token revoke 3q2x... --tenant acme --reason 'laptop lost'");
}
