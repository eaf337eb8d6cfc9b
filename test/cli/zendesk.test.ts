import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { as, aWorld } from "./world.ts";

const URL = "https://help.acme.test";
const OWN = [
  "--support",
  "help@acme.test",
  "--website",
  "https://acme.test",
  "--terms",
  "https://acme.test/terms",
];

describe("zendesk package", () => {
  it("writes a zip named after the version, and says what it wrote", async () => {
    const world = aWorld();
    const ran = await world.run("zendesk", "package", "--url", URL, ...OWN);

    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toMatch(/forestall-9\.9\.9\.zip: 14 files, [\d,]+ bytes, SHA-256 [0-9a-f]{64}\n/);
    const files = unzipSync(readFileSync(join(world.folder, "forestall-9.9.9.zip")));
    expect(JSON.parse(new TextDecoder().decode(files["manifest.json"]))).toMatchObject({ version: "9.9.9" });
  });

  it("needs no server, no settings and no data folder", async () => {
    const refuse = () => {
      throw new Error("the settings were read");
    };
    const world = aWorld({ loadConfig: refuse, openApp: refuse });
    await world.run("zendesk", "package", "--url", URL, ...OWN);

    expect(readdirSync(world.folder)).toEqual(["forestall-9.9.9.zip"]);
  });

  it("writes where it is told, and prints JSON for programs", async () => {
    const world = aWorld();
    const told = as<{ file: string; files: string[]; sha256: string; bytes: number; warnings: unknown[] }>(
      await world.run("zendesk", "package", "--url", URL, ...OWN, "--out", "app.zip", "--json"),
    );

    expect(told).toMatchObject({ file: join(world.folder, "app.zip"), version: "9.9.9", warnings: [] });
    expect(readFileSync(told.file).length).toBe(told.bytes);
  });

  it("warns about addresses that only stand for others, and writes all the same", async () => {
    const ran = await aWorld().run("zendesk", "package", "--url", "http://localhost:3000");

    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(/^placeholder_address: manifest\.json: author\.email .*\n/);
    expect(ran.err).toMatch(/\nlocalhost_location: /);
  });

  it.each([
    ["http://help.acme.test", /^"http:\/\/help\.acme\.test" cannot be .*https:\/\/ only.*\n$/],
    ["http://127.0.0.1:3000", /localhost alone\.\n$/],
    ["help.acme.test", /write it in full, such as https:/],
    ["https://", /write it in full/],
    ["https://a b", /write it in full/],
    ["ftp://help.acme.test", /write it in full/],
    ["https://me:you@help.acme.test", /leave out name/],
    ["https://help.acme.test/?a=b", /leave out what follows/],
  ])("refuses %s as the server's address in one line", async (url, says) => {
    const world = aWorld();
    const ran = await world.run("zendesk", "package", "--url", url);

    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(says);
    expect(ran.err.trimEnd()).not.toContain("\n");
    expect(readdirSync(world.folder)).toEqual([]);
  });

  it("asks for the server's address", async () => {
    expect(await aWorld().run("zendesk", "package")).toMatchObject({
      code: 1,
      err: "required option '--url <address>' not specified\n",
    });
  });

  it("names each rule that an app of one's own breaks, and writes nothing", async () => {
    const world = aWorld();
    mkdirSync(join(world.folder, "mine"));
    writeFileSync(join(world.folder, "mine", "manifest.json"), "{ not json");
    const ran = await world.run("zendesk", "package", "--url", URL, "--from", "mine");

    expect(ran.code).toBe(1);
    expect(ran.out.split("\n").map((line) => line.split(":")[0])).toEqual([
      "manifest_not_json",
      "logo_missing",
      "logo_missing",
      "",
    ]);
    expect(ran.err).toBe("Nothing is written: 3 things are wrong with this app.\n");
    expect(readdirSync(world.folder)).toEqual(["mine"]);
  });

  it("says plainly when a folder is not there or a file cannot be written", async () => {
    const world = aWorld();
    mkdirSync(join(world.folder, "taken"));

    expect(await world.run("zendesk", "package", "--url", URL, "--from", "none")).toMatchObject({
      code: 1,
      err: `The folder ${join(world.folder, "none")} cannot be read.\n`,
    });
    expect((await world.run("zendesk", "package", "--url", URL, "--out", "taken")).err).toMatch(
      /taken is a folder; name a file with --out\.\n$/,
    );
    expect((await world.run("zendesk", "package", "--url", URL, "--out", "none/app.zip")).err).toMatch(
      /cannot be written; name another file with --out\.\n$/,
    );
  });
});
