import { type Command, InvalidArgumentError } from "commander";
import type { Cli } from "./cli.ts";
import type { DemoOptions, RunningServer } from "./deps.ts";
import { example } from "./options.ts";

export function addServe(program: Command, cli: Cli): void {
  const command = program.command("serve").summary("start the server");
  command
    .description(
      "Starts the server. Settings come from the environment (docs/configuration.md): PORT, HOST, FORESTALL_DATA, FORESTALL_PUBLIC_URL and others. Ctrl-C or SIGTERM ends it in good order; a second time ends it at once.",
    )
    .action(() => serve(cli));
  example(command, "serve");
}

async function serve(cli: Cli): Promise<void> {
  const server = await cli.deps.startServer(cli.config());
  cli.say(`Forestall listens on ${server.url}, with its data in ${cli.config().dataDir}.`);
  await whatNext(cli, server);
  await toldToStop(cli);
  cli.say("Stopping: what was accepted is being brought to its end.");
  await server.close();
}

async function whatNext(cli: Cli, { app }: RunningServer): Promise<void> {
  const tenants = await app.reads.tenants();
  if (tenants.length > 0) return;
  cli.say("There is no tenant yet. In another terminal:");
  cli.say("  npx forestall tenant create acme      # a tenant and its tokens");
  cli.say(
    "  npx forestall source add stripe       # connect a system; /v1/events takes CloudEvents as it is",
  );
  cli.say("  npx forestall doctor                  # what is still missing");
}

/** Resolves at the first signal; at the second the process ends, whatever it is doing. */
function toldToStop({ deps }: Cli): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    deps.onStop(() => {
      if (told) deps.exit(1);
      told = true;
      resolve();
    });
  });
}

export function addDemo(program: Command, cli: Cli): void {
  const command = program.command("demo").summary("watch it work, with simulated customers");
  command
    .description(
      "Starts a server with a tenant, 90 days of simulated history and live simulated customers, whose webhooks are really signed and sent over this machine. Nothing leaves it. Its data is in .demo, unless FORESTALL_DATA says otherwise; FORESTALL_DATA=.demo lets every other command speak with it.",
    )
    .option("--port <number>", "where to listen; otherwise PORT", port)
    .option("--incident", "begin with an incident that concerns many customers at once", false)
    .action((options: DemoOptions) => cli.deps.runDemo(options));
  example(command, "demo", "demo --port 8080 --incident");
}

function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535)
    throw new InvalidArgumentError("Write a number from 0 to 65535.");
  return number;
}
