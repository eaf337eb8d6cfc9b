import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createCli } from "../../server/cli/cli.ts";
import type { CliDeps } from "../../server/cli/deps.ts";
import { createProgram } from "../../server/cli/program.ts";
import { aWorld } from "./world.ts";

/** Every command by its words, without those that only lead to others. */
function commandsOf(command: Command, words: readonly string[] = []): readonly (readonly string[])[] {
  return command.commands.flatMap((each) => {
    const path = [...words, each.name()];
    return each.commands.length === 0 ? [path] : commandsOf(each, path);
  });
}

const nothing = {
  stdout: { write: () => true },
  stderr: { write: () => true },
  version: "0",
} as unknown as CliDeps;
const COMMANDS = commandsOf(createProgram(createCli(nothing)));

describe("every command", () => {
  it("that the design names is there", () => {
    const names = new Set(COMMANDS.map(([name]) => name));

    expect([...names].sort()).toEqual(
      "backtest backup channel demo doctor erase export import live patterns pause resume serve source tenant token zendesk".split(
        " ",
      ),
    );
  });

  it.each(COMMANDS.map((words) => [words.join(" "), words] as const))(
    "%s explains itself and ends with an example",
    async (name, words) => {
      const ran = await aWorld().run(...words, "--help");

      expect(ran.code).toBe(0);
      expect(ran.err).toBe("");
      expect(ran.out).toMatch(new RegExp(`^Usage: forestall ${name}`));
      expect(ran.out).toMatch(/\nExamples?:\n {2}\$ npx forestall /);
    },
  );

  it.each(COMMANDS.map((words) => [words.join(" "), words] as const))(
    "%s has an example of itself",
    async (name, words) => {
      const { out } = await aWorld().run(...words, "--help");

      const examples = out.split(/\nExamples?:\n/)[1] ?? "";
      expect(examples.trim().split("\n")).toEqual(
        examples
          .trim()
          .split("\n")
          .map(() => expect.stringContaining(`npx forestall ${name}`)),
      );
    },
  );
});

describe("without a command", () => {
  it("the help is shown", async () => {
    const ran = await aWorld().run();

    expect(ran.code).toBe(0);
    expect(ran.out).toContain("Usage: forestall");
    expect(ran.out).not.toMatch(/train|experiment/);
  });

  it("a group shows its own", async () => {
    const ran = await aWorld().run("tenant");

    expect(ran).toMatchObject({ code: 0, err: "", out: expect.stringContaining("Usage: forestall tenant") });
  });

  it("the version is the package's", async () => {
    expect(await aWorld().run("--version")).toMatchObject({ code: 0, out: "9.9.9\n" });
  });
});
