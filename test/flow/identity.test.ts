import { describe, expect, it } from "vitest";
import type { Incoming, Ref } from "../../server/core/event.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import type { PersonState } from "../../server/core/unit.ts";
import { aPattern } from "../builders.ts";
import { eraseName, memoryStore } from "./memory-store.ts";
import { STORES } from "./stores.ts";
import { createWorld, event, T, told, type World } from "./world.ts";

const zendesk = (value: string): Ref => ({ namespace: "zendesk", value });
const email = (value: string): Ref => ({ namespace: "email", value });

/** An event of somebody who is known by another name than the tenant's own. */
function by(ref: Ref, type: string, rest: Parameters<typeof event>[1]): Incoming {
  return { ...event(type, rest), person: ref };
}

async function personIn(world: World, unit: string, id: string): Promise<PersonState | undefined> {
  return (await world.pipeline.peek(T, unit))?.persons.get(id);
}

/** Three failed sign-ins within a minute. */
function lockedOut(world: World, make: (time: number) => Incoming): Promise<unknown> {
  return world.take(...[2, 1, 0].map((ago) => make(world.now - ago * SECOND)));
}

const unitsWith = (world: World, person: string) =>
  [...world.pipeline.units.values()].filter(({ persons }) => persons.has(person)).map(({ id }) => id);

describe.each(STORES)("a name that nobody knows yet, on $name", ({ open }) => {
  it("stands for itself, without saying whose address it is", async () => {
    const world = await createWorld({ store: await open() });

    await world.take(by(email("ann@acme.test"), "page.viewed", { time: world.now, data: { page: "/" } }));

    const [unit] = [...world.pipeline.units.values()].filter(({ seq }) => seq > 0);
    expect(unit?.id).toMatch(/^person\/~/);
    expect(unit?.id).not.toContain("ann");
  });

  it("is joined with its person later: the open match moves, also over a restart in between", async () => {
    const first = await createWorld({ store: await open() });
    await lockedOut(first, (time) => by(email("ann@acme.test"), "auth.login_failed", { time }));
    const [before] = first.matches("P-002");
    await first.pipeline.drain();
    const world = await first.restart();

    await world.take(
      event("person.identified", {
        time: world.now,
        account: "acme",
        person: "ann",
        data: { consent: { sms: true } },
        contact: { email: "ann@acme.test", phone: "+15550001" },
      }),
    );

    const after = world.matches("P-002").find(({ id }) => id === before?.id);
    expect(after).toMatchObject({ person: "ann", unit: "account/acme", account: "acme", state: "open" });
    expect(world.scores("person/ann").at(-1)).toMatchObject({ band: "critical" });
    expect(unitsWith(world, before?.person ?? "")).toEqual([]);
  });

  it("leads to the person from then on", async () => {
    const world = await createWorld({ store: await open() });
    const who = { time: world.now, account: "acme", person: "ann", contact: { email: "ann@acme.test" } };
    await world.take(event("person.identified", who));
    const again = await world.restart();

    await again.take(by(email("ann@acme.test"), "page.viewed", { time: again.now, data: { page: "/" } }));

    expect((await personIn(again, "account/acme", "ann"))?.lastEventAt).toBe(again.now);
    expect(unitsWith(again, "ann")).toEqual(["account/acme"]);
  });

  it("leaves the first of two people who share it alone", async () => {
    const world = await createWorld({ store: await open() });
    const identified = (person: string) =>
      event("person.identified", {
        time: world.now,
        account: "acme",
        person,
        contact: { email: "info@acme.test" },
      });

    await world.take(identified("ann"));
    await world.take(identified("bob"));
    await world.take(
      by(email("info@acme.test"), "page.viewed", { time: world.now + 1, data: { page: "/" } }),
    );

    const [ann, bob] = [
      await personIn(world, "account/acme", "ann"),
      await personIn(world, "account/acme", "bob"),
    ];
    expect(ann?.lastEventAt).toBe(world.now + 1);
    expect(bob).toMatchObject({ id: "bob", lastEventAt: world.now, reach: { email: true } });
  });
});

