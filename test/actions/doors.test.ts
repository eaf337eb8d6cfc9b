import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACTIONS } from "../../server/actions/registry.ts";
import { METHODS } from "../../server/cli/methods.ts";
import { createApi } from "../../server/http/api/index.ts";
import { IN_APP_ACTS } from "../../server/http/in-app/actions.ts";
import { PAGE_ACTS } from "../../server/http/person/actions.ts";
import { ZENDESK_ACTS } from "../../server/http/zendesk/index.ts";
import { type ComparableRow, comparable, comparableRow, type Heard, type House, openHouse } from "./house.ts";
import { DOORS, type Door, type Try, VERBS } from "./verbs.ts";

/**
 * Every verb through every door it has, over one store: what happens, how it is refused and what the audit says is the
 * same, whoever asks. A verb that has no row in the table fails, and so does one that lacks a door which it has.
 */
let house: House;

beforeAll(async () => {
  house = await openHouse();
}, 60_000);
afterAll(() => house.close());

describe.each(ACTIONS)("$name", (action) => {
  const verb = VERBS[action.name];

  it("is tried at every door it has", () => {
    for (const what of ["done", "refused"] as const) {
      expect(Object.keys(verb?.[what].ask ?? {}).sort(), what).toEqual([...doorsOf(action.name)].sort());
    }
  });

  it("comes to the same at every door, and leaves the same in the audit", async () => {
    const tries = await atEveryDoor(verb?.done);

    expect(tries.map(({ heard }) => heard.refused)).toEqual(tries.map(() => null));
    for (const { seen, rows } of tries) {
      expect(rows.length > 0).toBe(action.audits.length > 0);
      expect(rows.filter((row) => !action.audits.includes(row.action))).toEqual([]);
      expect({ seen, rows }).toEqual({ seen: tries[0]?.seen, rows: tries[0]?.rows });
    }
  });

  it("is refused with the same sentence at every door, and leaves nothing", async () => {
    const tries = await atEveryDoor(verb?.refused);

    for (const { heard, rows, seen } of tries) {
      expect(sentenceOf(heard)).toMatch(/^\S.+\.$/);
      expect(sentenceOf(heard)).toBe(sentenceOf(tries[0]?.heard));
      expect({ seen, rows }).toEqual({ seen: tries[0]?.seen, rows: [] });
    }
  });
});

it("has a row for every verb, and none for what is no verb", () => {
  expect(Object.keys(VERBS).sort()).toEqual(ACTIONS.map(({ name }) => name).sort());
});

interface Tried {
  readonly heard: Heard;
  readonly seen: unknown;
  /** What the act itself left in the audit. */
  readonly rows: readonly ComparableRow[];
}

async function atEveryDoor(wanted: Try | undefined): Promise<readonly Tried[]> {
  const tries: Tried[] = [];
  for (const door of DOORS) {
    const ask = wanted?.ask[door];
    if (wanted === undefined || ask === undefined) continue;
    const scene = await house.scene();
    const given = await wanted.given?.(scene);
    const where = wanted.where?.(scene) ?? scene.tenant;
    const before = new Set((await scene.audit(where)).map(({ id }) => id));
    const heard = await ask(scene, String(given));
    const rows = (await scene.audit(where))
      .filter(({ id }) => !before.has(id))
      .map((row) => comparableRow(row, scene.tenant));
    tries.push({
      heard,
      seen: comparable(await wanted.see(scene, heard, String(given)), scene.tenant),
      rows,
    });
  }
  expect(tries.length).toBeGreaterThan(0);
  return tries;
}

/** Where in the request something was, each door says in its own words: `body.name`, `channels.0`. */
function sentenceOf(heard: Heard | undefined): string {
  return (heard?.refused ?? "").replace(/^[\w.]+: /, "").replaceAll(/tenant-\d+/g, "TENANT");
}

function doorsOf(name: string): readonly Door[] {
  const { app } = house;
  const isIt = (each: { readonly name: string } | undefined) => each?.name === name;
  const { routes } = createApi({
    deps: { ...app, render: async () => null },
    ...{ tokens: app.tokenBook, timers: app.clock, version: "test" },
  });
  return [
    ...(Object.values(METHODS).some(({ action }) => isIt(action ?? undefined)) ? ["cli" as const] : []),
    ...(routes.some(({ acts = [] }) => acts.some(isIt)) ? ["http" as const] : []),
    ...(PAGE_ACTS.some(isIt) ? ["page" as const] : []),
    ...(IN_APP_ACTS.some(isIt) ? ["product" as const] : []),
    ...(ZENDESK_ACTS.some(isIt) ? ["zendesk" as const] : []),
  ];
}
