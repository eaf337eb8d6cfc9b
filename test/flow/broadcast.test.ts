import { describe, expect, it } from "vitest";
import type { Delivery } from "../../server/core/delivery.ts";
import { ALL_ON, type Incident } from "../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { decodeUnit, encodeUnit } from "../../server/core/unit-codec.ts";
import { TENANT_UNIT } from "../../server/core/unit-name.ts";
import { aSettings } from "../builders.ts";
import { STORES } from "./stores.ts";
import { createWorld, event, handOver, introduce, refusals, T, told, type World } from "./world.ts";

const ACCOUNTS = ["acme", "globex", "umbrella"];
const RATE = { ...aSettings().incident, matches: 2, accounts: 2 };

/** Three accounts run into the rate limit within a minute: an incident of one pattern. */
async function trouble(options: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = await createWorld({ settings: { incident: RATE }, ...options });
  for (const account of ACCOUNTS) await introduce(world, account);
  for (const account of ACCOUNTS) await refusals(world, 5, account, developerOf(account));
  return world;
}
const developerOf = (account: string) => `dev@${account}`;

function incidentOf(world: World): Incident {
  const incident = world.pipeline.tenant(T)?.incidents.at(-1);
  if (incident === undefined) throw new Error("no incident");
  return incident;
}

async function answer(world: World, how: "approved" | "declined"): Promise<void> {
  const { id } = incidentOf(world);
  const control = { kind: "broadcast", incident: id, answer: how, actor: "ops:ana" } as const;
  await world.control({ unit: TENANT_UNIT }, control);
}

async function end(world: World): Promise<void> {
  const { scope } = incidentOf(world);
  const control = { kind: "declare", scope, running: false, actor: "ops:ana", reason: "mended" } as const;
  await world.control({ unit: TENANT_UNIT }, control);
}

const notices = (world: World) => world.deliveries().filter(({ notice }) => notice !== undefined);
const banners = (world: World) => notices(world).filter(({ channel }) => channel === "broadcast");
const emails = (world: World) => notices(world).filter(({ channel }) => channel === "email");
const who = (rows: readonly Delivery[]) => rows.map(({ person }) => person).sort();

/** The page of this person asks for its messages: banners that wait are handed over and shown. */
async function visit(world: World, person: string): Promise<number> {
  const waiting = await world.store.dueDeliveries(world.now, 1_000, ["broadcast"]);
  let shown = 0;
  for (const row of waiting.filter((each) => each.person === person)) {
    if (!(await handOver(world, row, "sent"))) continue;
    await told(world, row, "shown");
    shown += 1;
  }
  return shown;
}

