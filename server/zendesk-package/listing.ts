import { type AppFiles, at, objectAt, pathsLike } from "./app-files.ts";
import { type Finding, found } from "./finding.ts";
import { MANIFEST, type Manifest } from "./manifest/manifest.ts";
import { readTranslation } from "./translations.ts";

/** Characters that the marketplace shows. */
const LONGEST = { name: 40, short_description: 80 } as const;
const TEXTS = ["name", "short_description", "long_description", "installation_instructions"];

/** What people read before they install: nobody else checks it before a reviewer does. */
export function checkListing(app: AppFiles, manifest: Manifest): readonly Finding[] {
  return [
    ...pathsLike(app, /^translations\/[^/]+\.json$/).flatMap((path) => checkTexts(app, path)),
    ...checkLabels(app, manifest),
  ];
}

function checkTexts(app: AppFiles, path: string): readonly Finding[] {
  const texts = objectAt(readTranslation(app, path).json, "app");
  const empty = TEXTS.filter((key) => Object.hasOwn(texts, key) && String(texts[key] ?? "").trim() === "");
  const tooLong = Object.entries(LONGEST).filter(([key, most]) => lengthOf(at(texts, key)) > most);
  return [
    ...empty.map((key) => found("listing_text_empty", path, `app.${key} is empty; write a text.`)),
    ...tooLong.map(([key, most]) => {
      const message = `app.${key} has ${lengthOf(at(texts, key))} characters; at most ${most} are shown.`;
      return found("listing_text_too_long", path, message);
    }),
    ...(/zendesk/i.test(String(at(texts, "name") ?? ""))
      ? [found("listing_name_trademark", path, "app.name may not hold Zendesk's own name.")]
      : []),
  ];
}

const lengthOf = (value: unknown) => (typeof value === "string" ? [...value].length : 0);

function checkLabels(app: AppFiles, { json, parameters }: Manifest): readonly Finding[] {
  const path = `translations/${String(at(json, "defaultLocale"))}.json`;
  const labels = objectAt(readTranslation(app, path).json, "app", "parameters");
  return parameters
    .filter(({ name }) => !Object.hasOwn(labels, name))
    .map(({ name }) =>
      found("parameter_without_label", path, `Give ${name} a label under app.parameters.${name}.label.`),
    );
}

const PLACEHOLDER = /(?:^|[/@.])example\.(?:com|org|net)\b/i;

/** Addresses that only stand for others. */
export function checkAddresses({ json, locations }: Manifest): readonly Finding[] {
  const given = [
    ["author.email", at(json, "author", "email")],
    ["author.url", at(json, "author", "url")],
    ["termsConditionsURL", at(json, "termsConditionsURL")],
    ...locations.map(({ name, options }) => [name, at(options, "url")] as const),
  ] as const;
  return given.flatMap(([field, value]) => {
    if (typeof value !== "string") return [];
    if (PLACEHOLDER.test(value)) {
      return [found("placeholder_address", MANIFEST, `${field} is still ${value}; write your own.`)];
    }
    const isLocal = URL.canParse(value) && new URL(value).hostname === "localhost";
    const message = `${field} is on localhost: it works in your own browser only.`;
    return isLocal ? [found("localhost_location", MANIFEST, message)] : [];
  });
}
