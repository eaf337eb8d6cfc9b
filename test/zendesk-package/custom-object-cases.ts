import { anApp } from "./app.ts";
import type { Case } from "./case.ts";

const list = <Value>(count: number, make: (n: number) => Value) =>
  Array.from({ length: count }, (_, n) => make(n));

const object = (key: string) => ({ key, title: "T", title_pluralized: "Ts", include_in_list_view: true });
const field = (key: string, more: object = {}) => ({
  key,
  title: "T",
  type: "text",
  object_key: "deal",
  ...more,
});
const trigger = (key: string, more: object = {}) => ({
  key,
  object_key: "deal",
  title: "T",
  actions: [{}],
  conditions: { all: [{}] },
  ...more,
});
const content = (more: object) =>
  anApp().requirements({ custom_objects_v2: { objects: [object("deal")], ...more } });
const fields = (...object_fields: readonly object[]) => content({ object_fields });
const triggers = (...object_triggers: readonly object[]) => content({ object_triggers });
const without = (entry: object, key: string) =>
  Object.fromEntries(Object.entries(entry).filter(([each]) => each !== key));
const whole = content({ object_fields: [field("a")], object_triggers: [trigger("t")] });

export const customObjectCases: readonly Case[] = [
  {
    rule: "invalid_cov2_requirements_structure_v2",
    bad: anApp().requirements({ custom_objects_v2: [] }),
    good: whole,
  },
  {
    rule: "empty_cov2_requirements",
    bad: anApp().requirements({ custom_objects_v2: { objects: [], object_fields: [], object_triggers: [] } }),
    good: content({ object_fields: [], object_triggers: [] }),
  },
  { rule: "invalid_objects_structure_in_cov2_requirements_v2", bad: content({ objects: {} }), good: whole },
  {
    rule: "invalid_object_fields_structure_in_cov2_requirements_v2",
    bad: content({ object_fields: "a" }),
    good: content({ object_fields: null }),
  },
  {
    rule: "invalid_object_triggers_structure_in_cov2_requirements_v2",
    bad: content({ object_triggers: {} }),
    good: whole,
  },
  {
    rule: "excessive_cov2_payload_size",
    bad: fields(field("a", { description: "x".repeat(1_048_576) })),
    good: fields(field("a", { description: "x".repeat(1_000_000) })),
  },
  {
    rule: "excessive_custom_objects_v2_requirements",
    bad: content({ objects: list(51, (n) => object(`o${n}`)) }),
    good: content({ objects: list(50, (n) => object(`o${n}`)) }),
  },
  {
    rule: "excessive_custom_objects_v2_fields",
    bad: fields(...list(21, (n) => field(`f${n}`))),
    good: fields(...list(20, (n) => field(`f${n}`))),
  },
  {
    rule: "excessive_cov2_selection_fields_per_object",
    bad: fields(...list(6, (n) => field(`f${n}`, { type: "multiselect" }))),
    good: fields(
      ...list(5, (n) => field(`f${n}`, { type: "multiselect" })),
      ...list(5, (n) => field(`g${n}`, { type: "dropdown" })),
    ),
  },
  {
    rule: "excessive_cov2_field_options",
    bad: fields(field("a", { type: "dropdown", custom_field_options: list(11, () => ({})) })),
    good: fields(field("a", { type: "dropdown", custom_field_options: list(10, () => ({})) })),
  },
  {
    rule: "excessive_cov2_relationship_filter_conditions",
    bad: fields(
      field("a", { relationship_filter: { all: list(11, () => ({})), any: list(10, () => ({})) } }),
    ),
    good: fields(
      field("a", { relationship_filter: { all: list(10, () => ({})), any: list(10, () => ({})) } }),
    ),
  },
  {
    rule: "excessive_custom_objects_v2_triggers",
    bad: triggers(...list(11, (n) => trigger(`t${n}`))),
    good: triggers(...list(10, (n) => trigger(`t${n}`))),
  },
  {
    rule: "excessive_custom_objects_v2_trigger_conditions_v2",
    bad: triggers(trigger("t", { conditions: { all: list(51, () => ({})) } })),
    good: triggers(trigger("t", { conditions: { all: list(25, () => ({})), any: list(25, () => ({})) } })),
  },
  {
    rule: "excessive_custom_objects_v2_trigger_actions_v2",
    bad: triggers(trigger("t", { actions: list(26, () => ({})) })),
    good: triggers(trigger("t", { actions: list(25, () => ({})) })),
  },
  {
    rule: "missing_cov2_object_schema_key",
    bad: content({ objects: [without(object("deal"), "title_pluralized")] }),
    good: whole,
  },
  { rule: "missing_cov2_field_schema_key", bad: fields(without(field("a"), "type")), good: whole },
  { rule: "missing_cov2_trigger_schema_key_v2", bad: triggers(without(trigger("t"), "title")), good: whole },
  {
    rule: "invalid_cov2_trigger_conditions_structure_v2",
    bad: triggers(trigger("t", { conditions: { every: [{}] } })),
    good: triggers(trigger("t", { conditions: { any: [{}] } })),
  },
  {
    rule: "empty_cov2_trigger_conditions_v2",
    bad: triggers(trigger("t", { conditions: { all: [], any: [] } })),
    good: whole,
  },
  {
    rule: "invalid_cov2_trigger_actions_structure_v2",
    bad: triggers(trigger("t", { actions: {} })),
    good: whole,
  },
  { rule: "empty_cov2_trigger_actions_v2", bad: triggers(trigger("t", { actions: [] })), good: whole },
  {
    rule: "setting_placeholders_not_allowed_in_cov2_requirements",
    bad: fields(field("a", { title: "{{ setting.region }}" })),
    good: fields(field("a", { title: "{{ region }}" })),
  },
  {
    rule: "invalid_cov2_object_reference_in_fields_v2",
    bad: fields(field("a", { object_key: "lease" })),
    good: whole,
  },
  {
    rule: "invalid_cov2_object_reference_in_triggers_v2",
    bad: triggers(trigger("t", { object_key: "lease" })),
    good: whole,
  },
];
