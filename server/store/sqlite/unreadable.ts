import { RecordRefused } from "../contract.ts";

/**
 * Rows that this version cannot read, and what becomes of everybody else meanwhile (docs/decisions/0010). Each is said
 * once and counted once, however often it is met.
 */
export class Unreadable {
  readonly #met = new Map<string, RecordRefused>();
  readonly #say: (refused: RecordRefused) => void;

  constructor(say: (refused: RecordRefused) => void = () => {}) {
    this.#say = say;
  }

  /** Since the store was opened. */
  get met(): readonly RecordRefused[] {
    return [...this.#met.values()];
  }

  /** The rows that can be read, in the same order. */
  among<Row, Kept>(rows: readonly Row[], read: (row: Row) => Kept): Kept[] {
    const kept: Kept[] = [];
    for (const row of rows) {
      try {
        kept.push(read(row));
      } catch (error) {
        this.#note(error);
      }
    }
    return kept;
  }

  /**
   * So many rows that can be read, of a question that takes a limit: those that cannot be read would come first each
   * time, and hide the others behind them.
   */
  upTo<Row, Kept>(limit: number, ask: (limit: number) => readonly Row[], read: (row: Row) => Kept): Kept[] {
    for (let asked = limit; ; ) {
      const rows = ask(asked);
      const kept = this.among(rows, read);
      if (kept.length >= limit || rows.length < asked) return kept.slice(0, limit);
      asked = limit + rows.length - kept.length;
    }
  }

  /** One row for which nothing can stand in. @throws RecordRefused */
  only<Kept>(read: () => Kept): Kept {
    try {
      return read();
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  #note(error: unknown): void {
    if (!(error instanceof RecordRefused)) throw error;
    if (this.#met.has(error.where)) return;
    this.#met.set(error.where, error);
    this.#say(error);
  }
}

/** Leaves nothing out: for what must be whole, such as everything about a person. */
export class LeavesNothingOut extends Unreadable {
  readonly #others: Unreadable;

  /** @param others where it is noted what cannot be read */
  constructor(others: Unreadable) {
    super();
    this.#others = others;
  }

  override among<Row, Kept>(rows: readonly Row[], read: (row: Row) => Kept): Kept[] {
    return rows.map((row) => this.only(() => read(row)));
  }

  override only<Kept>(read: () => Kept): Kept {
    return this.#others.only(read);
  }
}

/** Of so many rows asked for, so many came back: what a page says of the others. */
export const leftOut = (asked: number, kept: number): { readonly unreadable?: number } =>
  asked === kept ? {} : { unreadable: asked - kept };
