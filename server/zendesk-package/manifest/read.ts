import { type AppFiles, at, isObject, type Json, type JsonObject, parseJson, textOf } from "../app-files.ts";
import { duplicateKeys } from "../duplicate-keys.ts";
import { type Finding, found } from "../finding.ts";
import { locationsOf } from "./locations.ts";
import { MANIFEST, type Manifest, type Parameter } from "./manifest.ts";

export type ManifestRead =
  | { readonly manifest: Manifest; readonly findings?: never }
  | { readonly manifest?: never; readonly findings: readonly Finding[] };

export function readManifest(app: AppFiles): ManifestRead {
  if (!app.files.has(MANIFEST)) return { findings: [absent(app)] };
  const text = textOf(app, MANIFEST);
  let json: Json;
  try {
    json = parseJson(text);
  } catch (error) {
    return { findings: [notJson(`${error instanceof Error ? error.message : String(error)}.`)] };
  }
  if (!isObject(json)) return { findings: [notJson("It must be one object in braces.")] };
  const twice = duplicateKeys(text);
  if (twice.length > 0) {
    const message = `Written twice in the same object: ${twice.join(", ")}. Keep one of each.`;
    return { findings: [found("duplicate_manifest_keys", MANIFEST, message)] };
  }
  return { manifest: manifestOf(json) };
}

function absent({ files }: AppFiles): Finding {
  const nested = [...files.keys()].find((path) => /^[^/]+\/manifest\.json$/.test(path));
  if (nested === undefined) {
    return found("missing_manifest", "", "There is no manifest.json; put one at the top of the package.");
  }
  return found("nested_manifest", nested, "Found one folder too deep; pack the folder's contents instead.");
}

const notJson = (detail: string) =>
  found("manifest_not_json", MANIFEST, `This is not proper JSON. ${detail}`);

function manifestOf(json: JsonObject): Manifest {
  const marketingOnly = at(json, "marketingOnly") === true;
  const requirementsOnly = at(json, "requirementsOnly") === true;
  return {
    json,
    ...locationsOf(at(json, "location")),
    parameters: parametersOf(at(json, "parameters")),
    pageless: marketingOnly || requirementsOnly,
    marketingOnly,
    requirementsOnly,
    isPrivate: at(json, "private") !== false,
    modern: isModern(at(json, "frameworkVersion")),
  };
}

function parametersOf(given: Json | undefined): readonly Parameter[] {
  if (!Array.isArray(given)) return [];
  return given.filter(isObject).map((each) => ({
    name: String(at(each, "name") ?? ""),
    type: at(each, "type") ?? "text",
    required: at(each, "required") ?? false,
    secure: at(each, "secure") ?? false,
    hasDefault: Object.hasOwn(each, "default"),
    scopes: at(each, "scopes") ?? null,
    allowedDomain: at(each, "allowed_domain") ?? null,
  }));
}

function isModern(version: Json | undefined): boolean | undefined {
  if (version === undefined || version === null) return undefined;
  const major = Number.parseInt(String(version), 10);
  return Number.isNaN(major) ? undefined : major >= 2;
}
