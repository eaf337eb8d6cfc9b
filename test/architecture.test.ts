import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { ambientUses, environmentReads } from "./support/ambient.ts";
import { circlesIn } from "./support/circles.ts";
import { importsOf } from "./support/imports.ts";
import { breach } from "./support/layers.ts";
import { projectFiles, readProjectFile } from "./support/source.ts";
import { vendorsNamed } from "./support/vendors.ts";

const sources = projectFiles("{bin,server,slack-app,sidebar-app,in-app,test,bench}/**/*.{js,ts,tsx}").map(
  (path) => ({
    path,
    text: readProjectFile(path),
  }),
);
const breachesIn = (path: string, text: string) =>
  importsOf(path, text)
    .map(breach)
    .filter((line) => line !== undefined);

describe("who may import whom", () => {
  it("holds for every import of every file", () => {
    const imports = sources.flatMap(({ path, text }) => importsOf(path, text));

    expect(imports.map(breach).filter((line) => line !== undefined)).toEqual([]);
    expect(sources.length).toBeGreaterThan(20);
    expect(imports.length).toBeGreaterThan(50);
  });

  it.each([
    ["server/core/score.ts", 'import { hashId } from "../lib/ids.ts";', "core imports only core"],
    ["server/core/score.ts", 'import type { Store } from "../store/contract.ts";', "core imports only core"],
    ["server/core/score.ts", 'export * from "../lib/ids.ts";', "core imports only core"],
    ["server/core/score.ts", 'type X = import("../lib/ids.ts").X;', "core imports only core"],
    ["server/core/score.ts", 'const z = require("zod");', "core imports only core"],
    ["server/core/score.ts", 'import { hash } from "node:crypto";', "core imports only core"],
    ["server/lib/ids.ts", 'import type { Event } from "../core/event.ts";', "lib imports no other folder"],
    ["server/http/wire.ts", 'import type { Event } from "../core/event.ts";', "wire.ts imports the reply"],
    ["server/http/wire.ts", 'import type { z } from "zod";', "wire.ts imports the reply"],
    ["server/http/wire.ts", 'import { decision } from "./api/replies.ts";', "as types"],
    ["server/http/wire.ts", 'export * from "./api/replies/records.ts";', "as types"],
    [
      "server/http/api/replies/risk.ts",
      'import type { Tracked } from "../../../flow/contract.ts";',
      "a reply schema",
    ],
    ["server/http/api/replies/risk.ts", 'import { iso } from "../present.ts";', "a reply schema"],
    ["server/store/contract.ts", 'import { DAY } from "../core/time.ts";', "as types"],
    [
      "server/integrations/twilio/channel.ts",
      'import { settings } from "../sendgrid/settings.ts";',
      "an integration",
    ],
    [
      "server/integrations/twilio/channel.ts",
      'import { deliver } from "../../flow/deliver.ts";',
      "an integration",
    ],
    ["server/integrations/twilio/channel.ts", 'import { DAY } from "../../core/time.ts";', "as types"],
    ["server/integrations/twilio/channel.ts", 'import mail from "@sendgrid/mail";', "imported in"],
    ["server/integrations/twilio/channel.ts", 'import axios from "axios";', "an integration"],
    ["server/actions/pause.ts", 'import { conflict } from "../http/problem.ts";', "an action imports"],
    ["server/actions/pause.ts", 'import { open } from "../store/sqlite/store.ts";', "an action imports"],
    ["server/actions/pause.ts", 'import { createPipeline } from "../flow/pipeline.ts";', "as types"],
    ["server/flow/deliver.ts", 'import { open } from "../store/sqlite/store.ts";', "flow imports"],
    ["server/flow/deliver.ts", 'const x = await import("../integrations/twilio/index.ts");', "flow imports"],
    ["server/flow/deliver.ts", 'import { z } from "zod";', "flow imports"],
    [
      "server/http/api.ts",
      'import { twilio } from "../integrations/twilio/index.ts";',
      "adapters as arguments",
    ],
    ["server/http/api.ts", 'import { open } from "../store/sqlite/store.ts";', "adapters as arguments"],
    ["server/http/api.ts", 'import { loadConfig } from "../config.ts";', "as types"],
    ["server/http/api.ts", 'import { start } from "../app.ts";', "adapters as arguments"],
    ["server/jobs/send.ts", 'import Database from "better-sqlite3";', "imported in"],
    ["server/app.ts", 'import { aPerson } from "../test/builders.ts";', "nothing outside it"],
    ["server/cli/serve.ts", 'import { main } from "../main.ts";', "commands know"],
    ["sidebar-app/panel.tsx", 'import { name } from "../server/http/wire.ts";', "as types"],
    ["sidebar-app/panel.tsx", 'import type { Event } from "../server/core/event.ts";', "a browser app"],
    ["bin/forestall.js", 'import { Command } from "commander";', "before anything is installed"],
    ["elsewhere/file.ts", 'import { z } from "zod";', "no rule says"],
  ])("finds the bad import planted in %s: %s", (path, text, rule) => {
    expect(breachesIn(path, text)).toEqual([expect.stringContaining(rule)]);
  });

  it.each([
    [
      "server/core/score.ts",
      'import { DAY } from "./time.ts"; import type { Cells } from "./matching/contract.ts";',
    ],
    ["server/store/contract.ts", 'import type { Event } from "../core/event.ts";'],
    [
      "server/integrations/twilio/channel.ts",
      'import twilio from "twilio"; import { hash } from "node:crypto";',
    ],
    [
      "server/integrations/sendgrid/mail.ts",
      'import type { Event } from "../../core/event.ts"; import "../contract.ts";',
    ],
    [
      "server/flow/deliver.ts",
      'import type { Store } from "../store/contract.ts"; import "../lib/clock.ts";',
    ],
    ["server/http/api.ts", 'import type { Config } from "../config.ts"; import express from "express";'],
    [
      "server/http/wire.ts",
      'import type * as replies from "./api/replies.ts"; export type { Page } from "./api/replies/frame.ts";',
    ],
    [
      "server/http/api/replies/risk.ts",
      'import { z } from "zod"; import { REASONS } from "../../../core/decision.ts"; import "./base.ts";',
    ],
    ["server/app.ts", 'import { open } from "./store/sqlite/store.ts";'],
    [
      "sidebar-app/panel.tsx",
      'import type { Risk } from "../server/http/wire.ts"; import { h } from "preact";',
    ],
  ])("lets pass what is right in %s", (path, text) => {
    expect(breachesIn(path, text)).toEqual([]);
  });

  it("takes no comment or string for an import, and refuses one that cannot be read", () => {
    expect(importsOf("server/core/a.ts", '// import "x";\nconst text = `import "y"`;')).toEqual([]);
    expect(() => importsOf("server/http/a.ts", "await import(name);")).toThrow("server/http/a.ts:1");
  });
});

