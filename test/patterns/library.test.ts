import { describe, expect, it } from "vitest";
import type { Pattern } from "../../server/core/pattern.ts";
import { strengthOf } from "../../server/core/pattern.ts";
import { ladderOf } from "../../server/core/policy/ladder.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import { libraryTable } from "./library-table.ts";

const library = loadShipped();
const byId = new Map(library.patterns.map((pattern) => [pattern.id, pattern]));

function shipped(id: string): Pattern {
  const pattern = byId.get(id);
  if (pattern === undefined) throw new Error(`${id} is not shipped`);
  return pattern;
}

/** The figures of the published pattern library: threshold, risk, half-life, correlation, prevention, lead time. */
const PUBLISHED = [
  [
    "P-001",
    { kind: "count", count: 5, within: 15 * MINUTE },
    85,
    6 * HOUR,
    0.82,
    0.79,
    23 * MINUTE,
    ["account"],
  ],
  [
    "P-002",
    { kind: "count", count: 3, within: 10 * MINUTE },
    90,
    2 * HOUR,
    0.88,
    0.91,
    8 * MINUTE,
    ["person"],
  ],
  [
    "P-003",
    { kind: "consecutive", count: 3 },
    75,
    12 * HOUR,
    0.74,
    0.71,
    45 * MINUTE,
    ["account", "endpoint"],
  ],
  ["P-004", { kind: "once", where: { recurring: true } }, 95, 7 * DAY, 0.94, 0.87, 2 * HOUR, ["account"]],
  [
    "P-010",
    { kind: "once", sinceSignup: 48 * HOUR, unless: "onboarded" },
    60,
    DAY,
    0.52,
    0.58,
    3 * HOUR,
    ["person"],
  ],
  ["P-015", { kind: "absence", for: 7 * DAY }, 40, 14 * DAY, 0.35, 0.42, 14 * DAY, ["account"]],
] as const;

