import { describe, expect, it } from "vitest";
import type { Delivery, OutcomeKind } from "../../server/core/delivery.ts";
import { decideOutcome, handOffOf } from "../../server/core/outcome.ts";
import type { Tracked } from "../../server/core/unit.ts";
import { aDelivery, aMatch, aTracked, NOON } from "../builders.ts";

const A_TICKET = { id: "77", at: NOON + 1 };
const sent = aDelivery({ status: "sent" });

/** Every condition of the table at once, so that the order of the rows shows. */
const kindOf = (tracked: Partial<Tracked>, deliveries: readonly Delivery[]): OutcomeKind =>
  decideOutcome(aTracked(tracked), deliveries, NOON).kind;

describe("the outcome of a match", () => {
  const rows: readonly (readonly [OutcomeKind, Partial<Tracked>, readonly Delivery[]])[] = [
    ["false_alarm", { silenced: "false_alarm", ticket: A_TICKET, match: aMatch({ incident: "i1" }) }, [sent]],
    ["false_alarm", { silenced: "not_mine", helped: "yes" }, [sent]],
    ["excluded", { match: aMatch({ incident: "i1" }), ticket: A_TICKET }, [sent]],
    ["excluded", { match: aMatch({ state: "retracted" }), ticket: A_TICKET }, []],
    ["excluded", { match: aMatch({ simulated: true }), silenced: "recovery" }, []],
    ["not_prevented", { ticket: A_TICKET, silenced: "recovery", helped: "clicked" }, [sent]],
    ["not_prevented", { ticket: A_TICKET }, []],
    ["handoff", { ticket: { id: `forestall:${sent.id}`, at: NOON + 1 } }, [sent]],
    ["not_prevented", { ticket: { id: "forestall:another", at: NOON + 1 } }, [sent]],
    ["prevented", { silenced: "recovery" }, [sent]],
    ["prevented", { helped: "clicked" }, [sent]],
    ["prevented", { helped: "yes" }, [aDelivery({ status: "in_doubt" })]],
    ["unknown", {}, [sent]],
    ["unknown", {}, [aDelivery({ status: "unknown" })]],
    ["self_resolved", { silenced: "recovery" }, []],
    ["self_resolved", { silenced: "recovery" }, [aDelivery({ status: "suppressed" })]],
    ["no_ticket", {}, []],
    ["no_ticket", {}, [aDelivery({ status: "dry_run" }), aDelivery({ status: "failed" })]],
  ];

  it.each(rows)("is %s with %j", (kind, tracked, deliveries) => {
    expect(kindOf(tracked, deliveries)).toBe(kind);
  });

  it("says whether anything was delivered, and whether it may teach what happens without help", () => {
    const helped = decideOutcome(aTracked(), [sent], NOON);
    const left = decideOutcome(aTracked(), [aDelivery({ status: "dry_run" })], NOON);

    expect(helped).toMatchObject({ delivered: true, unassisted: false, decidedAt: NOON });
    expect(left).toMatchObject({ delivered: false, unassisted: true, ticket: null, ticketAt: null });
  });

  it("takes a preview for delivered only when somebody looked at it", () => {
    const preview = aDelivery({ status: "sent", preview: true });

    expect(kindOf({}, [preview])).toBe("no_ticket");
    expect(kindOf({}, [{ ...preview, seenAt: NOON }])).toBe("unknown");
    expect(kindOf({ helped: "clicked" }, [{ ...preview, clickedAt: NOON }])).toBe("prevented");
  });
});

describe("a ticket's channel", () => {
  it("names the delivery it was opened from, and nothing else", () => {
    expect(handOffOf("forestall:d1")).toBe("forestall:d1");
    expect(handOffOf("forestall")).toBeNull();
    expect(handOffOf("email")).toBeNull();
    expect(handOffOf(undefined)).toBeNull();
  });
});
