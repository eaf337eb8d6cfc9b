/** What a bench measures, and how it compares with the target. */

/** A target: `atLeast` for rates, `atMost` for times and sizes; both in the figure's unit. */
export type Bound = { readonly atLeast: number } | { readonly atMost: number };

export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly bound: Bound | null;
  /** One value per run; the median counts. */
  readonly runs: readonly number[];
  /** What a reader has to know to read the number right. */
  readonly note?: string;
}

export interface Options {
  /** Fewer and shorter runs: for whoever works on the code, never for the page. */
  readonly quick: boolean;
  /** Where data is kept: the disk counts. */
  readonly folder: string;
  /** Where the server's processor profiles are to be written; null: none are taken. */
  readonly profile: string | null;
  /** How long the soak lasts. */
  readonly minutes?: number;
  readonly say: (text: string) => void;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  run(options: Options): Promise<readonly Figure[]>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** How many times better than the target; under 1 it is missed. Null where there is none. */
export function ratioOf({ bound, runs }: Figure): number | null {
  if (bound === null) return null;
  const measured = median(runs);
  return "atLeast" in bound ? measured / bound.atLeast : bound.atMost / measured;
}

/** Three digits that mean something, and thousands that can be read. */
export function show(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`.trim();
}

export function showBound(bound: Bound | null, unit: string): string {
  if (bound === null) return "";
  return "atLeast" in bound ? `>= ${show(bound.atLeast, unit)}` : `<= ${show(bound.atMost, unit)}`;
}
