import { statSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { PlainError } from "../lib/errors.ts";
import type { BuiltPackage } from "../zendesk-package/build.ts";
import { lineOf } from "../zendesk-package/finding.ts";
import type { Cli } from "./cli.ts";
import { example, jsonOption } from "./options.ts";
import { counted, oneLine } from "./text.ts";
import { addPairing } from "./zendesk-pairing.ts";

export function addZendesk(program: Command, cli: Cli): void {
  const group = program.command("zendesk").summary("build and connect the app that agents see in Zendesk");
  group.description("Builds the app that agents see in Zendesk, and connects it with a tenant.");
  addPackage(group, cli);
  addPairing(group, cli);
}

interface PackageOptions {
  readonly url: string;
  readonly out?: string;
  readonly support?: string;
  readonly website?: string;
  readonly terms?: string;
  readonly from?: string;
  readonly json?: true;
}

function addPackage(group: Command, cli: Cli): void {
  const command = group.command("package").summary("write the zip file to upload to Zendesk");
  command
    .description(
      "Writes the zip file to upload to Zendesk, after holding it against every rule of Zendesk's own check and some of ours. The same version and addresses give the same bytes. Needs no server and changes nothing else.",
    )
    .requiredOption("--url <address>", "where agents' browsers reach this server, with https://")
    .option("--out <file>", "where to write it (default: forestall-<version>.zip)")
    .option("--support <email>", "the address shown for questions about the app")
    .option("--website <address>", "the address shown for who made the app")
    .option("--terms <address>", "the page with the terms of use")
    .option(
      "--from <folder>",
      "an app of your own instead of the shipped one: manifest.json, assets, translations",
    )
    .addOption(jsonOption())
    .action((options: PackageOptions) => writePackage(cli, options));
  example(
    command,
    "zendesk package --url https://help.example.com",
    "zendesk package --url https://help.example.com --support help@example.com --website https://example.com --terms https://example.com/terms",
  );
}

async function writePackage(cli: Cli, options: PackageOptions): Promise<void> {
  const { version } = cli.deps;
  const url = parseUrl(options.url);
  const { buildPackage } = await import("../zendesk-package/build.ts");
  const { support, website, terms } = options;
  const built = buildPackage(await source(cli, options.from), { url, version, support, website, terms });
  const warnings = built.findings.filter(({ level }) => level === "warning");
  if (built.zip === undefined) return refuse(cli, built);
  const file = cli.path(options.out ?? `forestall-${version}.zip`);
  save(file, built.zip);
  const bytes = built.zip.length;
  const { sha256, files } = built;
  if (options.json) return cli.json({ file, version, bytes, sha256, files, warnings });
  for (const warning of warnings) cli.deps.stderr.write(`${oneLine(lineOf(warning))}\n`);
  cli.say(`${file}: ${counted(files.length, "file")}, ${counted(bytes, "byte")}, SHA-256 ${sha256}`);
  cli.say("Upload it as docs/zendesk.md says.");
}

/** Zendesk asks for https; only what runs on the agent's own machine may go without. */
function parseUrl(text: string): URL {
  const says = (advice: string) =>
    new PlainError(`"${oneLine(text)}" cannot be the address of the server: ${advice}`);
  if (/\s/.test(text) || !/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    throw says("write it in full, such as https://help.example.com.");
  }
  const url = new URL(text);
  if (url.protocol === "http:" && url.hostname !== "localhost") {
    throw says("Zendesk opens pages with https:// only; http:// is for localhost alone.");
  }
  if (url.username !== "" || url.password !== "") throw says("leave out name and password.");
  if (url.search !== "" || url.hash !== "") throw says("leave out what follows ? or #.");
  return url;
}

async function source(cli: Cli, from: string | undefined) {
  const { readFolder, SHIPPED_APP } = await import("../zendesk-package/read-folder.ts");
  const folder = from === undefined ? SHIPPED_APP : cli.path(from);
  try {
    return readFolder(folder);
  } catch (error) {
    throw new PlainError(`The folder ${folder} cannot be read.`, { cause: error });
  }
}

/** Each problem on a line of its own, then one that says that there are some. */
function refuse(cli: Cli, { findings }: BuiltPackage): never {
  const errors = findings.filter(({ level }) => level === "error");
  const [first] = errors;
  if (errors.length === 1 && first !== undefined) throw new PlainError(lineOf(first));
  for (const error of errors) cli.say(oneLine(lineOf(error)));
  throw new PlainError(`Nothing is written: ${errors.length} things are wrong with this app.`);
}

function save(file: string, zip: Uint8Array): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new PlainError(`${file} is a folder; name a file with --out.`);
  }
  try {
    writeFileSync(file, zip);
  } catch (error) {
    throw new PlainError(`${file} cannot be written; name another file with --out.`, { cause: error });
  }
}
