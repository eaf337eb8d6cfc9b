import { expect, it } from "vitest";
import { traceBody } from "../../../server/http/api/present.ts";
import { anEvent, aTenant } from "../../builders.ts";
import { aReception } from "../../store/batches.ts";

it("tells the sender's own id of a webhook under its name, and under the one of before", () => {
  const events = [{ event: anEvent(), reception: aReception({ webhookId: "evt_1" }), seq: 7 }];
  const nothing = { delivery: null, decisions: [], match: null, scores: [], outcome: null, feedback: [] };

  const body = traceBody(aTenant(), "d-1", { ...nothing, events });

  expect(body.events[0]?.webhook).toMatchObject({ webhookId: "evt_1", deliveryId: "evt_1" });
});
