import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Connection } from "../../../server/store/sqlite/durability/connection.ts";
import { type Migration, migrate } from "../../../server/store/sqlite/durability/migrate.ts";
import { MIGRATIONS } from "../../../server/store/sqlite/migrations/index.ts";
import { newFolder, storeAt } from "./files.ts";

let folder: string;
let file: string;
let connection: Connection;
beforeEach(() => {
  folder = newFolder();
  file = join(folder, "m.db");
  connection = new Connection(file);
  connection.open();
});
afterEach(() => {
  connection.close();
  rmSync(folder, { recursive: true, force: true });
});

const numbers = () =>
  connection
    .query<{ n: number }>("SELECT n FROM t ORDER BY n")
    .all()
    .map(({ n }) => n);

/** Makes a table, fills it in three slices, and adds a column; breaks down in the slice asked for. */
function threeSteps(breaksAt: number): Migration {
  return {
    version: 1,
    name: "numbers",
    steps: [
      "CREATE TABLE t (n INTEGER PRIMARY KEY); INSERT INTO t VALUES (0)",
      (db) => {
        const next = (db.query<{ n: number }>("SELECT max(n) AS n FROM t").get()?.n ?? 0) + 1;
        db.query("INSERT INTO t VALUES (?)").run(next);
        if (next === breaksAt) throw new Error("the power went");
        return next < 3 ? "more" : "done";
      },
      "ALTER TABLE t ADD COLUMN extra TEXT",
    ],
  };
}

describe("a migration", () => {
  it("that is interrupted goes on where it stopped, with no step twice", () => {
    expect(() => migrate(connection, [threeSteps(2)])).toThrow(
      "migration 1 (numbers) stopped in step 2: the database did not take part: the power went",
    );
    expect(numbers()).toEqual([0, 1]);
    connection.close();
    connection.open();

    expect(migrate(connection, [threeSteps(0)])).toBe(1);

    expect(numbers()).toEqual([0, 1, 2, 3]);
    expect(connection.query("SELECT extra FROM t").all()).toHaveLength(4);
  });

  it("runs once, and later ones after it", () => {
    const more: Migration = { version: 2, name: "more", steps: ["INSERT INTO t (n) VALUES (9)"] };

    migrate(connection, [threeSteps(0)]);
    expect(migrate(connection, [threeSteps(0), more])).toBe(2);
    expect(migrate(connection, [threeSteps(0), more])).toBe(2);

    expect(numbers()).toEqual([0, 1, 2, 3, 9]);
    expect(connection.db.pragma("user_version", { simple: true })).toBe(2);
  });

  it("is not tried on a database that a newer version wrote", () => {
    migrate(connection, [threeSteps(0), { version: 2, name: "newer", steps: [] }]);
    migrate(connection, [threeSteps(0), { version: 2, name: "newer", steps: ["SELECT 1"] }]);

    expect(() => migrate(connection, [threeSteps(0)])).toThrow(
      "start the newer version, or restore a backup from before it.",
    );
  });
});

describe("the shipped migrations", () => {
  it("are numbered without a gap", () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  });

  it.each([1, 4, 7])("resume when the first start was killed in step %d", async (killedIn) => {
    const [first] = MIGRATIONS;
    if (first === undefined) throw new Error("there is no migration");
    const boom = () => {
      throw new Error("killed");
    };
    const steps = first.steps.map((step, i) => (i + 1 === killedIn ? boom : step));
    expect(() => migrate(connection, [{ ...first, steps }])).toThrow("killed");
    connection.close();

    const store = storeAt(file);
    await store.open();

    expect(Object.values(await store.counts()).every((n) => n === 0)).toBe(true);
    await store.close();
  });
});
