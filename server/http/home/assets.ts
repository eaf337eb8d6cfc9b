import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../lib/ids.ts";

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

const TYPES = {
  "page.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const;

/** The files of the page, read once, and a version that changes with them. */
export function readAssets(): { readonly files: ReadonlyMap<string, Asset>; readonly version: string } {
  const folder = join(import.meta.dirname, "assets");
  const files = new Map(
    Object.entries(TYPES).map(([name, type]) => [name, { type, body: readFileSync(join(folder, name)) }]),
  );
  const version = sha256Hex(Buffer.concat([...files.values()].map(({ body }) => body))).slice(0, 12);
  return { files, version };
}
