import { describe, expect, it } from "vitest";
import type { FeedbackAnswer } from "../../server/core/control.ts";
import { REASONS, type Reason } from "../../server/core/decision.ts";
import { KNOWN_TYPES } from "../../server/core/event-types.ts";
import type { Channel, IssueType } from "../../server/core/pattern.ts";
import type { ChannelKind } from "../../server/core/tenant.ts";
import type { Band } from "../../server/core/unit.ts";
import { projectFiles, readProjectFile } from "../support/source.ts";
import { placeholdersOf, pluralFormsOf } from "./icu.ts";

const LOCALES = ["de", "en", "es", "fr", "ja", "pt-BR"];

/** Every text of a language by its path, such as `ui.band.alert`. */
function textsOf(locale: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (value: unknown, path: string) => {
    if (typeof value === "string") found.set(path, value);
    else
      for (const [key, inner] of Object.entries(Object(value)))
        visit(inner, path === "" ? key : `${path}.${key}`);
  };
  visit(JSON.parse(readProjectFile(`translations/${locale}.json`)), "");
  return found;
}

const english = textsOf("en");
const messages = (texts: ReadonlyMap<string, string>) => [...texts].filter(([key]) => key.startsWith("ui."));

describe("the texts of the Zendesk app", () => {
  it("are there in six languages", () => {
    expect(projectFiles("translations/*")).toEqual(LOCALES.map((locale) => `translations/${locale}.json`));
    expect(messages(english).length).toBeGreaterThan(200);
  });

  it.each(LOCALES)("have the same keys, in the same order, in %s", (locale) => {
    expect([...textsOf(locale).keys()]).toEqual([...english.keys()]);
  });

  it.each(LOCALES)("are messages that ask for the same in %s as in English", (locale) => {
    const asked = (texts: ReadonlyMap<string, string>) =>
      messages(texts).map(([key, text]) => [key, placeholdersOf(text)]);

    expect(asked(textsOf(locale))).toEqual(asked(english));
  });

  it.each(LOCALES)("have every plural form that %s distinguishes for whole numbers", (locale) => {
    const used = [0, 1, 2, 3, 5, 11, 21, 100].map((n) => new Intl.PluralRules(locale).select(n));
    const forms = messages(textsOf(locale)).flatMap(([, text]) => pluralFormsOf(text));

    expect(forms.length).toBeGreaterThan(5);
    expect(new Set(forms.map((each) => [...each].sort().join()))).toEqual(
      new Set([[...new Set([...used, "other"])].sort().join()]),
    );
  });

  it("leave dates, shares and other styles to the code that fills them in", () => {
    const kinds = messages(english).flatMap(([, text]) =>
      placeholdersOf(text).map((line) => line.split(" ")[1]),
    );

    expect([...new Set(kinds)].sort()).toEqual(["argument", "number", "plural", "select"]);
  });

  it.each(LOCALES)("have no straight apostrophe, mark-up or stray space in %s", (locale) => {
    const bad = messages(textsOf(locale)).filter(([, text]) => /['<>]|^\s|\s$| {2}/.test(text));

    // A straight apostrophe is a quotation mark in this format, and swallows the placeholder after it.
    expect(bad).toEqual([]);
  });

  it.each(LOCALES.filter((locale) => locale !== "en"))("are translated in %s", (locale) => {
    const same = [...textsOf(locale)].filter(
      ([key, text]) => english.get(key) === text && key !== "app.name",
    );

    expect(same.filter(([, text]) => text.length > 30)).toEqual([]);
    expect(same.length / english.size).toBeLessThan(0.1);
  });

  it.each(LOCALES)("fit the marketplace in %s", (locale) => {
    const texts = textsOf(locale);

    expect(texts.get("app.name")).toBe("Forestall");
    expect(texts.get("app.short_description")?.length).toBeLessThanOrEqual(80);
    expect(texts.get("app.installation_instructions")).toContain("docs/zendesk.md");
  });
});

/** Groups whose texts are looked up by a word of the server. */
const LOOKED_UP = ["band", "channel", "deed", "event", "feedback", "issue", "reason", "who"];

describe("every text of the app's pages", () => {
  const source = projectFiles("{sidebar-app/src/**/*.{ts,tsx},server/http/zendesk/*.ts}")
    .map(readProjectFile)
    .join("\n");
  const isUsed = (key: string): boolean => {
    const [group = ""] = key.split(".");
    return source.includes(`"${key}"`) || source.includes(`\`${group}.\${`) || LOOKED_UP.includes(group);
  };

  it("is used by one of them", () => {
    const keys = messages(english).map(([key]) => key.replace("ui.", ""));

    expect(isUsed("section.timeline")).toBe(true);
    expect(isUsed("section.nowhere")).toBe(false);
    expect(keys.filter((key) => !isUsed(key))).toEqual([]);
  });

  it.each(LOOKED_UP)("is looked up in the group %s", (group) => {
    expect(source).toMatch(new RegExp(`"${group}", |\`${group}\\.`));
  });
});

describe("every word that the server uses has a text", () => {
  const there = (group: string) =>
    new Set([...english.keys()].filter((key) => key.startsWith(`ui.${group}.`)));
  const missing = (group: string, words: readonly string[]) =>
    words.filter((word) => !there(group).has(`ui.${group}.${word}`));

  it("for why something was sent or not", () => {
    const others: Record<Exclude<Reason, (typeof REASONS)[number]>, true> = {
      alert_only: true,
      log_only: true,
      nobody: true,
      review_expired: true,
      review_rejected: true,
      taken_back: true,
      ladder_end: true,
      backfill: true,
      manual: true,
      none: true,
    };

    expect(missing("reason", [...REASONS, ...Object.keys(others)])).toEqual([]);
    expect(there("reason").size).toBe(REASONS.length + Object.keys(others).length);
  });

  it("for channels, with a line in place of the dot", () => {
    const channels: Record<Channel | ChannelKind, true> = {
      email: true,
      sms: true,
      voice: true,
      push: true,
      chat: true,
      broadcast: true,
      in_app: true,
      human: true,
      "in_app.tooltip": true,
      "in_app.banner": true,
      "in_app.prompt": true,
      "in_app.notification": true,
      "in_app.message": true,
      "in_app.guide": true,
      "human.csm": true,
      "human.l2": true,
      "human.phone": true,
      "human.ops": true,
      "human.agent": true,
    };

    expect(
      missing(
        "channel",
        Object.keys(channels).map((name) => name.replace(".", "_")),
      ),
    ).toEqual([]);
  });

  it("for what customers answer", () => {
    const answers: Record<FeedbackAnswer, true> = { yes: true, no: true, not_mine: true, someone_else: true };

    expect(missing("feedback", Object.keys(answers))).toEqual([]);
  });

  it("for what happens to customers, with a line in place of the dot", () => {
    const types = [...KNOWN_TYPES].map((type) => type.replace(".", "_"));

    expect(missing("event", types)).toEqual([]);
    expect(there("event").size).toBe(types.length);
  });

  it("for what a ticket is about", () => {
    const issues: Record<IssueType, true> = {
      configuration_error: true,
      api_integration: true,
      billing: true,
      account_lockout: true,
      feature_not_working: true,
      usage_limit: true,
      onboarding: true,
      cancellation: true,
      journey: true,
      sentiment: true,
    };

    expect(missing("issue", Object.keys(issues))).toEqual([]);
    expect(there("issue").size).toBe(Object.keys(issues).length);
  });

  it("for everything that colleagues do to a person, a match, a message or an alert", () => {
    const deeds = [
      ...["person.pause", "person.resume", "person.stop", "person.link"],
      ...["match.false_alarm", "match.real"],
      ...["decision.approve", "decision.edit", "decision.reject", "delivery.manual"],
      ...["alert.acknowledge", "alert.assign", "alert.snooze", "alert.resolve", "undo"],
    ];

    expect(
      missing(
        "deed",
        deeds.map((deed) => deed.replace(".", "_")),
      ),
    ).toEqual([]);
    expect(there("deed").size).toBe(deeds.length);
  });

  it("for the bands", () => {
    const bands: Record<Band, true> = { normal: true, watch: true, alert: true, critical: true };

    expect(missing("band", Object.keys(bands))).toEqual([]);
    expect(there("band").size).toBe(4);
  });
});

describe("a message", () => {
  it.each(["{count, plural, one {#}}", "{count", "{band, select, alert {a}}", "a {b}}"])(
    "is refused when broken: %s",
    (text) => {
      expect(() => placeholdersOf(text)).toThrow();
    },
  );

  it("is compared by name, kind and choices, also inside of choices", () => {
    expect(
      placeholdersOf("{n, plural, =0 {no} other {# of {of, number}}} {b, select, x {{deep}} other {}}"),
    ).toEqual(["b: select other,x", "deep: argument", "n: plural", "of: number"]);
    expect(placeholdersOf("{share, number, percent}")).toEqual(["share: styled number"]);
  });
});
