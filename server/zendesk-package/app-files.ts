import { isRecord } from "../lib/foreign.ts";

/** The files of an app package, before it is zipped or after it was unzipped. */
export interface AppFiles {
  /** Bytes by path from the package's root, with forward slashes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Paths that are links; where they lead is not looked at. */
  readonly links: readonly string[];
}

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return isRecord(value);
}

export const isArray = (value: unknown): value is readonly Json[] => Array.isArray(value);

/** What stands under a key of an object; undefined for anything that has no such key of its own. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  return isObject(value) && Object.hasOwn(value, key) ? at(value[key], ...rest) : undefined;
}

export const objectAt = (value: Json | undefined, ...path: readonly string[]): JsonObject => {
  const inner = at(value, ...path);
  return isObject(inner) ? inner : {};
};

export const listAt = (value: Json | undefined, ...path: readonly string[]): readonly Json[] => {
  const inner = at(value, ...path);
  return isArray(inner) ? inner : [];
};

/** What a value is, as the people who write the file call it. */
export function kindOf(value: Json | undefined): string {
  if (value === null || value === undefined) return "nothing";
  if (isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: false });

export function textOf({ files }: AppFiles, path: string): string {
  const bytes = files.get(path);
  return bytes === undefined ? "" : UTF8.decode(bytes);
}

export function pathsLike({ files }: AppFiles, pattern: RegExp): readonly string[] {
  return [...files.keys()].filter((path) => pattern.test(path)).sort();
}

/** The last part of a file's name, without the dot and in small letters. */
export const extensionOf = (path: string): string => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";

/** @throws SyntaxError when the text is not JSON */
export const parseJson = (text: string): Json => JSON.parse(text) as Json;
