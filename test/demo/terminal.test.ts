import { describe, expect, it } from "vitest";
import type { Decision } from "../../server/core/decision.ts";
import type { Effect } from "../../server/core/effect.ts";
import type { TenantState } from "../../server/core/tenant.ts";
import { HOUR } from "../../server/core/time.ts";
import { decisionLine, overLine } from "../../server/demo/terminal/decisions.ts";
import { progressOf } from "../../server/demo/terminal/progress.ts";
import { createStyle } from "../../server/demo/terminal/style.ts";
import { tellWhatHappens } from "../../server/demo/terminal/telling.ts";
import type { Committed } from "../../server/flow/contract.ts";
import { aMatch, anAccount, aPattern, aTenant, NOON } from "../builders.ts";
import { aDecision } from "./page/site.ts";

const PLAIN = createStyle(false);
const pattern = aPattern({ clue: "{count} rate-limit errors{ on endpoint}" });
const library = { byId: () => pattern } as unknown as TenantState["library"];
const known = { tenant: { ...aTenant(), library }, match: aMatch(), accountName: "Acme" };
const say = (changes: Partial<Decision>, columns = 200) =>
  decisionLine(aDecision(changes), known, PLAIN, columns).slice(10);

describe("a line in the terminal", () => {
  it("says what was decided, about which pattern, for whom and why", () => {
    expect(say({})).toBe(
      "send    API rate limit accumulation      Acme                    email to u1; 5 rate-limit errors on /v1/export",
    );
  });

  it("names the reason where nothing is sent, and for how long", () => {
    expect(say({ kind: "hold", reason: "quiet", until: NOON + 9 * HOUR })).toContain("hold  ");
    expect(say({ kind: "hold", reason: "quiet", until: NOON + 9 * HOUR })).toContain("quiet for 9 h; ");
    expect(say({ kind: "stop", reason: "holdout", channel: null })).toMatch(/^stop .* holdout; /);
    expect(say({ kind: "stop", reason: "alert_only", channel: "human.csm" })).toMatch(
      /^ask .* human\.csm, never/,
    );
  });

  it("names no session of somebody who is not logged in", () => {
    const line = say({ account: null, person: "anonymous:abc", channel: "in_app.prompt" });

    expect(line).not.toContain("abc");
    expect(line).toContain("in_app.prompt to a visitor");
  });

  it("keeps its columns, and fits the terminal where there is room for them", () => {
    const lines = [say({}), say({ kind: "hold", reason: "cap", until: NOON + HOUR })];

    expect(new Set(lines.map((line) => line.indexOf("Acme"))).size).toBe(1);
    expect(say({}, 120).length + 10).toBeLessThanOrEqual(120);
  });

  it("tells when a trouble is over", () => {
    expect(overLine(aMatch(), NOON, known, PLAIN, 200)).toContain("over    API rate limit accumulation");
  });

  it("has colours only where they are wanted", () => {
    expect(decisionLine(aDecision(), known, createStyle(true), 200)).toContain("\u001b[32m");
    expect(decisionLine(aDecision(), known, PLAIN, 200)).not.toContain("\u001b");
  });
});

describe("what is told", () => {
  const listen = () => {
    const lines: string[] = [];
    let hear: (committed: Committed) => void = () => {};
    const app = {
      store: { match: async () => aMatch(), account: async () => anAccount({ name: "Acme" }) },
      pipeline: {
        tenant: () => known.tenant,
        subscribe: (listener: typeof hear) => {
          hear = listener;
          return () => {};
        },
      },
    };
    const out = { write: (text: string) => lines.push(text), columns: 200 };
    tellWhatHappens(app as unknown as Parameters<typeof tellWhatHappens>[0], "t1", out, PLAIN);
    const commit = async (...effects: Effect[]) => {
      hear({ tenant: "t1", seq: 1, at: NOON, event: null, effects });
      await new Promise((done) => setImmediate(done));
    };
    return { lines, commit };
  };
  const decision = (changes: Partial<Decision> = {}): Effect => ({
    kind: "decision",
    row: aDecision(changes),
  });

  it("is a decision once, though it is judged again at sending, and nothing of history", async () => {
    const { lines, commit } = listen();

    await commit(decision());
    await commit(decision({ id: "again", at: NOON + 1 }));
    await commit(decision({ id: "history", match: "other", simulated: true }));

    expect(lines).toHaveLength(1);
  });

  it("is the end of a trouble once, but not that it merely went quiet", async () => {
    const { lines, commit } = listen();
    const over = aMatch({ state: "closed", closedBy: "recovery", closedAt: NOON });

    await commit({ kind: "match", row: over });
    await commit({ kind: "match", row: over });
    await commit({
      kind: "match",
      row: aMatch({ id: "m2", state: "closed", closedBy: "quiet", closedAt: NOON }),
    });

    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("over");
  });
});

describe("progress", () => {
  it("is a line for every tenth where nobody looks on", () => {
    const lines: string[] = [];
    const progress = progressOf({ write: (text: string) => lines.push(text) }, "History");

    for (let done = 0; done <= 1_000; done += 50) progress.update(done, 1_000);
    progress.end();

    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe("History: 100 %\n");
  });
});
