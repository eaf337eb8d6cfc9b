import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AppFiles } from "./app-files.ts";

/** The folder with the shipped app: its parts stand where Zendesk wants them, at the top of the project. */
export const SHIPPED_APP = fileURLToPath(new URL("../../", import.meta.url));

const FILES = ["manifest.json", "requirements.json"];
const FOLDERS = ["assets", "translations"];

/**
 * The app in a folder: manifest, requirements, assets and translations, and nothing else that lies there. Names that
 * begin with a dot are left out, as systems put such files everywhere.
 * @throws Error of the file system when the folder or a file cannot be read
 */
export function readFolder(root: string): AppFiles {
  const files = new Map<string, Uint8Array>();
  const links: string[] = [];
  const top = readdirSync(root, { withFileTypes: true });
  for (const entry of top) {
    if (FILES.includes(entry.name)) take(root, entry.name, entry, files, links);
    if (FOLDERS.includes(entry.name)) take(root, entry.name, entry, files, links);
  }
  if (!files.has("manifest.json")) takeNested(root, top, files);
  return { files, links };
}

function take(
  root: string,
  path: string,
  entry: Dirent,
  files: Map<string, Uint8Array>,
  links: string[],
): void {
  if (entry.isSymbolicLink()) links.push(path);
  else if (entry.isFile()) files.set(path, readFileSync(join(root, path)));
  else if (entry.isDirectory()) {
    for (const inner of readdirSync(join(root, path), { withFileTypes: true })) {
      if (!inner.name.startsWith(".")) take(root, `${path}/${inner.name}`, inner, files, links);
    }
  }
}

/** Whoever unpacked an app often has one folder more than they think: found, so that they can be told. */
function takeNested(root: string, top: readonly Dirent[], files: Map<string, Uint8Array>): void {
  for (const folder of top.filter((entry) => entry.isDirectory() && entry.name !== "node_modules")) {
    const inside = readdirSync(join(root, folder.name), { withFileTypes: true });
    const entry = inside.find(({ name }) => name === "manifest.json");
    if (entry?.isFile()) {
      const path = `${folder.name}/manifest.json`;
      files.set(path, readFileSync(join(root, path)));
    }
  }
}