describe.each(STORES)("the broadcast of an incident ($name)", ({ open }) => {
  it("waits for an answer: until then nobody is told", async () => {
    const world = await trouble({ store: await open() });

    await world.until(world.now + 9 * MINUTE);

    expect(incidentOf(world)).toMatchObject({
      broadcast: "waiting",
      scope: { kind: "pattern", name: "P-001" },
    });
    expect(notices(world)).toEqual([]);
  });

  it("goes out as a banner by itself after ten minutes, to everybody who was here lately", async () => {
    const world = await trouble({ store: await open() });

    await world.until(world.now + 10 * MINUTE + SECOND);

    expect(incidentOf(world).broadcast).toBe("automatic");
    expect(who(banners(world))).toEqual(
      ["ada", "bill", "tess", "dev@acme", ...["globex", "umbrella"].flatMap(peopleOf)].sort(),
    );
    expect(emails(world)).toEqual([]);
    expect(banners(world)[0]).toMatchObject({
      template: "incident-notice",
      status: "queued",
      notice: incidentOf(world).id,
      match: "",
    });
  });

  it("goes on approval at once, and by email to those whose own message is held", async () => {
    const world = await trouble({ store: await open() });

    await answer(world, "approved");
    await world.send();

    expect(who(emails(world))).toEqual(["tess", "tess@globex", "tess@umbrella"]);
    expect(emails(world).map(({ status }) => status)).toEqual(["sent", "sent", "sent"]);
    expect(banners(world)).toHaveLength(12);
  });

  it("is shown to each person at most once", async () => {
    const world = await trouble({ store: await open() });
    await answer(world, "approved");

    const visits = [await visit(world, "tess"), await visit(world, "tess")];
    await refusals(world, 5, "acme", "dev@acme");
    visits.push(await visit(world, "tess"));

    expect(visits).toEqual([1, 0, 0]);
    expect(banners(world).filter(({ person }) => person === "tess")).toHaveLength(1);
  });

  it("adds the emails when a banner that went out by itself is approved later", async () => {
    const world = await trouble({ store: await open() });
    await world.until(world.now + 11 * MINUTE);

    await answer(world, "approved");

    expect(who(emails(world))).toEqual(["tess", "tess@globex", "tess@umbrella"]);
    expect(banners(world)).toHaveLength(12);
  });

  it("is taken back when a banner that went out by itself is declined later", async () => {
    const world = await trouble({ store: await open() });
    await world.until(world.now + 11 * MINUTE);

    await answer(world, "declined");

    expect(new Set(banners(world).map(({ status }) => status))).toEqual(new Set(["suppressed"]));
    expect(await visit(world, "tess")).toBe(0);
  });

  it("stays away when it is declined", async () => {
    const world = await trouble({ store: await open() });

    await answer(world, "declined");
    await world.until(world.now + 20 * MINUTE);

    expect(notices(world)).toEqual([]);
  });

  it("reaches an account that runs into it later, at once", async () => {
    const world = await trouble({ store: await open() });
    await introduce(world, "late");
    await answer(world, "approved");
    expect(who(notices(world))).not.toContain("tess@late");

    await refusals(world, 5, "late", "dev@late");

    expect(who(banners(world).filter(({ account }) => account === "late"))).toEqual(
      ["ada@late", "bill@late", "dev@late", "tess@late"].sort(),
    );
    expect(who(emails(world))).toContain("tess@late");
  });

  it("ends with the incident: who has not seen the banner does not get it any more", async () => {
    const world = await trouble({ store: await open() });
    await answer(world, "approved");
    await visit(world, "tess");

    await end(world);

    const of = (person: string) => banners(world).find((row) => row.person === person)?.status;
    expect([of("tess"), of("bill"), of("ada@globex")]).toEqual(["sent", "suppressed", "suppressed"]);
    expect(await visit(world, "bill")).toBe(0);
  });

  it("is forgotten by the accounts three days later", async () => {
    const world = await trouble({ store: await open() });
    await answer(world, "approved");
    await world.send();
    await end(world);

    await world.until(world.now + 3 * DAY + MINUTE);

    const unit = await world.pipeline.peek(T, "account/acme");
    const tenant = await world.pipeline.peek(T, TENANT_UNIT);
    expect([...(unit?.deliveries.values() ?? [])].filter(({ notice }) => notice !== undefined)).toEqual([]);
    expect(tenant?.population?.affected.size).toBe(0);
  });

  it("survives a restart between approval and sending", async () => {
    const world = await trouble({ store: await open() });
    await answer(world, "approved");

    const again = await world.restart();
    await again.send();
    const visits = await visit(again, "tess");

    expect(again.sent.map(({ row }) => row.person).sort()).toEqual([
      "tess",
      "tess",
      "tess@globex",
      "tess@umbrella",
    ]);
    expect(visits).toBe(1);
  });
});

function peopleOf(account: string): string[] {
  return ["tess", "bill", "ada", "dev"].map((name) => `${name}@${account}`);
}

