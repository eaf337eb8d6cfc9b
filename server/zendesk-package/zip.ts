import { type Zippable, zipSync } from "fflate";
import type { AppFiles } from "./app-files.ts";

/** Zip files hold times of the clock on the wall, without a zone: the same in every zone only when built from parts. */
const fixedTime = () => new Date(1980, 0, 1);
const UNIX = 3;
/** A plain file that everybody may read, where Unix keeps that. */
const MODE = (0o100644 << 16) >>> 0;

/** The same files give the same bytes, on every machine: sorted by name, one fixed time, no folders, no owners. */
export function zipOf({ files }: AppFiles): Uint8Array {
  const mtime = fixedTime();
  const entries: Zippable = {};
  for (const path of [...files.keys()].sort()) {
    entries[path] = [files.get(path) ?? new Uint8Array(), { level: 9, mtime, os: UNIX, attrs: MODE }];
  }
  return zipSync(entries);
}
