import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../server/core/time.ts";
import {
  BadPattern,
  loadLibrary,
  loadShipped,
  type Problem,
  parsePattern,
} from "../../server/patterns/load.ts";
import { PATTERN_FILE } from "../../server/patterns/schema.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "patterns-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A pattern with nothing but what is required; a test replaces or adds lines. */
const LEAST: { readonly [line: string]: string } = {
  id: "T-001",
  name: "Export fails",
  issue: "api_integration",
  when: "{ count: 5, of: api.request_failed, within: 15m, per: [account] }",
  risk: "70",
  owner: "{ role: support-ops }",
  firstAction: "Look at the export queue.",
  playbook: "Open the queue, find the oldest job and restart it. Tell the customer when it is through.",
};

function yaml(changes: { readonly [line: string]: string | null } = {}): string {
  const lines = Object.entries({ ...LEAST, ...changes }).filter(([, value]) => value !== null);
  return lines.map(([name, value]) => `${name}: ${value}`).join("\n");
}

function write(file: string, text: string): void {
  mkdirSync(join(dir, "playbooks"), { recursive: true });
  writeFileSync(join(dir, file), text);
}

function problemsOf(changes: { readonly [line: string]: string | null }): readonly Problem[] {
  try {
    parsePattern(yaml(changes), "broken.yaml");
  } catch (error) {
    if (error instanceof BadPattern) return error.problems;
    throw error;
  }
  return [];
}

