/**
 * Keys that an object in a JSON text has twice. `JSON.parse` keeps the last one in silence, while Zendesk refuses the
 * file. The text must be JSON already, so brackets, texts and colons are all there is to look at.
 */
export function duplicateKeys(json: string): readonly string[] {
  const twice: string[] = [];
  const open: (Set<string> | null)[] = [];
  let text: string | null = null;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ":") text = String(JSON.parse(token));
    else if (text !== null) {
      const keys = open.at(-1);
      if (keys?.has(text)) twice.push(text);
      keys?.add(text);
    }
  }
  return twice;
}
