import { describe, expect, it } from "vitest";
import { scrubber } from "../../server/store/sqlite/privacy/scrub.ts";
import { aPerson } from "../builders.ts";

const scrub = scrubber({ person: "ana-17", pseudonym: "gone-1", words: ["ana@example.com", "Ana Lee"] });
const short = scrubber({ person: "1", pseudonym: "gone-1", words: [] });

describe("taking a person out of a record", () => {
  it.each([
    ["the field that names them", { person: "ana-17" }, { person: "gone-1" }],
    ["a key of theirs", { key: "person/ana-17;endpoint=/x" }, { key: "person/gone-1;endpoint=/x" }],
    ["a list of contacts", { contacts: { billing: ["ana-17", "bo"] } }, { contacts: { billing: ["bo"] } }],
    ["their id in a text", { why: "ana-17 was locked out" }, { why: "gone-1 was locked out" }],
    ["their addresses", { detail: "no ANA@example.com here" }, { detail: "no [erased] here" }],
    ["their name", { title: "Call Ana Lee!" }, { title: "Call [erased]!" }],
    ["what is nested", { a: [{ b: { user: "ana-17" } }] }, { a: [{ b: { user: "gone-1" } }] }],
  ])("replaces %s", (_, given, expected) => {
    expect(scrub.value(given)).toEqual(expected);
  });

  it.each([
    ["a longer id", { person: "ana-170", why: "ana-170 called" }],
    ["a word that begins the same", { why: "Ana Leeds" }],
    ["numbers, nulls and truths", { n: 17, on: true, none: null }],
    ["words of ours", { type: "ana-17", tenant: "ana-17" }],
    ["an account of the same name", { account: "ana-17", unit: "account/ana-17", subject: "account/ana-17" }],
  ])("leaves %s", (_, given) => {
    expect(scrub.value(given)).toEqual(given);
  });

  it("replaces a short id only where it must be theirs", () => {
    const given = { person: "1", key: "person/1", step: "1", why: "attempt 1 of 3" };

    expect(short.value(given)).toEqual({ ...given, person: "gone-1", key: "person/gone-1" });
  });

  it("looks closer only where the person may be mentioned", () => {
    expect(scrub.mentions('{"why":"ana-17 called"}')).toBe(true);
    expect(scrub.mentions('{"why":"bo called"}')).toBe(false);
    expect(short.mentions('{"person":"1"}')).toBe(true);
    expect(short.mentions('{"key":"person/1;endpoint=/x"}')).toBe(true);
    expect(short.mentions('{"at":1772452800111,"why":"1 of 3"}')).toBe(false);
  });

  it("finds nobody by a name of no letter, or of one", () => {
    const { mentions } = scrubber({ person: "ana-17", pseudonym: "gone-1", words: ["", "a"] });

    expect(mentions('{"why":"a call"}')).toBe(false);
  });

  it("finds them in whatever case somebody wrote them, as it replaces them", () => {
    expect(scrub.mentions('{"reason":"ANA@Example.com, that is ana LEE"}')).toBe(true);
    expect(scrub.mentions('{"why":"Ana-17 called"}')).toBe(true);
  });

  it("replaces them in what follows the account in a key", () => {
    const key = scrub.value({ key: "account/ana-17;user=ana-17" });

    expect(key).toEqual({ key: "account/ana-17;user=gone-1" });
  });

  it("leaves of a person's state only whether they stopped", () => {
    const state = aPerson({ id: "ana-17", stoppedAt: 5, locale: "de", tier: "gold" });

    const left = scrub.value({ kind: "profile", person: state });

    expect(left).toMatchObject({
      person: { id: "gone-1", stoppedAt: 5, locale: null, tier: null, consent: {} },
    });
  });
});
