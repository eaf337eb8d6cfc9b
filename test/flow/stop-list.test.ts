import { describe, expect, it } from "vitest";
import { createReceiptTaker } from "../../server/flow/receive/receipts.ts";
import { STORES } from "./stores.ts";
import { createWorld, event, introduce, T, type World } from "./world.ts";

const stop = (world: World, value: string, namespace: "email" | "phone" = "email") =>
  world.pipeline.receive(T, [], { stops: [{ tenant: T, namespace, value, at: world.now }] });

const identify = (
  world: World,
  person: string,
  contact: { email?: string; phone?: string },
  account = "acme",
) =>
  world.take(
    event("person.identified", { time: world.now, account, person, data: { roles: ["billing"] }, contact }),
  );

/** A payment fails: bill would get an email. */
const unpaid = (world: World) =>
  world.take(
    event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
  );

const isStopped = async (world: World, person: string) =>
  ((await world.store.person(T, person))?.stoppedAt ?? null) !== null;

describe.each(STORES)("an address that was stopped before anybody knew whose it is ($name)", ({ open }) => {
  it("stops whoever is identified with it, before the first message", async () => {
    const world = await createWorld({ store: await open() });
    await stop(world, "bill@acme.test");

    await identify(world, "bill", { email: "bill@acme.test" });
    await unpaid(world);
    await world.send();

    expect(await isStopped(world, "bill")).toBe(true);
    expect(world.sent).toEqual([]);
  });

  it("stops by a phone number too, and nobody else", async () => {
    const world = await createWorld({ store: await open() });
    await stop(world, "+15550100", "phone");

    await identify(world, "bill", { phone: "+15550100" });
    await identify(world, "ben", { phone: "+15550101" });

    expect([await isStopped(world, "bill"), await isStopped(world, "ben")]).toEqual([true, false]);
  });

  it("stops somebody who was known without it, once it turns out to be theirs", async () => {
    const world = await createWorld({ store: await open() });
    await introduce(world);
    await stop(world, "bill.private@mail.test");

    await identify(world, "bill", { email: "bill.private@mail.test" });

    expect(await isStopped(world, "bill")).toBe(true);
  });

  it("stops a second person who turns up with it", async () => {
    const world = await createWorld({ store: await open() });
    await stop(world, "team@acme.test");
    await identify(world, "bill", { email: "team@acme.test" });

    await identify(world, "ben", { email: "team@acme.test" });

    expect(await isStopped(world, "ben")).toBe(true);
  });

  it("lets its owner start again, and does not stop them at the next event", async () => {
    const world = await createWorld({ store: await open() });
    await stop(world, "bill@acme.test");
    await identify(world, "bill", { email: "bill@acme.test" });
    const change = { kind: "resume" } as const;
    const control = { kind: "preference", person: "bill", change, actor: "customer", reason: "" } as const;
    await world.control({ person: "bill" }, control);

    await identify(world, "bill", { email: "bill@acme.test" });
    const again = await world.restart();
    await identify(again, "bill", { email: "bill@acme.test" });

    expect(await isStopped(again, "bill")).toBe(false);
  });

  it("is remembered over a restart", async () => {
    const world = await createWorld({ store: await open() });
    await stop(world, "bill@acme.test");

    const again = await world.restart();
    await identify(again, "bill", { email: "bill@acme.test" });

    expect(await isStopped(again, "bill")).toBe(true);
  });

  it("counts although the address was asked about before, when it was nobody's", async () => {
    const world = await createWorld({ store: await open() });
    await world.store.identify(T, [{ namespace: "email", value: "bill@acme.test" }]);
    await world.take(event("session.started", { time: world.now, account: "acme", person: "bill" }));
    await stop(world, "bill@acme.test");

    await identify(world, "bill", { email: "bill@acme.test" });

    expect(await isStopped(world, "bill")).toBe(true);
  });
});

describe("a provider that reports a stop", () => {
  const take = (world: World) =>
    createReceiptTaker({
      pipeline: world.pipeline,
      store: {
        identify: (tenant, refs) => world.store.identify(tenant, refs),
        delivery: async () => null,
        deliveryByProviderId: async () => null,
      },
    });
  const receipt = (value: string, change: "stop" | "bounced") => ({
    id: `r-${value}-${change}`,
    at: 1,
    who: { namespace: "email", value },
    change:
      change === "stop" ? ({ kind: "stop" } as const) : ({ kind: "bounced", channel: "email" } as const),
  });

  it("of an address nobody knows is taken, and holds for whoever has it", async () => {
    const world = await createWorld();

    const taken = await take(world)({ tenant: T, system: "sendgrid" }, [receipt("bill@acme.test", "stop")]);
    await identify(world, "bill", { email: "bill@acme.test" });

    expect(taken).toBe(1);
    expect(await isStopped(world, "bill")).toBe(true);
  });

  it("at the moment in which the address becomes known stops its owner all the same", async () => {
    const world = await createWorld();

    await Promise.all([
      identify(world, "bill", { email: "bill@acme.test" }),
      take(world)({ tenant: T, system: "sendgrid" }, [receipt("bill@acme.test", "stop")]),
    ]);

    expect(await isStopped(world, "bill")).toBe(true);
  });

  it("keeps nothing of an address that merely bounced", async () => {
    const world = await createWorld();

    await take(world)({ tenant: T, system: "sendgrid" }, [receipt("bill@acme.test", "bounced")]);
    await identify(world, "bill", { email: "bill@acme.test" });

    expect(await isStopped(world, "bill")).toBe(false);
  });
});
