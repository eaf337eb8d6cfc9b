import { expect, it } from "vitest";
import { parseRetryAfter } from "../../server/lib/retry-after.ts";

const NOW = Date.UTC(2026, 2, 2, 12);

it.each([
  ["0", 0],
  ["120", 120_000],
  [" 5 ", 5_000],
  ["Mon, 02 Mar 2026 12:00:30 GMT", 30_000],
  ["Mon, 02 Mar 2026 11:00:00 GMT", 0],
])("reads %j as a wait", (header, wait) => {
  expect(parseRetryAfter(header, NOW)).toBe(wait);
});

it.each([
  null,
  undefined,
  "",
  "-1",
  "1.5",
  "1e9",
  "soon",
  "2026-03-02",
  "9999999999",
  "Xxx, 99 Xxx 2026 12:00:30 GMT",
])("makes nothing of %j", (header) => {
  expect(parseRetryAfter(header, NOW)).toBeNull();
});
