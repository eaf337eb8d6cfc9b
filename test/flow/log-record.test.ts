import { describe, expect, it } from "vitest";
import { tenantControlOf, unitInputOf } from "../../server/flow/pipeline/log-record.ts";
import { aControl, anInput, SWITCHED_OFF } from "../store/batches.ts";

const TICK = { kind: "tick" } as const;

describe("a record of the log", () => {
  it("is an input of its unit, or of the tenant as a whole", () => {
    const event = anInput(1);

    expect(unitInputOf(event)).toEqual(event.body);
    expect(unitInputOf(aControl(2, "account/acme", TICK))).toEqual({ control: TICK });
    expect(tenantControlOf(aControl(3, null, SWITCHED_OFF))).toEqual(SWITCHED_OFF);
  });

  it("is never taken for the other", () => {
    expect(() => unitInputOf(aControl(4, "account/acme", SWITCHED_OFF))).toThrow(
      "record 4 of the log is tenant-wide",
    );
    expect(() => tenantControlOf(aControl(5, null, TICK))).toThrow("record 5 of the log is not tenant-wide");
    expect(() => tenantControlOf(anInput(6))).toThrow("record 6 of the log is not tenant-wide");
  });
});
