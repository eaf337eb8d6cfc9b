import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchFolder } from "../../cli/world.ts";

/** A browser part as Vite would leave it, with this script. */
export function aBundle(script = "document.title = 'loaded';"): string {
  const folder = scratchFolder();
  mkdirSync(join(folder, ".vite"));
  mkdirSync(join(folder, "assets"));
  const manifest = {
    "src/main.tsx": {
      file: "assets/main-abc123.js",
      isEntry: true,
      css: ["assets/main-def456.css"],
      imports: ["_shared.js"],
    },
    "_shared.js": { file: "assets/shared-ghi789.js" },
    "../translations/en.json": { file: "assets/en-jkl012.js", isDynamicEntry: true },
    "../translations/de.json": { file: "assets/de-mno345.js", isDynamicEntry: true },
  };
  writeFileSync(join(folder, ".vite", "manifest.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "assets", "main-abc123.js"), script);
  for (const name of ["shared-ghi789", "en-jkl012", "de-mno345"])
    writeFileSync(join(folder, "assets", `${name}.js`), "export {};");
  writeFileSync(join(folder, "assets", "main-def456.css"), "body { margin: 0 }");
  return folder;
}
