import { describe, expect, it } from "vitest";
import { PlainError, Problem } from "../../server/lib/errors.ts";

describe("a problem", () => {
  const problem = new Problem(
    {
      status: 413,
      type: "too-large",
      title: "Request too large",
      detail: "The body is over 256 KB; send fewer events at once.",
      extra: { limit: 262_144, status: 200 },
      headers: { connection: "close" },
    },
    { cause: new Error("SQLITE_FULL at /var/lib/forestall") },
  );

  it("is written as RFC 9457 says, with further members that cannot replace the standard ones", () => {
    expect(JSON.parse(JSON.stringify(problem))).toEqual({
      type: "urn:forestall:problem:too-large",
      title: "Request too large",
      status: 413,
      detail: "The body is over 256 KB; send fewer events at once.",
      limit: 262_144,
    });
  });

  it("keeps its cause for the log and out of the answer", () => {
    expect(problem.cause).toBeInstanceOf(Error);
    expect(JSON.stringify(problem)).not.toContain("SQLITE_FULL");
  });

  it("carries the headers of the answer", () => {
    expect(problem.headers).toEqual({ connection: "close" });
  });
});

it("tells a plain error from one of ours by its name", () => {
  expect(new PlainError("PORT is taken").name).toBe("PlainError");
});
