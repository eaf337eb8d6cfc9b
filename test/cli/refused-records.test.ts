import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { startServer } from "../../server/app.ts";
import { controlHandlers } from "../../server/cli/methods.ts";
import { createLogger } from "../../server/lib/log.ts";
import { KnownSecrets } from "../../server/lib/redact.ts";
import { as, aWorld, type World } from "./world.ts";

/** A database as a version to come might leave it, or somebody with an editor. */
function change(world: World, sql: string): void {
  const file = join(world.config.dataDir, "forestall.db");
  const db = new Database(file);
  db.exec(sql);
  db.close();
  // It was changed on purpose.
  rmSync(`${file}-sums`, { force: true });
}

const NEWER = `UPDATE inputs SET data = json_set(data, '$.shape', 9) WHERE name = 'settings'`;
const BROKEN = `UPDATE inputs SET data = json_set(data, '$.settings.timeZone', 17) WHERE name = 'settings'`;

describe("a log with a record that this version cannot read", () => {
  it.each([
    [
      "of a newer version",
      NEWER,
      /^A record was written by a newer version of Forestall \(shape 9 of a control, this one knows \d+; record \d+ of the log\): start the newer version, or restore a backup from before it\.\n$/,
    ],
    [
      "that fits nothing",
      BROKEN,
      /^A record cannot be read as a control: its field settings\.timeZone is missing or something else \(record \d+ of the log\)\. Restore a backup from before it was changed\.\n$/,
    ],
  ])("is refused at the start, in one line: one %s", async (_, sql, says) => {
    const world = aWorld();
    await world.run("tenant", "create", "acme");
    change(world, sql);

    const ran = await world.run("doctor");

    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(says);
    expect(ran.out).toBe("");
  });

  it("is not kept from whoever can read it", async () => {
    const world = aWorld();
    await world.run("tenant", "create", "acme");
    change(world, NEWER);
    await world.run("doctor");
    change(world, `UPDATE inputs SET data = json_remove(data, '$.shape') WHERE name = 'settings'`);

    expect(as<unknown>(await world.run("tenant", "list", "--json"))).toHaveLength(1);
  });
});

describe("a record that this version cannot read", () => {
  const row = { shape: 9, id: "d1", person: "ana@example.com" };
  const decision = `INSERT INTO decisions (tenant, id, match, kind, reason, at, simulated, body)
    VALUES (1, 'd1', 'm1', 'send', 'none', 1, 0, '${JSON.stringify(row)}')`;

  it("is passed over in a list, which says so, with one line in the log and nothing of it outside", async () => {
    const world = aWorld();
    await world.run("tenant", "create", "acme");
    const { token } = as<{ readonly token: string }>(
      await world.run("token", "create", "--tenant", "acme", "--role", "admin", "--json"),
    );
    change(world, decision);
    const lines: string[] = [];
    const log = createLogger({
      level: "error",
      secrets: new KnownSecrets(),
      destination: { write: (line) => void lines.push(line) },
    });
    const running = await startServer(world.config, { handlers: controlHandlers, log });
    const get = (path: string) =>
      fetch(`${running.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });

    const [list, again, single] = [await get("/decisions"), await get("/decisions"), await get("/trace/d1")];
    const [body, refusal] = [await again.text(), await single.text()];
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    const doctor = await world.run("doctor", "--tenant", "acme");
    await running.close();

    expect(list.status).toBe(200);
    expect(JSON.parse(body)).toEqual({ items: [], next: null, unreadable: 1 });
    expect(JSON.parse(refusal)).toMatchObject({ status: 500, type: "urn:forestall:problem:internal" });
    expect(body + refusal).not.toMatch(/shape|newer|ana@example|decisions/);
    expect(metrics).toContain("forestall_unreadable_records 1");
    expect(doctor.out).toContain("1 record cannot be read; the others go on without");
    expect(doctor.out).toContain("shape 9 of a decision");
    const told = lines.filter((line) => line.includes("shape 9 of a decision"));
    // Once for the record, and once for the request that had to have it.
    const messages = told.map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
    expect(messages.filter((each) => each === "a record cannot be read; the others go on")).toHaveLength(1);
    expect(messages).toHaveLength(2);
    expect(lines.join()).not.toContain("ana@example.com");
  });

  it("is told in one line by a command of a running server, too", async () => {
    const world = aWorld();
    await world.run("tenant", "create", "acme");
    change(world, decision);
    await world.serve();

    const ran = await world.run("export", "--tenant", "acme", "--out", join(world.folder, "out.ndjson"));

    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/\(shape 9 of a decision, this one knows \d+; row 1 of decisions\)/);
    expect(ran.err.trim().split("\n")).toHaveLength(1);
  });
});