describe("circles of imports", () => {
  const planted = (files: Readonly<Record<string, string>>) =>
    circlesIn(Object.entries(files).flatMap(([path, text]) => importsOf(path, text)));

  it("are nowhere, of types neither", () => {
    expect(circlesIn(sources.flatMap(({ path, text }) => importsOf(path, text)))).toEqual([]);
  });

  it("would be found, also when they are long, or of types alone", () => {
    expect(
      planted({
        "server/a.ts": 'import { b } from "./b.ts"; import "./d.ts";',
        "server/b.ts": 'import type { C } from "./c.ts";',
        "server/c.ts": 'export type { A } from "./a.ts";',
        "server/d.ts": 'import "./b.ts";',
      }),
    ).toEqual(["server/a.ts -> server/b.ts -> server/c.ts -> server/a.ts", expect.stringContaining("d.ts")]);
    expect(planted({ "server/a.ts": 'type Self = import("./a.ts").Self;' })).toEqual([
      "server/a.ts -> server/a.ts",
    ]);
  });

  it("are not where two ways lead to the same file", () => {
    const files = {
      "server/a.ts": 'import "./b.ts"; import "./c.ts";',
      "server/b.ts": 'import "./d.ts";',
      "server/c.ts": 'import "./d.ts";',
      "server/d.ts": 'import { z } from "zod";',
    };

    expect(planted(files)).toEqual([]);
  });
});

