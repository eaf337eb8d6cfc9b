/** Segment's calls under `/v1`, and the short names that its browser library uses. */
export const API_CALLS: ReadonlySet<string> = new Set(
  ["track", "identify", "group", "page", "screen", "alias", "batch"].concat([
    "t",
    "i",
    "g",
    "p",
    "s",
    "a",
    "m",
  ]),
);
