import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { REASONS } from "../../server/core/decision.ts";
import type { Delivery } from "../../server/core/delivery.ts";
import { kindOf } from "../../server/core/tenant.ts";
import { DAY, HOUR } from "../../server/core/time.ts";
import { THIS_ENGINE } from "../../server/core/unit-upgrades.ts";
import { sized } from "../support/size.ts";
import { databases, type Unpacked, unpack } from "./databases.ts";
import type { Facts, PersonFact } from "./facts.ts";
import { POINTS } from "./first-start.ts";
import { until } from "./life/life.ts";
import { RAISED, type Reopened, remove, reopen, TENANTS } from "./open.ts";

const MINUTES_FIVE = 300_000;
const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function unpacked(name: string): Unpacked {
  const database = unpack(name);
  undo.push(() => remove(database));
  return database;
}

async function reopened(database: Unpacked, options: Parameters<typeof reopen>[1] = {}): Promise<Reopened> {
  const again = await reopen(database, options);
  undo.push(() => again.close());
  return again;
}

/** Each database with the engine of this version, and with the one after it; in short, what is hardest. */
const EACH = databases().flatMap((name) =>
  [THIS_ENGINE, RAISED].map((engine) => ({ name, engine, version: engine.version })),
);
const OPENED = EACH.filter(({ name, engine }) => sized(name.endsWith("killed") && engine === RAISED, true));

describe.each(OPENED)(
  "the database $name of an earlier version, opened by engine $version",
  ({ name, engine }) => {
    it("has everything in it that must not be lost", () => {
      const { expected } = unpacked(name);
      const reasons = new Set(
        expected.pursuits.filter(({ state }) => state === "held").map(({ reason }) => reason),
      );
      const states = new Set(expected.deliveries.map(({ status }) => status));
      const has = (said: (person: PersonFact) => boolean) => expected.persons.some(said);

      expect([...reasons].sort()).toEqual(
        expect.arrayContaining(["cooldown", "incident", "paused", "snoozed"]),
      );
      expect(expected.pursuits.some(({ state }) => state === "review")).toBe(true);
      expect([...states].sort()).toEqual(expect.arrayContaining(["in_doubt", "queued", "sent"]));
      expect(states.has("sending")).toBe(name.endsWith("killed"));
      expect(new Set(expected.alerts.map(({ state }) => state)).size).toBeGreaterThan(2);
      expect(has(({ stoppedAt }) => stoppedAt !== null && stoppedAt < expected.oldestEvent)).toBe(true);
      expect(
        has(({ consent }) => consent.email === false) && has(({ consent }) => consent.sms === true),
      ).toBe(true);
      expect(has(({ roles }) => roles.length > 1) && has(({ muted }) => Object.keys(muted).length > 0)).toBe(
        true,
      );
      expect(has(({ tickets }) => tickets.some(({ open }) => open))).toBe(true);
      expect(expected.now - expected.oldestEvent).toBeLessThan(91 * DAY);
      expect(expected.checkpoint < expected.lastSeq).toBe(name.endsWith("killed"));
    });

    it(
      "would lose people's words if units were made from the log alone",
      async () => {
        const database = unpacked(name);
        const forgetful = await reopened(database, {
          wrap: (store) => ({ ...store, loadUnits: async () => [], checkpoint: async () => 0 }),
        });

        const lost = lostIn(database.expected, await forgetful.facts());

        expect(lost.stops).not.toEqual([]);
        expect(lost.consents).not.toEqual([]);
        expect(lost.roles).not.toEqual([]);
      },
      MINUTES_FIVE,
    );

    it(
      "is opened with every stop, consent, role, hold and plan as it was",
      async () => {
        const database = unpacked(name);
        const again = await reopened(database, { engine });

        expectKept(database.expected, await again.facts());
      },
      MINUTES_FIVE,
    );

    it(
      "sends nothing twice and loses nothing that waits, over the next two days",
      async () => {
        const database = unpacked(name);
        const again = await reopened(database, { engine });

        await liveOn(again, database.expected);

        expect(sentTwice(database, again)).toEqual([]);
        expect(await unexplained(database.expected, again)).toEqual([]);
        expect(again.left.length).toBeGreaterThan(0);
      },
      MINUTES_FIVE,
    );

    it.each(POINTS)(
      "loses nothing when the first start is killed (%s)",
      async (point) => {
        const database = unpacked(name);
        writeFileSync(join(database.dir, "expected.json"), JSON.stringify(database.expected));

        const script = join(import.meta.dirname, "first-start.ts");
        const { signal, stderr } = spawnSync(
          process.execPath,
          [script, database.dir, point, String(engine.version)],
          {
            encoding: "utf8",
          },
        );

        expect([signal, stderr]).toEqual(["SIGKILL", ""]);
        const again = await reopened(database, { engine });
        expect(lostIn(database.expected, await again.facts())).toEqual({
          stops: [],
          consents: [],
          roles: [],
          mutes: [],
        });
        // What that start sent itself, no channel of this process counted; the rows tell.
        const left = await outOf(again);
        await liveOn(again, database.expected);
        expect(sentTwice(database, again, left)).toEqual([]);
      },
      MINUTES_FIVE,
    );
  },
);

