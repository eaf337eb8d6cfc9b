import { inflateRawSync } from "node:zlib";
import { strFromU8, unzipSync } from "fflate";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import type { AppFiles } from "../../server/zendesk-package/app-files.ts";
import { type BuiltPackage, buildPackage, type PackageSettings } from "../../server/zendesk-package/build.ts";
import { readFolder, SHIPPED_APP } from "../../server/zendesk-package/read-folder.ts";
import { validateApp } from "../../server/zendesk-package/validate.ts";
import { readProjectFile } from "../support/source.ts";
import { anApp } from "./app.ts";

const SETTINGS: PackageSettings = {
  url: new URL("https://help.acme.test"),
  version: "1.2.3",
  support: "help@acme.test",
  website: "https://acme.test",
  terms: "https://acme.test/terms",
};
const shipped = (changes: Partial<PackageSettings> = {}) =>
  buildPackage(readFolder(SHIPPED_APP), { ...SETTINGS, ...changes });

function unzipped({ zip }: BuiltPackage): AppFiles {
  if (zip === undefined) throw new Error("nothing was built");
  return { files: new Map(Object.entries(unzipSync(zip))), links: [] };
}
const manifestIn = (built: BuiltPackage): unknown =>
  JSON.parse(strFromU8(unzipped(built).files.get("manifest.json") ?? new Uint8Array()));

describe("the package of the shipped app", () => {
  it("passes every rule without a warning, also when it is read back from the zip", () => {
    const built = shipped();

    expect(built.findings).toEqual([]);
    expect(validateApp(unzipped(built))).toEqual([]);
  });

  it("holds manifest, pictures and languages, and nothing else", () => {
    expect(shipped().files).toEqual([
      "assets/icon_nav_bar.svg",
      "assets/logo-small.png",
      "assets/logo.png",
      "assets/logo.svg",
      ...[0, 1, 2].map((number) => `assets/screenshot-${number}.png`),
      "manifest.json",
      ...["de", "en", "es", "fr", "ja", "pt-BR"].map((locale) => `translations/${locale}.json`),
    ]);
  });

  it("points its three places to the given server, with signed addresses", () => {
    expect(manifestIn(shipped())).toMatchObject({
      version: "1.2.3",
      frameworkVersion: "2.0",
      private: false,
      singleInstall: true,
      signedUrls: true,
      defaultLocale: "en",
      author: { name: "Forestall", email: "help@acme.test", url: "https://acme.test" },
      termsConditionsURL: "https://acme.test/terms",
      location: {
        support: {
          ticket_sidebar: { url: "https://help.acme.test/zendesk/ticket", flexible: true },
          user_sidebar: { url: "https://help.acme.test/zendesk/user", flexible: true },
          nav_bar: { url: "https://help.acme.test/zendesk/dashboard" },
        },
      },
    });
  });

  it("keeps the port and the path of the given address", () => {
    expect(manifestIn(shipped({ url: new URL("https://acme.test:8443/forestall/") }))).toMatchObject({
      location: { support: { nav_bar: { url: "https://acme.test:8443/forestall/zendesk/dashboard" } } },
    });
  });

  it("is built with warnings for trying out on one's own machine", () => {
    const built = shipped({ url: new URL("http://localhost:3000"), support: undefined });

    expect(built.findings.map(({ rule }) => rule)).toEqual([
      "placeholder_address",
      "localhost_location",
      "localhost_location",
      "localhost_location",
    ]);
    expect(built.zip).toBeDefined();
  });

  it("has in the repository the version that is being worked on", () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(readProjectFile("package.json")));

    expect(JSON.parse(readProjectFile("manifest.json"))).toMatchObject({ version });
  });
});

describe("the zip file", () => {
  it("has the same bytes each time, in whatever order files were read and whatever the time zone is", () => {
    const { files, links } = readFolder(SHIPPED_APP);
    const zone = process.env.TZ;
    onTestFinished(() => {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    });
    const hashes = ["UTC", "America/Caracas", "Pacific/Kiritimati"].map((name, turn) => {
      process.env.TZ = name;
      const turned = [...files].slice(turn).concat([...files].slice(0, turn));
      return buildPackage({ files: new Map(turned), links }, SETTINGS).sha256;
    });

    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("has other bytes for another address", () => {
    expect(shipped({ url: new URL("https://other.test") }).sha256).not.toBe(shipped().sha256);
  });

  it("lists plain files in order of name, all of one time, as any reader sees", () => {
    const entries = directoryOf(shipped().zip ?? new Uint8Array());

    expect(entries.map(({ path }) => path)).toEqual([...shipped().files]);
    expect(new Set(entries.map(({ time, mode }) => `${time} ${mode.toString(8)}`))).toEqual(
      new Set([`${(1 << 21) | (1 << 16)} 100644`]),
    );
    expect(entries.find(({ path }) => path === "assets/logo.svg")?.content).toBe(
      readProjectFile("assets/logo.svg"),
    );
  });
});

describe("an app with an error", () => {
  it("is not zipped", () => {
    const built = buildPackage(anApp().location({ ticket_sidebar: "nowhere" }).app, SETTINGS);

    expect(built.findings.map(({ rule }) => rule)).toEqual(["invalid_location_uri"]);
    expect(built.zip).toBeUndefined();
  });

  it("keeps a fault that writing the manifest anew would hide", () => {
    const twice = anApp().file("manifest.json", '{"private": false, "private": true}').app;

    expect(buildPackage(twice, SETTINGS).findings.map(({ rule }) => rule)).toEqual([
      "duplicate_manifest_keys",
    ]);
  });

  it("keeps pages inside the package where they are", () => {
    const app = anApp().location({ ticket_sidebar: "assets/page.html" }).file("assets/page.html", "<p>").app;

    expect(manifestIn(buildPackage(app, SETTINGS))).toMatchObject({
      location: { support: { ticket_sidebar: "assets/page.html" } },
    });
  });
});

/** The entries of a zip file, read by hand from its central directory. */
function directoryOf(zip: Uint8Array) {
  const bytes = Buffer.from(zip);
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06"));
  let at = bytes.readUInt32LE(end + 16);
  return Array.from({ length: bytes.readUInt16LE(end + 10) }, () => {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const start = bytes.readUInt32LE(at + 42);
    const packed = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    const entry = {
      path: bytes.toString("utf8", at + 46, at + 46 + (nameLength ?? 0)),
      time: bytes.readUInt32LE(at + 12),
      mode: bytes.readUInt32LE(at + 38) >>> 16,
      content: inflateRawSync(bytes.subarray(packed, packed + bytes.readUInt32LE(at + 20))).toString(),
    };
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
    return entry;
  });
}
