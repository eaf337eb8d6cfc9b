import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { expect, it } from "vitest";
import { createCli } from "../../server/cli/cli.ts";
import type { CliDeps } from "../../server/cli/deps.ts";
import { createProgram } from "../../server/cli/program.ts";
import { DEFAULT_SETTINGS } from "../../server/core/tenant.ts";

const root = join(import.meta.dirname, "..", "..");
const page = (name: string) => readFileSync(join(root, "docs", name), "utf8");

const nothing = {
  stdout: { write: () => true },
  stderr: { write: () => true },
  version: "0",
} as unknown as CliDeps;

function leaves(command: Command, words: readonly string[] = []): { name: string; command: Command }[] {
  return command.commands.flatMap((each) => {
    const path = [...words, each.name()];
    return each.commands.length === 0 ? [{ name: path.join(" "), command: each }] : leaves(each, path);
  });
}

it("names every command and every option in docs/cli.md", () => {
  const text = page("cli.md");

  const all = leaves(createProgram(createCli(nothing)));
  const missing = all.flatMap(({ name, command }) => [
    ...(new RegExp(`\`${name}\\b`).test(text) ? [] : [name]),
    ...command.options
      .filter(({ long }) => long !== null && long !== undefined && !text.includes(long))
      .map(({ long }) => `${name} ${long}`),
  ]);

  expect(all.length).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});

it("names every variable and every setting in docs/configuration.md", () => {
  const text = page("configuration.md");

  const source = readFileSync(join(root, "server", "config.ts"), "utf8");
  const variables = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): \{$/gm)].map((found) => found[1] ?? "");
  const settings = Object.entries(DEFAULT_SETTINGS).flatMap(([name, value]) =>
    ["product", "quiet", "cap", "holdout", "bands", "incident"].includes(name)
      ? [name, ...Object.keys(value as object)]
      : [name],
  );

  expect(variables.length).toBeGreaterThanOrEqual(8);
  expect([...variables, ...settings].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
