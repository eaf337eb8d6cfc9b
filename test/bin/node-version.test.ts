import { describe, expect, it } from "vitest";
import { compareVersions, typeStrippingFlags } from "../../bin/node-version.js";

describe("versions", () => {
  it.each([
    ["22.12.0", "22.12.0", 0],
    ["22.11.9", "22.12.0", -1],
    ["22.2.0", "22.12.0", -1],
    ["24.0.0", "22.12.0", 1],
    ["9.9.9", "22.12.0", -1],
  ])("%s against %s", (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});

describe("running TypeScript without a word", () => {
  it.each([
    ["22.12.0", ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"]],
    ["22.18.0", ["--disable-warning=ExperimentalWarning"]],
    ["23.5.0", ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"]],
    ["23.6.0", ["--disable-warning=ExperimentalWarning"]],
    ["24.21.0", []],
  ])("takes these flags on %s: %j", (version, flags) => {
    expect(typeStrippingFlags(version)).toEqual(flags);
  });
});
