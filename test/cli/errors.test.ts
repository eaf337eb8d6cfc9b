import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { aWorld } from "./world.ts";

const MISTAKES: readonly (readonly [what: string, argv: readonly string[], says: RegExp])[] = [
  ["an unknown command", ["florp"], /unknown command 'florp'/],
  ["an unknown command of a group", ["tenant", "florp"], /unknown command 'florp'/],
  ["an unknown option", ["doctor", "--florp"], /unknown option '--florp'/],
  ["a missing argument", ["tenant", "create"], /missing required argument 'id'/],
  ["a missing option", ["backtest"], /required option '--events <file>'/],
  ["a file that is not there", ["backtest", "--events", "none.ndjson"], /There is no file .*none\.ndjson\./],
  [
    "a share that is none",
    ["backtest", "--events", "x", "--holdout", "120"],
    /Write a number from 0 to 100\./,
  ],
  ["a time that is none", ["backtest", "--events", "x", "--at", "yesterday"], /Write a time such as/],
  [
    "a time zone that is none",
    ["backtest", "--events", "x", "--time-zone", "Mars"],
    /"Mars" is not a time zone/,
  ],
  ["a pattern that is not there", ["patterns", "show", "P-999"], /There is no pattern P-999/],
  ["a folder without patterns", ["patterns", "validate", "none"], /is not a folder that can be read/],
  ["a tenant that is not there", ["token", "list", "--tenant", "nobody"], /There is no tenant nobody/],
  ["no tenant at all", ["token", "list"], /There is no tenant yet/],
  ["an id that cannot be", ["tenant", "create", "Big Corp"], /cannot be a tenant's id/],
  [
    "a time zone of a tenant",
    ["tenant", "create", "acme", "--time-zone", "Mars"],
    /"Mars" is not a time zone/,
  ],
  ["a role that is none", ["token", "create", "--role", "boss"], /Allowed choices are/],
  ["two persons at once", ["pause", "--person", "a", "--email", "b@c.de"], /Give one of --person, --email/],
  ["a person and a pattern", ["pause", "--person", "a", "--pattern", "P-001"], /either a person or patterns/],
  ["an end without a person", ["pause", "--until", "7d"], /--until is for a person/],
  ["an erasure of nobody", ["erase"], /Say whom/],
  ["a setting without a value", ["tenant", "settings", "acme", "--set", "name"], /"name" sets nothing/],
  [
    "a setting that is no setting",
    ["tenant", "settings", "acme", "--set", "__proto__.name=x"],
    /names nothing that can be set/,
  ],
];

describe("a mistake", () => {
  it.each(MISTAKES)("is told in one plain line: %s", async (_, argv, says) => {
    const ran = await aWorld().run(...argv);

    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(says);
    expect(ran.err.trimEnd().split("\n")).toHaveLength(1);
    expect(ran.err).not.toMatch(/\(file:|\.ts:\d+|Error:/);
  });

  it("of ours is told without a stack too", async () => {
    const openApp = () => Promise.reject(new TypeError("x is\nnot a function"));

    const ran = await aWorld({ openApp }).run("tenant", "list");

    expect(ran).toMatchObject({
      code: 1,
      out: "",
      err: "Something went wrong that should not: x is not a function\n",
    });
  });

  it("in several pattern files is told file by file", async () => {
    const world = aWorld();
    const folder = join(world.folder, "mine");
    mkdirSync(folder);
    world.write("mine/a.yaml", "id: P-900\n");
    world.write("mine/b.yaml", "id: P-901\nrisk: 500\n");

    const ran = await world.run("patterns", "validate", "mine");

    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^a\.yaml: .*\n/);
    expect(ran.out).toContain("b.yaml: risk: ");
    expect(ran.err).toMatch(/^\d+ things are wrong with these patterns\.\n$/);
  });
});
