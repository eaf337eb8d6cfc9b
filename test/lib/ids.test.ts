import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalSecrets } from "../../server/lib/constant-time.ts";
import { hashId, keyedHash, randomId, randomToken, sha256Hex } from "../../server/lib/ids.ts";

describe("a hashed id", () => {
  it("is 22 characters of the base64url SHA-256 of its framed parts", () => {
    const expected = createHash("sha256").update("4:acme5:P-0012:42").digest("base64url").slice(0, 22);

    expect(hashId("acme", "P-001", 42)).toBe(expected);
  });

  it("keeps apart parts that only differ in where one ends", () => {
    const lists = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });

    fc.assert(
      fc.property(lists, lists, (a, b) => {
        expect(hashId(...a) === hashId(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      {
        seed: 7,
        numRuns: 2_000,
        examples: [
          [
            ["ab", "c"],
            ["a", "bc"],
          ],
          [["1:a"], ["1", "a"]],
          [[], [""]],
        ],
      },
    );
  });
});

describe("a keyed hash", () => {
  it("is the same for the same key and parts, and another under another key", () => {
    const key = Buffer.alloc(32, 1);

    expect(keyedHash(key, "email", "ana@example.com")).toBe(keyedHash(key, "email", "ana@example.com"));
    expect(keyedHash(key, "email", "ana@example.com")).not.toBe(
      keyedHash(Buffer.alloc(32, 2), "email", "ana@example.com"),
    );
  });

  it("does not contain what it hides", () => {
    expect(keyedHash(Buffer.alloc(32, 1), "ana@example.com")).toMatch(/^[\w-]{43}$/);
  });
});

it("hashes bytes and text alike", () => {
  expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(sha256Hex(Buffer.from("abc"))).toBe(sha256Hex("abc"));
});

it("makes random ids and tokens that do not repeat", () => {
  const ids = new Set(Array.from({ length: 1_000 }, () => randomId()));
  const tokens = new Set(Array.from({ length: 1_000 }, () => randomToken("fst_write")));

  expect(ids.size).toBe(1_000);
  expect(tokens.size).toBe(1_000);
  expect([...ids].every((id) => /^[\w-]{22}$/.test(id))).toBe(true);
  expect([...tokens].every((token) => /^fst_write_[\w-]{43}$/.test(token))).toBe(true);
});

describe("comparing secrets", () => {
  it.each([
    ["same", "same", true],
    ["same", "sam", false],
    ["same", "samf", false],
    ["", "", true],
    ["", "x", false],
  ])("%j and %j: %s", (a, b, equal) => {
    expect(equalSecrets(a, b)).toBe(equal);
    expect(equalSecrets(Buffer.from(a), b)).toBe(equal);
  });
});
