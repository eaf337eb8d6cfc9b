import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** The browser part of the app, as Vite built it: what a page loads, and the files themselves. */
export interface Bundle {
  /** Addresses relative to the pages. */
  readonly script: string;
  readonly preload: readonly string[];
  readonly styles: readonly string[];
  /** By language: the script asks for its texts only once it runs, which is a way to the server and back later. */
  readonly texts: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, BundleFile>;
}
export interface BundleFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzip: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json",
};

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

/**
 * Reads `<folder>/.vite/manifest.json` and `<folder>/assets`. The names carry a hash of the contents, so the files
 * are read once and may be kept for ever by whoever gets them.
 * @returns null when it was not built yet
 */
export function readBundle(folder: string): Bundle | null {
  let manifest: Readonly<Record<string, Chunk>>;
  try {
    manifest = JSON.parse(readFileSync(join(folder, ".vite", "manifest.json"), "utf8"));
  } catch {
    return null;
  }
  const entry = Object.values(manifest).find(({ isEntry }) => isEntry === true);
  if (entry === undefined) return null;
  const chunks = [...withImports(entry, manifest)];
  return {
    script: entry.file,
    preload: chunks.slice(1).map(({ file }) => file),
    texts: textsIn(manifest),
    styles: [...new Set(chunks.flatMap(({ css = [] }) => css))],
    files: readFiles(join(folder, "assets")),
  };
}

/** The entry, then everything it cannot start without. */
function withImports(entry: Chunk, manifest: Readonly<Record<string, Chunk>>): ReadonlySet<Chunk> {
  const found = new Set<Chunk>();
  const visit = (chunk: Chunk | undefined) => {
    if (chunk === undefined || found.has(chunk)) return;
    found.add(chunk);
    for (const name of chunk.imports ?? []) visit(manifest[name]);
  };
  visit(entry);
  return found;
}

function textsIn(manifest: Readonly<Record<string, Chunk>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(manifest).flatMap(([source, { file, isDynamicEntry }]) => {
      const locale = /\/translations\/([\w-]+)\.json$/.exec(source)?.[1];
      return locale !== undefined && isDynamicEntry === true ? [[locale, file] as const] : [];
    }),
  );
}

function readFiles(folder: string): ReadonlyMap<string, BundleFile> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isFile());
  return new Map(
    files.flatMap(({ name }) => {
      const type = TYPES[extname(name)];
      if (type === undefined) return [];
      const body = readFileSync(join(folder, name));
      return [[name, { type, body, gzip: gzipSync(body, { level: 9 }) }] as const];
    }),
  );
}
