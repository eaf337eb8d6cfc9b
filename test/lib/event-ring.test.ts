import { describe, expect, it } from "vitest";
import { EventRing } from "../../server/lib/event-ring.ts";

const all = () => true;
const ringOf = (count: number, keep = 100): EventRing<"a" | "b"> => {
  const ring = new EventRing<"a" | "b">(keep);
  for (let seq = 1; seq <= count; seq++) ring.add(seq, [telling("a", seq), telling("b", seq)]);
  return ring;
};
const telling = (event: "a" | "b", value: unknown) => ({ event, make: () => value });
const idsIn = (text: string) => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
const RESET = 'event: reset\ndata: {"reason":"missed"}\n\n';

describe("what a listener missed", () => {
  it("is nothing for one that comes for the first time, and for one that heard the newest", () => {
    expect(ringOf(3).missed(null, all)).toBe("");
    expect(ringOf(3).missed("3.1", all)).toBe("");
  });

  it("is everything after the one it names, in order, as it was told", () => {
    const ring = ringOf(3);

    expect(idsIn(ring.missed("2.0", all))).toEqual(["2.1", "3.0", "3.1"]);
    expect(ring.missed("3.0", all)).toBe("id: 3.1\nevent: b\ndata: 3\n\n");
    expect(ring.add(4, [telling("a", 4)]).map((told) => told.text())).toEqual([ring.missed("3.1", all)]);
  });

  it("is only what it listens to", () => {
    expect(idsIn(ringOf(3).missed("1.0", (event) => event === "b"))).toEqual(["1.1", "2.1", "3.1"]);
  });

  it("cannot be said from before this process began, nor from after its newest", () => {
    const ring = new EventRing<"a">(10);
    ring.add(7, [{ event: "a", make: () => 7 }]);

    expect(ring.missed("5.0", all)).toBe(RESET);
    expect(ring.missed("8.0", all)).toBe(RESET);
    expect(new EventRing<"a">(10).missed("1.0", all)).toBe(RESET);
  });

  it.each(["rubbish", "1", "1.0.0", "-1.-1", "9999999999999999.0", ""])("cannot be said from %j", (id) => {
    expect(ringOf(3).missed(id, all)).toBe(RESET);
  });

  it("cannot be said once it was cut off, and can while it is kept", () => {
    const ring = ringOf(20, 10);

    const readable = Array.from({ length: 20 }, (_, i) => `${i + 1}.0`).filter(
      (id) => ring.missed(id, all) !== RESET,
    );
    expect(readable.length * 2).toBeGreaterThanOrEqual(10);
    expect(readable.length * 2).toBeLessThanOrEqual(20);
    expect(readable.at(-1)).toBe("20.0");
    expect(idsIn(ring.missed(readable[0] ?? "", all))).toHaveLength(2 * readable.length - 1);
  });

  it("is made when it is asked for, and once", () => {
    const ring = new EventRing<"a">(10);
    let made = 0;
    ring.add(1, [{ event: "a", make: () => 0 }]);
    const told = ring.add(2, [{ event: "a", make: () => ++made }]);
    expect(made).toBe(0);

    ring.missed("1.0", all);
    for (const each of told) each.text();

    expect(made).toBe(1);
  });
});
