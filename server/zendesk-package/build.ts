import { createHash } from "node:crypto";
import { type AppFiles, at, isObject, type Json, type JsonObject } from "./app-files.ts";
import type { Finding } from "./finding.ts";
import { MANIFEST } from "./manifest/manifest.ts";
import { readManifest } from "./manifest/read.ts";
import { validateApp } from "./validate.ts";
import { zipOf } from "./zip.ts";

/** What differs from one installation of Forestall to the next. */
export interface PackageSettings {
  /** Where the server is reached: scheme, host, port and, if need be, a path before ours. */
  readonly url: URL;
  readonly version: string;
  /** Who answers when an admin writes to the app's author, and the two addresses shown beside the app. */
  readonly support?: string | undefined;
  readonly website?: string | undefined;
  readonly terms?: string | undefined;
}

export interface BuiltPackage {
  readonly findings: readonly Finding[];
  /** Undefined when a finding is an error. */
  readonly zip: Uint8Array | undefined;
  readonly sha256: string | undefined;
  readonly files: readonly string[];
}

/** Puts the settings into the manifest, holds the result against every rule, and zips what passed. */
export function buildPackage(source: AppFiles, settings: PackageSettings): BuiltPackage {
  const app = settled(source, settings);
  const findings = validateApp(app);
  const zip = findings.some(({ level }) => level === "error") ? undefined : zipOf(app);
  return {
    findings,
    zip,
    sha256: zip && createHash("sha256").update(zip).digest("hex"),
    files: [...app.files.keys()].sort(),
  };
}

/** A manifest that cannot be read stays as it is, for the rules to name what is wrong. */
function settled(source: AppFiles, settings: PackageSettings): AppFiles {
  const { manifest } = readManifest(source);
  if (manifest === undefined) return source;
  const text = `${JSON.stringify(manifestFor(manifest.json, settings), null, 2)}\n`;
  const files = new Map(source.files).set(MANIFEST, new TextEncoder().encode(text));
  return { ...source, files };
}

function manifestFor(
  json: JsonObject,
  { url, version, support, website, terms }: PackageSettings,
): JsonObject {
  const { author, location } = json;
  const contact = { ...(support && { email: support }), ...(website && { url: website }) };
  return {
    ...json,
    version,
    ...(isObject(author) && { author: { ...author, ...contact } }),
    ...(terms && { termsConditionsURL: terms }),
    ...(isObject(location) && { location: mapped(location, (places) => moved(places, url)) }),
  };
}

function moved(places: Json, url: URL): Json {
  if (!isObject(places)) return places;
  return mapped(places, (place) => {
    if (typeof place === "string") return onto(place, url);
    const own = at(place, "url");
    return isObject(place) && typeof own === "string" ? { ...place, url: onto(own, url) } : place;
  });
}

const mapped = (object: JsonObject, change: (value: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/** The same page on another server; pages inside the package stay there. */
function onto(page: string, { origin, pathname }: URL): string {
  if (!/^https?:/i.test(page) || !URL.canParse(page)) return page;
  const { pathname: path, search } = new URL(page);
  return `${origin}${pathname.replace(/\/$/, "")}${path}${search}`;
}
