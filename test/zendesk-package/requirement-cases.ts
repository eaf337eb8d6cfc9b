import { anApp } from "./app.ts";
import { type Case, many, PAGE, resourcesOnly } from "./case.ts";

export const requirementCases: readonly Case[] = [
  { rule: "missing_requirements", bad: resourcesOnly().without("requirements.json"), good: resourcesOnly() },
  {
    rule: "requirements_not_supported",
    bad: anApp()
      .manifest({ location: { chat: { background: PAGE } } })
      .requirements({ macros: { a: { title: "A" } } }),
    good: anApp().requirements({ macros: { a: { title: "A" } } }),
  },
  {
    rule: "requirements_not_json",
    bad: anApp().file("requirements.json", "no"),
    good: anApp().requirements({}),
  },
  {
    rule: "duplicate_requirements",
    bad: anApp().file("requirements.json", '{"macros": {"a": {"title": "A"}, "a": {"title": "B"}}}'),
    good: anApp().file(
      "requirements.json",
      '{"macros": {"a": {"title": "A"}}, "views": {"a": {"title": "B"}}}',
    ),
  },
  {
    rule: "unacceptable_hash",
    bad: anApp().requirements({ macros: [] }),
    good: anApp().requirements({ macros: {} }),
  },
  {
    rule: "excessive_requirements",
    bad: anApp().requirements({ macros: titled(5001) }),
    good: anApp().requirements({ macros: titled(5000) }),
  },
  {
    rule: "excessive_custom_objects_requirements",
    bad: anApp().requirements({ custom_objects: { custom_object_types: legacyObjects(51) } }),
    good: anApp().requirements({ custom_objects: { custom_object_types: legacyObjects(50) } }),
  },
  {
    rule: "invalid_requirements_types",
    bad: anApp().requirements({ robots: { a: { title: "A" } } }),
    good: anApp().requirements({ ticket_fields: { a: { title: "A" } } }),
  },
  {
    rule: "invalid_requirements_types",
    bad: anApp().requirements({ targets: { a: { title: "A", type: "http_target" } } }),
    good: anApp().requirements({ targets: { a: { title: "A", type: "email_target" } } }),
  },
  {
    rule: "multiple_channel_integrations",
    bad: anApp().requirements({
      channel_integrations: { a: { manifest_url: "/a" }, b: { manifest_url: "/b" } },
    }),
    good: anApp().requirements({ channel_integrations: { a: { manifest_url: "/a" } } }),
  },
  {
    rule: "missing_required_fields",
    bad: anApp().requirements({
      webhooks: { a: { name: "A", status: "active", endpoint: "/", http_method: "POST" } },
    }),
    good: anApp().requirements({
      webhooks: {
        a: { name: "A", status: "active", endpoint: "/", http_method: "POST", request_format: "json" },
      },
    }),
  },
  {
    rule: "missing_required_fields",
    bad: anApp().requirements({ user_fields: { a: { title: "A" } } }),
    good: anApp().requirements({ user_fields: { a: { title: "A", key: "a" }, b: null } }),
  },
  {
    rule: "missing_required_fields",
    bad: anApp().requirements({ channel_integrations: { a: {} } }),
    good: anApp().requirements({ macros: { a: null } }),
  },
  {
    rule: "missing_required_fields",
    bad: anApp().requirements({ custom_objects: {} }),
    good: anApp().requirements({
      custom_objects: {
        custom_object_types: [{ key: "a", schema: {} }],
        custom_object_relationship_types: [{ key: "r", source: "a", target: "a" }],
      },
    }),
  },
];

function titled(count: number): object {
  return Object.fromEntries(many(count).map((n) => [`m${n}`, { title: "M" }]));
}

function legacyObjects(count: number): readonly object[] {
  return many(count).map((n) => ({ key: `o${n}`, schema: {} }));
}
