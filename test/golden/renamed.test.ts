import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogInput, Store } from "../../server/store/contract.ts";
import { Connection } from "../../server/store/sqlite/durability/connection.ts";
import { openSqliteStore } from "../../server/store/sqlite/store.ts";
import { SECRET_KEY, type Unpacked, unpack } from "./databases.ts";
import { logAfter } from "./life/server.ts";
import { remove, TENANTS } from "./open.ts";

/** What version 1 wrote in words that are no more: through each door it comes out in those of today. */
describe("the database 1-stopped", () => {
  let database: Unpacked;
  let store: Store;
  let log: readonly LogInput[];
  /** Rows of the untouched file, by table and word. */
  const before = { killedDecisions: 0, ackedAlerts: 0, killedFacts: 0, acks: 0 };
  beforeAll(async () => {
    database = unpack("1-stopped");
    const connection = new Connection(database.file);
    connection.open();
    const count = (sql: string) => connection.query<{ n: number }>(sql).get()?.n ?? 0;
    before.killedDecisions = count("SELECT count(*) AS n FROM decisions WHERE reason = 'killed'");
    before.ackedAlerts = count("SELECT count(*) AS n FROM alerts WHERE state = 'acked'");
    before.killedFacts = count(
      `SELECT count(*) AS n FROM inputs WHERE data LIKE '{"kind":"claim"%"killed":%'`,
    );
    before.acks = count(`SELECT count(*) AS n FROM inputs WHERE data LIKE '{"kind":"alert"%"action":"ack"%'`);
    connection.close();
    store = openSqliteStore({
      file: database.file,
      secretKey: SECRET_KEY,
      now: () => database.expected.now,
    });
    await store.open();
    log = await logAfter(store, 0);
  });
  afterAll(async () => {
    await store.close();
    remove(database);
  });

  const controls = () => log.flatMap(({ body }) => ("control" in body ? [body.control] : []));
  const all = async <Row>(
    list: (
      tenant: string,
      after: { after?: string },
    ) => Promise<{ rows: readonly Row[]; next: string | null }>,
  ): Promise<readonly Row[]> => {
    const rows: Row[] = [];
    for (const tenant of TENANTS) {
      for (let after: string | null | undefined; after !== null; ) {
        const page = await list(tenant, after === undefined ? {} : { after });
        rows.push(...page.rows);
        after = page.next;
      }
    }
    return rows;
  };

  it("has the old words in it", () => {
    expect(Math.min(...Object.values(before))).toBeGreaterThan(0);
  });

  it("gives claims of the log with what was switched off", () => {
    const facts = controls().flatMap((control) =>
      control.kind === "claim" && control.facts !== null ? [control.facts] : [],
    );

    expect(facts.length).toBe(before.killedFacts);
    expect(facts.filter(({ switchedOff }) => typeof switchedOff === "boolean").length).toBe(facts.length);
    expect(facts.some((each) => "killed" in each)).toBe(false);
  });

  it("gives what was done to alerts", () => {
    const actions = controls().flatMap((control) => (control.kind === "alert" ? [control.action] : []));

    expect(actions.filter((action) => action === "acknowledge").length).toBe(before.acks);
    expect(actions).not.toContain("ack");
  });

  it("gives decisions, and counts them, under the reason of today", async () => {
    const rows = await all((tenant, after) => store.decisions(tenant, { ...after, limit: 200 }));
    const off = rows.filter(({ reason }) => reason === "switched_off");
    const [one] = off;
    if (one === undefined) throw new Error("nothing was switched off");
    const { byReason24h } = await store.summary(one.tenant, one.at + 1);

    expect(off.length).toBe(before.killedDecisions);
    expect(rows.map(({ reason }) => reason)).not.toContain("killed");
    expect([byReason24h.switched_off, byReason24h.killed]).toEqual([1, undefined]);
  });

  it("finds alerts by the state of today", async () => {
    const rows = await all((tenant, after) =>
      store.alerts(tenant, { ...after, state: "acknowledged", limit: 200 }),
    );

    expect(rows.length).toBe(before.ackedAlerts);
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(["acknowledged"]));
  });
});