describe("parsePattern", () => {
  it("fills in what a short file leaves out", () => {
    const pattern = parsePattern(yaml(), "t.yaml");

    expect(pattern).toMatchObject({
      family: "T-001",
      confidence: 1,
      quiet: 15 * MINUTE,
      window: DAY,
      halfLife: DAY,
      recipient: "actor",
      timing: "short",
      watch: [],
      segments: {},
      urgent: false,
      alertOnly: false,
      refractory: 0,
      message: "general-help",
      status: "active",
    });
    expect(pattern.channels).toBeUndefined();
    expect(pattern.history.expert).toBe(true);
  });

  it.each([
    ["{ distinct: person, count: 3, of: { match: P-002 }, within: 30m, per: [account] }", 30 * MINUTE],
    [
      "{ sequence: { first: page.viewed, then: plan.cancel_viewed }, within: 40m, per: [person] }",
      40 * MINUTE,
    ],
    ["{ once: auth.locked, per: [person] }", DAY],
    [
      "{ consecutive: 3, of: webhook.delivery_failed, brokenBy: webhook.delivery_succeeded, per: [account] }",
      DAY,
    ],
    ["{ score: score, under: -0.7, of: message.sentiment, per: [person] }", DAY],
  ])("stays open as long as the window, else for a day: %s", (when, quiet) => {
    expect(parsePattern(yaml({ when }), "t.yaml").quiet).toBe(quiet);
  });

  it("waits for the outcome for twice the lead time when that is longer than a day", () => {
    const history = "{ correlation: 0.4, prevention: 0.5, leadTime: 30h }";

    expect(parsePattern(yaml({ history }), "t.yaml").window).toBe(60 * HOUR);
    expect(parsePattern(yaml({ history, window: "3d" }), "t.yaml").window).toBe(3 * DAY);
  });

  it("changes its version with what it looks for, and with nothing else", () => {
    const version = (changes: { readonly [line: string]: string }): string =>
      parsePattern(yaml(changes), "t.yaml").version;
    const before = version({});

    expect(version({ name: "Other", risk: "20", halfLife: "2h" })).toBe(before);
    for (const change of [
      { when: "{ count: 6, of: api.request_failed, within: 15m, per: [account] }" },
      { when: "{ count: 5, of: api.request_failed, within: 15m, per: [person] }" },
      { recovers: "config.saved" },
      { segments: "{ enterprise: { count: 3 } }" },
    ]) {
      expect(version(change)).not.toBe(before);
    }
  });

  it("reads a list of conditions as one of them, and several event types", () => {
    const when =
      "{ count: 2, of: [api.request_failed, api.request_timed_out], where: { status: [500, 503] }, within: 1m, per: [account, endpoint] }";

    expect(parsePattern(yaml({ when }), "t.yaml").when).toEqual({
      kind: "count",
      count: 2,
      of: ["api.request_failed", "api.request_timed_out"],
      where: { status: { in: [500, 503] } },
      within: MINUTE,
    });
  });

  it("lets `match` stand in the place of `of`", () => {
    const when = "{ distinct: person, count: 3, match: P-002, within: 30m, per: [account] }";

    expect(parsePattern(yaml({ when }), "t.yaml").when).toMatchObject({ of: [], match: "P-002" });
  });

  it("reads two recipients as one and its replacement", () => {
    expect(parsePattern(yaml({ recipient: "[billing, admin]" }), "t.yaml")).toMatchObject({
      recipient: "billing",
      recipientFallback: "admin",
    });
  });

  it("takes the first action from the playbook when the pattern has none of its own", () => {
    const pattern = parsePattern(yaml({ firstAction: null, playbook: "api-rate-limit.md" }), "t.yaml");

    expect(pattern.firstAction).toMatch(/^Open the account's failed calls/);
    expect(pattern.playbookText).not.toMatch(/first action/i);
  });
});

describe("a broken pattern", () => {
  const OWNER = /^No pattern is saved without one owner, one first action and one playbook paragraph/;

  it.each([
    ["no owner", { owner: null }, "owner", OWNER],
    ["an empty owner", { owner: "{}" }, "owner", OWNER],
    ["no playbook", { playbook: null }, "playbook", OWNER],
    ["a playbook that is not there", { playbook: "nowhere.md" }, "playbook", OWNER],
    ["no first action", { firstAction: null }, "firstAction", OWNER],
    ["no kind of when", { when: "{ per: [account] }" }, "when", /write one of distinct, count, consecutive/],
    [
      "two kinds of when",
      { when: "{ count: 3, once: auth.locked, per: [account] }" },
      "when",
      /count and once do not go together/,
    ],
    [
      "a window in words",
      { when: "{ count: 5, of: api.request_failed, within: 15 minutes, per: [account] }" },
      "when.within",
      /such as 30s, 15m, 48h or 7d/,
    ],
    [
      "a window of nothing",
      { when: "{ count: 5, of: api.request_failed, within: 0m, per: [account] }" },
      "when.within",
      /length of time/,
    ],
    [
      "a count of one",
      { when: "{ count: 1, of: api.request_failed, within: 15m, per: [account] }" },
      "when.count",
      /whole number from 2/,
    ],
    [
      "an unknown type",
      { when: "{ once: api.request_faild, per: [account] }" },
      "when.once",
      /"api.request_faild" is not an event type; write one of api.request_failed/,
    ],
    [
      "an unknown field",
      { when: "{ once: api.request_failed, where: { stauts: 429 }, per: [account] }" },
      "when.where.stauts",
      /has no field "stauts"; write one of status, endpoint, latencyMs/,
    ],
    [
      "a word that means nothing",
      { when: "{ once: auth.locked, whitin: 5m, per: [person] }" },
      "when.whitin",
      /means nothing here; write once, where/,
    ],
    [
      "a key of a field alone",
      { when: "{ once: api.request_failed, per: [endpoint] }" },
      "when.per",
      /never stands alone; write \[account, endpoint\]/,
    ],
    ["no key", { when: "{ once: auth.locked }" }, "when.per", /write \[account\], \[person\]/],
    [
      "a key of an unknown field",
      { when: "{ once: auth.locked, per: [person, endpoint] }" },
      "when.per",
      /auth.locked has no field "endpoint"/,
    ],
    [
      "a clear above at",
      {
        when: "{ level: { value: used, of: limit, at: 0.9, clear: 0.95 }, of: usage.reported, per: [account] }",
      },
      "when.level.clear",
      /below `at`/,
    ],
    [
      "a spike that is none",
      {
        when: "{ spike: { bucket: 1h, over: 24, factor: 1, minimum: 5 }, of: feature.used, per: [account] }",
      },
      "when.spike.factor",
      /number from 1.01/,
    ],
    [
      "a drop that rises",
      { when: "{ drop: { bucket: 1d, over: 7, factor: 2, minimum: 5 }, of: feature.used, per: [account] }" },
      "when.drop.factor",
      /number from 0 to 0.99/,
    ],
    [
      "a sequence without an end",
      { when: "{ sequence: { first: page.viewed }, within: 5m, per: [person] }" },
      "when.sequence.then",
      /write an event type/,
    ],
    [
      "an absence without a time",
      { when: "{ absence: { after: order.placed, missing: order.delivered }, per: [person] }" },
      "when.absence.for",
      /length of time/,
    ],
    [
      "a score both over and under",
      { when: "{ score: score, over: 1, under: 0, of: survey.answered, per: [person] }" },
      "when",
      /either over or under/,
    ],
    [
      "a score of no field",
      { when: "{ score: mood, under: 0, of: survey.answered, per: [person] }" },
      "when.score",
      /has no field "mood"/,
    ],
    ["a recovery of nothing", { recovers: "api.request_succeeded" }, "recovers", /is not an event type/],
    [
      "a recovery that cannot carry the key",
      {
        when: "{ count: 5, of: api.request_failed, within: 15m, per: [account, endpoint] }",
        recovers: "config.saved",
      },
      "recovers",
      /config.saved has no field "endpoint"/,
    ],
    [
      "a segment without a count",
      { segments: "{ enterprise: 3 }" },
      "segments.enterprise",
      /write \{ count: 3 \}/,
    ],
    [
      "segments of what is not counted",
      { when: "{ once: auth.locked, per: [person] }", segments: "{ enterprise: { count: 3 } }" },
      "segments",
      /only count, distinct and consecutive/,
    ],
    ["a risk over 100", { risk: "120" }, "risk", /from 0 to 100/],
    ["a confidence over 1", { confidence: "85" }, "confidence", /from 0 to 1/],
    ["an unknown issue", { issue: "weather" }, "issue", /write one of configuration_error/],
    ["an unknown channel", { channels: "[pigeon]" }, "channels.0", /write one of email, sms/],
    [
      "an unknown recipient",
      { recipient: "boss" },
      "recipient",
      /write one of actor, technical, billing, admin/,
    ],
    ["an id with spaces", { id: "my pattern" }, "id", /letters, digits/],
    ["a name that means nothing", { colour: "red" }, "", /colour means nothing here; write id, name/],
  ])("with %s is refused, with the place and what to write", (_what, changes, path, message) => {
    const found = problemsOf(changes);

    expect(found.map((problem) => problem.path)).toContain(path);
    const one = found.find((problem) => problem.path === path);
    expect(one?.file).toBe("broken.yaml");
    expect(one?.message).toMatch(message);
  });

  it("names every problem at once", () => {
    const found = problemsOf({ owner: null, risk: "120", when: "{ once: auth.locked, per: [endpoint] }" });

    expect(found.map(({ path }) => path).sort()).toEqual(["owner", "risk", "when.per"]);
  });

  it("that is not YAML is refused without a stack of parser words", () => {
    expect(() => parsePattern("id: [", "broken.yaml")).toThrow(/^broken\.yaml: /);
    expect(() => parsePattern("just words", "broken.yaml")).toThrow("write one pattern as a YAML mapping");
  });

  it("that tries to fill memory with aliases is refused", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]",
      "c: [*b,*b,*b,*b,*b,*b,*b]",
    ];

    expect(() => parsePattern(bomb.join("\n"), "bomb.yaml")).toThrow(BadPattern);
  });
});

