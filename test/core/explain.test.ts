import { describe, expect, it } from "vitest";
import type { EventData } from "../../server/core/event.ts";
import { clueOf, messageValues, percentUsed, surenessOf } from "../../server/core/explain.ts";
import { HOUR, MINUTE } from "../../server/core/time.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import { aMatch, aPattern, NOON } from "../builders.ts";

const shipped = new Map(loadShipped().patterns.map((pattern) => [pattern.id, pattern]));
const clue = (id: string, data: EventData, count = 1): string => {
  const pattern = shipped.get(id);
  if (pattern === undefined) throw new Error(`no ${id}`);
  return clueOf(pattern, { count, data, firstAt: NOON - 52 * MINUTE, lastSeen: NOON }, NOON + MINUTE);
};

describe("clueOf", () => {
  it("says what, where and since when", () => {
    expect(clue("P-001", { status: 429, endpoint: "/v1/export" }, 12)).toBe(
      "12 rate-limit errors on /v1/export in the last hour",
    );
  });

  it("leaves out what is not known, with the words around it", () => {
    expect(clue("P-012", {})).toBe("a disconnected integration");
    expect(clue("P-012", { integration: "salesforce_sync" })).toBe(
      "a disconnected integration: salesforce sync",
    );
    expect(clue("P-010", { area: "webhooks" })).toBe(
      "a setting that could not be saved during set-up (webhooks)",
    );
  });

  it("does not claim that an old window is the last one", () => {
    const pattern = aPattern({ clue: "{count} errors{ window}" });
    const match = aMatch({ firstAt: NOON - 10 * MINUTE, lastSeen: NOON });

    expect(clueOf(pattern, match, NOON + 3 * HOUR)).toBe("5 errors within 10 minutes");
    expect(clueOf(pattern, match)).toBe("5 errors within 10 minutes");
    expect(clueOf(pattern, { ...match, firstAt: NOON })).toBe("5 errors within a minute");
    expect(clueOf(pattern, { ...match, firstAt: NOON - HOUR })).toBe("5 errors within an hour");
  });

  it("gives the share of a limit as a percentage that is never rounded up to what was not reached", () => {
    expect(clue("P-014", { metric: "api_calls", used: 949, limit: 1000 })).toBe(
      "94% of the limit used for API calls",
    );
    expect(percentUsed({ used: 29, limit: 100 })).toBe(29);
    expect(percentUsed({ used: 0.9, limit: 1 })).toBe(90);
    expect(percentUsed({ used: 5, limit: 0 })).toBeNull();
    expect(percentUsed({ used: 1e308, limit: 1e-308 })).toBeNull();
    expect(percentUsed({ used: 1e9, limit: 1 })).toBeNull();
    expect(percentUsed({ used: 15, limit: 1 })).toBe(1_500);
  });

  it("writes dates as people do and drops what is no date", () => {
    expect(clue("P-022", { expectedAt: "2026-03-04T09:00:00Z" })).toBe(
      "a delayed order, now expected on 4 March",
    );
    expect(clue("P-022", { expectedAt: "soon" })).toBe("a delayed order");
  });

  it("keeps control characters, text direction marks and very long values out of one line", () => {
    const line = clue("P-001", { endpoint: `/a\r\nBcc: x\u202e${"y".repeat(500)}` }, 5);

    expect(line).not.toMatch(/[\r\n\u202e]/);
    expect(line.length).toBeLessThan(160);
  });

  it("takes braces inside values as they are", () => {
    expect(clue("P-001", { endpoint: "/{count}/{{x}}" }, 5)).toContain("on /{count}/{{x}}");
  });

  it("falls back to the pattern's name", () => {
    expect(clueOf({ name: "Something odd" }, aMatch())).toBe("Something odd");
  });

  it("has something to say for every shipped pattern, even without any data", () => {
    for (const id of shipped.keys()) {
      const line = clue(id, {}, 3);
      expect(line.length, id).toBeGreaterThan(10);
      expect(line, id).not.toMatch(/[{}]|undefined|\(\s*\)|\s{2}/);
    }
  });
});

describe("surenessOf", () => {
  it("quotes a figure in words that was measured on the tenant's own customers", () => {
    const history = { ...aPattern().history, measured: true } as const;

    expect(surenessOf(aPattern({ history }))).toBe(
      "We are fairly sure: about 8 in 10 cases like this ended in a question to support.",
    );
  });

  it("quotes no figure that was published or guessed, and does not say that it was seen", () => {
    const history = { correlation: 0.6, prevention: 0.5, leadTime: HOUR } as const;

    expect(surenessOf(aPattern())).toBe("We are fairly sure.");
    expect(surenessOf(aPattern({ history }))).toBe("It is likely, not certain.");
    expect(surenessOf(aPattern({ history: { ...history, expert: true } }))).toBe(
      "It is likely, not certain.",
    );
  });

  it("quotes nothing from the shipped library, which no tenant measured", () => {
    for (const pattern of loadShipped().patterns) {
      expect(surenessOf(pattern), pattern.id).toMatch(/^[A-Z][a-z', ]+\.$/);
    }
  });

  it("says that a new check may be wrong", () => {
    expect(surenessOf(aPattern(), true)).toContain("may well be wrong");
  });
});

describe("messageValues", () => {
  it("gives the newest evidence and how many events there were", () => {
    expect(messageValues(aMatch())).toEqual({ status: 429, endpoint: "/v1/export", count: 5 });
  });
});
