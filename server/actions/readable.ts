import { FOREVER } from "../core/time.ts";

/** Names of fields that hold a moment; lengths of time have other names (`within`, `gap`, `heldFor`). */
const MOMENT =
  /^(?:at|time|until|due|since|start|minute|clock|notBefore|lastSeen|firstSeen|episode)$|(?:At|Until|Since|DueBy)$|^dueBy$/;
/** Maps from a name to a moment. */
const MOMENTS = new Set(["muted", "productAreas"]);
/** What customers' systems reported, as it came. */
const FOREIGN = new Set(["data", "detail"]);
/** 2001-09-09: a smaller number is no moment of ours, such as a position or a count. */
const EARLIEST = 1e12;

/** The same record for people who read it outside: moments as ISO 8601 in UTC. */
export function readable(value: unknown, name = "", within = ""): unknown {
  if (typeof value === "number" && (MOMENT.test(name) || MOMENTS.has(within))) return momentOf(value);
  // Kept as text beside the score.
  if (name === "contributions" && typeof value === "string") return readable(JSON.parse(value));
  if (Array.isArray(value)) return value.map((each) => readable(each, "", name));
  if (typeof value !== "object" || value === null || FOREIGN.has(name)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, readable(each, key, name)]));
}

function momentOf(value: number): number | string {
  if (value >= FOREVER) return "forever";
  return value < EARLIEST ? value : new Date(value).toISOString();
}
