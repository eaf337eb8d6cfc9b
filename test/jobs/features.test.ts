import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Event } from "../../server/core/event.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { keepFeatures } from "../../server/jobs/features.ts";
import type { FeatureRow } from "../../server/store/contract.ts";
import { aMatch, NOON } from "../builders.ts";
import { aBatch, anInput } from "../store/batches.ts";
import type { Opened } from "../store/contract/opened.ts";
import { openInFolder } from "../store/sqlite/files.ts";

const MATCH = aMatch({ id: "m1", unit: "account/acme", account: "acme", firedAt: NOON });

let db: Opened;
beforeEach(async () => {
  db = await openInFolder(10);
});
afterEach(() => db.dispose());

/** Events of acme and one match of it, which fired at noon. */
async function lives(...events: readonly Partial<Event>[]): Promise<void> {
  const inputs = events.map((event, i) => anInput(i + 1, { id: `e${i}`, type: "feature.used", ...event }));
  await db.store.commit(aBatch({ inputs, effects: [{ kind: "match", row: MATCH }] }));
}

async function rows(): Promise<FeatureRow[]> {
  const found: FeatureRow[] = [];
  for await (const { table, row } of db.store.exportTenant("t1")) {
    if (table === "features") found.push(row as FeatureRow);
  }
  return found;
}

const everySecond = (count: number, from: number) =>
  Array.from({ length: count }, (_, i) => ({ time: from + i * SECOND }));

describe("the features of a match", () => {
  it("count all of a busy week", async () => {
    await lives(...everySecond(1_200, NOON - 5 * DAY), ...everySecond(1_300, NOON - HOUR));

    await keepFeatures(db.store, NOON);

    expect((await rows())[0]?.features).toMatchObject({
      "feature.used.1h": 1_300,
      "feature.used.1d": 1_300,
      "feature.used.7d": 2_500,
    });
  });

  it("count the people of the events before it, and nobody else", async () => {
    await lives(
      { person: "u1", time: NOON - HOUR },
      { person: "u1", time: NOON - MINUTE },
      { person: null, time: NOON - MINUTE },
      { person: "u2", time: NOON },
    );

    await keepFeatures(db.store, NOON);

    expect((await rows())[0]?.features.persons).toBe(1);
  });
});

describe("the label of a match", () => {
  const ticket = { type: "ticket.created", time: NOON + MINUTE } as const;
  const labels = async () => new Map((await rows()).map(({ id, label }) => [id, label]));

  it("tells of a ticket, also when much happened after it on that day", async () => {
    await lives(ticket, ...everySecond(1_500, NOON + HOUR));
    await keepFeatures(db.store, NOON);

    await keepFeatures(db.store, NOON + 2 * DAY);

    expect((await labels()).get("m1")).toBe(1);
  });

  it("is found behind any number of rows whose label cannot be", async () => {
    const without = {
      tenant: "t1",
      pseudonym: "p",
      at: NOON - DAY,
      kind: "match",
      pattern: "P-001",
    } as const;
    const rest = { segment: null, features: {}, label: null } as const;
    await db.store.saveFeatures(
      Array.from({ length: 450 }, (_, i) => ({ ...without, ...rest, id: `gone-${i}` })),
    );
    await lives(ticket);
    await keepFeatures(db.store, NOON);

    await keepFeatures(db.store, NOON + 2 * DAY);

    expect((await labels()).get("m1")).toBe(1);
    expect((await labels()).get("gone-0")).toBeNull();
  });

  it("is not made up when the events of its day are gone", async () => {
    await lives();
    await keepFeatures(db.store, NOON);

    expect(await keepFeatures(db.store, NOON + 91 * DAY)).toEqual({ rows: 0, labels: 0 });
  });
});
