/**
 * JSON from strangers. Depth is counted on the bytes before anything is built. `JSON.parse` makes `__proto__` an
 * ordinary own property, so a parsed value by itself pollutes nothing; readers only look at own properties.
 */

const MOST_DEPTH = 20;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The value that the bytes spell, in UTF-8, with or without a byte order mark.
 * @throws Failure with a sentence that repeats nothing of the body
 */
export function parseJson(
  bytes: Buffer,
  Failure: new (message: string) => Error,
  mostDepth = MOST_DEPTH,
): unknown {
  if (bytes.length === 0) throw new Failure("the body is empty");
  if (tooDeep(bytes, mostDepth)) throw new Failure(`the body is nested deeper than ${mostDepth} levels`);
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  try {
    return JSON.parse(bytes.toString("utf8", start));
  } catch {
    throw new Failure("the body is not JSON");
  }
}

/** Whether lists and objects are nested deeper than that. Takes time in proportion to the length, for any bytes. */
export function tooDeep(bytes: Uint8Array, most: number): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      depth++;
      if (depth > most) return true;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
  }
  return false;
}

/**
 * The bytes of the first element of a list, exactly as they were sent; null when it is not a list that begins with
 * an object. Works on bytes that nobody vouches for yet.
 */
export function firstElement(bytes: Uint8Array): Uint8Array | null {
  let i = skipSpace(bytes, 0);
  if (bytes[i] !== OPEN_LIST) return null;
  i = skipSpace(bytes, i + 1);
  if (bytes[i] !== OPEN_OBJECT) return null;
  const end = endOfObject(bytes, i);
  return end === -1 ? null : bytes.subarray(i, end);
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let i = from;
  while (bytes[i] === 0x20 || bytes[i] === 0x0a || bytes[i] === 0x0d || bytes[i] === 0x09) i++;
  return i;
}

function endOfObject(bytes: Uint8Array, from: number): number {
  let depth = 0;
  let inText = false;
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_OBJECT) {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}
