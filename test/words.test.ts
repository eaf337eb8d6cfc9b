import { describe, expect, it } from "vitest";
import { projectFiles, readProjectFile } from "./support/source.ts";

/** Words that docs/words.md has others for. Where records of before are read they stand as what they are: old. */
const READS_OLD_WORDS = new Set([
  "server/core/renamed.ts",
  "server/http/api/alerts.ts",
  "server/store/shapes/audit.ts",
  "server/store/shapes/control.ts",
  "server/store/sqlite/migrations/0006-words.ts",
]);

interface Dead {
  readonly word: string;
  readonly now: string;
  readonly found: RegExp;
  /** Where it has no other meaning. */
  readonly within?: RegExp;
}

const DEAD: readonly Dead[] = [
  // A process is killed, and says so in a sentence.
  {
    word: "killed, as a reason",
    now: "switched_off",
    found: /["'`]killed["'`]|\bkilled\??: (?:boolean|flag|true|false)|\.killed\b|isKilled/,
  },
  { word: "acked", now: "acknowledged", found: /\backed\b/i },
  { word: "ack", now: "acknowledge", found: /["'`]ack["'`]|alert[._]ack["'`]|\/ack\b/ },
  { word: "straggler", now: "out of order", found: /straggl/i },
  {
    word: "lane, in one process",
    now: "addressee, or queue",
    found: /\blanes?\b|[a-z]Lanes?\b|\blane[A-Z]/,
    within: /^server\/core\//,
  },
  {
    word: "replay, alone",
    now: "refold, or log replay",
    found: /(?<!log )\breplay\w*|\wReplay/i,
    within: /^server\/core\/(?:matching|engine)\//,
  },
  { word: "history, as a control or reason", now: "backfill", found: /\bkind: "history"|case "history"/ },
];

const FILES = ["server/**/*.ts", "sidebar-app/**/*.{ts,tsx}", "translations/*.json"].flatMap(projectFiles);

function deadIn(path: string, text: string): readonly string[] {
  return DEAD.filter(({ found, within = /^/ }) => within.test(path) && found.test(text)).map(
    ({ word, now }) => `${path}: ${word}; it is ${now}`,
  );
}

describe("a word that another one has taken the place of", () => {
  it("is said nowhere", () => {
    expect(FILES.length).toBeGreaterThan(500);
    const said = FILES.filter((path) => !READS_OLD_WORDS.has(path)).flatMap((path) =>
      deadIn(path, readProjectFile(path)),
    );

    expect(said).toEqual([]);
  });

  it("stands where records of before are read", () => {
    for (const path of READS_OLD_WORDS) expect(deadIn(path, readProjectFile(path)), path).not.toEqual([]);
  });

  it.each([
    ["server/core/planted.ts", 'return stop("killed");'],
    ["server/flow/planted.ts", "if (facts.killed) return;"],
    ["translations/planted.json", '{ "killed": "switched off" }'],
    ["server/core/planted.ts", 'state: "acked"'],
    ["server/http/planted.ts", 'path: "/alerts/:id/ack"'],
    ["server/core/planted.ts", 'case "history":'],
    ["server/flow/planted.ts", "// a straggler"],
    ["server/core/matching/planted.ts", "log.setLane(at, one);"],
    ["server/core/matching/planted.ts", "keepReplay(cell);"],
    ["server/core/engine/planted.ts", "// what the replay believes"],
  ])("would be noticed in %s: %s", (path, text) => {
    expect(deadIn(path, text)).toHaveLength(1);
  });

  it.each([
    "// a server that was killed",
    "const { history } = pattern;",
    "acknowledged",
    "const back = 1;",
    "// what the log replay believes",
  ])("is not seen in: %s", (text) => {
    expect(deadIn("server/core/planted.ts", text)).toEqual([]);
  });
});