describe("a folder of many files", () => {
  const files = projectFiles("{server,sidebar-app,test,bench}/**/*.*");
  const byFolder = Map.groupBy(files, (path) => posix.dirname(path));
  const isNoReadme = (path: string) => posix.basename(path) !== "README.md";
  const readmes = files.filter((path) => !isNoReadme(path));

  it("has a README.md that says where to begin", () => {
    const large = [...byFolder]
      .filter(([, inside]) => inside.filter(isNoReadme).length > 10)
      .map(([folder]) => folder);

    expect(large.length).toBeGreaterThan(20);
    expect(large.filter((folder) => !readmes.includes(`${folder}/README.md`))).toEqual([]);
  });

  it("is not told of files that are gone", () => {
    const named = readmes.flatMap((readme) =>
      [...readProjectFile(readme).matchAll(/`([\w./-]+\.(?:tsx?|js|json|yaml|md)|[\w./-]+\/)`/g)].map(
        ([, name = ""]) => ({ readme, path: posix.join(posix.dirname(readme), name) }),
      ),
    );
    const exists = (path: string) => files.includes(path) || files.some((file) => file.startsWith(path));

    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(({ path }) => !exists(path))).toEqual([]);
  });
});

describe("the core", () => {
  const core = sources.filter(({ path }) => path.startsWith("server/core/"));

  it("takes time, chance, input and output from nowhere but its arguments", () => {
    expect(core.length).toBeGreaterThan(5);
    // The engine is the part that must not know what time it is: it has to be among what is read here.
    expect(core.map(({ path }) => path)).toContain("server/core/engine/assess.ts");
    expect(core.flatMap(({ path, text }) => ambientUses(path, text))).toEqual([]);
  });

  it.each([
    "const now = Date.now();",
    "const now = Date['now']();",
    "const { now } = Date;",
    "const today = new Date();",
    "const noon = new Date(2026, 2, 2, 12);",
    "const text = Date();",
    "const hour = new Date(time).getHours();",
    "names.sort((a, b) => a.localeCompare(b));",
    "const chance = Math.random();",
    "const id = crypto.randomUUID();",
    "const id = globalThis.crypto.randomUUID();",
    "const home = process.cwd();",
    "const took = performance.now();",
    "void fetch('https://example.com');",
    "setTimeout(() => {}, 1);",
    "console.log('seen');",
    "const here = import.meta.url;",
    "const at = Temporal.Now.instant();",
    "const all = { process };",
  ])("would be caught at: %s", (text) => {
    expect(ambientUses("server/core/planted.ts", text)).not.toEqual([]);
  });

  it("may reckon with times it is given, and use common words as names", () => {
    const text = `
      // Date.now() and Math.random() in a comment are only words.
      const at: Date = new Date(time);
      const noon = Date.UTC(2026, 2, 2, 12) + at.getUTCHours();
      const zone = new Intl.DateTimeFormat("en", { timeZone });
      interface Step { readonly process: string; fetch(): void }
      const shown = step.process + "fetch" + { console: 1 }.console;
    `;

    expect(ambientUses("server/core/planted.ts", text)).toEqual([]);
  });
});

describe("the rules and the flow", () => {
  const inside = sources.filter(({ path }) => /^server\/(core|flow)\//.test(path));

  it("know no vendor", () => {
    expect(inside.flatMap(({ path, text }) => vendorsNamed(path, text))).toEqual([]);
    expect(inside.length).toBeGreaterThan(20);
  });

  it.each([
    'const system = "zendesk";',
    "const wait = twilioDelay(1);",
    "const link = `https://dashboard.stripe.com`;",
    'import { names } from "./sentry-names.ts";',
    "type Kind = 'sendgrid' | 'other';",
  ])("would be caught at: %s", (text) => {
    expect(vendorsNamed("server/core/planted.ts", text)).not.toEqual([]);
  });

  it("may name one in a comment", () => {
    expect(vendorsNamed("server/core/planted.ts", "// As Stripe does.\nconst reports = 3;")).toEqual([]);
  });
});

describe("the environment", () => {
  const readers = sources.filter(({ path }) => /^(server|slack-app|sidebar-app|in-app)\//.test(path));

  it("is read by main.ts alone", () => {
    const others = readers.filter(({ path }) => path !== "server/main.ts");

    expect(others.flatMap(({ path, text }) => environmentReads(path, text))).toEqual([]);
  });

  it.each([
    "const { PORT } = process.env;",
    "const e = process['env'];",
    'import { env } from "node:process";',
  ])("would be caught at: %s", (text) => {
    expect(environmentReads("server/http/planted.ts", text)).toHaveLength(1);
  });
});