describe("somebody who moves", () => {
  /** Fails three sign-ins under another name, and is then known as ann. */
  async function moved(changes: { readonly before?: (world: World) => Promise<void> } = {}): Promise<World> {
    const world = await createWorld();
    await lockedOut(world, (time) => by(zendesk("77"), "auth.login_failed", { time }));
    await changes.before?.(world);
    const known = event("person.identified", {
      time: world.now,
      account: "acme",
      person: "ann",
      data: { consent: { sms: true } },
      contact: { email: "ann@acme.test", phone: "+15550001" },
    });
    await world.take({ ...known, alsoPerson: [zendesk("77")] });
    return world;
  }
  const rows = (world: World) =>
    world.deliveries("P-002").map(({ channel, person, status, unit }) => [channel, person, status, unit]);

  it("has what was queued for the stand-in decided anew, and gets one message", async () => {
    const world = await moved();

    await world.look("ann");
    await world.until(world.now + HOUR);

    expect(rows(world).map(([channel, person, status]) => [channel, person, status])).toEqual([
      ["in_app.prompt", "ann", "suppressed"],
      ["in_app.prompt", "ann", "sent"],
    ]);
  });

  it("keeps what was sent: it counts under the cap, and the ladder goes on from there", async () => {
    const world = await moved({
      before: async (first) => {
        const [row] = first.deliveries("P-002");
        await first.look(row?.person ?? "");
      },
    });

    const ann = await personIn(world, "account/acme", "ann");

    expect(ann?.messages.map(({ state, channel }) => [state, channel])).toEqual([["sent", "in_app.prompt"]]);
    expect(rows(world)).toEqual([["in_app.prompt", "ann", "sent", "account/acme"]]);
  });

  it("is found by a receipt that is still sent to the old unit", async () => {
    const world = await moved({
      before: async (first) => {
        const [row] = first.deliveries("P-002");
        await first.look(row?.person ?? "");
      },
    });
    const [row] = world.deliveries("P-002");
    const old = world.committed
      .flatMap(({ effects }) => effects)
      .find((effect) => effect.kind === "delivery");
    const unit = old?.kind === "delivery" ? old.row.unit : "";

    await told(world, { id: row?.id ?? "", unit }, "complained");

    expect(unit).toMatch(/^person\/~/);
    expect((await personIn(world, "account/acme", "ann"))?.stoppedAt).toBe(world.now);
  });

  it("is found by a preference that names the stand-in", async () => {
    const world = await createWorld();
    await lockedOut(world, (time) => by(zendesk("77"), "auth.login_failed", { time }));
    const standIn = world.deliveries("P-002")[0]?.person ?? "";
    const known = event("person.identified", { time: world.now, account: "acme", person: "ann" });
    await world.take({ ...known, alsoPerson: [zendesk("77")] });

    await world.control(
      { person: standIn },
      { kind: "preference", person: standIn, change: { kind: "stop" }, actor: "customer", reason: "" },
    );

    expect((await personIn(world, "account/acme", "ann"))?.stoppedAt).toBe(world.now);
    expect(unitsWith(world, standIn)).toEqual([]);
  });

  it("has the match ended by a recovery under the new name", async () => {
    const world = await moved();

    await world.take(
      event("auth.login_succeeded", { time: world.now + MINUTE, account: "acme", person: "ann" }),
    );

    expect(world.matches("P-002").at(-1)).toMatchObject({ state: "closed", closedBy: "recovery" });
    expect(world.scores("person/ann").at(-1)).toMatchObject({ score: 0 });
  });

  it("has the match go quiet like any other, and forgotten in the end", async () => {
    const world = await moved();

    await world.until(world.now + 20 * DAY);

    expect(world.matches("P-002").at(-1)).toMatchObject({ state: "closed", closedBy: "quiet" });
    expect((await world.pipeline.peek(T, "account/acme"))?.tracked.size).toBe(0);
  });

  it("does not bring windows along: two failures here and one there are no three", async () => {
    const world = await createWorld();
    const fail = (ref: Ref | undefined, time: number) =>
      ref === undefined
        ? event("auth.login_failed", { time, account: "acme", person: "ann" })
        : by(ref, "auth.login_failed", { time });
    await world.take(fail(zendesk("77"), world.now), fail(zendesk("77"), world.now + 1));
    const known = event("person.identified", { time: world.now, account: "acme", person: "ann" });
    await world.take({ ...known, alsoPerson: [zendesk("77")] });

    await world.take(fail(undefined, world.now + 2));

    expect(world.matches("P-002")).toEqual([]);
  });

  it("keeps a stop, and refusals, of either name", async () => {
    const world = await createWorld();
    await world.take(by(zendesk("77"), "page.viewed", { time: world.now, data: { page: "/" } }));
    const standIn = [...world.pipeline.units.values()].flatMap(({ persons }) => [...persons.keys()])[0] ?? "";
    const control = { kind: "preference", person: standIn, actor: "customer", reason: "" } as const;
    await world.control({ person: standIn }, { ...control, change: { kind: "stop" } });
    await world.control(
      { person: standIn },
      { ...control, change: { kind: "consent", channel: "sms", given: false } },
    );

    const known = event("person.identified", {
      time: world.now,
      account: "acme",
      person: "ann",
      data: { consent: { email: true } },
    });
    await world.take({ ...known, alsoPerson: [zendesk("77")] });

    const ann = await personIn(world, "account/acme", "ann");
    expect(ann?.stoppedAt).toBe(world.now);
    expect(ann?.consent).toEqual({ sms: false, email: true });
  });
});

describe("a person without an account", () => {
  const failing = (account?: string) => (time: number) =>
    event("auth.login_failed", { time, person: "ann", ...(account === undefined ? {} : { account }) });

  it("who joins one takes open matches along; a new one there is a match of its own", async () => {
    const world = await createWorld();
    await lockedOut(world, failing());

    await world.take(
      event("page.viewed", { time: world.now, person: "ann", account: "acme", data: { page: "/" } }),
    );
    const moved = world.matches("P-002").at(-1);
    world.now += HOUR;
    await lockedOut(world, failing("acme"));

    expect(moved).toMatchObject({ unit: "account/acme", account: "acme", person: "ann" });
    expect(new Set(world.matches("P-002").map(({ id }) => id)).size).toBe(2);
    expect(unitsWith(world, "ann")).toEqual(["account/acme"]);
  });

  it("who joined one is found there by events that name no account", async () => {
    const world = await createWorld();
    await world.take(
      event("page.viewed", { time: world.now, person: "ann", account: "acme", data: { page: "/" } }),
    );
    const again = await world.restart();

    await lockedOut(again, failing());

    expect(again.matches("P-002")).toMatchObject([{ account: "acme", unit: "account/acme" }]);
  });
});

