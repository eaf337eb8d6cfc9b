import type { Command } from "commander";
import type { Rollout, Switches } from "../core/tenant.ts";
import { PlainError } from "../lib/errors.ts";
import type { Cli, Params } from "./cli.ts";
import { ahead, example, jsonOption, list, percent, reasonOption, tenantOption } from "./options.ts";

interface LiveOptions extends Params {
  readonly tenant?: string;
  readonly json?: true;
}

export function addLive(program: Command, cli: Cli): void {
  const command = program.command("live").summary("let messages go out, step by step");
  command
    .description(
      "Lets messages go out, step by step: what is named is who gets them from now on, and nobody else; with --add it comes beside what is live already. Problems that `doctor` finds have to be solved first.",
    )
    .addOption(tenantOption())
    .option("--accounts <ids>", "these accounts, separated by commas", list)
    .option("--percent <number>", "this share of accounts", percent)
    .option("--segment <names>", "accounts of these segments, separated by commas", list)
    .option("--all", "every account")
    .option("--add", "beside what is live already, not in its place")
    .option("--dry-run", "nobody any more: decide and render, send nothing")
    .option("--force", "although problems are left")
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action(async (options: LiveOptions) => {
      const { tenant: named, json, segment: segments, ...change } = options;
      const tenant = await cli.tenant(named);
      const rollout = await cli.call("go-live", { ...change, segments, tenant });
      if (json) cli.json(rollout);
      else cli.say(`${tenant}: ${rolloutText(rollout)}.`);
    });
  example(
    command,
    "live --tenant acme --accounts a-17,a-23",
    "live --tenant acme --percent 10 --add",
    "live --dry-run",
  );
}

function rolloutText({ all, accounts, segments, percent: share }: Rollout): string {
  if (all) return "live for every account";
  const parts = [
    accounts.length > 0 ? `the accounts ${accounts.join(", ")}` : "",
    segments.length > 0 ? `the segments ${segments.join(", ")}` : "",
    share > 0 ? `${share} % of accounts` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "dry run, nothing is sent" : `live for ${parts.join(", ")}`;
}

interface SwitchOptions {
  readonly tenant?: string;
  readonly pattern?: readonly string[];
  readonly channel?: readonly string[];
  readonly person?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly json?: true;
}

export function addPause(program: Command, cli: Cli): void {
  const command = switchCommand(program.command("pause"), "switch messages off, within a second")
    .option("--until <when>", "for a person: a length such as 7d, or a time; otherwise until `resume`")
    .description(
      "Switches messages off within a second, also those that are queued: all of the tenant, or a pattern, a channel, a person.",
    )
    .action(async (options: SwitchOptions) => {
      if (options.until !== undefined && whoOf(options) === undefined) {
        throw new PlainError("--until is for a person: give --person, --email or --phone too.");
      }
      const until = options.until === undefined ? undefined : ahead(options.until, cli.deps.now());
      await flip(cli, options, { all: "pause", person: "pause-person" }, { until });
    });
  example(
    command,
    "pause --tenant acme --reason 'incident 42'",
    "pause --pattern P-001",
    "pause --channel sms",
    "pause --person u-17 --until 7d",
  );
}

export function addResume(program: Command, cli: Cli): void {
  const command = switchCommand(program.command("resume"), "switch messages on again")
    .description(
      "Switches on again what `pause` switched off; patterns and channels that were named are named again. What was held back in the meantime is judged anew; what was stopped stays so.",
    )
    .action((options: SwitchOptions) => flip(cli, options, { all: "resume", person: "resume-person" }, {}));
  example(command, "resume --tenant acme", "resume --pattern P-001", "resume --person u-17");
}

function switchCommand(command: Command, summary: string): Command {
  return command
    .summary(summary)
    .addOption(tenantOption())
    .option("--pattern <ids>", "these patterns, separated by commas", list)
    .option("--channel <kinds>", "email, sms, voice, push, chat, in_app, human or broadcast", list)
    .option("--person <id>", "this person")
    .option("--email <address>", "the person with this address")
    .option("--phone <number>", "the person with this number")
    .addOption(reasonOption())
    .addOption(jsonOption());
}

/** The person that is meant, if one is. */
export function whoOf(options: {
  readonly person?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}): Params | undefined {
  const given = (["person", "email", "phone"] as const).flatMap((name) =>
    options[name] === undefined ? [] : [{ [name]: options[name] }],
  );
  if (given.length > 1) throw new PlainError("Give one of --person, --email and --phone.");
  return given[0];
}

function pauseText(until: string | null): string {
  if (until === null) return "gets messages again";
  return `gets no messages until ${until === "forever" ? "`forestall resume`" : until}`;
}

async function flip(
  cli: Cli,
  options: SwitchOptions,
  names: { readonly all: "pause" | "resume"; readonly person: "pause-person" | "resume-person" },
  more: Params,
): Promise<void> {
  const { pattern: patterns, channel: channels, reason } = options;
  const who = whoOf(options);
  if (who !== undefined && (patterns !== undefined || channels !== undefined)) {
    throw new PlainError("Give either a person or patterns and channels.");
  }
  const tenant = await cli.tenant(options.tenant);
  if (who !== undefined) {
    const done = await cli.call(names.person, { tenant, who, reason, ...more });
    if (options.json) return cli.json(done);
    return cli.say(`${done.person} ${pauseText(done.until)}.`);
  }
  const switches = await cli.call(names.all, { tenant, patterns, channels, reason });
  if (options.json) return cli.json(switches);
  cli.say(`${tenant}: ${switchesText(switches)}.`);
  const isPlain = patterns === undefined && channels === undefined;
  const remedy = names.all === "resume" && isPlain ? resumeOf(tenant, switches) : null;
  if (remedy !== null) cli.say(`They were switched off one by one: \`${remedy}\` switches them on.`);
}

/** The command that switches on what a plain `resume` leaves off; null when nothing is. */
function resumeOf(tenant: string, { patterns, channels }: Switches): string | null {
  const parts = [
    ...(patterns.length > 0 ? [`--pattern ${patterns.join(",")}`] : []),
    ...(channels.length > 0 ? [`--channel ${channels.join(",")}`] : []),
  ];
  return parts.length === 0 ? null : `forestall resume --tenant ${tenant} ${parts.join(" ")}`;
}

function switchesText({ tenant, patterns, channels }: Switches): string {
  if (tenant) return "everything is switched off";
  const off = [...patterns, ...channels];
  return off.length === 0 ? "everything is switched on" : `switched off are ${off.join(", ")}`;
}
