export interface Tag {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

const PIECE =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*>|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+|</g;

/**
 * The tags of a drawing in order; undefined when it is not well formed, or not one svg element. Reads the XML that
 * drawing programs write, not all that XML allows: no entities of one's own.
 */
export function readTags(markup: string): readonly Tag[] | undefined {
  const tags: Tag[] = [];
  const open: string[] = [];
  for (const [piece, end, name, attributes = "", empty] of markup.replace(/^\uFEFF/, "").matchAll(PIECE)) {
    if (piece === "<") return undefined;
    if (name === undefined) {
      if (open.length === 0 && !piece.startsWith("<") && piece.trim() !== "") return undefined;
      continue;
    }
    if (end === "/") {
      if (open.pop() !== name) return undefined;
      continue;
    }
    // A second element beside the first, or a first that is not a drawing.
    if (open.length === 0 && (tags.length > 0 || name !== "svg")) return undefined;
    tags.push({ name, attributes: attributesIn(attributes) });
    if (empty !== "/") open.push(name);
  }
  return open.length === 0 && tags.length > 0 ? tags : undefined;
}

function attributesIn(text: string): Tag["attributes"] {
  return [...text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(
    ([, name = "", double, single]) => [name, decoded(double ?? single ?? "")],
  );
}

/** So that `java&#115;cript:` is seen for what it is. */
function decoded(value: string): string {
  return value
    .replaceAll(/&#(x?)([0-9a-f]+);/gi, (whole, hex: string, digits: string) => {
      const code = Number.parseInt(digits, hex === "" ? 10 : 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replaceAll("&colon;", ":");
}
