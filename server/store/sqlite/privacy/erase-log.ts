import { type Base, pause } from "../base.ts";
import { type InputRow, rewrittenData } from "../log/input-row.ts";
import type { Erasure, Scrubber } from "./scrub.ts";

const SLICE = 500;

type LogRow = Pick<InputRow, "seq" | "flags" | "name" | "person" | "type" | "data">;

/**
 * Puts the pseudonym in the person's place in the log of these units. The records stay, with their position, time and
 * type, so that rebuilding a unit from its log counts the same; what they said about the person goes.
 */
export async function scrubLog(
  base: Base,
  units: readonly number[],
  { person, pseudonym }: Erasure,
  scrub: Scrubber,
): Promise<number> {
  const { connection, names, tail } = base;
  const select = connection.query<LogRow>(
    "SELECT i.seq, i.flags, i.name, i.person, i.type, i.data FROM inputs i WHERE i.seq = ?",
  );
  const update = connection.query("UPDATE inputs SET name = ?, person = ?, data = ? WHERE seq = ?");
  const cleaned = (row: LogRow): LogRow => {
    const own = row.person === person;
    const mentioned = row.data !== null && (own || scrub.mentions(row.data));
    const data = mentioned ? rewrittenData(row, scrub.value) : row.data;
    // Locale, zone, roles and the like describe a person, and nothing is counted by them.
    const tells = own && row.type !== null && names.word(row.type) === "person.identified";
    return {
      ...row,
      name: scrub.text(row.name),
      person: own ? pseudonym : row.person,
      data: tells ? null : data,
    };
  };
  const write = (rows: readonly LogRow[]) =>
    connection.write(() => {
      for (const { name, person: who, data, seq } of rows) update.run(name, who, data, seq);
    });
  let rewritten = 0;
  let waiting: LogRow[] = [];
  for (const unit of units) {
    for (let seqs = tail.after(unit, 0, SLICE); seqs.length > 0; ) {
      const rows = seqs.map((seq) => select.get(seq)).filter((row) => row !== undefined);
      waiting.push(...rows.flatMap((row) => changed(row, cleaned(row))));
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

function changed(before: LogRow, after: LogRow): readonly LogRow[] {
  const same = before.name === after.name && before.person === after.person && before.data === after.data;
  return same ? [] : [after];
}