describe("a broadcast respects", () => {
  const change = (world: World, person: string, what: Parameters<typeof preference>[1]) =>
    world.control({ person }, preference(person, what));

  it("who stopped messages, and who switched off what is shown in the product", async () => {
    const world = await trouble();
    await change(world, "tess", { kind: "stop" });
    await change(world, "ada", { kind: "channel", channel: "in_app", on: false });
    await change(world, "tess@globex", { kind: "channel", channel: "email", on: false });

    await answer(world, "approved");

    const told = who(banners(world));
    expect([told.includes("tess"), told.includes("ada"), told.includes("tess@globex")]).toEqual([
      false,
      false,
      true,
    ]);
    expect(who(emails(world))).toEqual(["tess@umbrella"]);
  });

  it("who stops between the approval and the visit", async () => {
    const world = await trouble();
    await answer(world, "approved");

    await change(world, "ada", { kind: "stop" });

    expect(await visit(world, "ada")).toBe(0);
    expect(banners(world).find(({ person }) => person === "ada")).toMatchObject({
      status: "suppressed",
      detail: "opted_out",
    });
  });

  it("who refused email, and who asked for a break", async () => {
    const world = await trouble();
    await change(world, "tess", { kind: "consent", channel: "email", given: false });
    await change(world, "tess@globex", { kind: "snooze", until: world.now + DAY });

    await answer(world, "approved");

    expect(who(emails(world))).toEqual(["tess@umbrella"]);
    expect(who(banners(world))).not.toContain("tess@globex");
  });

  it("the night: an email waits until 08:00 local, a banner does not", async () => {
    const night = Date.UTC(2026, 2, 2, 22);
    const world = await trouble({ now: night });

    await answer(world, "approved");
    await world.send();

    expect(emails(world).map(({ status, detail }) => [status, detail])).toEqual(
      Array(3).fill(["queued", "quiet"]),
    );
    expect(await visit(world, "tess")).toBe(1);
  });

  it("the end of the incident in the night: the email of the morning is not sent", async () => {
    const night = Date.UTC(2026, 2, 2, 22);
    const world = await trouble({ now: night });
    await answer(world, "approved");
    await world.send();
    await end(world);

    await world.until(night + 11 * HOUR);

    expect(world.sent.filter(({ row }) => row.notice !== undefined)).toEqual([]);
  });

  it.each([
    ["everything", { ...ALL_ON, tenant: true }],
    ["broadcasts", { ...ALL_ON, channels: ["broadcast"] }],
  ] as const)("the switch for %s, also for what is queued", async (_what, switches) => {
    const world = await trouble();
    await answer(world, "approved");

    await world.pipeline.tenantControl(T, { kind: "switches", switches, actor: "admin", reason: "" });
    await world.send();

    expect(await visit(world, "ada")).toBe(0);
    expect(emails(world).map(({ status, detail }) => `${status} ${detail}`)).toEqual(
      Array(3).fill("suppressed switched_off"),
    );
    const stopped = world.deliveries().filter(({ notice, status }) => notice && status === "suppressed");
    for (const { id, person } of stopped) {
      expect(world.decisions().filter(({ delivery }) => delivery === id)).toMatchObject([
        { kind: "stop", reason: "switched_off", person, key: `person/${person}` },
      ]);
    }
  });

  it("what the tenant has not made ready: there is nothing to send, and nothing waits", async () => {
    const world = await trouble();
    const notReady = [
      ["incident-notice|broadcast", "the product's name is not set"],
      ["incident-notice|email", "the product's name is not set"],
    ] as const;
    const channels = world.pipeline.tenant(T)?.channels;
    if (channels === undefined) throw new Error("no tenant");
    await world.pipeline.tenantControl(T, { kind: "readiness", channels, notReady, templates: [] });

    await answer(world, "approved");

    expect(notices(world)).toEqual([]);
  });

  it("the dry run: decided, and sent to nobody", async () => {
    const world = await trouble({ live: false });

    await answer(world, "approved");
    await world.send();

    expect(new Set(notices(world).map(({ status }) => status))).toEqual(new Set(["dry_run"]));
    expect(world.sent).toEqual([]);
  });

  it("accounts that are never messaged", async () => {
    const world = await trouble({ settings: { incident: RATE, excluded: ["acme"] } });

    await answer(world, "approved");

    expect(new Set(notices(world).map(({ account }) => account))).toEqual(new Set(["globex", "umbrella"]));
  });
});

function preference(
  person: string,
  change: Extract<Parameters<World["control"]>[1], { kind: "preference" }>["change"],
) {
  return { kind: "preference", person, change, actor: "customer", reason: "" } as const;
}

describe("a broadcast takes nobody's place", () => {
  it("under the cap: two messages may still follow on the same day", async () => {
    const world = await trouble();
    await answer(world, "approved");
    await world.send();
    await visit(world, "bill");
    await end(world);

    await world.take(
      event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
    );
    await world.send();

    expect(world.sent.filter(({ row }) => row.person === "bill").map(({ row }) => row.channel)).toEqual([
      "broadcast",
      "email",
    ]);
  });

  it("and reaches somebody in two affected accounts once", async () => {
    const world = await createWorld({ settings: { incident: RATE } });
    for (const account of ACCOUNTS) await introduce(world, account);
    for (const account of ["acme", "globex"]) {
      await world.take(event("session.started", { time: world.now, account, person: "both" }));
    }
    for (const account of ACCOUNTS) await refusals(world, 5, account, developerOf(account));
    await answer(world, "approved");

    expect(await visit(world, "both")).toBe(1);
    expect(
      banners(world)
        .filter(({ person }) => person === "both")
        .map(({ status, detail }) => [status, detail])
        .sort(),
    ).toEqual([
      ["sent", null],
      ["suppressed", "duplicate"],
    ]);
  });
});

