import { at, isArray, isObject, type Json, type JsonObject, kindOf } from "../app-files.ts";
import { type Finding, found } from "../finding.ts";
import { MANIFEST, type Manifest } from "./manifest.ts";

const TEXTS = [
  "defaultLocale",
  "version",
  "frameworkVersion",
  "remoteInstallationURL",
  "termsConditionsURL",
  "gaID",
];
const SWITCHES = ["requirementsOnly", "marketingOnly", "singleInstall", "signedUrls"];
const KNOWN = [
  ...TEXTS,
  ...SWITCHES,
  "private",
  "name",
  "author",
  "location",
  "parameters",
  "domainWhitelist",
  "oauth",
  "experiments",
  "noTemplate",
];

/** Which keys must be there, and of what kind each is. */
export function checkKeys({ json, pageless }: Manifest): readonly Finding[] {
  const needed = ["author", "defaultLocale", ...(pageless ? [] : ["frameworkVersion"])];
  const missing = needed.filter((key) => (at(json, key) ?? null) === null);
  return [
    ...missing.map((key) => found("manifest_keys.missing", MANIFEST, `Missing: ${key}. ${ADVICE[key]}`)),
    ...checkTexts(json),
    ...checkSwitches(json),
    ...checkShapes(json),
    ...checkUnknown(json),
  ];
}

const ADVICE: { readonly [key: string]: string } = {
  author: 'Say who made the app, as in {"name": "...", "email": "...", "url": "https://..."}.',
  defaultLocale: 'Name the language of the listing, as in "en".',
  frameworkVersion: 'Write "2.0".',
};

function checkTexts(json: JsonObject): readonly Finding[] {
  const author = at(json, "author");
  const texts: readonly (readonly [string, Json | undefined])[] = [
    ...TEXTS.map((key) => [key, at(json, key)] as const),
    ...["name", "email", "url"].map((key) => [`author.${key}`, at(author, key)] as const),
  ];
  return texts
    .filter(([, value]) => value !== undefined && value !== null && typeof value !== "string")
    .map(([key, value]) => notText(key, value));
}

export const notText = (field: string, value: Json | undefined): Finding =>
  found("unacceptable_string", MANIFEST, `${field} is ${kindOf(value)}; write a text in quotes.`);

function checkSwitches(json: JsonObject): readonly Finding[] {
  const values = SWITCHES.map((key) => [key, at(json, key) ?? false] as const);
  const own = Object.hasOwn(json, "private") ? (at(json, "private") ?? null) : true;
  return [...values, ["private", own] as const]
    .filter(([, value]) => typeof value !== "boolean")
    .map(([key, value]) => notBoolean(key, value));
}

export const notBoolean = (field: string, value: Json | undefined): Finding =>
  found(
    "unacceptable_boolean",
    MANIFEST,
    `${field} is ${kindOf(value)}; write true or false, without quotes.`,
  );

function checkShapes(json: JsonObject): readonly Finding[] {
  const objects = ["experiments", "author", "oauth"].filter((key) => !isObject(at(json, key) ?? {}));
  const hosts = at(json, "domainWhitelist") ?? [];
  return [
    ...objects.map((key) =>
      found("unacceptable_hash", MANIFEST, `${key} is ${kindOf(at(json, key))}; write an object in braces.`),
    ),
    ...(isArray(hosts) && hosts.every((host) => typeof host === "string") ? [] : [notHosts()]),
  ];
}

function notHosts(): Finding {
  const message = 'domainWhitelist must be a list of host names, as in ["api.example.com"].';
  return found("unacceptable_array_of_strings", MANIFEST, message);
}

function checkUnknown(json: JsonObject): readonly Finding[] {
  return Object.keys(json)
    .filter((key) => !KNOWN.includes(key))
    .map((key) =>
      found(
        "unknown_manifest_key",
        MANIFEST,
        `Nothing reads the key ${key}; correct its spelling or take it away.`,
      ),
    );
}
