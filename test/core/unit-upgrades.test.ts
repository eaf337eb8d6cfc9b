import { describe, expect, it } from "vitest";
import type { Unit } from "../../server/core/unit.ts";
import { decodeUnit, encodeUnit } from "../../server/core/unit-codec.ts";
import { THIS_ENGINE } from "../../server/core/unit-upgrades.ts";
import { projectFiles, readProjectFile } from "../support/source.ts";

/*
 * States as each engine wrote them, out of databases of its time: `unit.1.json` are units of engine 1. They are never
 * edited; whoever raises the engine adds some of the one before, with what the upgrade is about in them.
 */

const FOLDER = "test/core/engines/";
const STORED = projectFiles(`${FOLDER}unit.*.json`).map((path) => {
  const engine = Number(/\.(\d+)\.json$/.exec(path)?.[1]);
  const units: readonly unknown[] = JSON.parse(readProjectFile(path));
  return { engine, units };
});

const read = (engine: number): readonly Unit[] =>
  STORED.filter((stored) => stored.engine === engine).flatMap(({ units }) =>
    units.map((unit) => decodeUnit(JSON.stringify(unit), engine)),
  );

describe("stored states", () => {
  it("are kept of every engine before this one", () => {
    const before = Array.from({ length: THIS_ENGINE.version - 1 }, (_, i) => i + 1);

    expect(STORED.map(({ engine }) => engine).sort()).toEqual(before);
    expect(THIS_ENGINE.upgrades.length).toBe(before.length);
  });

  it("are gone on with, and written as this engine writes", () => {
    for (const { engine } of STORED) {
      for (const unit of read(engine))
        expect(encodeUnit(decodeUnit(encodeUnit(unit)))).toBe(encodeUnit(unit));
    }
  });
});

describe("a state of engine 1", () => {
  const unitOf = (id: string): Unit => {
    const found = read(1).find((unit) => unit.id === id);
    if (found === undefined) throw new Error(`there is no example called ${id}`);
    return found;
  };

  it("says why nothing was done in the words of today", () => {
    const reasons = [...unitOf("account/s4").tracked.values()].map(({ pursuit }) => pursuit?.lastReason);

    expect(reasons).toEqual(["switched_off", "review_expired"]);
  });

  it("says of an alert that somebody is on it", () => {
    expect([...unitOf("account/eve-unseen").alerts.values()].map(({ state }) => state)).toEqual([
      "acknowledged",
    ]);
  });

  it("says why a message was taken out, and leaves what a provider said as it was", () => {
    const [stored] = STORED.flatMap(({ units }) => units) as { readonly deliveries: readonly object[] }[];
    const [row] = stored?.deliveries ?? [];
    const deliveries = [
      { ...row, id: "out", status: "suppressed", detail: "killed" },
      { ...row, id: "failed", status: "failed", detail: "killed" },
    ];
    const unit = decodeUnit(JSON.stringify({ ...stored, deliveries }), 1);

    expect([...unit.deliveries.values()].map(({ detail }) => detail)).toEqual(["switched_off", "killed"]);
  });

  it("is otherwise what it was", () => {
    for (const { units } of STORED.filter(({ engine }) => engine === 1)) {
      for (const stored of units) {
        const text = JSON.stringify(stored);
        const renamed = text
          .replaceAll('"lastReason":"killed"', '"lastReason":"switched_off"')
          .replaceAll('"state":"acked"', '"state":"acknowledged"');

        expect(renamed).not.toBe(text);
        expect(encodeUnit(decodeUnit(text, 1))).toBe(encodeUnit(decodeUnit(renamed)));
      }
    }
  });
});
