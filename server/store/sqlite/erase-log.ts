import { type Base, pause } from "./base.ts";
import type { Query } from "./connection.ts";
import type { Scrubber } from "./scrub.ts";

const SLICE = 500;

interface LogRow {
  readonly seq: number;
  readonly name: string;
  readonly person: string | null;
  readonly type: number | string | null;
  readonly data: string | null;
}

/**
 * Puts the pseudonym in the person's place in the log of these units. The records stay, with their position, time and
 * type, so that rebuilding a unit from its log counts the same; what they said about the person goes.
 */
export async function scrubLog(
  base: Base,
  units: readonly number[],
  person: string,
  pseudonym: string,
  scrub: Scrubber,
): Promise<number> {
  const { connection, names, tail } = base;
  const select = connection.query<LogRow>(
    "SELECT i.seq, i.name, i.person, i.type, i.data FROM inputs i WHERE i.seq = ?",
  );
  const update = connection.query("UPDATE inputs SET name = ?, person = ?, data = ? WHERE seq = ?");
  const isIdentified = (row: LogRow) => row.type !== null && names.word(row.type) === "person.identified";
  const isTheirs = (row: LogRow) =>
    row.person === person || scrub.mentions(row.name) || (row.data !== null && scrub.mentions(row.data));
  const write = (rows: readonly LogRow[]) =>
    connection.write(() => {
      for (const row of rows) rewrite(update, row, isIdentified(row), person, pseudonym, scrub);
    });
  let rewritten = 0;
  let waiting: LogRow[] = [];
  for (const unit of units) {
    for (let seqs = tail.after(unit, 0, SLICE); seqs.length > 0; ) {
      const rows = seqs.map((seq) => select.get(seq)).filter((row) => row !== undefined);
      waiting.push(...rows.filter(isTheirs));
      if (waiting.length >= SLICE) {
        write(waiting);
        rewritten += waiting.length;
        waiting = [];
      }
      await pause();
      seqs = tail.after(unit, seqs.at(-1) ?? 0, SLICE);
    }
  }
  write(waiting);
  return rewritten + waiting.length;
}

function rewrite(
  update: Query<unknown>,
  row: LogRow,
  identified: boolean,
  person: string,
  pseudonym: string,
  scrub: Scrubber,
): void {
  const own = row.person === person;
  const data = row.data === null ? null : JSON.stringify(scrub.value(JSON.parse(row.data)));
  // Locale, zone, roles and the like describe a person, and nothing is counted by them.
  const kept = own && identified ? null : data;
  update.run(scrub.text(row.name), own ? pseudonym : row.person, kept, row.seq);
}
