import { createReadStream, type ReadStream, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { PlainError } from "../../lib/errors.ts";

/** One read of the disk: large enough that reading is not what a big file waits for. */
const CHUNK = 1 << 20;
/** A file without line ends is no NDJSON, and must not fill the memory. */
const LONGEST_LINE = 16 * CHUNK;

export interface Lines {
  /** Number of the first of these lines, counted from 1. */
  readonly first: number;
  readonly lines: readonly string[];
}

/** How much of a file was read, from 0 to 1; compressed bytes count where the file is compressed. */
export interface Reading {
  readonly lines: AsyncGenerator<Lines>;
  share(): number;
}

/**
 * The lines of a text file, many at a time; `.gz` files are unpacked on the way.
 * @throws PlainError when there is no such file, or it is no text file
 */
export function readLines(path: string): Reading {
  const size = sizeOf(path);
  const raw = createReadStream(path, { highWaterMark: CHUNK });
  return { lines: linesOf(path, raw), share: () => (size === 0 ? 1 : Math.min(1, raw.bytesRead / size)) };
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new PlainError(`There is no file ${path}.`);
  if (found.isDirectory()) throw new PlainError(`${path} is a folder; name a file.`);
  return found.size;
}

async function* linesOf(path: string, raw: ReadStream): AsyncGenerator<Lines> {
  const bytes = path.endsWith(".gz") ? raw.pipe(createGunzip({ chunkSize: CHUNK })) : raw;
  const decoder = new TextDecoder("utf-8");
  let first = 1;
  let rest = "";
  try {
    for await (const chunk of bytes) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LONGEST_LINE)
        throw new PlainError(`Line ${first + lines.length} of ${path} never ends.`);
      if (lines.length > 0) yield { first, lines };
      first += lines.length;
    }
  } catch (error) {
    throw readable(path, error);
  } finally {
    raw.destroy();
  }
  if (rest !== "") yield { first, lines: [rest] };
}

function readable(path: string, error: unknown): unknown {
  if (error instanceof PlainError || !(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  if (code === "EACCES") return new PlainError(`${path} cannot be read; check its owner and mode.`);
  if (code.startsWith("Z_")) return new PlainError(`${path} is not a whole gzip file.`);
  return error;
}
