import { hashId } from "../../../lib/ids.ts";
import type { Page } from "../../../store/contract.ts";

/** One place of a timeline: when, what, and how to make it when it is shown. */
export interface Row<Item> {
  readonly at: number;
  readonly id: string;
  make(): Item | Promise<Item>;
}

/** One kind of things, newest first, in pages of its own. */
export interface Stream<Item> {
  /** One letter: it stands in the cursor. */
  readonly name: string;
  read(after: string | undefined): Promise<Page<Row<Item>>>;
}

/** How far one stream was read: the page it is in, and the last row shown of it. */
interface Position {
  readonly a?: string;
  readonly k?: readonly [at: number, mark: string];
  readonly d?: true;
}
type Positions = { readonly [name: string]: Position };

/** A stream may have nothing to show for some pages; a request looks this far and leaves the rest to the next. */
const MOST_READS = 50;

class Reader<Item> {
  readonly #stream: Stream<Item>;
  #position: Position;
  #rows: Row<Item>[] = [];
  #next: string | null = null;
  #reads = 0;
  #unreadable = 0;

  constructor(stream: Stream<Item>, position: Position) {
    this.#stream = stream;
    this.#position = position;
  }

  get name(): string {
    return this.#stream.name;
  }
  get position(): Position {
    return this.#position;
  }
  /** In the pages that were read. */
  get unreadable(): number {
    return this.#unreadable;
  }
  get head(): Row<Item> | undefined {
    return this.#rows[0];
  }

  async fill(): Promise<void> {
    while (this.#rows.length === 0 && this.#position.d !== true && this.#reads < MOST_READS) {
      this.#reads += 1;
      const page = await this.#stream.read(this.#position.a);
      this.#unreadable += page.unreadable ?? 0;
      const rows = afterLast(page.rows, this.#position.k);
      this.#next = page.next;
      this.#rows = rows ?? [];
      if (this.#rows.length === 0) this.#turn(rows === null);
    }
  }

  take(): Row<Item> | undefined {
    const row = this.#rows.shift();
    if (row === undefined) return undefined;
    this.#position = { ...this.#position, k: [row.at, markOf(row.id)] };
    if (this.#rows.length === 0) this.#turn(false);
    return row;
  }

  /** To the next page of the stream; what was shown last may still lie ahead. */
  #turn(ahead: boolean): void {
    const { k } = this.#position;
    if (this.#next === null) this.#position = { d: true };
    else this.#position = { a: this.#next, ...(ahead && k !== undefined ? { k } : {}) };
  }
}

/**
 * The rows behind the one that was shown last. What came on top since may have pushed it to a later page.
 * @returns null when it is not on this page, but further down
 */
function afterLast<Item>(rows: readonly Row<Item>[], last: Position["k"]): Row<Item>[] | null {
  if (last === undefined) return [...rows];
  const [at, mark] = last;
  const place = rows.findIndex((row) => row.at === at && markOf(row.id) === mark);
  if (place >= 0) return rows.slice(place + 1);
  return rows.every((row) => row.at >= at) ? null : rows.filter((row) => row.at < at);
}

const markOf = (id: string) => hashId(id).slice(0, 10);

/**
 * The newest of several lists, as one list in pages. The cursor holds how far each was read.
 * @param after the `next` of the page before
 */
export async function mergeStreams<Item>(
  streams: readonly Stream<Item>[],
  after: string | undefined,
  limit: number,
): Promise<Page<Item>> {
  const positions: Positions = after === undefined ? {} : JSON.parse(after);
  const readers = streams.map((stream) => new Reader(stream, positions[stream.name] ?? {}));
  const rows: Row<Item>[] = [];
  while (rows.length < limit) {
    await Promise.all(readers.filter(({ head }) => head === undefined).map((reader) => reader.fill()));
    const [first] = readers
      .filter(({ head }) => head !== undefined)
      .sort((a, b) => (b.head?.at ?? 0) - (a.head?.at ?? 0));
    const row = first?.take();
    if (row === undefined) break;
    rows.push(row);
  }
  const open = readers.some(({ position }) => position.d !== true);
  const next = Object.fromEntries(readers.map(({ name, position }) => [name, position]));
  const unreadable = readers.reduce((sum, reader) => sum + reader.unreadable, 0);
  return {
    rows: await Promise.all(rows.map((row) => row.make())),
    next: open ? JSON.stringify(next) : null,
    ...(unreadable === 0 ? {} : { unreadable }),
  };
}
