import type { ZodError } from "zod";

const MOST = 5;

/** What is wrong with something a person wrote, in one line: `product.color: write a colour such as #1f5fbf`. */
export function plainIssues(error: ZodError): string {
  const lines = error.issues.slice(0, MOST).map(({ path, message }) => {
    const where = path.map(String).join(".");
    // The sentence it ends up in has a full stop of its own.
    const what = message.replace(/\.$/, "");
    return where === "" ? what : `${where}: ${what}`;
  });
  const more = error.issues.length - lines.length;
  return lines.join("; ").replaceAll(/\s+/g, " ") + (more > 0 ? `; and ${more} more` : "");
}
