import { describe, expect, it } from "vitest";
import { compileLibrary } from "../../server/core/matching/compile.ts";
import { createTenants } from "../../server/flow/pipeline/tenants.ts";
import { aSettings, NOON } from "../builders.ts";
import { STORES } from "./stores.ts";
import { createWorld, introduce, refusals, T } from "./world.ts";

describe.each(STORES)("a record of a unit, in the $name store", ({ open }) => {
  it("names the version of the tenant that it was judged under", async () => {
    const store = await open();
    const world = await createWorld({ store });
    await introduce(world);
    await world.pipeline.tenantControl(T, { kind: "settings", settings: aSettings({ gap: 0 }) });
    await refusals(world, 2);

    const inputs = await store.inputs({ after: 0, limit: 1_000 });
    let newest = 0;
    const expected = inputs.map(({ unit, seq }) => {
      if (unit !== null) return newest;
      newest = seq;
      return undefined;
    });

    expect(inputs.map(({ judgedUnder }) => judgedUnder)).toEqual(expected);
    expect(new Set(expected.filter((each) => each !== undefined)).size).toBe(2);
  });
});

describe("the version that a record was judged under", () => {
  const tenants = createTenants(() => compileLibrary([], ""));
  for (const [seq, gap] of [
    [3, 1],
    [9, 2],
  ] as const) {
    tenants.apply(T, seq, NOON, { kind: "settings", settings: aSettings({ gap }) });
  }

  it("is the one it names, whatever its position", () => {
    expect(tenants.judging({ tenant: T, seq: 20, judgedUnder: 3 }).settings.gap).toBe(1);
    expect(tenants.judging({ tenant: T, seq: 20, judgedUnder: 9 }).settings.gap).toBe(2);
    expect(tenants.judging({ tenant: T, seq: 2, judgedUnder: 0 }).seq).toBe(0);
  });

  it("is found by its position where it is from before records named one", () => {
    expect(tenants.judging({ tenant: T, seq: 8 }).settings.gap).toBe(1);
    expect(tenants.judging({ tenant: T, seq: 9 }).settings.gap).toBe(2);
  });

  it("is missed loudly when the log lacks it", () => {
    expect(() => tenants.judging({ tenant: T, seq: 20, judgedUnder: 5 })).toThrow(
      "record 20 of tenant t1 was judged under its version 5, which the log lacks",
    );
  });
});
