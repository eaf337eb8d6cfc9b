import { type AppFiles, at, isObject, objectAt } from "../app-files.ts";
import { type Finding, found } from "../finding.ts";
import type { Options } from "../options.ts";
import { checkKeys } from "./keys.ts";
import { checkLocations } from "./locations.ts";
import { MANIFEST, type Manifest } from "./manifest.ts";
import { checkParameters } from "./parameters.ts";
import { LOCATIONS } from "./products.ts";

/** The form of a locale in file names and in defaultLocale. */
export const LOCALE = /^[a-z]{2,3}(-\w{2,3})?$/;

export function checkManifest(app: AppFiles, manifest: Manifest, options: Options): readonly Finding[] {
  return [
    ...checkKeys(manifest),
    ...checkOauthClient(manifest),
    ...checkDefaultLocale(app, manifest),
    ...checkUrls(manifest),
    ...checkParameters(manifest, options),
    ...(manifest.pageless
      ? checkPageless(manifest)
      : [...checkLocations(app, manifest, options), ...checkVersion(manifest)]),
    ...checkNoTemplate(manifest),
    ...checkExperiments(manifest),
  ];
}

const OAUTH_KEYS = ["client_id", "client_secret", "authorize_uri", "access_token_uri"];

function checkOauthClient({ json, parameters }: Manifest): readonly Finding[] {
  const oauth = at(json, "oauth");
  if (!isObject(oauth)) return [];
  const missing = OAUTH_KEYS.filter((key) => (at(oauth, key) ?? "") === "");
  return [
    ...(missing.length === 0
      ? []
      : [found("oauth_keys.missing", MANIFEST, `oauth lacks ${missing.join(", ")}.`)]),
    ...(parameters.some(({ type }) => type === "oauth")
      ? []
      : [found("oauth_parameter_required", MANIFEST, "oauth needs a parameter of the type oauth.")]),
  ];
}

function checkDefaultLocale(app: AppFiles, { json }: Manifest): readonly Finding[] {
  const locale = at(json, "defaultLocale");
  if (typeof locale !== "string") return [];
  if (!LOCALE.test(locale)) {
    const message = `defaultLocale is "${locale}"; write a language such as en or pt-br.`;
    return [found("invalid_default_locale", MANIFEST, message)];
  }
  const path = `translations/${locale}.json`;
  if (app.files.has(path)) return [];
  return [
    found("missing_translation_file", MANIFEST, `defaultLocale is ${locale}, but ${path} is not there.`),
  ];
}

function checkUrls({ json }: Manifest): readonly Finding[] {
  const urls = [
    ["termsConditionsURL", at(json, "termsConditionsURL")],
    ["author.url", at(json, "author", "url")],
  ] as const;
  return urls
    .filter(([, url]) => typeof url === "string" && !isWebAddress(url))
    .map(([field, url]) =>
      found("invalid_url", MANIFEST, `${field} is "${url}"; write an address that begins with https://.`),
    );
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/]/i.test(text) && !/\s/.test(text) && URL.canParse(text);
}

function checkPageless({ json, locations }: Manifest): readonly Finding[] {
  return [
    ...(locations.length === 0
      ? []
      : [found("no_location_required", MANIFEST, "An app without pages of its own has no location.")]),
    ...((at(json, "frameworkVersion") ?? null) === null
      ? []
      : [
          found(
            "no_framework_version_required",
            MANIFEST,
            "An app without pages of its own has no frameworkVersion.",
          ),
        ]),
  ];
}

function checkVersion({ json }: Manifest): readonly Finding[] {
  const version = at(json, "frameworkVersion") ?? null;
  if (version === null || version === "2.0") return [];
  const message = `frameworkVersion is ${JSON.stringify(version)}; only "2.0" is served, write that.`;
  return [found("invalid_version", MANIFEST, message)];
}

function checkNoTemplate({ json, modern }: Manifest): readonly Finding[] {
  const value = at(json, "noTemplate") ?? false;
  const names = Array.isArray(value) ? value : [];
  const known = names.every((name) => Object.values(LOCATIONS).some((all) => all.includes(String(name))));
  return [
    ...(typeof value === "boolean" || (Array.isArray(value) && known)
      ? []
      : [found("invalid_no_template", MANIFEST, "noTemplate is true, false or a list of locations.")]),
    ...(modern === true && (value === true || names.length > 0)
      ? [
          found(
            "no_template_deprecated_in_v2",
            MANIFEST,
            "noTemplate ended with version 1; set autoLoad or autoHide at the location instead.",
          ),
        ]
      : []),
  ];
}

function checkExperiments({ json }: Manifest): readonly Finding[] {
  return Object.entries(objectAt(json, "experiments"))
    .filter(([name, on]) => on !== false && on !== null && !["hashParams", "newCssCompiler"].includes(name))
    .map(([name]) =>
      found("invalid_experiment", MANIFEST, `Zendesk has no experiment ${name}: take it away.`),
    );
}