describe("the shipped library", () => {
  it.each(PUBLISHED)(
    "holds %s with its published figures",
    (id, when, risk, halfLife, correlation, prevention, lead, per) => {
      const pattern = shipped(id);

      expect(pattern.when).toMatchObject(when);
      expect(pattern.history).toEqual({ correlation, prevention, leadTime: lead });
      expect([pattern.risk, pattern.confidence, pattern.halfLife, pattern.per]).toEqual([
        risk,
        1,
        halfLife,
        per,
      ]);
      expect(pattern.status).toBe("active");
    },
  );

  it.each([
    ["P-001", ["in_app.notification", "email"], []],
    ["P-002", ["in_app.prompt", "sms", "human.phone"], []],
    ["P-003", ["email", "in_app.banner"], []],
    ["P-004", ["email", "sms"], []],
    ["P-010", ["in_app.tooltip", "email", "human.csm"], ["csm"]],
    ["P-015", ["in_app.tooltip", "email"], ["email"]],
  ])("gives %s its channels", (id, channels, watch) => {
    expect(shipped(id).channels).toEqual(channels);
    expect(shipped(id).watch).toEqual(watch);
  });

  it("writes to billing, then admin, about a failed payment, and by SMS when it is open after two hours", () => {
    const { recipient, recipientFallback, stepAfter, recovers } = shipped("P-004");

    expect([recipient, recipientFallback, stepAfter]).toEqual(["billing", "admin", 2 * HOUR]);
    expect(recovers?.of).toEqual(["billing.payment_succeeded"]);
  });

  it("treats lockouts as urgent, and helps who cannot sign in without an identity", () => {
    for (const id of ["P-002", "P-009"]) {
      expect([shipped(id).urgent, shipped(id).anonymous, shipped(id).timing]).toEqual([
        true,
        true,
        "immediate",
      ]);
      expect(shipped(id).family).toBe("login-failure");
      expect(shipped(id).recovers?.of).toEqual(["auth.login_succeeded"]);
    }
    expect(shipped("P-027").urgent).toBe(true);
  });

  it("asks about an unused feature at most once in 28 days, and waits 28 days for the outcome", () => {
    expect([shipped("P-015").refractory, shipped("P-015").window]).toEqual([28 * DAY, 28 * DAY]);
  });

  it.each([
    ["three failed logins in 30 seconds", "P-009", { kind: "count", count: 3, within: 30 * SECOND }],
    [
      "three people locked out in 30 minutes",
      "P-008",
      { kind: "distinct", distinct: "person", count: 3, match: "P-002", within: 30 * MINUTE },
    ],
    ["usage at 90 percent", "P-014", { kind: "level", at: 0.9, clear: 0.85 }],
    ["usage at 95 percent", "P-006", { kind: "level", at: 0.95 }],
    ["an API limit that comes near", "P-005", { kind: "level" }],
    ["a spike in usage", "P-013", { kind: "spike" }],
    ["inactivity", "P-021", { kind: "drop" }],
    ["a disconnected integration", "P-012", { kind: "once", of: ["integration.disconnected"] }],
    ["settings that cannot be saved", "P-011", { kind: "count", of: ["config.save_failed"] }],
    ["many failed API calls in an hour", "P-007", { kind: "count", count: 12, within: HOUR }],
    ["a single failed API call", "P-031", { kind: "once" }],
    ["a feature that was never activated", "P-016", { kind: "absence", for: 7 * DAY }],
    ["the billing page and then the cancel page", "P-020", { kind: "sequence", within: 30 * MINUTE }],
    ["an abandoned checkout", "P-018", { kind: "once", of: ["checkout.abandoned"] }],
    ["an unfinished checkout", "P-019", { kind: "absence", for: 30 * MINUTE }],
    ["two refused payments in one checkout", "P-017", { kind: "count", count: 2 }],
    ["a delayed order", "P-022", { kind: "once", of: ["order.delayed"] }],
    ["a form that refuses", "P-023", { kind: "count", of: ["form.validation_failed"] }],
    ["negative sentiment", "P-024", { kind: "score", under: -0.7 }],
    ["rage clicks", "P-025", { kind: "count" }],
    ["retries", "P-026", { kind: "count", of: ["ui.retry"] }],
    ["a security alert", "P-027", { kind: "once", of: ["security.alert"] }],
    ["a critical error", "P-028", { kind: "once" }],
    ["a degraded component", "P-029", { kind: "once", of: ["service.degraded"] }],
    ["a low health score", "P-030", { kind: "score", under: 40 }],
    ["a drop in activation", "J-001", { kind: "drop", of: ["onboarding.step_completed"] }],
    ["a spike in an error state", "J-002", { kind: "spike" }],
    ["a rise in retries", "J-003", { kind: "spike" }],
    ["a drop in upgrades", "J-004", { kind: "drop", of: ["plan.upgrade_completed"] }],
  ])("sees %s (%s)", (_what, id, when) => {
    expect(shipped(id).when).toMatchObject(when);
  });

  it.each([
    ["P-005", 0.78, 0.82],
    ["P-009", 0.85, 0.91],
    ["P-011", 0.65, 0.7],
    ["P-012", 0.68, 0.73],
    ["P-013", 0.42, 0.55],
    ["P-016", 0.38, 0.45],
  ])("starts %s from the figures of the dashboard", (id, correlation, prevention) => {
    expect(shipped(id).history).toMatchObject({ correlation, prevention });
    expect(shipped(id).history.expert).toBeUndefined();
  });

  it("marks every other figure as the guess of an expert", () => {
    const measured = new Set([
      ...PUBLISHED.map(([id]) => id),
      "P-005",
      "P-009",
      "P-011",
      "P-012",
      "P-013",
      "P-016",
    ]);

    for (const { id, history } of library.patterns)
      expect(history.expert, id).toBe(measured.has(id) ? undefined : true);
  });

  it("says what was seen in words that customers and colleagues may both read", () => {
    for (const { id, clue } of library.patterns) {
      expect({ id, clue }).toEqual({
        id,
        clue: expect.not.stringMatching(/\b(your?|yours|they|their|we)\b/i),
      });
      expect({ id, clue }).toEqual({ id, clue: expect.stringMatching(/^[^A-Z].*[^.]$/) });
    }
  });

  it("names one owner, one first action and one playbook paragraph for every pattern", () => {
    for (const { id, owner, firstAction, playbookText } of library.patterns) {
      expect(owner.role, id).toMatch(/^[a-z0-9-]+$/);
      expect(firstAction, id).toMatch(/^[A-Z].{20,140}[.?]$/);
      // A paragraph that somebody can follow, not a slogan.
      expect(playbookText.split(" ").length, id).toBeGreaterThan(60);
    }
  });

  it("never writes to a customer about leaving, sentiment, health or a journey signal", () => {
    for (const id of ["P-020", "P-024", "P-030", "J-001", "J-002", "J-003", "J-004"]) {
      expect(shipped(id).alertOnly, id).toBe(true);
      expect(ladderOf(shipped(id), null).messages, id).toEqual([]);
    }
  });

  it("logs a single failed API call and never acts on it", () => {
    expect(shipped("P-031").logOnly).toBe(true);
    expect(strengthOf(shipped("P-031").history.correlation)).toBe("weak");
  });

  it("shows a checkout message in the product first", () => {
    expect(shipped("P-018").channels?.[0]).toBe("in_app.message");
    expect(shipped("P-017").channels?.[0]).toBe("in_app.prompt");
  });

  it("counts rate-limit answers in one pattern only, so that five of them are worth 85 and no more", () => {
    for (const id of ["P-007", "P-031"]) {
      const { when } = shipped(id);
      expect("where" in when && when.where.status).toEqual({ not: 429 });
    }
  });

  it("keeps both limits of usage in one family, as they look at the same evidence", () => {
    expect(new Set(["P-005", "P-006", "P-014"].map((id) => shipped(id).family))).toEqual(
      new Set(["usage-limit"]),
    );
    expect([shipped("P-006").timing, shipped("P-014").timing]).toEqual(["short", "medium"]);
  });

  it("is versioned by number and content", () => {
    expect(library.version).toMatch(/^\d+\.\d+\+[0-9a-f]{8}$/);
    expect(loadShipped().version).toBe(library.version);
  });

  it("is listed in docs/pattern-library.md", async () => {
    await expect(libraryTable(library)).toMatchFileSnapshot("../../docs/pattern-library.md");
  });
});
