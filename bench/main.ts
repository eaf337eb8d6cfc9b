/**
 * Measures what docs/performance.md says: `npm run bench`, with `--only <name>` for one part and `--quick` for a first
 * look. Each part runs in a process of its own. The page is written by a whole, unhurried run only, or on `--write`.
 * Nothing here fails a build.
 */
import { fork } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BENCHES } from "./kit/benches.ts";
import { type Figure, median, ratioOf, show, showBound } from "./kit/figures.ts";
import { describeMachine } from "./kit/machine.ts";
import { lineAbout, pageOf } from "./kit/page.ts";
import type { PartOrders } from "./kit/part-process.ts";

const PAGE = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
const FOLDER = fileURLToPath(new URL("../.bench", import.meta.url));
const PART = fileURLToPath(new URL("./kit/part-process.ts", import.meta.url));

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    folder: { type: "string", default: FOLDER },
    profile: { type: "string" },
    minutes: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

const { only, quick, folder } = values;
const unknown = only?.find((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown !== undefined) {
  say(`There is no bench ${unknown}; there are ${BENCHES.map(({ name }) => name).join(", ")}.`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const machine = describeMachine(folder);
say(lineAbout(machine));
const figures: Figure[] = [];
const loads: number[] = [];
for (const { name, about } of BENCHES) {
  if (only !== undefined && !only.includes(name)) continue;
  say(`\n${name}: ${about}`);
  // What others were doing on the machine before this part began.
  loads.push(loadavg()[0] ?? 0);
  const measured = await runPart(name);
  for (const figure of measured) say(`  ${lineOf(figure)}`);
  figures.push(...measured);
}
if (values.write || (only === undefined && !quick)) {
  writeFileSync(PAGE, pageOf(machine, figures, { load: Math.max(...loads), quick }));
  say(`\nwritten to ${PAGE}`);
}
if (folder === FOLDER) rmSync(FOLDER, { recursive: true, force: true });

/** One that breaks says why, and the others go on. */
function runPart(name: string): Promise<readonly Figure[]> {
  return new Promise((resolve) => {
    const child = fork(PART, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    let measured: readonly Figure[] = [];
    child.once("message", (answer: readonly Figure[]) => {
      measured = answer;
    });
    child.once("exit", (code) => {
      if (code !== 0) say(`  ${name} broke off`);
      resolve(measured);
    });
    const minutes = values.minutes === undefined ? {} : { minutes: Number(values.minutes) };
    const orders: PartOrders = { name, quick, folder, profile: values.profile ?? null, ...minutes };
    child.send(orders);
  });
}

function lineOf(figure: Figure): string {
  const ratio = ratioOf(figure);
  const target =
    ratio === null ? "" : ` (target ${showBound(figure.bound, figure.unit)}, ${ratio.toFixed(2)} of it)`;
  return `${figure.what}: ${show(median(figure.runs), figure.unit)}${target}`;
}
