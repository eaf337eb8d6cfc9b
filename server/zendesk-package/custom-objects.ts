import { at, isArray, isObject, type Json, type JsonObject, listAt } from "./app-files.ts";
import { type Finding, found, type RuleName } from "./finding.ts";

/** What Zendesk lets an app create of custom objects, their fields and their triggers. */
const MOST = {
  objects: 50,
  fieldsPerObject: 20,
  /** Of each kind that offers a choice, per object. */
  choiceFields: 5,
  choices: 10,
  filterConditions: 20,
  triggersPerObject: 10,
  conditions: 50,
  actions: 25,
  bytes: 1_048_576,
};
const LISTS = ["objects", "object_fields", "object_triggers"] as const;
const WRONG_LIST = {
  objects: "invalid_objects_structure_in_cov2_requirements_v2",
  object_fields: "invalid_object_fields_structure_in_cov2_requirements_v2",
  object_triggers: "invalid_object_triggers_structure_in_cov2_requirements_v2",
} as const;

const says = (rule: RuleName, message: string) => found(rule, "requirements.json", message);

/** The structure first, then size, then amounts and keys, then what points where: each only when all before is right. */
export function checkCustomObjects(json: Json | undefined): readonly Finding[] {
  for (const check of [checkStructure, checkSize, checkInside, checkPlaceholders, checkReferences]) {
    const findings = check(json);
    if (findings.length > 0) return findings;
  }
  return [];
}

function checkStructure(json: Json | undefined): readonly Finding[] {
  if (!isObject(json)) {
    const message = "custom_objects_v2 must be an object with objects, object_fields and object_triggers.";
    return [says("invalid_cov2_requirements_structure_v2", message)];
  }
  const all = LISTS.map((name) => at(json, name));
  if (Object.keys(json).length === 0 || all.every((list) => isArray(list) && list.length === 0)) {
    return [says("empty_cov2_requirements", "custom_objects_v2 is empty; name an object or take it away.")];
  }
  return LISTS.filter((name) => !isArray(at(json, name) ?? [])).map((name) =>
    says(WRONG_LIST[name], `${name} of custom_objects_v2 must be a list.`),
  );
}

function checkSize(json: Json | undefined): readonly Finding[] {
  if (Buffer.byteLength(JSON.stringify(json)) <= MOST.bytes) return [];
  return [says("excessive_cov2_payload_size", "custom_objects_v2 takes more than 1 MB; make it smaller.")];
}

function checkPlaceholders(json: Json | undefined): readonly Finding[] {
  if (!/\{\{\s*setting\.[\w.-]+\s*\}\}/.test(JSON.stringify(json))) return [];
  const message = "custom_objects_v2 may not hold {{setting...}}; write the value itself.";
  return [says("setting_placeholders_not_allowed_in_cov2_requirements", message)];
}

const entriesOf = (json: Json | undefined, list: string) => listAt(json, list).filter(isObject);
const name = (entry: JsonObject, key = "key") => String(at(entry, key) ?? "(undefined)");

function checkInside(json: Json | undefined): readonly Finding[] {
  const fields = entriesOf(json, "object_fields");
  const triggers = entriesOf(json, "object_triggers");
  const owned = (entry: JsonObject) => String(at(entry, "object_key") ?? "") !== "";
  return [
    ...limit(
      "excessive_custom_objects_v2_requirements",
      "custom objects",
      listAt(json, "objects").length,
      MOST.objects,
    ),
    ...checkFieldAmounts(fields.filter(owned)),
    ...checkTriggerAmounts(triggers.filter(owned)),
    ...lacking("missing_cov2_object_schema_key", entriesOf(json, "objects"), OBJECT_KEYS),
    ...lacking("missing_cov2_field_schema_key", fields, FIELD_KEYS),
    ...lacking("missing_cov2_trigger_schema_key_v2", triggers, TRIGGER_KEYS),
    ...triggers.flatMap((trigger) => [...checkConditions(trigger), ...checkActions(trigger)]),
  ];
}

const OBJECT_KEYS = ["key", "title", "title_pluralized", "include_in_list_view"];
const FIELD_KEYS = ["key", "title", "type", "object_key"];
const TRIGGER_KEYS = ["key", "object_key", "title", "actions", "conditions"];

function limit(rule: RuleName, what: string, amount: number, most: number): readonly Finding[] {
  return amount <= most ? [] : [says(rule, `${amount} ${what}; at most ${most} are allowed.`)];
}

