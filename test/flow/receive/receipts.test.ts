import { describe, expect, it } from "vitest";
import type { Along, Target } from "../../../server/flow/contract.ts";
import { createReceiptTaker } from "../../../server/flow/receive/receipts.ts";
import type { ReceiptIncoming } from "../../../server/integrations/contract.ts";
import { RecordRefused } from "../../../server/store/contract.ts";
import { aDelivery, NOON } from "../../builders.ts";

const FROM = { tenant: "acme", system: "sendgrid" };
const OURS = aDelivery({ id: "d1", person: "tess" });
const ADDRESS = { namespace: "email", value: "tess@acme.test" };

/** A taker whose store knows the delivery `d1`, sent to tess as `p1`, and who has tess's address. */
function aTaker() {
  const told: { readonly target: Target; readonly control: object }[] = [];
  const stops: Along["stops"][] = [];
  const asked: string[] = [];
  let waiting = 0;
  let atOnce = 0;
  const known = { delivery: true, refused: null as RecordRefused | null };
  const take = createReceiptTaker({
    pipeline: {
      receive: async (_tenant, _events, along) => {
        stops.push(along?.stops);
        return { accepted: 0, duplicates: 0, rejected: [] };
      },
      control: async (_tenant, target, control) => {
        told.push({ target, control });
        return { seq: 1, effects: [] };
      },
    },
    store: {
      identify: async (_tenant, [ref]) => [
        ref?.value === ADDRESS.value
          ? { kind: "person", id: "tess" }
          : ref?.value === "+1555"
            ? { kind: "account", id: "acme" }
            : null,
      ],
      delivery: async (_tenant, id) => {
        asked.push(id);
        waiting += 1;
        atOnce = Math.max(atOnce, waiting);
        await Promise.resolve();
        waiting -= 1;
        if (id === "d2" && known.refused !== null) throw known.refused;
        return known.delivery && id === "d1" ? OURS : null;
      },
      deliveryByProviderId: async (_tenant, system, id) => {
        asked.push(`${system} ${id}`);
        return system === "sendgrid" && id === "p1" ? OURS : null;
      },
    },
  });
  return { take, told, stops, asked, known, mostAtOnce: () => atOnce };
}

const receipt = (changes: Partial<ReceiptIncoming> = {}): ReceiptIncoming => ({
  ...{ id: "r1", at: NOON, delivery: "d1", receipt: "delivered" },
  ...changes,
});

describe("what a provider says about a delivery", () => {
  it("goes to the unit of the delivery, with all that was said", async () => {
    const { take, told } = aTaker();

    expect(await take(FROM, [receipt({ detail: "250 ok", providerId: "p9" })])).toBe(1);
    expect(told).toEqual([
      {
        target: { unit: OURS.unit },
        control: {
          kind: "receipt",
          delivery: "d1",
          receipt: "delivered",
          at: NOON,
          detail: "250 ok",
          providerId: "p9",
        },
      },
    ]);
  });

  it("says nothing that was not said", async () => {
    const { take, told } = aTaker();
    await take(FROM, [receipt()]);

    expect(told[0]?.control).not.toHaveProperty("detail");
    expect(told[0]?.control).not.toHaveProperty("providerId");
  });

  it("finds the delivery by the provider's id where ours is missing or unknown", async () => {
    const { take, told } = aTaker();
    const { delivery: _ours, ...without } = receipt({ providerId: "p1" });

    expect(await take(FROM, [without, receipt({ id: "r2", delivery: "d2", providerId: "p1" })])).toBe(2);
    expect(told.map(({ target }) => target)).toEqual([{ unit: OURS.unit }, { unit: OURS.unit }]);
  });

  it("does not ask for the provider's id where ours is known", async () => {
    const { take, asked } = aTaker();
    await take(FROM, [receipt({ providerId: "p1" })]);

    expect(asked).toEqual(["d1"]);
  });

  it("changes nothing when it is about none that is known", async () => {
    const { take, told } = aTaker();

    expect(
      await take(FROM, [
        receipt({ delivery: "d2" }),
        receipt({ id: "r2", providerId: "p2", delivery: "d2" }),
      ]),
    ).toBe(0);
    expect(told).toEqual([]);
  });

  it("counts once however often it is repeated", async () => {
    const { take, told } = aTaker();

    expect(await take(FROM, [receipt()])).toBe(1);
    expect(await take(FROM, [receipt()])).toBe(0);
    expect(told).toHaveLength(1);
  });

  it("is another when another provider, or another tenant, has the same id", async () => {
    const { take } = aTaker();
    await take(FROM, [receipt()]);

    expect(await take({ ...FROM, system: "mailgun" }, [receipt()])).toBe(1);
    expect(await take({ ...FROM, tenant: "globex" }, [receipt()])).toBe(1);
  });

  it("is looked at again when it came before its delivery could be found", async () => {
    const { take, known } = aTaker();
    known.delivery = false;
    expect(await take(FROM, [receipt()])).toBe(0);

    known.delivery = true;
    expect(await take(FROM, [receipt()])).toBe(1);
  });

  it("is taken fifty at a time, all of them", async () => {
    const { take, told, mostAtOnce } = aTaker();
    const many = Array.from({ length: 120 }, (_, i) => receipt({ id: `r${i}` }));

    expect(await take(FROM, many)).toBe(120);
    expect(told).toHaveLength(120);
    expect(mostAtOnce()).toBe(50);
  });
});

