import { describe, expect, it } from "vitest";
import type { Incoming, Report } from "../../../server/core/event.ts";
import { MINUTE } from "../../../server/core/time.ts";
import { createReportJoiner } from "../../../server/flow/receive/reports.ts";
import { NOON } from "../../builders.ts";

const WITHIN = 10 * MINUTE;

/** A report of a failed payment, by default of the one charge `ch_1`, knowing little. */
function report(id: string, changes: Partial<Report> = {}, rest: Partial<Incoming> = {}): Incoming {
  const usual: Report = { kind: id, names: { charge: "ch_1" }, within: WITHIN, detail: 1 };
  return {
    ...{ source: "stripe", id, type: "billing.payment_failed", time: NOON, data: {} },
    report: { ...usual, ...changes },
    ...rest,
  };
}

/** The ids under which the reports are counted, one joiner for all of them. */
function countedAs(...reports: readonly Incoming[]): readonly string[] {
  const join = createReportJoiner();
  return reports.map((each) => join("acme", each).id);
}

describe("reports of one happening", () => {
  it("are counted under the id of the first", () => {
    expect(countedAs(report("charge"), report("intent"), report("invoice"))).toEqual([
      "charge",
      "charge",
      "charge",
    ]);
  });

  it("belong together up to as far apart as they say, either way", () => {
    const first = report("charge");

    expect(countedAs(first, report("intent", {}, { time: NOON + WITHIN }))).toEqual(["charge", "charge"]);
    expect(countedAs(first, report("intent", {}, { time: NOON - WITHIN }))).toEqual(["charge", "charge"]);
  });

  it("do not belong together when they are further apart than they say", () => {
    const first = report("charge");

    expect(countedAs(first, report("intent", {}, { time: NOON + WITHIN + 1 }))).toEqual(["charge", "intent"]);
    expect(countedAs(first, report("intent", {}, { time: NOON - WITHIN - 1 }))).toEqual(["charge", "intent"]);
  });

  it("need one name in common, and may have others", () => {
    const both = { names: { charge: "ch_1", intent: "pi_1" } };

    expect(countedAs(report("charge"), report("intent", both))).toEqual(["charge", "charge"]);
    expect(countedAs(report("charge"), report("intent", { names: { intent: "pi_1" } }))).toEqual([
      "charge",
      "intent",
    ]);
  });

  it("do not belong together when they name two things of one sort", () => {
    const other = { names: { charge: "ch_2", intent: "pi_1" } };

    expect(countedAs(report("a", { names: { charge: "ch_1", intent: "pi_1" } }), report("b", other))).toEqual(
      ["a", "b"],
    );
  });

  it("hand on the names that each of them brings", () => {
    const bridge = report("intent", { names: { charge: "ch_1", intent: "pi_1" } });
    const last = report("invoice", { names: { intent: "pi_1" } });

    expect(countedAs(report("charge"), bridge, last)).toEqual(["charge", "charge", "charge"]);
  });

  it("that come a second time are what they were the first time", () => {
    const [charge, intent] = [report("charge"), report("intent", { detail: 2 })];

    expect(countedAs(charge, intent, charge, intent)).toEqual(["charge", "charge:2", "charge", "charge:2"]);
  });

  it("of the same kind with ids of their own are two happenings", () => {
    const second = report("another charge", { kind: "charge" });

    expect(countedAs(report("charge"), second)).toEqual(["charge", "another charge"]);
  });

  it("count once more when one knows more than what was counted, and not when it knows as much", () => {
    expect(countedAs(report("first"), report("r", { detail: 3 }), report("s", { detail: 3 }))).toEqual([
      "first",
      "first:3",
      "first",
    ]);
    expect(
      countedAs(report("first", { detail: 3 }), report("r", { detail: 1 }), report("s", { detail: 2 })),
    ).toEqual(["first", "first", "first"]);
  });

  it("that turn out to be about two count as the one that knows more", () => {
    const charge = report("charge", { names: { charge: "ch_1" }, detail: 1 });
    const invoice = report("invoice", { names: { invoice: "in_1" }, detail: 2 });
    const intent = report("intent", { names: { charge: "ch_1", invoice: "in_1" }, detail: 2 });

    expect(countedAs(charge, invoice, intent)).toEqual(["charge", "invoice", "invoice"]);
    expect(countedAs(invoice, charge, intent)).toEqual(["invoice", "charge", "invoice"]);
  });

  it("that turn out to be about two which know as much count as the one they name first", () => {
    const charge = report("charge", { names: { charge: "ch_1" } });
    const invoice = report("invoice", { names: { invoice: "in_1" } });
    const intent = (names: Report["names"]) => report("intent", { names });

    expect(countedAs(charge, invoice, intent({ charge: "ch_1", invoice: "in_1" }))[2]).toBe("charge");
    expect(countedAs(charge, invoice, intent({ invoice: "in_1", charge: "ch_1" }))[2]).toBe("invoice");
  });

  it.each([
    ["source", { source: "stripe/eu" }],
    ["type", { type: "billing.payment_succeeded" }],
  ])("are of one %s", (_, rest) => {
    expect(countedAs(report("charge"), report("intent", {}, rest))).toEqual(["charge", "intent"]);
  });

  it("are of one tenant", () => {
    const join = createReportJoiner();
    join("acme", report("charge"));

    expect(join("globex", report("intent")).id).toBe("intent");
  });

  it("leave everything else of an event as it was, and events that are no reports altogether", () => {
    const join = createReportJoiner();
    join("acme", report("charge"));
    const intent = report("intent", {}, { data: { amount: 99 } });
    const { report: _none, ...plain } = report("plain");

    expect(join("acme", intent)).toEqual({ ...intent, id: "charge" });
    expect(join("acme", plain)).toBe(plain);
  });
});

