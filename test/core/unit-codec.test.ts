import { describe, expect, it } from "vitest";
import { compileLibrary } from "../../server/core/matching/compile.ts";
import { observe } from "../../server/core/matching/matcher.ts";
import { newUnit } from "../../server/core/new-unit.ts";
import { SECOND } from "../../server/core/time.ts";
import type { Unit } from "../../server/core/unit.ts";
import { decodeUnit, encodeUnit, renamePerson } from "../../server/core/unit-codec.ts";
import { TENANT_UNIT } from "../../server/core/unit-name.ts";
import {
  aDelivery,
  aMatch,
  aMessage,
  anEvent,
  aPattern,
  aPerson,
  aPursuit,
  aTicket,
  aTracked,
  NOON,
} from "../builders.ts";

const library = compileLibrary(
  [aPattern(), aPattern({ id: "P-9", family: "x", per: ["person", "endpoint"] })],
  "1",
);

/** A unit in which everything is in use. */
function aFullUnit(): Unit {
  const unit = newUnit("t1", "account/acme");
  unit.seq = 12;
  unit.clock = NOON;
  unit.persons.set("u1", aPerson({ messages: [aMessage()], tickets: [aTicket()], muted: { f: NOON } }));
  unit.tracked.set("match-1", aTracked({ pursuit: aPursuit({ deliveries: ["delivery-1"], person: "u1" }) }));
  unit.tracked.set("match-2", aTracked({ match: aMatch({ id: "match-2", key: "person/u1;endpoint=/v1" }) }));
  unit.deliveries.set("delivery-1", aDelivery());
  unit.timers = [{ due: NOON + 1, kind: "judge", ref: "match-1" }];
  unit.scores.set("person/u1", { score: 85, band: "critical", contributors: ["match-1"], at: NOON });
  for (let i = 0; i < 7; i++) {
    const event = anEvent({ id: `e${i}`, time: NOON + i * SECOND, receivedAt: NOON + i * SECOND });
    observe(unit.cells, library, unit.id, event, () => {});
  }
  return unit;
}

describe("a unit as text", () => {
  it("is the same after reading and writing it, byte for byte", () => {
    const text = encodeUnit(aFullUnit());

    expect(encodeUnit(decodeUnit(text))).toBe(text);
  });

  it("of the tenant keeps what was counted over all units", () => {
    const unit = newUnit("t1", TENANT_UNIT);
    const { population } = unit;
    if (population === null) throw new Error("the tenant's unit counts a population");
    population.recent.push({
      match: "m",
      pattern: "P-001",
      family: "f",
      component: null,
      account: "acme",
      person: null,
      at: NOON,
    });
    population.usual.set(12, [3, 4]);
    population.window = { start: NOON, count: 2, passed: [7] };
    population.journeys.set("J-1;tenant", { start: NOON, count: 1, past: [5], open: NOON });
    population.calmSince.set("i1", NOON);
    const text = encodeUnit(unit);

    const again = decodeUnit(text);

    expect(encodeUnit(again)).toBe(text);
    expect(again.population).toEqual(population);
  });

  it("goes on where it stopped", () => {
    const [whole, read] = [aFullUnit(), decodeUnit(encodeUnit(aFullUnit()))];
    const next = anEvent({ id: "e9", time: NOON + 9 * SECOND, receivedAt: NOON + 9 * SECOND });

    for (const unit of [whole, read]) observe(unit.cells, library, unit.id, next, () => {});

    expect(encodeUnit(read)).toBe(encodeUnit(whole));
  });

  it.each(["", "{", "null", "{}", '{"tenant":"t1"}', "[]"])("that is none (%j) is refused", (text) => {
    expect(() => decodeUnit(text)).toThrow();
  });

  it.each([Number("unknown"), 0, -1, 1.5])("of an engine that there never was (%d) is refused", (engine) => {
    expect(() => decodeUnit(encodeUnit(aFullUnit()), engine)).toThrow(
      "a customer's state was written by an unknown engine; restore the newest backup",
    );
  });
});

describe("renaming a person", () => {
  it("leaves no trace of the id: as a value, as the name of a field, or in keys", () => {
    const renamed = renamePerson(encodeUnit(aFullUnit()), "u1", "erased-1");

    expect(renamed).not.toMatch(/"u1"|person\/u1/);
    expect(decodeUnit(renamed).persons.get("erased-1")?.id).toBe("erased-1");
    expect(decodeUnit(renamed).tracked.get("match-2")?.match.key).toBe("person/erased-1;endpoint=/v1");
  });

  it("finds an id that stands encoded in keys", () => {
    const unit = newUnit("t1", "account/acme");
    unit.tracked.set(
      "m",
      aTracked({ match: aMatch({ person: "a;b=c", key: "person/a%3Bb%3Dc;endpoint=/v1" }) }),
    );

    const renamed = renamePerson(encodeUnit(unit), "a;b=c", "erased-1");

    expect(renamed).not.toContain("a;b=c");
    expect(renamed).not.toContain("a%3Bb%3Dc");
  });

  it("leaves others alone whose ids begin alike", () => {
    const unit = newUnit("t1", "account/acme");
    unit.persons.set("u10", aPerson({ id: "u10" }));
    unit.scores.set("person/u10", { score: 1, band: "normal", contributors: [], at: NOON });

    expect(renamePerson(encodeUnit(unit), "u1", "erased-1")).toBe(encodeUnit(unit));
  });

  it.each([
    "email",
    "stoppedAt",
    "consent",
    "persons",
    "id",
    "unit",
    "sent",
    "open",
    "account/acme",
    "m",
    "pro",
  ])("leaves what others said where the person is called as a word of ours (%s)", (called) => {
    const unit = newUnit("t1", "account/acme");
    const colleague = aPerson({
      ...{ id: "u2", stoppedAt: NOON, consent: { email: false }, channelsOff: ["email"], tier: "pro" },
    });
    unit.persons.set("u2", colleague);
    unit.persons.set(called, aPerson({ id: called }));
    observe(unit.cells, library, unit.id, anEvent({ account: "acme", person: called }), () => {});
    unit.tracked.set("m", aTracked({ match: aMatch({ id: "m", person: called, state: "open" }) }));
    unit.deliveries.set("d", aDelivery({ id: "d", person: "u2", channel: "email", status: "sent" }));

    const left = decodeUnit(renamePerson(encodeUnit(unit), called, "erased-1"));

    expect([...left.persons.keys()]).toEqual(["u2", "erased-1"]);
    expect(left.persons.get("u2")).toEqual(colleague);
    expect([left.id, left.cells.unit]).toEqual(["account/acme", "account/acme"]);
    expect(left.tracked.get("m")?.match).toEqual({ ...unit.tracked.get("m")?.match, person: "erased-1" });
    expect(left.deliveries.get("d")).toEqual(unit.deliveries.get("d"));
  });
});
