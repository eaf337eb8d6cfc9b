import {
  type AppFiles,
  at,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  parseJson,
  pathsLike,
  textOf,
} from "./app-files.ts";
import { type Finding, found, type RuleName } from "./finding.ts";
import { LOCALE } from "./manifest/check.ts";
import type { Manifest } from "./manifest/manifest.ts";
import { PRODUCTS } from "./manifest/products.ts";

const FOLDER = /^translations\/(.*)\.json$/;
/** The one file whose listing is checked and shown. */
const LISTING = "translations/en.json";
const LISTING_KEYS = ["name", "short_description", "long_description", "installation_instructions"];

export function checkTranslations(app: AppFiles, manifest: Manifest): readonly Finding[] {
  return pathsLike(app, FOLDER).flatMap((path) => {
    const locale = FOLDER.exec(path)?.[1] ?? "";
    const wrongName = LOCALE.test(locale)
      ? []
      : [
          found(
            "translation.invalid_locale",
            path,
            "Name the file after a language, as in en.json or pt-br.json.",
          ),
        ];
    const read = readTranslation(app, path);
    if (read.finding !== undefined) return [...wrongName, read.finding];
    const problems = [...wrongName, ...checkParameters(path, read.json), ...checkLeaves(path, read.json)];
    return problems.length > 0 || path !== LISTING ? problems : checkListing(read.json, manifest);
  });
}

type TranslationRead =
  | { readonly json: JsonObject; readonly finding?: never }
  | { readonly json?: never; readonly finding: Finding };

export function readTranslation(app: AppFiles, path: string): TranslationRead {
  let json: Json;
  try {
    json = parseJson(textOf(app, path));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { finding: found("translation.not_json", path, `This is not proper JSON. ${detail}.`) };
  }
  if (isObject(json)) return { json };
  return { finding: found("translation.not_json_object", path, "It must be one object in braces.") };
}

function checkParameters(path: string, json: JsonObject): readonly Finding[] {
  return Object.entries(objectAt(json, "app", "parameters"))
    .filter(([, texts]) => !isObject(texts) || !Object.hasOwn(texts, "label"))
    .map(([name]) =>
      found("translation.missing_required_key_on_leaf", path, `The parameter ${name} needs a label.`),
    );
}

/** Files made for Zendesk's translators, marked by `app.package`, have a title and a value at every leaf. */
function checkLeaves(path: string, json: JsonObject): readonly Finding[] {
  const marked = at(json, "app", "package") ?? null;
  if (marked === null || marked === false) return [];
  const { package: _marker, ...app } = objectAt(json, "app");
  const bad = firstBadLeaf({ ...json, app });
  if (bad === undefined) return [];
  const message = `${bad} must be {"title": "...", "value": "..."}, because app.package is there.`;
  return [found("translation.invalid_format", path, message)];
}

function firstBadLeaf(json: JsonObject, path: readonly string[] = []): string | undefined {
  for (const [key, value] of Object.entries(json)) {
    const here = [...path, key];
    if (!isObject(value)) return here.join(".");
    const isLeaf =
      Object.keys(value).sort().join() === "title,value" &&
      Object.values(value).every((text) => typeof text === "string");
    const bad = isLeaf ? undefined : firstBadLeaf(value, here);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

/** The listing stands under `app`, or under `app.<product>` once for each product. */
function checkListing(json: JsonObject, manifest: Manifest): readonly Finding[] {
  const app = objectAt(json, "app");
  const products = PRODUCTS.map(({ name }) => name).filter((name) => Object.hasOwn(app, name));
  const says = (rule: RuleName, message: string) => found(rule, LISTING, message);
  if (products.length === 0) {
    const missing = missingIn(app, manifest);
    if (missing.length === 0) return [];
    return [says("translation.missing_required_key", `Missing under app: ${missing.join(", ")}.`)];
  }
  const own = new Set(manifest.locations.map(({ product }) => product));
  const strange = products.filter((name) => !own.has(name));
  const incomplete = products.filter((name) => missingIn(objectAt(app, name), manifest).length > 0);
  return [
    ...strange.map((name) =>
      says(
        "translation.products_do_not_match_manifest_products",
        `Texts for ${name}, where the manifest has no location of it.`,
      ),
    ),
    ...incomplete.map((name) => {
      const missing = missingIn(objectAt(app, name), manifest).join(", ");
      return says("translation.missing_required_key_for_product", `Missing under app.${name}: ${missing}.`);
    }),
  ];
}

function missingIn(texts: JsonObject, { isPrivate }: Manifest): readonly string[] {
  const there = Object.keys(texts).map((key) => (key === "description" ? "short_description" : key));
  const needed = isPrivate ? ["name"] : LISTING_KEYS;
  return needed.filter((key) => !there.includes(key));
}
