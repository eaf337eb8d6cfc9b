import type { RuleName } from "../../server/zendesk-package/finding.ts";
import { anApp } from "./app.ts";
import { type Case, mtls, resourcesOnly, secure } from "./case.ts";

const OAUTH = {
  client_id: "id",
  client_secret: "hidden",
  authorize_uri: "https://fixture.test/a",
  access_token_uri: "https://fixture.test/t",
};
/** Words of the manifest itself that the search for such things cannot help finding. */
const SECRETS: readonly RuleName[] = ["application_secret", "generic_secrets"];

export const manifestCases: readonly Case[] = [
  { rule: "missing_manifest", bad: anApp().without("manifest.json"), good: anApp() },
  {
    rule: "nested_manifest",
    bad: anApp().without("manifest.json").file("app/manifest.json", "{}"),
    good: anApp().file("assets/manifest.json", "{}"),
  },
  { rule: "manifest_not_json", bad: anApp().file("manifest.json", "{,}"), good: anApp() },
  { rule: "manifest_not_json", bad: anApp().file("manifest.json", "[]"), good: anApp() },
  {
    rule: "duplicate_manifest_keys",
    bad: anApp().file("manifest.json", '{"name": "a", "author": {"name": "b", "name": "c"}}'),
    good: anApp().manifest({ name: '"name": "twice", {"name": ' }),
  },
  { rule: "manifest_keys.missing", bad: anApp().manifest({ author: undefined }), good: anApp() },
  { rule: "manifest_keys.missing", bad: anApp().manifest({ defaultLocale: null }), good: anApp() },
  { rule: "manifest_keys.missing", bad: anApp().manifest({ location: {} }), good: anApp() },
  {
    rule: "manifest_keys.missing",
    bad: anApp().manifest({ frameworkVersion: undefined }),
    good: resourcesOnly(),
  },
  {
    rule: "unacceptable_boolean",
    bad: anApp().manifest({ signedUrls: "true" }),
    good: anApp().manifest({ signedUrls: true, singleInstall: null }),
  },
  { rule: "unacceptable_boolean", bad: anApp().manifest({ private: null }), good: anApp() },
  {
    rule: "unacceptable_boolean",
    bad: anApp().parameters({ name: "region", required: "no" }),
    good: anApp().parameters({ name: "region", required: false }),
  },
  { rule: "unacceptable_boolean", bad: anApp().parameters({ name: "region", secure: 1 }), good: secure({}) },
  {
    rule: "unacceptable_string",
    bad: anApp().manifest({ version: 1 }),
    good: anApp().manifest({ version: "1", gaID: null }),
  },
  { rule: "unacceptable_string", bad: anApp().manifest({ author: { name: ["me"] } }), good: anApp() },
  { rule: "unacceptable_string", bad: anApp().manifest({ parameters: [{ type: "text" }] }), good: anApp() },
  {
    rule: "unacceptable_hash",
    bad: anApp().manifest({ experiments: ["hashParams"] }),
    good: anApp().manifest({ experiments: { hashParams: true } }),
  },
  { rule: "unacceptable_hash", bad: anApp().manifest({ author: "me" }), good: anApp() },
  {
    rule: "unacceptable_array_of_strings",
    bad: anApp().manifest({ domainWhitelist: ["fixture.test", 1] }),
    good: anApp().manifest({ domainWhitelist: ["fixture.test"] }),
  },
  {
    rule: "unacceptable_array",
    bad: anApp().manifest({ parameters: { region: "text" } }),
    also: ["parameters_not_an_array"],
    good: anApp().manifest({ parameters: [] }),
  },
  {
    rule: "parameters_not_an_array",
    bad: anApp().manifest({ parameters: "region" }),
    also: ["unacceptable_array"],
    good: anApp().manifest({ parameters: null }),
  },
  {
    rule: "oauth_keys.missing",
    bad: anApp()
      .manifest({ oauth: { ...OAUTH, client_id: "" } })
      .parameters({ name: "login", type: "oauth" }),
    good: anApp().manifest({ oauth: OAUTH }).parameters({ name: "login", type: "oauth" }),
    also: SECRETS,
    still: SECRETS,
  },
  {
    rule: "oauth_parameter_required",
    bad: anApp().manifest({ oauth: OAUTH }),
    also: SECRETS,
    good: anApp().parameters({ name: "login", type: "oauth" }),
  },
  {
    rule: "too_many_oauth_parameters",
    bad: anApp().parameters({ name: "a", type: "oauth" }, { name: "b", type: "oauth" }),
    good: anApp().parameters({ name: "a", type: "oauth" }, { name: "b", type: "text" }),
  },
  {
    rule: "oauth_parameter_cannot_be_secure",
    bad: anApp().parameters({ name: "a", type: "oauth", secure: true }),
    good: anApp().parameters({ name: "a", type: "oauth", secure: false }),
  },
  {
    rule: "invalid_default_locale",
    bad: anApp().manifest({ defaultLocale: "english" }),
    good: anApp().manifest({ defaultLocale: "en-gb" }).file("translations/en-gb.json", labelled()),
  },
  { rule: "missing_translation_file", bad: anApp().manifest({ defaultLocale: "de" }), good: anApp() },
  {
    rule: "invalid_url",
    bad: anApp().manifest({ termsConditionsURL: "fixture.test/terms" }),
    good: anApp().manifest({ termsConditionsURL: "https://fixture.test/terms?lang=en" }),
  },
  {
    rule: "invalid_url",
    bad: anApp().manifest({ author: { name: "Me", url: "mailto:me@fixture.test" } }),
    good: anApp().manifest({ author: { name: "Me" } }),
  },
  {
    rule: "duplicate_parameters",
    bad: anApp().parameters({ name: "a" }, { name: "a" }),
    good: anApp().parameters({ name: "a" }, { name: "A" }),
  },
  {
    rule: "name_as_parameter_name",
    bad: anApp().parameters({ name: "name" }),
    good: anApp().parameters({ name: "full_name" }),
  },
  {
    rule: "invalid_hidden_parameter",
    bad: anApp().parameters({ name: "a", type: "hidden", required: true }),
    good: anApp().parameters({ name: "a", type: "hidden" }),
  },
  {
    rule: "invalid_type_parameter",
    bad: anApp().parameters({ name: "a", type: "password" }),
    good: anApp().parameters({ name: "a", type: "multiline" }),
    also: SECRETS,
  },
  {
    rule: "invalid_type_parameter",
    bad: anApp().parameters(mtls({})),
    good: anApp().parameters({ name: "cert", type: "url" }),
  },
  {
    rule: "field_requires_secure_parameter",
    bad: anApp().parameters({ name: "a", scopes: ["header"] }),
    good: secure({}),
  },
  {
    rule: "unacceptable_array",
    bad: secure({ scopes: "header" }),
    good: secure({ scopes: ["url", "body"] }),
  },
  { rule: "field_cannot_be_empty", bad: secure({ scopes: [] }), good: secure({ scopes: ["jwt_claim"] }) },
  { rule: "field_contains_invalid_values", bad: secure({ scopes: ["header", "cookie"] }), good: secure({}) },
  { rule: "unknown_manifest_key", bad: anApp().manifest({ singleinstall: true }), good: anApp() },
  {
    rule: "invalid_experiment",
    bad: anApp().manifest({ experiments: { turbo: true } }),
    good: anApp().manifest({ experiments: { turbo: false, newCssCompiler: true } }),
  },
];

function labelled(): string {
  return JSON.stringify({ app: { parameters: { region: { label: "Region" } } } });
}