describe("somebody who turns out to belong elsewhere while an incident runs", () => {
  it("takes the banner along, and the new account forgets it in the end", async () => {
    const world = await createWorld({ settings: { incident: RATE } });
    for (const account of ACCOUNTS) await introduce(world, account);
    const alone = Array.from({ length: 3 }, () =>
      event("ui.rage_click", { time: world.now, person: "solo", data: { screen: "editor" } }),
    );
    await world.take(...alone);
    const scope = { kind: "all" } as const;
    const control = { kind: "declare", scope, running: true, actor: "ops:ana", reason: "" } as const;
    await world.control({ unit: TENANT_UNIT }, control);
    await answer(world, "approved");
    expect(banners(world)).toMatchObject([{ person: "solo", unit: "person/solo", status: "queued" }]);

    await world.take(event("session.started", { time: world.now, account: "acme", person: "solo" }));
    const moved = banners(world);
    await end(world);
    const shown = await visit(world, "solo");
    await world.until(world.now + 3 * DAY + MINUTE);

    expect(moved).toMatchObject([{ person: "solo", unit: "account/acme", status: "queued" }]);
    expect(shown).toBe(0);
    expect(banners(world)).toMatchObject([{ status: "suppressed" }]);
    const unit = await world.pipeline.peek(T, "account/acme");
    expect([...(unit?.deliveries.values() ?? [])].filter(({ notice }) => notice !== undefined)).toEqual([]);
  });
});

describe("an incident of one account", () => {
  const FEW = { ...aSettings().incident, personsOfAccount: 2 };

  /** Three people of acme lock themselves out. */
  async function lockedOut(): Promise<World> {
    const world = await createWorld({ settings: { incident: FEW } });
    await introduce(world);
    for (const person of ["p1", "p2", "p3"]) {
      for (let i = 0; i < 5; i++) {
        world.now += SECOND;
        await world.take(
          event("form.validation_failed", {
            time: world.now,
            account: "acme",
            person,
            data: { form: "f", field: "x" },
          }),
        );
      }
    }
    return world;
  }

  it("is told to its admin in one message, which speaks of the team", async () => {
    const world = await lockedOut();
    expect(incidentOf(world).scope).toEqual({ kind: "account", name: "acme" });

    await world.until(world.now + 11 * MINUTE);
    await answer(world, "approved");

    const alive = world.deliveries().filter(({ status }) => status !== "suppressed");
    expect(alive.filter(({ person }) => person === "ada")).toMatchObject([{ template: "account-incident" }]);
    expect(notices(world)).toEqual([]);
  });

  it("is told to the admin as a banner when no match of theirs can carry that message", async () => {
    const world = await createWorld({ settings: { incident: FEW } });
    await introduce(world);
    const scope = { kind: "account", name: "acme" } as const;
    const control = { kind: "declare", scope, running: true, actor: "ops:ana", reason: "" } as const;
    await world.control({ unit: TENANT_UNIT }, control);

    await world.until(world.now + 11 * MINUTE);

    expect(banners(world).map(({ person }) => person)).toEqual(["ada"]);
  });
});

describe("very many affected accounts", () => {
  it("are told a few hundred at a time, and all within seconds", async () => {
    const world = await createWorld({ settings: { incident: { ...RATE, matches: 10_000 } } });
    const scope = { kind: "pattern", name: "P-001" } as const;
    const control = { kind: "declare", scope, running: true, actor: "ops:ana", reason: "" } as const;
    const names = Array.from({ length: 450 }, (_, i) => `a${i}`);
    for (const name of names) await refusals(world, 5, name, `dev@${name}`);
    await world.control({ unit: TENANT_UNIT }, control);

    await answer(world, "approved");
    const first = banners(world).length;
    await world.until(world.now + 3 * SECOND);

    expect(first).toBe(200);
    expect(new Set(banners(world).map(({ account }) => account))).toEqual(new Set(names));
  });

  it("are kept in the snapshot of the tenant's unit", async () => {
    const world = await trouble();
    const tenant = await world.pipeline.peek(T, TENANT_UNIT);
    if (tenant === null) throw new Error("no unit");

    const text = encodeUnit(tenant);

    expect(encodeUnit(decodeUnit(text))).toBe(text);
    expect(decodeUnit(text).population?.affected.get(incidentOf(world).id)?.units).toEqual(
      new Set(ACCOUNTS.map((name) => `account/${name}`)),
    );
  });
});