function expectKept(expected: Facts, now: Facts): void {
  expect(now.persons).toEqual(expected.persons);
  expect(now.deliveries).toEqual(expected.deliveries);
  expect(now.pursuits).toEqual(expected.pursuits);
  expect(now.alerts).toEqual(expected.alerts);
  expect(now.incidents).toEqual(expected.incidents);
}

/** Whose words are not known any more. */
function lostIn(expected: Facts, now: Facts) {
  const known = new Map(now.persons.map((person) => [nameOf(person), person]));
  const lost = (isThere: (was: PersonFact, is: PersonFact | undefined) => boolean) =>
    expected.persons.filter((was) => !isThere(was, known.get(nameOf(was)))).map(nameOf);
  return {
    stops: lost((was, is) => was.stoppedAt === null || (is?.stoppedAt ?? null) !== null),
    consents: lost((was, is) => sameWords(was.consent, is?.consent ?? {})),
    roles: lost((was, is) => sameWords(was.roles, is?.roles ?? [])),
    mutes: lost((was, is) => sameWords(was.muted, is?.muted ?? {})),
  };
}

const nameOf = ({ tenant, unit, id }: PersonFact) => `${tenant} ${unit} ${id}`;
const sameWords = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Two days in which everybody opens the product now and then. */
async function liveOn({ server, clock }: Reopened, { persons }: Facts): Promise<void> {
  await server.resume();
  for (let after = HOUR; after < 2 * DAY; after += 11 * HOUR) {
    server.agenda.add(clock.now() + after, async () => {
      for (const { tenant, id } of persons) await server.inApp.fetch(tenant, { person: id });
    });
  }
  await until({ server, clock }, clock.now() + 2 * DAY);
}

const OUT: ReadonlySet<string> = new Set(["sent", "in_doubt", "sending", "unknown"]);

/** Messages of the tables that left by now, or may have. */
async function outOf({ store }: Reopened): Promise<readonly Delivery[]> {
  const found: Delivery[] = [];
  for (const tenant of TENANTS) {
    for (let after: string | null | undefined; after !== null; ) {
      const page = await store.deliveries(tenant, { limit: 200, ...(after === undefined ? {} : { after }) });
      found.push(...page.rows.filter(({ status }) => OUT.has(status)));
      after = page.next;
    }
  }
  return found;
}

/**
 * Messages that left although the same step of the same match had left to the same person.
 * @param meanwhile what left by a start in between
 */
function sentTwice(
  { expected }: Unpacked,
  { left }: Reopened,
  meanwhile: readonly Delivery[] = [],
): readonly string[] {
  const before = expected.deliveries.filter(
    ({ id, status }) => OUT.has(status) || expected.handedOver.includes(id),
  );
  const ids = [...expected.handedOver, ...meanwhile.map(({ id }) => id)];
  const gone = new Set([...before.map(stepOf), ...meanwhile.map(stepOf), ...ids]);
  const twice: string[] = [];
  for (const row of left) {
    if (gone.has(row.id) || gone.has(stepOf(row))) twice.push(`${stepOf(row)} as ${row.id}`);
    gone.add(row.id);
    gone.add(stepOf(row));
  }
  return twice;
}

/** What belongs to no match is one message by itself. */
function stepOf({ id, match, step, person }: Pick<Delivery, "id" | "match" | "step" | "person">): string {
  return match === "" ? id : `step ${step} of ${match} to ${person}`;
}

/** Messages that waited, and whose end is neither that they left nor a reason that is true. */
async function unexplained(expected: Facts, again: Reopened): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { tenant, id, status } of expected.deliveries) {
    if (status !== "queued") continue;
    const row = await again.store.delivery(tenant, id);
    if (row === null) found.push(`${id} is gone`);
    else if (!(await isExplained(row, again))) found.push(`${id} is ${row.status} (${row.detail})`);
  }
  return found;
}

async function isExplained(row: Delivery, { store, clock }: Reopened): Promise<boolean> {
  if (row.status === "sent" || row.status === "dry_run") return true;
  // Held by a guard that will be asked again, or for somebody who did not look.
  if (row.status === "queued") return row.notBefore > clock.now() || kindOf(row.channel) === "in_app";
  if (row.status !== "suppressed") return false;
  const person = row.person === null ? null : await store.person(row.tenant, row.person);
  const match = await store.match(row.tenant, row.match);
  switch (row.detail) {
    case "superseded":
      // It gave way to a later step of the same match.
      return (await stepsOf(row, store)).some((step) => step > row.step);
    case "opted_out":
      return person?.stoppedAt != null || person?.channelsOff.includes(kindOf(row.channel)) === true;
    case "unreachable":
      return person === null || person.reach.bouncedEmail || !person.reach.email;
    case "resolved":
    case "retracted":
      return row.notice !== undefined || match === null || match.state !== "open";
    case "incident":
      return match !== null && match.incident !== null;
    case "stale":
    case "below":
    case "duplicate":
      return REASONS.includes(row.detail);
    default:
      return false;
  }
}

/** Steps of the row's match that have left or wait. */
async function stepsOf({ tenant, match }: Delivery, store: Reopened["store"]): Promise<readonly number[]> {
  const { rows } = await store.deliveries(tenant, { match, limit: 200 });
  return rows.filter(({ status }) => status !== "suppressed" && status !== "failed").map(({ step }) => step);
}
