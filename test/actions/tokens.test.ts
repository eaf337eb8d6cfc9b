import { expect, it } from "vitest";
import { newToken } from "../../server/actions/tokens.ts";

it("has an id that no command line takes for an option", () => {
  const ids = Array.from({ length: 2_000 }, () => newToken("acme", { role: "agent" }, 0).row.id);

  expect(ids.filter((id) => id.startsWith("-"))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
