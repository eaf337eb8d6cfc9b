import { describe, expect, it } from "vitest";
import { adminOf } from "../support/acting.ts";
import { anAdminWorld, auditOf, BY, NOON } from "./world.ts";

const READY = { owners: { default: "ops@acme.example" } };

async function aReadyWorld() {
  const world = await anAdminWorld();
  await adminOf(world.app).saveSettings("acme", READY, BY);
  const event = { source: "gateway", id: "1", type: "session.started", time: NOON, data: {} };
  await world.app.pipeline.receive("acme", [{ ...event, person: { namespace: "native", value: "u1" } }]);
  return world;
}

describe("going live", () => {
  it("goes to those who are named, and to nobody else", async () => {
    const { app } = await aReadyWorld();
    await adminOf(app).live("acme", { all: true }, BY);
    await adminOf(app).live("acme", { accounts: ["a", "b"], segments: ["smb"] }, BY);

    const rollout = await adminOf(app).live("acme", { percent: 5 }, BY);

    expect(rollout).toEqual({ all: false, accounts: [], segments: [], percent: 5 });
  });

  it("goes step by step: a step is added to what is live when that is said", async () => {
    const { app } = await aReadyWorld();
    await adminOf(app).live("acme", { accounts: ["a", "b"] }, BY);
    await adminOf(app).live("acme", { percent: 5, add: true }, BY);

    const rollout = await adminOf(app).live(
      "acme",
      { accounts: ["b", "c"], segments: ["smb"], add: true },
      BY,
    );

    expect(rollout).toEqual({ all: false, accounts: ["a", "b", "c"], segments: ["smb"], percent: 5 });
    expect(app.pipeline.tenant("acme")?.rollout).toEqual(rollout);
  });

  it("goes all the way back", async () => {
    const { app } = await aReadyWorld();
    await adminOf(app).live("acme", { all: true }, BY);

    await adminOf(app).live("acme", { dryRun: true }, BY);

    expect(app.pipeline.tenant("acme")?.rollout).toEqual({
      all: false,
      accounts: [],
      segments: [],
      percent: 0,
    });
    expect(await auditOf(app)).toEqual(
      expect.arrayContaining(["rollout.live rollout", "rollout.dry-run rollout"]),
    );
  });

  it("is refused while there are problems, and names them", async () => {
    const { app } = await anAdminWorld();

    await expect(adminOf(app).live("acme", { all: true }, BY)).rejects.toThrow(
      /not ready to go live: nobody owns alerts.*no event has come yet/,
    );
    expect(app.pipeline.tenant("acme")?.rollout.all).toBe(false);
  });

  it("can be forced", async () => {
    const { app } = await anAdminWorld();

    await expect(adminOf(app).live("acme", { all: true, force: true }, BY)).resolves.toMatchObject({
      all: true,
    });
  });

  it("needs to be told what", async () => {
    const { app } = await aReadyWorld();

    await expect(adminOf(app).live("acme", {}, BY)).rejects.toThrow("Say what to switch on");
    await expect(adminOf(app).live("acme", { all: true, dryRun: true }, BY)).rejects.toThrow("not both");
  });
});

describe("switches", () => {
  it("go off and on for the tenant, a pattern or a channel, without touching each other", async () => {
    const { app } = await anAdminWorld();
    const admin = adminOf(app);
    await admin.pause("acme", { patterns: ["P-001"] }, BY);
    await admin.pause("acme", { channels: ["sms"] }, BY);
    const off = await admin.pause("acme", {}, BY);

    const on = await admin.resume("acme", {}, BY);
    const cleared = await admin.resume("acme", { patterns: ["P-001"], channels: ["sms"] }, BY);

    expect(off).toEqual({ tenant: true, patterns: ["P-001"], channels: ["sms"] });
    expect(on).toEqual({ tenant: false, patterns: ["P-001"], channels: ["sms"] });
    expect(cleared).toEqual({ tenant: false, patterns: [], channels: [] });
    expect(app.pipeline.tenant("acme")?.switches).toEqual(cleared);
  });

  it("know the patterns there are", async () => {
    const { app } = await anAdminWorld();

    await expect(adminOf(app).pause("acme", { patterns: ["P-999"] }, BY)).rejects.toThrow(
      "There is no pattern P-999",
    );
  });

  it("hold after a restart", async () => {
    const world = await anAdminWorld();
    await adminOf(world.app).pause("acme", {}, BY);

    expect((await world.reopen()).pipeline.tenant("acme")?.switches.tenant).toBe(true);
  });
});

describe("a person", () => {
  it("is paused until a time, by id or address, and goes on when told", async () => {
    const { app } = await aReadyWorld();
    const identified = {
      ...{ source: "app", id: "who", type: "person.identified", time: NOON },
      person: { namespace: "native", value: "u1" },
      contact: { email: "ana@acme.example" },
      data: {},
    };
    await app.pipeline.receive("acme", [identified]);
    const until = NOON + 86_400_000;

    const paused = await adminOf(app).pausePerson("acme", { email: "ANA@acme.example" }, until, BY);
    const state = (await app.store.person("acme", "u1"))?.pausedUntil;
    await adminOf(app).pausePerson("acme", { person: "u1" }, null, BY);

    expect(paused).toEqual({ person: "u1", until });
    expect(state).toBe(until);
    expect((await app.store.person("acme", "u1"))?.pausedUntil).toBeNull();
  });

  it("that nobody knows cannot be paused, and its address is not repeated", async () => {
    const { app } = await anAdminWorld();

    const refused = adminOf(app).pausePerson("acme", { email: "who@acme.example" }, "forever", BY);

    await expect(refused).rejects.toThrow(/^Nobody in acme is known by this email\.$/);
  });
});
