import { type Figure, median, ratioOf, show, showBound } from "./figures.ts";
import type { Machine } from "./machine.ts";

export function lineAbout({ cpu, cores, memoryGb, node, fsync, load }: Machine): string {
  const disk = `fdatasync of 4 KB p50 ${fsync.p50.toFixed(2)} ms, p99 ${fsync.p99.toFixed(2)} ms`;
  return `${cores} cores of ${cpu}, ${memoryGb} GiB, Node ${node}; ${disk}; load ${load.toFixed(1)}`;
}

export interface Circumstances {
  /** The highest at the beginning of a part. */
  readonly load: number;
  /** Fewer runs, and fewer customers where their number is not in the name. */
  readonly quick: boolean;
}

export function pageOf(machine: Machine, figures: readonly Figure[], { load, quick }: Circumstances): string {
  const busy =
    load > machine.cores / 2
      ? `\nThe machine was not quiet: up to ${load.toFixed(1)} processes of others wanted its ${machine.cores} cores at the beginning of a\npart. Times, the slowest ones above all, are longer than on a quiet one; ratios to peers suffer less.\n`
      : "";
  const size = quick
    ? "\nA first look (`--quick`): shorter runs, fewer of them, and fewer customers where no number of them is named.\n"
    : "";
  return `# Performance

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}; one part alone: \`npm run bench -- --only <part>\`, a first look: \`--quick\`.
${lineAbout(machine)}.
${busy}${size}
Medians of the runs, with their range. The last column says how many times better than the target; under 1 it is
missed. Targets hold for a quiet 2-core machine with a fast disk (fdatasync about 0.1 ms). Peers did the same work, with
the same results, in the same run.

| what | target | median | range | ratio |
|---|---|---|---|---|
${figures.map(rowOf).join("\n")}
${notesOf(figures)}`;
}

function rowOf(figure: Figure): string {
  const ratio = ratioOf(figure);
  const [least, most] = [Math.min(...figure.runs), Math.max(...figure.runs)];
  const range = figure.runs.length < 2 ? "" : `${show(least, "")} to ${show(most, "")}`;
  const { what, bound, unit, runs } = figure;
  const cells = [what, showBound(bound, unit), show(median(runs), unit), range];
  return `| ${[...cells, ratio === null ? "" : ratio.toFixed(2)].join(" | ")} |`;
}

function notesOf(figures: readonly Figure[]): string {
  const lines = figures.flatMap(({ what, note }) => (note === undefined ? [] : [`- ${what}: ${note}.`]));
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}