describe("loadLibrary", () => {
  it("replaces a shipped pattern by the tenant's one with the same id and keeps the others", () => {
    const base = loadShipped();
    write("mine.yaml", yaml({ id: "P-001", firstAction: null, playbook: "api-rate-limit.md" }));
    write("new.yaml", yaml());

    const library = loadLibrary(dir, base);

    expect(library.patterns).toHaveLength(base.patterns.length + 1);
    expect(library.patterns.find(({ id }) => id === "P-001")?.name).toBe("Export fails");
    expect(library.version).not.toBe(base.version);
    expect(library.version.split("+")[0]).toBe(base.version.split("+")[0]);
  });

  it("reads the tenant's own playbook before the shipped one", () => {
    write("mine.yaml", yaml({ firstAction: null, playbook: "api-rate-limit.md" }));
    write("playbooks/api-rate-limit.md", "First action: Call Ana.\n\nShe knows this customer.\n");

    const [pattern] = loadLibrary(dir).patterns;

    expect([pattern?.firstAction, pattern?.playbookText]).toEqual(["Call Ana.", "She knows this customer."]);
  });

  it("does not read a playbook outside its folders", () => {
    write("mine.yaml", yaml({ playbook: "../../../../etc/hosts.md" }));

    expect(() => loadLibrary(dir)).toThrow("there is no playbooks/hosts.md");
  });

  it("takes its number from library.yaml and changes its hash with any change", () => {
    write("library.yaml", "version: 7.2");
    write("mine.yaml", yaml());
    const before = loadLibrary(dir).version;
    write("mine.yaml", yaml({ name: "Export is slow" }));

    expect(before).toMatch(/^7\.2\+/);
    expect(loadLibrary(dir).version).not.toBe(before);
  });

  it("refuses two files with one id", () => {
    write("a.yaml", yaml());
    write("b.yaml", yaml());

    expect(() => loadLibrary(dir)).toThrow("b.yaml: id: T-001 is already in a.yaml");
  });

  it("refuses a pattern over the matches of one that is not there, or of one over matches", () => {
    const over = (id: string): string =>
      `{ distinct: person, count: 3, of: { match: ${id} }, within: 5m, per: [account] }`;
    write("a.yaml", yaml({ id: "T-002", when: over("T-009") }));
    write("b.yaml", yaml({ id: "T-003", when: over("T-002") }));

    expect(() => loadLibrary(dir)).toThrow(/there is no pattern T-009\n.*T-002 itself listens to matches/);
  });

  it("says so when the folder is not there", () => {
    expect(() => loadLibrary(join(dir, "nowhere"))).toThrow("is not a folder that can be read");
  });
});

describe("docs/patterns.md", () => {
  const page = readFileSync(new URL("../../docs/patterns.md", import.meta.url), "utf8");

  it("shows a spelling of every kind that is read as it stands", () => {
    const rows = [...page.matchAll(/^\| (\w+) \| `(\{ .+? \})` \|/gm)];

    expect(rows.map(([, kind]) => kind)).toHaveLength(10);
    for (const [, kind, when] of rows) {
      expect(parsePattern(yaml({ when: when ?? "" }), "docs").when.kind).toBe(kind);
    }
  });

  it("explains every field of a pattern file", () => {
    const explained = new Set([...page.matchAll(/`([a-zA-Z]+)`/g)].map(([, name]) => name));

    for (const field of Object.keys(PATTERN_FILE.shape)) expect(explained, field).toContain(field);
  });

  it("begins with a pattern that is read as it stands", () => {
    const example = page.match(/\n\n((?: {4}.*\n)+)/)?.[1]?.replaceAll(/^ {4}/gm, "") ?? "";

    expect(parsePattern(example, "docs").id).toBe("P-001");
  });
});
