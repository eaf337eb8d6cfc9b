/**
 * Measures what docs/performance.md says: `npm run bench`, with `--only <name>` for one part and `--quick` for a first
 * look. The page is written by a whole, unhurried run only. Nothing here fails a build.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { backtest } from "./backtest.ts";
import { decision } from "./decision.ts";
import { batches, latency, singleEvents } from "./ingest.ts";
import { type Bench, type Figure, median, ratioOf, show, showBound } from "./kit/figures.ts";
import { describeMachine, type Machine } from "./kit/machine.ts";
import { peers } from "./peers.ts";
import { store } from "./store.ts";

const BENCHES: readonly Bench[] = [decision, peers, latency, batches, singleEvents, store, backtest];
const PAGE = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
const FOLDER = fileURLToPath(new URL("../.bench", import.meta.url));

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    profile: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

mkdirSync(FOLDER, { recursive: true });
const machine = describeMachine(FOLDER);
say(lineAbout(machine));
const figures: Figure[] = [];
for (const bench of BENCHES) {
  if (values.only !== undefined && !values.only.includes(bench.name)) continue;
  say(`\n${bench.name}: ${bench.about}`);
  const options = { quick: values.quick, folder: FOLDER, profile: values.profile ?? null, say };
  const measured = await bench.run(options);
  for (const figure of measured) say(`  ${lineOf(figure)}`);
  figures.push(...measured);
}
if (values.write || (values.only === undefined && !values.quick)) {
  writeFileSync(PAGE, pageOf(machine, figures, values.quick));
  say(`\nwritten to ${PAGE}`);
}

function lineAbout({ cpu, cores, memoryGb, node, fsync, load }: Machine): string {
  return `${cores} cores of ${cpu}, ${memoryGb} GiB, Node ${node}; fdatasync p50 ${fsync.p50.toFixed(2)} ms, p99 ${fsync.p99.toFixed(2)} ms; load ${load.toFixed(1)}`;
}

function lineOf(figure: Figure): string {
  const ratio = ratioOf(figure);
  const target =
    figure.bound === null
      ? ""
      : ` (target ${showBound(figure.bound, figure.unit)}, ${ratio?.toFixed(2)} of it)`;
  return `${figure.what}: ${show(median(figure.runs), figure.unit)}${target}`;
}

function pageOf(about: Machine, all: readonly Figure[], quick: boolean): string {
  const rows = all.map((figure) => {
    const ratio = ratioOf(figure);
    const range = `${show(Math.min(...figure.runs), "")} to ${show(Math.max(...figure.runs), "")}`;
    const cells = [
      figure.what,
      showBound(figure.bound, figure.unit),
      show(median(figure.runs), figure.unit),
      range,
    ];
    return `| ${[...cells, ratio === null ? "" : ratio.toFixed(2)].join(" | ")} |`;
  });
  return `# Performance

Written by \`npm run bench${quick ? " -- --quick --write" : ""}\` on ${new Date().toISOString().slice(0, 10)}. ${lineAbout(about)}.
${about.load > about.cores ? "The machine was busy with other work during this run: times are longer than on a quiet one.\n" : ""}
Medians, with the range of the runs. The last column says how many times better than the target; under 1 it is missed.
Times compare only with those of the same run; the rates of peers are of the same work in the same run.

| what | target | median | runs | ratio |
|---|---|---|---|---|
${rows.join("\n")}
`;
}
