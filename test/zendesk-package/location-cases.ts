import { anApp } from "./app.ts";
import { type Case, listingOnly, many, mtls, oldList, PAGE, resourcesOnly } from "./case.ts";

const records = (options: object) =>
  anApp().location({ custom_object_record_sidebar: { url: PAGE, ...options } });
const OBJECTS = { customObjectSidebar: true };
const CERTIFICATES = { mtls: true };

export const locationCases: readonly Case[] = [
  {
    rule: "invalid_location",
    bad: anApp().location({ ticket_sidebars: PAGE }),
    good: anApp().location({ organization_sidebar: PAGE }),
  },
  { rule: "invalid_location", bad: records({ objectTypes: ["deal"] }), good: anApp() },
  {
    rule: "invalid_host",
    bad: anApp().manifest({ location: { support: { modal: PAGE }, explore: {} } }),
    good: anApp().manifest({ location: { zendesk: { modal: PAGE } } }),
  },
  {
    rule: "unacceptable_hash",
    bad: anApp().manifest({ location: { support: { modal: PAGE }, chat: "chat_sidebar" } }),
    good: anApp().manifest({ location: { support: { modal: PAGE }, chat: { background: PAGE } } }),
  },
  {
    rule: "blank_location_uri",
    bad: anApp().location({ ticket_sidebar: { flexible: true } }),
    good: anApp().location({ ticket_sidebar: PAGE, background: { autoLoad: false } }),
  },
  {
    rule: "invalid_location_uri",
    bad: anApp().location({ ticket_sidebar: "http://fixture.test/ticket" }),
    good: anApp().location({ ticket_sidebar: "https://{{setting.host}}/ticket" }),
  },
  {
    rule: "invalid_location_uri",
    bad: anApp().location({ ticket_sidebar: "assets/none.html" }),
    good: anApp().location({ ticket_sidebar: "assets/page.html?a#b" }).file("assets/page.html", "<p>"),
  },
  {
    rule: "invalid_location_uri",
    bad: anApp().location({ ticket_sidebar: "page.html" }).file("page.html", "<p>"),
    good: anApp(),
  },
  {
    rule: "localhost_location",
    bad: anApp().location({ ticket_sidebar: "http://localhost:3000/ticket" }),
    good: anApp().location({ ticket_sidebar: "https://localhost.fixture.test/ticket" }),
  },
  {
    rule: "invalid_location_flexible_type",
    bad: anApp().location({ ticket_sidebar: { url: PAGE, flexible: "yes" } }),
    good: anApp().location({ ticket_sidebar: { url: PAGE, flexible: null } }),
  },
  {
    rule: "locations_must_be_urls",
    bad: anApp().manifest({ location: ["ticket_sidebar"] }),
    good: anApp().location({ ticket_sidebar: PAGE }),
  },
  {
    rule: "locations_cant_be_urls",
    bad: anApp().manifest({ frameworkVersion: "1.0" }),
    also: ["invalid_version"],
    good: oldList(),
    still: ["invalid_version"],
  },
  {
    rule: "invalid_v1_location",
    bad: anApp().manifest({ frameworkVersion: "1.0", location: "modal" }),
    also: ["invalid_version"],
    good: anApp().manifest({ frameworkVersion: "1.0", location: "top_bar" }),
    still: ["invalid_version"],
  },
  { rule: "invalid_version", bad: anApp().manifest({ frameworkVersion: "2" }), good: anApp() },
  {
    rule: "no_template_deprecated_in_v2",
    bad: anApp().manifest({ noTemplate: ["ticket_sidebar"] }),
    good: anApp().manifest({ noTemplate: false }),
  },
  {
    rule: "invalid_no_template",
    bad: oldList().manifest({ noTemplate: ["somewhere"] }),
    also: ["invalid_version"],
    good: oldList().manifest({ noTemplate: ["ticket_sidebar"] }),
    still: ["invalid_version"],
  },
  {
    rule: "no_location_required",
    bad: resourcesOnly().manifest({ location: { support: { modal: PAGE } } }),
    good: resourcesOnly(),
  },
  {
    rule: "no_framework_version_required",
    bad: listingOnly().manifest({ frameworkVersion: "2.0" }),
    good: listingOnly(),
  },
  {
    rule: "no_parameters_required",
    bad: listingOnly().manifest({ parameters: [{ name: "region" }] }),
    good: listingOnly().manifest({ parameters: [] }),
  },
  {
    rule: "marketing_only_app_cant_be_private",
    bad: listingOnly().manifest({ private: undefined }),
    good: listingOnly(),
  },
  {
    rule: "object_types_required",
    bad: records({}),
    good: records({ objectTypes: ["deal"] }),
    options: OBJECTS,
  },
  {
    rule: "object_types_must_be_array",
    bad: records({ objectTypes: "deal" }),
    good: anApp(),
    options: OBJECTS,
  },
  { rule: "object_types_empty", bad: records({ objectTypes: [] }), good: anApp(), options: OBJECTS },
  {
    rule: "object_types_invalid_entries",
    bad: records({ objectTypes: ["deal", " "] }),
    good: records({ objectTypes: ["deal", "lease"] }),
    options: OBJECTS,
  },
  {
    rule: "object_types_not_supported",
    bad: anApp().location({ modal: { url: PAGE, objectTypes: ["deal"] } }),
    good: anApp().location({ modal: { url: PAGE } }),
    options: OBJECTS,
  },
  {
    rule: "too_many_mtls_parameters",
    bad: anApp().parameters(...many(4).map((n) => mtls({ name: `c${n}` }))),
    good: anApp().parameters(...many(3).map((n) => mtls({ name: `c${n}` }))),
    options: CERTIFICATES,
  },
  {
    rule: "mtls_parameter_cannot_have_certain_settings",
    bad: anApp().parameters(mtls({ default: "x" })),
    good: anApp().parameters(mtls({ required: true })),
    options: CERTIFICATES,
  },
  {
    rule: "field_cannot_be_empty",
    bad: anApp().parameters(mtls({ allowed_domain: "" })),
    good: anApp().parameters(mtls({})),
    options: CERTIFICATES,
  },
  {
    rule: "unacceptable_string",
    bad: anApp().parameters(mtls({ allowed_domain: 5 })),
    good: anApp().parameters(mtls({})),
    options: CERTIFICATES,
  },
  {
    rule: "mtls_allowed_domain_contains_scheme",
    bad: anApp().parameters(mtls({ allowed_domain: "https://api.fixture.test" })),
    good: anApp().parameters(mtls({})),
    options: CERTIFICATES,
  },
  {
    rule: "mtls_allowed_domain_too_long",
    bad: anApp().parameters(mtls({ allowed_domain: `${"a.".repeat(126)}ab` })),
    good: anApp().parameters(mtls({ allowed_domain: `${"a.".repeat(126)}a` })),
    options: CERTIFICATES,
  },
  {
    rule: "mtls_allowed_domain_invalid_wildcard",
    bad: anApp().parameters(mtls({ allowed_domain: "api.*.test" })),
    good: anApp().parameters(mtls({ allowed_domain: "*.fixture.test" })),
    options: CERTIFICATES,
  },
  {
    rule: "mtls_allowed_domain_invalid_format",
    bad: anApp().parameters(mtls({ allowed_domain: `${"a".repeat(64)}.test` })),
    good: anApp().parameters(mtls({ allowed_domain: `${"a".repeat(63)}.test` })),
    options: CERTIFICATES,
  },
];