describe("the memory of happenings", () => {
  const nth = (i: number) => report(`charge ${i}`, { kind: "charge", names: { charge: `ch_${i}` } });
  const another = (i: number) => report("intent", { names: { charge: `ch_${i}` } });

  /** One that keeps ten, and has seen so many. */
  function joinerAfter(count: number): (each: Incoming) => string {
    const join = createReportJoiner(10);
    for (let i = 0; i < count; i++) join("acme", nth(i));
    return (each) => join("acme", each).id;
  }

  it("keeps as many as it may", () => {
    expect(joinerAfter(10)(another(0))).toBe("charge 0");
  });

  it("lets go of the oldest tenth when there is one more, and of no other", () => {
    const idOf = joinerAfter(11);

    expect(idOf(another(1))).toBe("charge 1");
    expect(idOf(another(0))).toBe("intent");
  });

  it("holds one place for a happening, however many reports there are of it", () => {
    const join = createReportJoiner(10);
    join("acme", nth(0));
    join("acme", another(0));
    for (let i = 1; i < 10; i++) join("acme", nth(i));

    expect(join("acme", report("invoice", { names: { charge: "ch_0" } })).id).toBe("charge 0");
  });

  it("keeps all happenings that share a name, the first of them foremost", () => {
    const join = createReportJoiner();
    for (const intent of ["pi_1", "pi_2"]) {
      join("acme", report(intent, { kind: "charge", names: { customer: "cus_1", intent } }));
    }

    expect(join("acme", report("invoice", { names: { customer: "cus_1" } })).id).toBe("pi_1");
  });

  it("lets go of a happening under all its names, and of nothing else under them", () => {
    const join = createReportJoiner(10);
    const both = (id: string, intent: string) =>
      report(id, { kind: "charge", names: { customer: "cus_1", intent } });
    join("acme", both("first", "pi_1"));
    join("acme", both("second", "pi_2"));
    for (let i = 0; i < 9; i++) join("acme", nth(i));

    const byCustomer = report("invoice", { names: { customer: "cus_1" } });
    expect(join("acme", byCustomer).id).toBe("second");
    expect(join("acme", report("late", { names: { intent: "pi_1" } })).id).toBe("late");
  });
});
