import { isRecord } from "../lib/foreign.ts";
import type { Sink } from "./deps.ts";
import { stripControls } from "./text.ts";

/** Columns of a table: a heading, and what stands below it in each row. */
export type Columns<Row> = readonly (readonly [heading: string, cell: (row: Row) => unknown])[];

/** A table for people. Values that others chose cannot move the cursor or colour the terminal. */
export function table<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const lines = [
    columns.map(([heading]) => heading),
    ...rows.map((row) => columns.map(([, cell]) => cellText(cell(row)))),
  ];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => [...(line[at] ?? "")].length)));
  const padded = lines.map((line) =>
    line
      .map((text, at) => text + " ".repeat((widths[at] ?? 0) - [...text].length))
      .join("  ")
      .trimEnd(),
  );
  return `${padded.join("\n")}\n`;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return stripControls(String(value));
}

/**
 * Writes a value as JSON, lists of an object row by row: a backtest's result may be longer than the longest text.
 */
export function writeJson(out: Sink, value: unknown): void {
  if (!isRecord(value)) {
    out.write(`${JSON.stringify(value, null, 2)}\n`);
    return;
  }
  out.write("{");
  for (const [at, [name, member]] of Object.entries(value).entries()) {
    out.write(`${at === 0 ? "" : ","}\n  ${JSON.stringify(name)}: `);
    if (Array.isArray(member) && member.length > 0) writeList(out, member);
    else out.write(indented(member));
  }
  out.write("\n}\n");
}

const ROWS_AT_ONCE = 1_000;

function writeList(out: Sink, rows: readonly unknown[]): void {
  out.write("[");
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const lines = rows.slice(at, at + ROWS_AT_ONCE).map((row) => `\n    ${JSON.stringify(row)}`);
    out.write((at === 0 ? "" : ",") + lines.join(","));
  }
  out.write("\n  ]");
}

function indented(value: unknown): string {
  return (JSON.stringify(value, null, 2) ?? "null").replaceAll("\n", "\n  ");
}
