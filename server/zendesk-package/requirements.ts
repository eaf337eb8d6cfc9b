import {
  type AppFiles,
  at,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  objectAt,
  parseJson,
  textOf,
} from "./app-files.ts";
import { checkCustomObjects } from "./custom-objects.ts";
import { duplicateKeys } from "./duplicate-keys.ts";
import { type Finding, found } from "./finding.ts";
import type { Manifest } from "./manifest/manifest.ts";

const FILE = "requirements.json";
const MOST = 5000;
const MOST_CUSTOM_OBJECTS = 50;
const TYPES = [
  "automations",
  "channel_integrations",
  "custom_objects",
  "macros",
  "targets",
  "views",
  "ticket_fields",
  "triggers",
  "user_fields",
  "organization_fields",
  "webhooks",
  "custom_objects_v2",
];
/** Of these an entry is no resource with a title. */
const UNTITLED = ["channel_integrations", "custom_objects", "webhooks", "custom_objects_v2"];
const WEBHOOK_KEYS = ["name", "status", "endpoint", "http_method", "request_format"];
const REFUSED_TARGETS = ["http_target", "url_target_v2"];

/** Resources that Zendesk is to create at installation. */
export function checkRequirements(app: AppFiles, manifest: Manifest): readonly Finding[] {
  const there = app.files.has(FILE);
  if (manifest.requirementsOnly && !there) {
    return [found("missing_requirements", "", `requirementsOnly is set, but there is no ${FILE}.`)];
  }
  if (!there) return [];
  if (manifest.marketingOnly || isChatOnly(manifest)) {
    const message = "Apps for Chat alone, and listings alone, cannot have requirements: remove the file.";
    return [found("requirements_not_supported", FILE, message)];
  }
  const text = textOf(app, FILE);
  let json: Json;
  try {
    json = parseJson(text);
  } catch (error) {
    return [notJson(`${error instanceof Error ? error.message : String(error)}.`)];
  }
  if (!isObject(json)) return [notJson("It must be one object in braces.")];
  const twice = duplicateKeys(text);
  if (twice.length > 0) {
    return [found("duplicate_requirements", FILE, `Written twice in the same object: ${twice.join(", ")}.`)];
  }
  return checkContent(json);
}

const notJson = (detail: string) =>
  found("requirements_not_json", FILE, `This is not proper JSON. ${detail}`);

function isChatOnly({ hosts }: Manifest): boolean {
  return hosts.length > 0 && hosts.every((host) => host === "chat" || host === "zopim");
}

function checkContent(json: JsonObject): readonly Finding[] {
  return [
    ...checkTypes(json),
    ...checkAmounts(json),
    ...checkChannelIntegrations(objectAt(json, "channel_integrations")),
    ...["user_fields", "organization_fields"].flatMap((type) => lacking(objectAt(json, type), ["key"])),
    ...checkLegacyObjects(json),
    ...lacking(objectAt(json, "webhooks"), WEBHOOK_KEYS),
    ...checkTargets(objectAt(json, "targets")),
    ...(Object.hasOwn(json, "custom_objects_v2") ? checkCustomObjects(at(json, "custom_objects_v2")) : []),
    ...Object.entries(json)
      .filter(([type]) => !UNTITLED.includes(type))
      .flatMap(([, entries]) => lacking(isObject(entries) ? entries : {}, ["title"])),
  ];
}

/** Entries that have not all of the keys; an entry that is null is left out, as Zendesk does. */
function lacking(entries: JsonObject, keys: readonly string[]): readonly Finding[] {
  return Object.entries(entries)
    .filter(([, entry]) => entry !== null)
    .flatMap(([name, entry]) =>
      keys.filter((key) => at(entry, key) === undefined).map((key) => lacks(name, key)),
    );
}

const lacks = (name: string, key: string) =>
  found("missing_required_fields", FILE, `${name} has no ${key}; give it one.`);

function checkTypes(json: JsonObject): readonly Finding[] {
  const shapeless = Object.entries(json).filter(
    ([type, entries]) => type !== "custom_objects_v2" && !isObject(entries),
  );
  return [
    ...Object.keys(json)
      .filter((type) => !TYPES.includes(type))
      .map((type) =>
        found(
          "invalid_requirements_types",
          FILE,
          `There is no requirement ${type}; there are ${TYPES.join(", ")}.`,
        ),
      ),
    ...shapeless.map(([type]) =>
      found("unacceptable_hash", FILE, `${type} must be an object of entries by name.`),
    ),
  ];
}

function checkAmounts(json: JsonObject): readonly Finding[] {
  const all = Object.values(json).reduce((sum: number, entries) => sum + amountOf(entries), 0);
  const objects = amountOf(at(json, "custom_objects") ?? {});
  return [
    ...(all > MOST
      ? [found("excessive_requirements", FILE, `${all} requirements; at most ${MOST} are allowed.`)]
      : []),
    ...(objects > MOST_CUSTOM_OBJECTS
      ? [
          found(
            "excessive_custom_objects_requirements",
            FILE,
            `${objects} custom objects; at most ${MOST_CUSTOM_OBJECTS} are allowed.`,
          ),
        ]
      : []),
  ];
}

function amountOf(entries: Json): number {
  const values = isObject(entries) ? Object.values(entries) : [entries];
  return values.reduce((sum: number, each) => sum + (isArray(each) ? amountIn(each) : 1), 0);
}

/** Entries of a list and of the lists in it. */
const amountIn = (list: readonly Json[]): number =>
  list.reduce((sum: number, each) => sum + (isArray(each) ? amountIn(each) : 1), 0);

function checkChannelIntegrations(integrations: JsonObject): readonly Finding[] {
  return [
    ...(Object.keys(integrations).length > 1
      ? [found("multiple_channel_integrations", FILE, "Only one channel integration is allowed.")]
      : []),
    ...lacking(integrations, ["manifest_url"]),
  ];
}

function checkLegacyObjects(json: JsonObject): readonly Finding[] {
  const objects = at(json, "custom_objects");
  if (!isObject(objects)) return [];
  const each = (list: string, keys: readonly string[]) =>
    listAt(objects, list).flatMap((entry) =>
      keys.filter((key) => at(entry, key) === undefined).map((key) => lacks(`An entry of ${list}`, key)),
    );
  return [
    ...(isArray(at(objects, "custom_object_types")) ? [] : [lacks("custom_objects", "custom_object_types")]),
    ...each("custom_object_types", ["key", "schema"]),
    ...each("custom_object_relationship_types", ["key", "source", "target"]),
  ];
}

function checkTargets(targets: JsonObject): readonly Finding[] {
  return Object.entries(targets)
    .filter(([, target]) => REFUSED_TARGETS.includes(String(at(target, "type"))))
    .map(([name, target]) =>
      found(
        "invalid_requirements_types",
        FILE,
        `The target ${name} is a ${String(at(target, "type"))}; use a webhook instead.`,
      ),
    );
}
