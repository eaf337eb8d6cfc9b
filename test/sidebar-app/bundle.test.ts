import { readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type Built, buildApp } from "./bundle.ts";

let built: Built;
beforeAll(async () => {
  built = await buildApp();
}, 60_000);
const zipped = (file: string) => gzipSync(built.read(file)).length;
const assets = () => readdirSync(join(built.folder, "assets"));

describe("what a page in Zendesk loads", () => {
  it("is at most 60 kB of script, the texts of one language included", () => {
    const texts = assets().filter((file) => /^(de|en|es|fr|ja|pt-BR)-/.test(file));
    const largest = Math.max(...texts.map((file) => zipped(`assets/${file}`)));

    expect(texts.length).toBe(6);
    expect(zipped(built.script)).toBeGreaterThan(5_000);
    expect(zipped(built.script) + largest).toBeLessThan(60_000);
  });

  it("is little style", () => {
    expect(built.styles.length).toBe(1);
    expect(zipped(built.styles[0] ?? "")).toBeLessThan(12_000);
  });

  it("needs nothing that a strict policy forbids", () => {
    const script = built.read(built.script).toString();

    expect(script).not.toMatch(/\beval\(|new Function\(|dangerouslySetInnerHTML=|document\.write/);
    expect(built.read(built.styles[0] ?? "").toString()).not.toMatch(/url\(|@import/);
  });
});
