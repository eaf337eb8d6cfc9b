import { lineAt, parse, type SyntaxNode, walk } from "./source.ts";

/**
 * The systems that have a folder of their own under `server/integrations`. Segment is not looked for: a segment is also
 * a group of accounts, which the rules are about.
 */
const VENDOR = /sendgrid|sentry|stripe|twilio|zendesk|slack/i;

/** Every place in the code, comments aside, that names a vendor, one line each. */
export function vendorsNamed(path: string, text: string): string[] {
  const found: string[] = [];
  walk(parse(path, text), (node) => {
    const word = wordsOf(node).find((each) => VENDOR.test(each));
    if (word !== undefined)
      found.push(`${path}:${lineAt(text, node.start)} names ${word}: it belongs in the vendor's folder`);
  });
  return found;
}

/** The name of an identifier, the text of a string or of a piece of a template. */
function wordsOf({ name, value }: SyntaxNode): string[] {
  const text = typeof value === "object" && value !== null && "raw" in value ? value.raw : value;
  return [name, text].filter((each) => typeof each === "string");
}
