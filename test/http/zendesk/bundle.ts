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
  };
  writeFileSync(join(folder, ".vite", "manifest.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "assets", "main-abc123.js"), script);
  writeFileSync(join(folder, "assets", "shared-ghi789.js"), "export {};");
  writeFileSync(join(folder, "assets", "main-def456.css"), "body { margin: 0 }");
  return folder;
}
