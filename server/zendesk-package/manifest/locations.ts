import { type AppFiles, at, isArray, isObject, type Json, type JsonObject } from "../app-files.ts";
import { type Finding, found, type RuleName } from "../finding.ts";
import type { Options } from "../options.ts";
import type { Location, Manifest } from "./manifest.ts";
import { LOCATIONS, PRODUCTS, V2_ONLY } from "./products.ts";

const LEGACY = "_legacy";
const FILE = "manifest.json";
const CUSTOM_OBJECT = "custom_object_record_sidebar";

/** Brings the forms in which locations may be written into one: an object by product, a list of names, or one name. */
export function locationsOf(given: Json | undefined): {
  readonly locations: readonly Location[];
  readonly hosts: readonly string[];
} {
  if (isArray(given)) return { locations: given.map((name) => legacy(String(name))), hosts: ["support"] };
  if (typeof given === "string") return { locations: [legacy(given)], hosts: ["support"] };
  if (!isObject(given)) return { locations: [], hosts: [] };
  const locations = PRODUCTS.flatMap(({ name: product, legacyName }) =>
    Object.entries(places(at(given, product) ?? at(given, legacyName))).map(([name, value]) =>
      placed(product, name, isObject(value) ? value : { url: value }),
    ),
  );
  return { locations, hosts: Object.keys(given) };
}

const legacy = (name: string) => placed("support", name, { url: LEGACY });
const places = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const placed = (product: string, name: string, options: JsonObject): Location => ({
  product,
  name,
  options,
  legacy: at(options, "url") === LEGACY || at(options, "legacy") === true,
});

export function checkLocations(app: AppFiles, manifest: Manifest, options: Options): readonly Finding[] {
  const { locations } = manifest;
  return [
    ...(locations.length > 0 ? [] : [missing()]),
    ...locations.flatMap((location) => [...checkAddress(app, location), ...checkFlexible(location)]),
    ...checkNames(manifest, options),
    ...checkFramework(manifest),
    ...(options.customObjectSidebar ? locations.flatMap(checkObjectTypes) : []),
  ];
}

function missing(): Finding {
  const message =
    'Missing: location. Say where the app appears, as in {"support": {"ticket_sidebar": "https://..."}}.';
  return found("manifest_keys.missing", FILE, message);
}

function checkAddress(app: AppFiles, { name, options }: Location): readonly Finding[] {
  const url = at(options, "url");
  if (typeof url !== "string" || url === "") {
    const autoLoad = Object.hasOwn(options, "autoLoad") ? at(options, "autoLoad") : true;
    if (autoLoad === false || autoLoad === null) return [];
    return [found("blank_location_uri", FILE, `${name} needs an address in url, or "autoLoad": false.`)];
  }
  if (url === LEGACY || url.includes("{{setting.")) return [];
  if (isAbsolute(url) ? isFineAbsolute(url) : isFineRelative(app, url)) return [];
  const advice = "write an https:// address, or the path of a file in assets/";
  return [found("invalid_location_uri", FILE, `${name} has the address "${url}"; ${advice}.`)];
}

const isAbsolute = (url: string) => /^[a-z][a-z0-9+.-]*:/i.test(url);

function isFineAbsolute(url: string): boolean {
  if (/\s/.test(url) || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return hostname === "localhost" || (protocol === "https:" && hostname !== "");
}

const isFineRelative = ({ files }: AppFiles, url: string) =>
  url.startsWith("assets/") && files.has(url.replace(/[?#].*$/, ""));

function checkFlexible({ name, options }: Location): readonly Finding[] {
  const flexible = at(options, "flexible") ?? null;
  if (flexible === null || typeof flexible === "boolean") return [];
  return [found("invalid_location_flexible_type", FILE, `${name}: flexible is either true or false.`)];
}

function checkNames({ locations, hosts, json }: Manifest, options: Options): readonly Finding[] {
  const unknown = locations.filter(({ product, name }) => !isKnown(product, name, options));
  const strangers = hosts.filter(
    (host) => !PRODUCTS.some((each) => each.name === host || each.legacyName === host),
  );
  const shapeless = Object.entries(places(at(json, "location"))).filter(([, value]) => !isObject(value));
  return [
    ...unknown.map(({ product, name }) => {
      const known = LOCATIONS[product]?.join(", ") ?? "";
      return found("invalid_location", FILE, `${product} has no location ${name}; it has ${known}.`);
    }),
    ...strangers.map((host) => {
      const known = PRODUCTS.map(({ name }) => name).join(", ");
      return found("invalid_host", FILE, `location names the product ${host}; write one of ${known}.`);
    }),
    ...shapeless.map(([product]) =>
      found("unacceptable_hash", FILE, `location.${product} must be an object of addresses by location.`),
    ),
  ];
}

function isKnown(product: string, name: string, { customObjectSidebar }: Options): boolean {
  if (name === CUSTOM_OBJECT && !customObjectSidebar) return false;
  return LOCATIONS[product]?.includes(name) ?? false;
}

/** Version 2 wants an address for each location, version 1 wanted none and knew fewer places. */
function checkFramework({ locations, modern }: Manifest): readonly Finding[] {
  if (modern === true) {
    const without = locations.filter((each) => each.legacy).map(({ name }) => name);
    if (without.length === 0) return [];
    return [found("locations_must_be_urls", FILE, `Give an address to ${without.join(", ")}.`)];
  }
  if (modern === undefined) return [];
  const withUrl = locations.filter((each) => !each.legacy).map(({ name }) => name);
  const tooNew = locations.filter(({ product, name }) => V2_ONLY[product]?.includes(name));
  const advice = 'set frameworkVersion to "2.0"';
  return [
    ...(withUrl.length === 0
      ? []
      : [found("locations_cant_be_urls", FILE, `${withUrl.join(", ")} has an address; ${advice}.`)]),
    ...tooNew.map(({ name }) =>
      found("invalid_v1_location", FILE, `${name} came with version 2; ${advice}.`),
    ),
  ];
}

function checkObjectTypes({ name, options }: Location): readonly Finding[] {
  const types = at(options, "objectTypes") ?? null;
  const says = (rule: RuleName, message: string) => [found(rule, FILE, `${name}: ${message}`)];
  if (types === null) {
    if (name !== CUSTOM_OBJECT) return [];
    return says("object_types_required", 'name the objects it is for, as in "objectTypes": ["contract"].');
  }
  if (name !== CUSTOM_OBJECT) return says("object_types_not_supported", "take objectTypes away.");
  if (!isArray(types)) return says("object_types_must_be_array", "objectTypes must be a list of texts.");
  if (types.length === 0) return says("object_types_empty", "objectTypes must name at least one object.");
  if (types.every((type) => typeof type === "string" && type.trim() !== "")) return [];
  return says("object_types_invalid_entries", "every entry of objectTypes must be a text that is not empty.");
}
