import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFolder } from "../../server/zendesk-package/read-folder.ts";
import { validateApp } from "../../server/zendesk-package/validate.ts";
import { scratchFolder } from "../cli/world.ts";
import { anApp } from "./app.ts";

/** A folder with a faultless app and further files. */
function aFolder(more: { readonly [path: string]: string } = {}): string {
  const folder = scratchFolder();
  for (const [path, content] of [...anApp().app.files, ...Object.entries(more)]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

describe("reading the folder of an app", () => {
  it("takes manifest, requirements, assets and translations at any depth", () => {
    const { files, links } = readFolder(aFolder({ "requirements.json": "{}", "assets/fonts/a.woff2": "f" }));

    expect([...files.keys()].sort()).toEqual(
      [...anApp().app.files.keys(), "assets/fonts/a.woff2", "requirements.json"].sort(),
    );
    expect(links).toEqual([]);
  });

  it("leaves alone whatever else lies there, and what systems hide in folders", () => {
    const { files } = readFolder(
      aFolder({ "package.json": "{}", "server/main.ts": "", ".env": "A=1", "assets/.DS_Store": "x" }),
    );

    expect([...files.keys()].sort()).toEqual([...anApp().app.files.keys()].sort());
  });

  it("names links and does not follow them", () => {
    const folder = aFolder();
    symlinkSync("/etc/hostname", join(folder, "assets", "host.html"));
    symlinkSync(folder, join(folder, "translations", "loop"));

    const app = readFolder(folder);

    expect([...app.files.keys()].sort()).toEqual([...anApp().app.files.keys()].sort());
    expect(
      validateApp(app)
        .map(({ rule, file }) => [rule, file])
        .sort(),
    ).toEqual([
      ["symlink_in_zip", "assets/host.html"],
      ["symlink_in_zip", "translations/loop"],
    ]);
  });

  it("finds a manifest that lies one folder too deep", () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "my-app"));
    writeFileSync(join(folder, "my-app", "manifest.json"), "{}");

    expect(validateApp(readFolder(folder))[0]).toMatchObject({
      rule: "nested_manifest",
      file: "my-app/manifest.json",
    });
  });
});