describe("a person in two accounts", () => {
  async function inTwo(): Promise<World> {
    const world = await createWorld({ patterns: [aPattern({ per: ["person"], channels: ["email"] })] });
    const contact = { email: "ann@acme.test" };
    await world.take(
      event("person.identified", {
        time: world.now,
        account: "acme",
        person: "ann",
        data: { timeZone: "Asia/Tokyo", roles: ["admin"], consent: { sms: false } },
        contact,
      }),
    );
    world.now += MINUTE;
    await world.take(
      event("page.viewed", { time: world.now, account: "globex", person: "ann", data: { page: "/" } }),
    );
    return world;
  }

  it("is known in the second as in the first, but for the roles", async () => {
    const world = await inTwo();

    expect(await personIn(world, "account/globex", "ann")).toMatchObject({
      timeZone: "Asia/Tokyo",
      reach: { email: true },
      consent: { sms: false },
      roles: [],
    });
  });

  it("has what changes in one told to the other: addresses, tickets, mutes, bounces", async () => {
    const world = await inTwo();

    await world.take(
      event("ticket.created", { time: world.now, account: "acme", person: "ann", data: { ticket: "9" } }),
      event("person.identified", {
        time: world.now,
        account: "globex",
        person: "ann",
        contact: { phone: "+15550002" },
      }),
    );

    for (const unit of ["account/acme", "account/globex"]) {
      const ann = await personIn(world, unit, "ann");
      expect(ann?.tickets).toMatchObject([{ id: "9", open: true }]);
      expect(ann?.reach).toMatchObject({ email: true, phone: true });
    }
    await world.take(
      event("ticket.solved", { time: world.now, account: "acme", person: "ann", data: { ticket: "9" } }),
    );
    expect((await personIn(world, "account/globex", "ann"))?.tickets).toMatchObject([
      { id: "9", open: false },
    ]);
  });

  it("belongs to the newest one by default", async () => {
    const world = await inTwo();

    await world.take(
      event("page.viewed", { time: world.now + 1, person: "ann", data: { page: "/pricing" } }),
    );

    expect((await personIn(world, "account/globex", "ann"))?.lastEventAt).toBe(world.now + 1);
    expect((await personIn(world, "account/acme", "ann"))?.lastEventAt).toBe(world.now - MINUTE);
  });
});

describe("an erased person", () => {
  it("is not revived by their events: the account keeps them without a name", async () => {
    const store = eraseName(memoryStore(), T, "native", "ann");
    const world = await createWorld({ store });

    await world.take(
      event("page.viewed", { time: world.now, account: "acme", person: "ann", data: { page: "/" } }),
      event("person.identified", {
        time: world.now,
        account: "acme",
        person: "ann",
        contact: { email: "ann@acme.test" },
      }),
    );

    const unit = await world.pipeline.peek(T, "account/acme");
    expect([...(unit?.persons.keys() ?? [])]).toEqual([]);
    expect(world.committed.flatMap(({ event: one }) => (one === null ? [] : [one.person]))).toEqual([
      null,
      null,
    ]);
  });
});

describe("history", () => {
  it("fills gaps in what is known of people and accounts, and overrides nothing", async () => {
    const world = await createWorld();
    const who = { account: "acme", person: "ann" };
    await world.take(
      event("person.identified", {
        time: world.now,
        ...who,
        data: { timeZone: "Asia/Tokyo", consent: { sms: false } },
      }),
    );

    await world.take(
      event("person.identified", {
        time: world.now - 30 * DAY,
        ...who,
        data: { timeZone: "UTC", locale: "ja", consent: { sms: true, email: true } },
      }),
    );

    expect(await personIn(world, "account/acme", "ann")).toMatchObject({
      timeZone: "Asia/Tokyo",
      locale: "ja",
      consent: { sms: false, email: true },
    });
  });

  it("of somebody who moves is told at its own time, so that what follows is history still", async () => {
    const world = await createWorld();
    const past = world.now - 10 * DAY;
    const backfill = true as const;

    await world.take(event("page.viewed", { time: past, person: "ann", data: { page: "/" }, backfill }));
    await world.take(
      ...[0, 1, 2].map((i) =>
        event("auth.login_failed", { time: past + HOUR + i, person: "ann", account: "acme", backfill }),
      ),
    );

    expect(world.matches("P-002")).toMatchObject([{ firedAt: past + HOUR + 2, simulated: true }]);
    expect(world.decisions("P-002").map(({ at, simulated }) => [at - past, simulated])).toEqual([
      [HOUR + 2, true],
    ]);
  });
});
