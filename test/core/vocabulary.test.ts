import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admit, hasField, KNOWN_TYPES, VOCABULARY } from "../../server/core/vocabulary.ts";
import { vocabularyTable } from "./vocabulary-table.ts";

describe("admit", () => {
  it("keeps only the allowed fields of the type", () => {
    const data = admit("api.request_failed", { status: 429, endpoint: "/v1/export", body: "Dear support," });

    expect(data).toEqual({ status: 429, endpoint: "/v1/export" });
  });

  it("keeps no field of an unknown type", () => {
    expect(admit("coffee.spilled", { where: "desk" })).toEqual({});
  });

  it("drops a field of the wrong kind", () => {
    expect(admit("feature.used", { feature: { name: "x" }, core: "yes" })).toEqual({});
  });

  it("converts what loses nothing: numbers sent as text, ids sent as numbers", () => {
    expect(admit("api.request_failed", { status: "429" })).toEqual({ status: 429 });
    expect(admit("ticket.created", { ticket: 81 })).toEqual({ ticket: "81" });
    expect(admit("feature.used", { core: "true" })).toEqual({ core: true });
  });

  it("drops numbers that are not finite", () => {
    expect(admit("usage.reported", { used: Number.NaN, limit: Number.POSITIVE_INFINITY })).toEqual({});
  });

  it("cuts a string at 512 characters, and drops a link that long, as half a link leads nowhere", () => {
    expect(admit("page.viewed", { page: "x".repeat(600) })).toEqual({ page: "x".repeat(512) });
    expect(admit("billing.payment_failed", { updateUrl: `https://pay.test/${"x".repeat(600)}` })).toEqual({});
  });

  it("leaves well-formed text when the cut falls inside an emoji", () => {
    const { page } = admit("page.viewed", { page: `${"x".repeat(511)}😀` });

    expect(String(page).isWellFormed()).toBe(true);
  });

  it("turns contact details into the fact that there are some", () => {
    const raw = { email: "ana@acme.test", phone: "+4912345", name: "Ana", preferredName: "A", locale: "de" };

    expect(admit("person.identified", raw)).toEqual({ hasEmail: true, hasPhone: true, locale: "de" });
  });

  it("accepts the fact itself when the details were moved to the contact table before", () => {
    expect(admit("person.identified", { hasEmail: true, hasPhone: false })).toEqual({
      hasEmail: true,
      hasPhone: false,
    });
  });

  it("keeps consent as flags of the four channels", () => {
    const consent = { email: true, sms: "false", phone: "perhaps", fax: true };

    expect(admit("person.identified", { consent })).toEqual({ consent: { email: true, sms: false } });
  });

  it("keeps account contacts as lists of person ids by role", () => {
    const contacts = JSON.parse('{"billing":["u1",2],"admin":"u3","__proto__":["u4"]}');

    expect(admit("account.updated", { contacts })).toEqual({
      contacts: { billing: ["u1", "2"], admin: ["u3"] },
    });
  });

  it("keeps ISO times as text", () => {
    expect(admit("order.delayed", { expectedAt: "2026-03-04T00:00:00Z" })).toEqual({
      expectedAt: "2026-03-04T00:00:00Z",
    });
  });

  it("never throws, never invents a field, and leaves Object.prototype alone", () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    const types = fc.constantFrom(...KNOWN_TYPES, "unknown", "__proto__", "constructor", "toString");

    fc.assert(
      fc.property(types, fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())), (type, raw) => {
        for (const field of Object.keys(admit(type, raw))) expect(hasField(type, field)).toBe(true);
      }),
      { seed: 20, numRuns: 2000 },
    );
    expect(admit("api.request_failed", JSON.parse('{"__proto__":{"status":429}}'))).toEqual({});
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
  });

  it("survives an object whose getters throw", () => {
    const hostile = new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error("no");
        },
      },
    );

    expect(admit("auth.locked", hostile)).toEqual({});
  });

  it("keeps every field of every type when it holds a value of its kind", () => {
    const samples = {
      string: "a",
      number: 1,
      boolean: true,
      url: "https://a.test",
      strings: ["admin"],
      flags: { email: true },
      people: { admin: ["u1"] },
      presence: "x",
    };
    for (const [type, fields] of Object.entries(VOCABULARY)) {
      const raw = Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, samples[kind]]));
      const kept = admit(type, raw);

      expect(Object.keys(kept), type).toHaveLength(Object.keys(fields).length);
    }
  });

  it("has no field that could hold a message or a form's content", () => {
    const names = new Set(Object.values(VOCABULARY).flatMap((fields) => Object.keys(fields)));

    for (const name of ["text", "body", "message", "comment", "subject", "description", "value", "html"])
      expect(names).not.toContain(name);
  });
});

it("is written down in docs/vocabulary.md", async () => {
  await expect(vocabularyTable()).toMatchFileSnapshot("../../docs/vocabulary.md");
});
