import type { Command } from "commander";
import { PlainError } from "../lib/errors.ts";
import type { Cli } from "./cli.ts";
import { example, jsonOption } from "./options.ts";
import { counted } from "./text.ts";

const MARKS = { ok: "ok     ", warning: "warning", problem: "PROBLEM" } as const;

export function addDoctor(program: Command, cli: Cli): void {
  const command = program.command("doctor").summary("say what is missing, and what to do about it");
  command
    .description(
      "Looks at the machine, the store and every tenant, and says what is missing and what to do about it. Ends with exit code 1 when there is a problem.",
    )
    .option("--tenant <id>", "one tenant only")
    .addOption(jsonOption())
    .action(async (options: { tenant?: string; json?: true }) => {
      const findings = await cli.call("doctor", { tenant: options.tenant });
      if (options.json) cli.json(findings);
      else {
        for (const { level, tenant, what, todo } of findings) {
          const where = tenant === null ? "" : `${tenant}: `;
          cli.say(`${MARKS[level]}  ${where}${what}`);
          if (todo !== null) cli.say(`         ${todo}`);
        }
      }
      const problems = findings.filter(({ level }) => level === "problem").length;
      if (problems > 0) throw new PlainError(`${counted(problems, "problem")} to solve.`);
    });
  example(command, "doctor", "doctor --tenant acme --json");
}