describe("what a person says through a provider", () => {
  const stop = { kind: "stop" } as const;

  it("goes to the person with that address, in the provider's name", async () => {
    const { take, told } = aTaker();
    const { receipt: _none, delivery: _any, ...said } = receipt({ who: ADDRESS, change: stop });

    expect(await take(FROM, [said])).toBe(1);
    expect(told).toEqual([
      {
        target: { person: "tess" },
        control: {
          kind: "preference",
          person: "tess",
          change: stop,
          actor: "provider:sendgrid",
          reason: "stop",
        },
      },
    ]);
  });

  it("goes to whoever the message went to where the address is nobody's, or no person's", async () => {
    for (const who of [
      undefined,
      { namespace: "email", value: "x@y.test" },
      { namespace: "phone", value: "+1555" },
    ]) {
      const { take, told } = aTaker();
      await take(FROM, [receipt({ ...(who && { who }), change: { kind: "bounced", channel: "email" } })]);

      expect(told.map(({ target }) => target)).toContainEqual({ person: "tess" });
    }
  });

  it("tells the delivery nothing where it says nothing of the delivery", async () => {
    const { take, told } = aTaker();
    const { receipt: _none, ...said } = receipt({ who: ADDRESS, change: stop });
    await take(FROM, [said]);

    expect(told.map(({ target }) => target)).toEqual([{ person: "tess" }]);
  });

  it("goes to nobody where nobody is known", async () => {
    const { take, told } = aTaker();
    await take(FROM, [receipt({ delivery: "d2", change: stop })]);

    expect(told).toEqual([]);
  });

  it("has the provider's words for a reason, else the kind of receipt", async () => {
    const { take, told } = aTaker();
    const said = { who: ADDRESS, change: stop, receipt: "unsubscribed" } as const;
    await take(FROM, [receipt({ ...said, id: "r1", detail: "STOP ALL" }), receipt({ ...said, id: "r2" })]);

    const reasons = told.flatMap(({ control }) => ("reason" in control ? [control.reason] : []));
    expect(reasons).toEqual(["STOP ALL", "unsubscribed"]);
  });

  it("tells the delivery as well where both are meant", async () => {
    const { take, told } = aTaker();
    await take(FROM, [receipt({ who: ADDRESS, change: stop, receipt: "unsubscribed" })]);

    expect(told.map(({ control }) => "kind" in control && control.kind).sort()).toEqual([
      "preference",
      "receipt",
    ]);
  });

  it.each(["email", "phone"])(
    "puts a stopped address of %s on the stop list, whoever has it",
    async (namespace) => {
      const { take, stops } = aTaker();
      const who = { namespace, value: "nobody-yet" };
      const { delivery: _any, receipt: _none, ...said } = receipt({ who, change: stop });

      expect(await take(FROM, [said])).toBe(1);
      expect(stops).toEqual([[{ tenant: "acme", namespace, value: "nobody-yet", at: NOON }]]);
    },
  );

  it.each<[string, Partial<ReceiptIncoming>]>([
    ["a bounce", { who: ADDRESS, change: { kind: "bounced", channel: "email" } }],
    ["a stop from a name that is no address", { who: { namespace: "native", value: "tess" }, change: stop }],
    ["a stop from nobody in particular", { change: stop }],
  ])("puts nothing on the stop list for %s", async (_, said) => {
    const { take, stops } = aTaker();
    await take(FROM, [receipt(said)]);

    expect(stops).toEqual([]);
  });
});

describe("a message that the store cannot read", () => {
  it("keeps no other from hearing what became of it, and has its own receipt sent again", async () => {
    const { take, told, known } = aTaker();
    const refused = new RecordRefused("it is something else", "row 2 of deliveries");
    known.refused = refused;
    const receipts = [receipt({ id: "r0", delivery: "d2" }), receipt()];

    await expect(take(FROM, receipts)).rejects.toBe(refused);
    await expect(take(FROM, receipts)).rejects.toBe(refused);

    // The other was taken the first time, and is known the second.
    expect(told).toHaveLength(1);
    expect(told[0]?.control).toMatchObject({ kind: "receipt", delivery: "d1" });
  });
});
