import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { duplicateKeys } from "../../server/zendesk-package/duplicate-keys.ts";
import { RULES, type RuleName } from "../../server/zendesk-package/finding.ts";
import type { Options } from "../../server/zendesk-package/options.ts";
import { validateApp } from "../../server/zendesk-package/validate.ts";
import { anApp, type Draft } from "./app.ts";
import { CASES } from "./cases.ts";

const rulesBrokenBy = ({ app }: Draft, options?: Options): readonly RuleName[] => [
  ...new Set(validateApp(app, options).map(({ rule }) => rule)),
];
const named = CASES.map((each, index) => [`${each.rule}, ${index}`, each] as const);

describe("the rules for a Zendesk app package", () => {
  it("find nothing wrong with an app that has no fault", () => {
    expect(validateApp(anApp().app)).toEqual([]);
  });

  it.each(named)("name what is broken: %s", (_name, { rule, bad, also = [], options }) => {
    expect([...rulesBrokenBy(bad, options)].sort()).toEqual([rule, ...also].sort());
  });

  it.each(named)("let pass what only looks like it: %s", (_name, { good, still = [], options }) => {
    expect([...rulesBrokenBy(good, options)].sort()).toEqual([...still].sort());
  });

  it("each have an app that breaks them", () => {
    const shown = new Set(CASES.map(({ rule }) => rule));

    expect(Object.keys(RULES).filter((rule) => !shown.has(rule as RuleName))).toEqual([]);
  });

  it("say in whole sentences what to do", () => {
    const messages = CASES.flatMap(({ bad, options }) => validateApp(bad.app, options)).map(
      ({ message }) => message,
    );

    expect(messages.length).toBeGreaterThan(100);
    expect(
      messages.filter((message) => !/^.{15,}\.$/s.test(message) || /undefined|\[object/.test(message)),
    ).toEqual([]);
  });

  it("judge files by themselves also where the manifest is broken", () => {
    const broken = anApp().file("manifest.json", "{").file("assets/a.zip", "").without("assets/logo.png");

    expect(rulesBrokenBy(broken)).toEqual([
      "manifest_not_json",
      "logo_missing",
      "unsupported_mime_type_detected",
    ]);
  });

  it("leave what depends on the manifest until it is right", () => {
    const broken = anApp().manifest({ version: 1 }).file("translations/de.json", "[]");

    expect(rulesBrokenBy(broken)).toEqual(["unacceptable_string"]);
    expect(rulesBrokenBy(broken.manifest({ version: "1" }))).toEqual(["translation.not_json_object"]);
  });
});

describe("a package of any content", () => {
  const keys = fc.constantFrom(
    ..."location support ticket_sidebar url parameters name type scopes author oauth experiments app custom_objects_v2 objects object_fields object_triggers conditions actions webhooks macros".split(
      " ",
    ),
  );
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, 0, "2.0", "https://fixture.test"),
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(fc.oneof(keys, fc.string()), tie("json"), { maxKeys: 6 }),
    ),
  }));

  it("is judged, whatever its JSON holds", () => {
    const paths = fc.constantFrom("manifest.json", "translations/en.json", "requirements.json");
    fc.assert(
      fc.property(paths, json, (path, content) => {
        const app = anApp().file(path, JSON.stringify(content)).app;
        expect(() => validateApp(app, { mtls: true, customObjectSidebar: true })).not.toThrow();
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  it("is judged, with any value at any key of the manifest", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("location", "parameters", "author", "oauth", "noTemplate", "frameworkVersion"),
        json,
        (key, value) => {
          expect(() => validateApp(anApp().manifest({ [key]: value }).app)).not.toThrow();
        },
      ),
      { seed: 8, numRuns: 400 },
    );
  });

  it("is judged, whatever a drawing holds", () => {
    const piece = fc.constantFrom(
      "<svg",
      "<g>",
      "</g>",
      "/>",
      ">",
      "<!--",
      '"',
      " a='",
      "&#x3c;",
      "<![CDATA[",
      "]]>",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
        expect(() => validateApp(anApp().file("assets/a.svg", pieces.join("")).app)).not.toThrow();
      }),
      { seed: 9, numRuns: 400 },
    );
  });
});

describe("keys written twice", () => {
  it("are found wherever they are, however they are spelt", () => {
    expect(
      duplicateKeys('{"a": 1, "b": [{"c": 1}, {"c": 2}], "\\u0061": {"d": "d", "e": {"d": 1}}}'),
    ).toEqual(["a"]);
  });

  it("are not there in what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(duplicateKeys(JSON.stringify(JSON.parse(text)))).toEqual([]);
      }),
      { seed: 10, numRuns: 300 },
    );
  });
});