function checkFieldAmounts(fields: readonly JsonObject[]): readonly Finding[] {
  const kinds = ["dropdown", "multiselect"];
  const ofKind = (kind: string) => fields.filter((field) => at(field, "type") === kind);
  return [
    ...perObject("excessive_custom_objects_v2_fields", "fields", fields, MOST.fieldsPerObject),
    ...kinds.flatMap((kind) =>
      perObject(
        "excessive_cov2_selection_fields_per_object",
        `${kind} fields`,
        ofKind(kind),
        MOST.choiceFields,
      ),
    ),
    ...kinds.flatMap(ofKind).flatMap((field) => {
      const amount = listAt(field, "custom_field_options").length;
      return limit("excessive_cov2_field_options", `options of field ${name(field)}`, amount, MOST.choices);
    }),
    ...fields.flatMap((field) => {
      const amount = conditionsIn(at(field, "relationship_filter"));
      const what = `conditions in the relationship filter of field ${name(field)}`;
      return limit("excessive_cov2_relationship_filter_conditions", what, amount, MOST.filterConditions);
    }),
  ];
}

function checkTriggerAmounts(triggers: readonly JsonObject[]): readonly Finding[] {
  return [
    ...perObject("excessive_custom_objects_v2_triggers", "triggers", triggers, MOST.triggersPerObject),
    ...triggers.flatMap((trigger) => [
      ...limit(
        "excessive_custom_objects_v2_trigger_conditions_v2",
        `conditions of trigger ${name(trigger)}`,
        conditionsIn(at(trigger, "conditions")),
        MOST.conditions,
      ),
      ...limit(
        "excessive_custom_objects_v2_trigger_actions_v2",
        `actions of trigger ${name(trigger)}`,
        listAt(trigger, "actions").length,
        MOST.actions,
      ),
    ]),
  ];
}

function perObject(
  rule: RuleName,
  what: string,
  entries: readonly JsonObject[],
  most: number,
): readonly Finding[] {
  const groups = Map.groupBy(entries, (entry) => name(entry, "object_key"));
  return [...groups].flatMap(([object, own]) => limit(rule, `${what} of object ${object}`, own.length, most));
}

const conditionsIn = (value: Json | undefined) => listAt(value, "all").length + listAt(value, "any").length;

function lacking(
  rule: RuleName,
  entries: readonly JsonObject[],
  keys: readonly string[],
): readonly Finding[] {
  return entries.flatMap((entry) =>
    keys
      .filter((key) => !Object.hasOwn(entry, key))
      .map((key) => says(rule, `The entry ${name(entry)} of custom_objects_v2 needs a ${key}.`)),
  );
}

function checkConditions(trigger: JsonObject): readonly Finding[] {
  const conditions = at(trigger, "conditions");
  const isFine =
    isObject(conditions) &&
    Object.keys(conditions).every((key) => key === "all" || key === "any") &&
    Object.values(conditions).some(isArray);
  if (!isFine) {
    const message = `The conditions of trigger ${name(trigger)} must be an object with the lists all and any.`;
    return [says("invalid_cov2_trigger_conditions_structure_v2", message)];
  }
  if (conditionsIn(conditions) > 0) return [];
  return [says("empty_cov2_trigger_conditions_v2", `Trigger ${name(trigger)} needs at least one condition.`)];
}

function checkActions(trigger: JsonObject): readonly Finding[] {
  const actions = at(trigger, "actions");
  if (!isArray(actions)) {
    const message = `The actions of trigger ${name(trigger)} must be a list.`;
    return [says("invalid_cov2_trigger_actions_structure_v2", message)];
  }
  if (actions.length > 0) return [];
  return [says("empty_cov2_trigger_actions_v2", `Trigger ${name(trigger)} needs at least one action.`)];
}

function checkReferences(json: Json | undefined): readonly Finding[] {
  const objects = entriesOf(json, "objects").map((object) => at(object, "key"));
  const stray = (list: string) =>
    entriesOf(json, list).filter((entry) => !objects.includes(at(entry, "object_key") ?? null));
  const tell = (rule: RuleName, what: string) => (entry: JsonObject) => {
    const target = name(entry, "object_key");
    return says(rule, `${what} ${name(entry)} belongs to object ${target}, which is not among the objects.`);
  };
  return [
    ...stray("object_fields").map(tell("invalid_cov2_object_reference_in_fields_v2", "Field")),
    ...stray("object_triggers").map(tell("invalid_cov2_object_reference_in_triggers_v2", "Trigger")),
  ];
}
