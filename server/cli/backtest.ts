import { type Command, Option } from "commander";
import { PlainError } from "../lib/errors.ts";
import { isTimeZone } from "../lib/time-zone.ts";
import type { BacktestRun, BacktestOptions as RunOptions } from "./backtest/run.ts";
import type { Cli } from "./cli.ts";
import { example, jsonOption, moment, percent } from "./options.ts";
import { table } from "./output.ts";
import { readable } from "./patterns.ts";
import { progressLine } from "./progress.ts";
import { counted } from "./text.ts";

interface BacktestOptions {
  readonly events: string;
  readonly tickets?: string;
  readonly patterns?: string;
  readonly holdout: number;
  readonly at?: number;
  readonly arrival: "time" | "file";
  readonly timeZone: string;
  readonly json?: true;
}

export function addBacktest(program: Command, cli: Cli): void {
  const command = program.command("backtest").summary("say what would have happened, from recorded events");
  command
    .description(
      "Plays recorded events through the engine and says what would have been noticed, decided and sent, and how well each pattern foretells tickets. Needs no server and changes nothing. Assumes that every channel is connected and live, and that messages were delivered and not seen to help.",
    )
    .requiredOption("--events <file>", "CloudEvents, one a line; may be packed with gzip")
    .option("--tickets <file>", "ticket events, when they are in a file of their own")
    .option("--patterns <folder>", "a library of your own instead of the shipped one")
    .option("--holdout <percent>", "share of accounts that are deliberately not messaged", percent, 10)
    .option("--at <time>", "look at that moment instead of the last event's", moment)
    .option("--time-zone <zone>", "for whom the events name none", "UTC")
    .addOption(
      new Option("--arrival <order>", "events came in order of time, or as they stand in the file")
        .choices(["time", "file"])
        .default("time"),
    )
    .addOption(jsonOption())
    .action((options: BacktestOptions) => backtest(cli, options));
  example(
    command,
    "backtest --events march.ndjson --tickets tickets.ndjson",
    "backtest --events march.ndjson --holdout 0 --json > march.json",
  );
}

async function backtest(cli: Cli, options: BacktestOptions): Promise<void> {
  if (!isTimeZone(options.timeZone)) {
    throw new PlainError(
      `"${options.timeZone}" is not a time zone; write an IANA name such as Europe/Berlin.`,
    );
  }
  const inFull = (path: string | undefined) => (path === undefined ? undefined : cli.path(path));
  const line = progressLine(cli.deps.stderr, "playing");
  const run = await runWith(cli, {
    ...options,
    events: cli.path(options.events),
    tickets: inFull(options.tickets),
    patterns: inFull(options.patterns),
    onProgress: (progress) => line.update(progress),
  }).finally(() => line.done());
  complain(cli, run);
  if (options.json) cli.json(run.report);
  else show(cli, run);
}

async function runWith(cli: Cli, options: RunOptions): Promise<BacktestRun> {
  try {
    const { runBacktest } = await import("./backtest/run.ts");
    return await runBacktest(options);
  } catch (error) {
    return readable(cli, () => {
      throw error;
    });
  }
}

const SHOWN = 5;

function complain(cli: Cli, { rejected, rejectedCount }: BacktestRun): void {
  if (rejectedCount === 0) return;
  cli.warn(`${counted(rejectedCount, "line")} could not be used:`);
  for (const { file, line, reason } of rejected.slice(0, SHOWN)) {
    cli.warn(`${file}:${line}: ${reason}`);
  }
}

function show(cli: Cli, { report, played }: BacktestRun): void {
  const { events, duplicates, tickets, at } = played;
  const until = at === null ? "" : ` until ${new Date(at).toISOString()}`;
  cli.say(
    `${counted(events, "event")}${until}, ${counted(tickets, "ticket")}; ${counted(duplicates, "duplicate")} left out.\n`,
  );
  const fired = Object.entries(report.patterns).filter(([, figures]) => figures.fired > 0);
  if (fired.length === 0) cli.say("No pattern fired.\n");
  else {
    cli.say(
      table(
        [
          ["pattern", ([id]) => id],
          ["fired", ([, row]) => row.fired],
          ["tickets", ([, row]) => row.tickets],
          ["precision", ([, row]) => share(row.precision)],
          ["recall", ([, row]) => share(row.recall)],
          ["lead time", ([, row]) => (row.leadTimeMedianS === null ? "-" : minutes(row.leadTimeMedianS))],
        ],
        fired,
      ),
    );
  }
  const { sent, byReason, byChannel } = report.summary;
  cli.say(`${counted(sent, "message")} would have been sent${namesOf(byChannel)}.`);
  const { none: _sent, ...others } = byReason;
  if (Object.keys(others).length > 0) cli.say(`Held or stopped${namesOf(others)}.`);
}

const share = (value: number | null) => (value === null ? "-" : `${(value * 100).toFixed(0)} %`);
const minutes = (seconds: number) => `${Math.round(seconds / 60)} min`;

function namesOf(counts: { readonly [name: string]: number }): string {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count.toLocaleString("en")}`);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}
