import { describe, expect, it } from "vitest";
import { formatMessage } from "../../sidebar-app/src/format.ts";
import { createWords, languageOf } from "../../sidebar-app/src/words.ts";
import english from "../../translations/en.json" with { type: "json" };
import { readProjectFile } from "../support/source.ts";
import { placeholdersOf } from "../zendesk-package/icu.ts";

describe("a message", () => {
  it.each([
    ["as it is", {}, "as it is"],
    ["{a} and {b}", { a: "x", b: 2 }, "x and 2"],
    ["{n, number}", { n: 12_345 }, "12,345"],
    ["{n, plural, one {# star} other {# stars}}", { n: 1 }, "1 star"],
    ["{n, plural, one {# star} other {# stars}}", { n: 1_200 }, "1,200 stars"],
    ["{n, plural, =0 {none} one {# star} other {# stars}}", { n: 0 }, "none"],
    ["{s, select, a {A {n}} other {O}}!", { s: "a", n: "x" }, "A x!"],
    ["{s, select, a {A} other {O}}", { s: "b" }, "O"],
    ["# is a number sign", {}, "# is a number sign"],
    ["{who} is missing", {}, "{who} is missing"],
    ["{a}", { a: "{b} <b>#</b>" }, "{b} <b>#</b>"],
  ])("%s with %o is %s", (message, values, text) => {
    expect(formatMessage(message, values, "en")).toBe(text);
  });

  it.each(["en", "de", "fr", "es", "ja", "pt-BR"])("of every kind is filled in whole, in %s", (locale) => {
    const { ui } = JSON.parse(readProjectFile(`translations/${locale}.json`));
    const texts: string[] = Object.values<Record<string, string>>(ui).flatMap((group) =>
      Object.values(group),
    );

    expect(texts.length).toBeGreaterThan(200);
    for (const text of texts) {
      const names = placeholdersOf(text).map((line) => line.split(":")[0] ?? "");
      const filled = formatMessage(text, Object.fromEntries(names.map((name) => [name, 3])), locale);
      expect(filled).not.toMatch(/[{}]/);
      expect(filled).not.toBe("");
    }
  });
});

const NOW = Date.UTC(2026, 2, 2, 12);
const at = (ms: number) => new Date(NOW - ms).toISOString();
const words = (locale: string) => createWords(english.ui, locale, NOW, "UTC");

describe("times", () => {
  it.each([
    [10_000, "now"],
    [23 * 60_000, "23 min. ago"],
    [5 * 3_600_000, "5 hr. ago"],
    [50 * 3_600_000, "Sat 10:00 AM"],
    [20 * 86_400_000, "Feb 10, 12:00 PM"],
    [400 * 86_400_000, "Jan 26, 2025, 12:00 PM"],
    [-26 * 3_600_000, "Tue 2:00 PM"],
  ])("%i ms ago read %s", (ms, text) => {
    expect(words("en-US").ago(at(ms))).toBe(text);
  });

  it("that are no times are shown as they came", () => {
    expect(words("en").moment("soon")).toBe("soon");
  });
});

describe("the language", () => {
  it.each([
    ["de-AT", "de"],
    ["pt", "pt-BR"],
    ["PT-br", "pt-BR"],
    ["nl", "en"],
    ["not a locale", "en"],
  ])("for %s is %s", (wanted, language) => {
    expect(languageOf(wanted)).toBe(language);
    expect(() => words(wanted).ago(at(5_000))).not.toThrow();
  });

  it("a word of the server without a text is shown as it is", () => {
    expect(words("en").word("reason", "cooldown")).toBe("a ticket is open or recent");
    expect(words("en").word("reason", "brand_new")).toBe("brand new");
    expect(words("en").word("channel", "in_app.banner")).toBe("Banner in the product");
    expect(words("en").word("reason", "constructor")).toBe("constructor");
  });
});
