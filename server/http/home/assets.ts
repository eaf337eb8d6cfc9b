import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { RequestHandler } from "express";
import { sha256Hex } from "../../lib/ids.ts";

const TYPES: { readonly [extension: string]: string } = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Files that pages load, read once. */
export interface Assets {
  /** Answers `<address>/:file`. */
  readonly serve: RequestHandler<{ file: string }>;
  /** Where a page finds the file; a changed file is loaded anew, as its address changes with it. */
  hrefOf(name: string): string;
}

/** @param address where they are served, such as `/home` */
export function readAssets(address: string, folder: string, names: readonly string[]): Assets {
  const files = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
  const version = sha256Hex(Buffer.concat([...files.values()])).slice(0, 12);
  return {
    serve: (request, response, next) => {
      const body = files.get(request.params.file);
      if (body === undefined) return next();
      response.set("cache-control", "public, max-age=3600");
      response.type(TYPES[extname(request.params.file)] ?? "application/octet-stream").send(body);
    },
    hrefOf: (name) => `${address}/${name}?v=${version}`,
  };
}

/** The look that all pages of the server's front have in common. */
export const readHomeAssets = (): Assets =>
  readAssets("/home", join(import.meta.dirname, "assets"), ["page.css", "icon.svg"]);
