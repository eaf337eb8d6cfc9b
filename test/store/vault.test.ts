import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CannotUnseal, createVault, normalise } from "../../server/store/vault.ts";

const KEY = Buffer.alloc(32, 7);
const vault = createVault(KEY);
const PERSON = ["t1", "person-key", "u1"];
const PLACE = ["t1", "contact", "u1"];

describe("a sealed value", () => {
  const key = vault.newKey(PERSON);
  const sealed = vault.seal(key, PERSON, PLACE, { email: "ana@example.com" });

  it("opens with the person's key, in its place, as it was", () => {
    expect(vault.unseal(key, PERSON, PLACE, sealed)).toEqual({ email: "ana@example.com" });
    expect(createVault(KEY).unseal(key, PERSON, PLACE, sealed)).toEqual({ email: "ana@example.com" });
  });

  it("shows nothing, and looks different each time", () => {
    expect(Buffer.from(sealed).toString("latin1")).not.toContain("ana");
    expect(vault.seal(key, PERSON, PLACE, { email: "ana@example.com" })).not.toEqual(sealed);
  });

  it.each([
    ["another place", () => vault.unseal(key, PERSON, ["t1", "contact", "u2"], sealed)],
    ["another tenant", () => vault.unseal(key, PERSON, ["t2", "contact", "u1"], sealed)],
    ["a place that only reads the same", () => vault.unseal(key, PERSON, ["t1contact", "u1"], sealed)],
    ["another person's key", () => vault.unseal(vault.newKey(PERSON), PERSON, PLACE, sealed)],
    ["a key wrapped for another person", () => vault.unseal(key, ["t1", "person-key", "u2"], PLACE, sealed)],
    ["another secret key", () => createVault(randomBytes(32)).unseal(key, PERSON, PLACE, sealed)],
    ["nothing", () => vault.unseal(key, PERSON, PLACE, new Uint8Array())],
  ])("does not open with %s", (_, open) => {
    expect(open).toThrow(CannotUnseal);
  });

  it("does not open when any byte of it was changed", () => {
    fc.assert(
      fc.property(fc.nat({ max: sealed.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ change : byte));
        expect(() => vault.unseal(key, PERSON, PLACE, changed)).toThrow(CannotUnseal);
      }),
      { seed: 1 },
    );
  });

  it("needs a secret key of 32 bytes", () => {
    expect(() => createVault(Buffer.alloc(31))).toThrow(RangeError);
  });
});

describe("a look-up hash", () => {
  it.each([
    ["email", " Ana@Example.COM ", "ana@example.com"],
    ["phone", "+49 (170) 123-45", "+4917012345"],
    ["phone", "0049 170 12345", "+4917012345"],
    ["zendesk", " Ab1 ", "Ab1"],
  ])("takes one spelling of %s for all: %s", (namespace, given, one) => {
    expect(normalise(namespace, given)).toBe(one);
    expect(vault.hashOf("t1", namespace, given)).toEqual(vault.hashOf("t1", namespace, one));
  });

  it("differs by tenant, namespace, value and secret key", () => {
    const hashes = [
      vault.hashOf("t1", "zendesk", "12"),
      vault.hashOf("t2", "zendesk", "12"),
      vault.hashOf("t1", "stripe", "12"),
      vault.hashOf("t1", "zendesk", "123"),
      createVault(Buffer.alloc(32, 8)).hashOf("t1", "zendesk", "12"),
    ].map((hash) => Buffer.from(hash).toString("hex"));

    expect(new Set(hashes).size).toBe(5);
  });
});
