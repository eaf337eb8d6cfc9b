/** A place in a sorted list, opaque to whoever carries it: the sort key of the last row seen, as base64url of JSON. */
export type SortKey = readonly (string | number)[];

const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 100;

/** The cursor is not one of ours: changed, cut, or of another list. */
export class BadCursor extends Error {
  override readonly name = "BadCursor";
}

export function toCursor(key: SortKey): string {
  return Buffer.from(JSON.stringify(key), "utf8").toString("base64url");
}

/**
 * @param like one value of the right type per part of the key
 * @throws BadCursor
 */
export function fromCursor<Key extends SortKey>(cursor: string, like: Key): Key {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch (cause) {
    throw new BadCursor("this cursor cannot be read; start again without it", { cause });
  }
  if (!isLike(key, like)) throw new BadCursor("this cursor belongs to another list; start again without it");
  return key;
}

/** Rows of a page as asked for: 100 unless said, never more than 1,000, never fewer than one. */
export function limitOf(limit: number | undefined): number {
  return Math.min(MAX_LIMIT, Math.max(1, Math.floor(limit ?? DEFAULT_LIMIT)));
}

function isLike<Key extends SortKey>(key: unknown, like: Key): key is Key {
  return (
    Array.isArray(key) &&
    key.length === like.length &&
    key.every(
      (part, i) => typeof part === typeof like[i] && (typeof part !== "number" || Number.isFinite(part)),
    )
  );
}
