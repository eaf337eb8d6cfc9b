import { describe, expect, it } from "vitest";
import { isKnown, VOCABULARY } from "../../server/core/vocabulary.ts";
import { fromSegmentName, mapSegment, SEGMENT_NAMES } from "../../server/integrations/segment/names.ts";

describe("Segment names", () => {
  it("knows a common name in any spelling", () => {
    for (const name of ["Login Failed", "login_failed", "LOGIN FAILED", "login-failed"])
      expect(fromSegmentName(name)?.type).toBe("auth.login_failed");
  });

  it("takes a name that already is one of our types as it is", () => {
    expect(fromSegmentName("webhook.delivery_failed")).toEqual({ type: "webhook.delivery_failed" });
  });

  it("says null for a name that nobody knows, however it is spelled", () => {
    for (const name of ["Banana Peeled", "", "constructor", "__proto__", "x".repeat(5000)])
      expect(fromSegmentName(name)).toBeNull();
  });

  it("prefers the tenant's own dictionary", () => {
    const own = { "Login Failed": { type: "auth.locked" } };

    expect(fromSegmentName("Login Failed", own)).toEqual({ type: "auth.locked" });
  });

  it("reads properties under their usual names and adds what the name implies", () => {
    const mapped = mapSegment("API Rate Limit Hit", { limit: 100, path: "/v1/export" });

    expect(mapped).toEqual({ type: "api.request_failed", data: { endpoint: "/v1/export", status: 429 } });
  });

  it("maps only to types and fields of the vocabulary", () => {
    for (const [name, { type, from, set }] of Object.entries(SEGMENT_NAMES)) {
      expect(isKnown(type), name).toBe(true);
      const fields = Object.keys(VOCABULARY[type] ?? {});
      // `page` helpers are shared by several types, so only a name without any fitting field is a mistake.
      if (from !== undefined)
        expect(
          fields.some((field) => field in from),
          name,
        ).toBe(true);
      for (const field of Object.keys(set ?? {})) expect(fields, name).toContain(field);
    }
  });
});
