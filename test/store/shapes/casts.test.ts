import { describe, expect, it } from "vitest";
import { projectFiles, readProjectFile } from "../../support/source.ts";
import { castsInStore, castsOfJson } from "../../support/stored-casts.ts";

const all = (pattern: string) => projectFiles(pattern).map((path) => ({ path, text: readProjectFile(path) }));

describe("the store", () => {
  it("takes nothing that is stored for a type that it was not seen to have", () => {
    const files = all("server/store/**/*.ts");

    expect(files.length).toBeGreaterThan(60);
    expect(files.flatMap(({ path, text }) => castsInStore(path, text))).toEqual([]);
  });

  it.each([
    "const row = JSON.parse(body) as Decision;",
    "const row: Decision = JSON.parse(body);",
    "const row = JSON.parse(body);",
    "const intent = vault.unwrapJson(place, value) as Intent;",
    "const opened = vault.unseal(key, of, place, sealed); const details = opened as ContactDetails;",
    "const rows = read() as unknown as Row[];",
    "const row = <Decision>JSON.parse(body);",
    'const all = connection.query<{ kind: "person" | "account" }>("SELECT i.kind FROM identities i");',
    'const all = connection.filtered<{ band: Band }>("SELECT s.band FROM scores s");',
    'interface Row { role: "a" | "b" }\nconst all = connection.query<Row>("SELECT t.role FROM tokens t");',
  ])("would be caught at: %s", (text) => {
    expect(castsInStore("server/store/sqlite/planted.ts", text)).not.toEqual([]);
  });

  it("may name types, and look at what it reads", () => {
    const text = `
      const row = readDecision(body, "here");
      const opened = readIntent(vault.unwrapJson(place, value), "here");
      const KINDS = ["account", "person"] as const;
      const all = connection.query<{ kind: string; no: number }>("SELECT ...");
      // JSON.parse(body) as Decision in a comment is only words.
    `;

    expect(castsInStore("server/store/sqlite/planted.ts", text)).toEqual([]);
  });
});

describe("whoever works with what the store gives", () => {
  /** What no version but the one that reads it ever writes. */
  const OWN = new Set([
    "server/actions/events-file/sort.ts", // a file that sorting makes for itself, and removes
    "server/app/version.ts", // our own package.json
  ]);

  it("takes no JSON for a type", () => {
    const files = all("server/{app,reads,actions,core,flow,jobs}/**/*.ts");
    const casts = files
      .filter(({ path }) => !OWN.has(path))
      .flatMap(({ path, text }) => castsOfJson(path, text));

    expect(files.length).toBeGreaterThan(100);
    expect(casts).toEqual([]);
  });

  it.each([
    "const patterns = JSON.parse(content) as readonly Pattern[];",
    "const patterns: readonly Pattern[] = JSON.parse(content);",
    "const patterns: readonly Pattern[] = content === null ? [] : JSON.parse(content);",
    "const patterns = (JSON.parse(content) ?? []) as Pattern[];",
    "const patterns = <Pattern[]>JSON.parse(content);",
  ])("would be caught at: %s", (text) => {
    expect(castsOfJson("server/app/planted.ts", text)).toHaveLength(1);
  });

  it("may look at it as what nobody knows", () => {
    expect(castsOfJson("server/app/planted.ts", "const value: unknown = JSON.parse(text);")).toEqual([]);
  });
});
