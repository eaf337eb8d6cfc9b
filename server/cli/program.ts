import { Command, CommanderError } from "commander";
import { PlainError } from "../lib/errors.ts";
import { addBacktest } from "./backtest.ts";
import { addBackup } from "./backup.ts";
import { addChannel } from "./channel.ts";
import { type Cli, createCli } from "./cli.ts";
import type { CliDeps } from "./deps.ts";
import { addDoctor } from "./doctor.ts";
import { addImport } from "./import.ts";
import { addPatterns } from "./patterns.ts";
import { addErase, addExport } from "./privacy.ts";
import { addLive, addPause, addResume } from "./rollout.ts";
import { addDemo, addServe } from "./serve.ts";
import { addSource } from "./source.ts";
import { addTenant } from "./tenant.ts";
import { oneLine } from "./text.ts";
import { addToken } from "./token.ts";
import { addZendesk } from "./zendesk.ts";

/**
 * Carries out one command line.
 * @param argv what stands behind the program's name
 * @returns the exit code: 0, or 1 after one plain line on standard error
 */
export async function runCli(argv: readonly string[], deps: CliDeps): Promise<number> {
  const program = createProgram(createCli(deps));
  try {
    await program.parseAsync(argv.length === 0 ? ["--help"] : argv, { from: "user" });
    return 0;
  } catch (error) {
    return conclude(error, deps);
  }
}

export function createProgram(cli: Cli): Command {
  const { stdout, version } = cli.deps;
  const program = new Command("forestall");
  program
    .description(
      "Sees which customer is about to need help, helps a little and in time, and proves that it helped.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .configureHelp({ showGlobalOptions: false })
    // Help is what somebody asked for, also when they named a group only; errors are told in one place, below.
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stdout.write(text),
      outputError: () => {},
    })
    .exitOverride();
  for (const add of COMMANDS) add(program, cli);
  return program;
}

const COMMANDS = [
  addServe,
  addDemo,
  addDoctor,
  addTenant,
  addSource,
  addChannel,
  addToken,
  addPatterns,
  addImport,
  addBacktest,
  addLive,
  addPause,
  addResume,
  addExport,
  addErase,
  addBackup,
  addZendesk,
] as const;

function conclude(error: unknown, deps: CliDeps): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0 || error.code === "commander.help") return 0;
    deps.stderr.write(`${oneLine(error.message.replace(/^error: /, ""))}\n`);
    return 1;
  }
  deps.stderr.write(`${oneLine(plainly(error))}\n`);
  return 1;
}

/** Names of errors whose own words are for people. */
const SPOKEN = new Set([
  "CallFailed",
  "RecordRefused",
  "StoreDamaged",
  "StoreUnavailable",
  "BadTemplate",
  "BadPattern",
]);

function plainly(error: unknown): string {
  if (error instanceof PlainError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (SPOKEN.has(error.name)) return error.message;
  const code = "code" in error ? String(error.code) : "";
  if (code === "EADDRINUSE") return "This port is taken by another program; set PORT to one that is free.";
  if (code === "ENOSPC") return "The disk of the data folder is full; make room there and try again.";
  if (code === "ENOTFOUND" || code === "EADDRNOTAVAIL") {
    return "HOST is no address of this machine; set it to one, such as 127.0.0.1 or 0.0.0.0.";
  }
  if (code === "EACCES" || code === "EPERM") return `Not allowed: ${error.message}.`;
  return `Something went wrong that should not: ${error.message}`;
}
