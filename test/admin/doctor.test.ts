import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Opened } from "../../server/app.ts";
import { nodeVersion, spaceLeft } from "../../server/reads/doctor/machine.ts";
import { adminOf } from "../support/acting.ts";
import { anAdminWorld, BY, NOON } from "./world.ts";

/** `level what` of everything found. */
async function found(app: Opened, tenant?: string): Promise<readonly string[]> {
  return (await adminOf(app).doctor(tenant)).map(({ level, what }) => `${level} ${what}`);
}

const event = (id: string, type: string, time = NOON) => ({
  ...{ source: "gateway", id, type, time, data: {} },
  account: { namespace: "native", value: "a1" },
});

describe("what the doctor finds", () => {
  it("of a new tenant: no owner, no events, missing links by name, previews, dry run", async () => {
    const { app } = await anAdminWorld();

    const findings = await found(app);

    expect(findings).toEqual(
      expect.arrayContaining([
        "problem nobody owns alerts: what needs a person would reach no one",
        "problem no event has come yet",
        "warning P-001 cannot send: links.rateLimitGuide is not set to a web address; supportUrl or supportEmail is not set: every message names a way to a person",
        "warning email is in preview: messages are rendered and kept, none leaves",
        "warning dry run: everything is decided and rendered, nothing is sent",
      ]),
    );
  });

  it("has something to do for everything that is not in order", async () => {
    const { app } = await anAdminWorld();

    const findings = await adminOf(app).doctor();

    expect(findings.filter(({ level, todo }) => level !== "ok" && todo === null)).toEqual([]);
    expect(findings.map(({ level }) => level)).toEqual(
      [...findings.map(({ level }) => level)].sort(
        (a, b) => ["problem", "warning", "ok"].indexOf(a) - ["problem", "warning", "ok"].indexOf(b),
      ),
    );
  });

  it("does not find what was put right", async () => {
    const { app } = await anAdminWorld();
    await adminOf(app).saveSettings(
      "acme",
      {
        owners: { default: "ops@acme.example" },
        links: { rateLimitGuide: "https://acme.example/limits" },
        product: { senderEmail: "help@acme.example" },
      },
      BY,
    );
    await app.pipeline.receive("acme", [event("1", "session.started")]);
    const channel = { system: "sendgrid", settings: { apiKey: "SG.x", baseUrl: "http://127.0.0.1:9" } };
    await adminOf(app).saveChannel("acme", channel, BY);

    const findings = await found(app);

    expect(findings.join("\n")).not.toMatch(/problem|P-001 cannot send: links|email is in preview/);
    expect(findings).toEqual(expect.arrayContaining(["ok events come in", "ok email goes out"]));
  });

  it("of a connected provider: what keeps messages from going out, or from being of use", async () => {
    const { app } = await anAdminWorld({ publicUrl: null });
    const sendgrid = { system: "sendgrid", settings: { apiKey: "SG.x", baseUrl: "http://127.0.0.1:9" } };
    const twilio = {
      system: "twilio",
      settings: { accountSid: `AC${"0".repeat(32)}`, authToken: "0".repeat(32), from: "+15551234567" },
    };
    expect((await found(app)).join("\n")).not.toMatch(/sender address|FORESTALL_PUBLIC_URL/);

    await adminOf(app).saveChannel("acme", sendgrid, BY);
    await adminOf(app).saveChannel("acme", twilio, BY);

    const findings = await adminOf(app).doctor("acme");
    const problems = findings.filter(({ level }) => level === "problem");
    expect(problems.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        "email cannot go out: no sender address is set",
        "links in messages would lead to this machine alone, and sendgrid and twilio could not report: FORESTALL_PUBLIC_URL is not set",
      ]),
    );
    expect(findings.filter(({ what }) => what.endsWith("goes out"))).toEqual([]);
    await expect(adminOf(app).live("acme", { all: true }, BY)).rejects.toThrow("no sender address is set");
  });

  it("of sources: those that never received, and those without a secret", async () => {
    const { app } = await anAdminWorld();
    await adminOf(app).addSource("acme", { system: "stripe" }, BY);

    expect(await found(app)).toEqual(
      expect.arrayContaining([
        "problem the source stripe/default has no secret: everything it sends is refused",
        "warning the source stripe/default has never received anything",
      ]),
    );
  });

  it("of event types that mean nothing: how often they came, and how to map them", async () => {
    const { app } = await anAdminWorld();
    await app.pipeline.receive("acme", [event("1", "coffee.spilt"), event("2", "coffee.spilt")]);

    const finding = (await adminOf(app).doctor()).find(({ what }) => what.includes("coffee.spilt"));

    expect(finding).toMatchObject({
      level: "warning",
      what: expect.stringContaining('"coffee.spilt" from gateway (2)'),
    });
    expect(finding?.todo).toContain("names=");
  });

  it("of what is switched off, and of who is live", async () => {
    const { app } = await anAdminWorld();
    await adminOf(app).pause("acme", { patterns: ["P-001"], channels: ["sms"] }, BY);
    await adminOf(app).live("acme", { percent: 10, segments: ["smb"], force: true }, BY);

    const findings = await found(app);

    expect(findings).toContain("warning switched off: P-001, sms");
    expect(findings).toContain("ok live for segments smb, 10 % of accounts");
  });

  it("of timers that should have run", async () => {
    const { app, clock } = await anAdminWorld();
    const calls = [1, 2, 3, 4, 5].map((n) => ({
      ...event(`${n}`, "api.request_failed"),
      data: { status: 429 },
    }));
    await app.pipeline.receive("acme", calls);

    clock.advance(86_400_000);

    expect((await found(app)).join("\n")).toMatch(/warning timers of \d+ accounts are late/);
    await app.pipeline.tick(clock.now());
    expect(await found(app)).toContain("ok no timer is late");
  });

  it("of no timer that ran, though the snapshot on disk still names it", async () => {
    const { app, clock } = await anAdminWorld();
    const calls = [1, 2, 3, 4, 5].map((n) => ({
      ...event(`${n}`, "api.request_failed"),
      data: { status: 429 },
    }));
    await app.pipeline.receive("acme", calls);
    await app.pipeline.checkpoint();
    clock.advance(86_400_000);
    await app.pipeline.tick(clock.now());

    expect(await app.store.dueUnits(clock.now(), 10)).not.toEqual([]);
    expect(await found(app)).toContain("ok no timer is late");
  });

  it("of a clock that was set back", async () => {
    const { app, clock } = await anAdminWorld();
    await app.pipeline.receive("acme", [event("1", "session.started")]);

    clock.jumpTo(NOON - 3_600_000);

    expect(await found(app)).toContain("problem the clock is 60 min behind the newest event taken in");
  });

  it("of a secret key that others can read", async () => {
    const { app, folder } = await anAdminWorld();
    const path = join(folder, "secret-key");
    writeFileSync(path, "key");
    chmodSync(path, 0o644);

    expect(await found(app)).toContain(`problem others can read the secret key in ${path}`);
  });

  it("of no tenant at all", async () => {
    const { app } = await anAdminWorld();
    const others = await adminOf(app).doctor("acme");

    expect(others.every(({ tenant }) => tenant === null || tenant === "acme")).toBe(true);
    await expect(adminOf(app).doctor("nobody")).rejects.toThrow("There is no tenant nobody");
  });
});

it.each([
  ["24.21.0", "ok"],
  ["22.12.0", "ok"],
  ["22.11.9", "problem"],
  ["20.19.2", "problem"],
])("takes Node %s for %s", (version, level) => {
  expect(nodeVersion(version).level).toBe(level);
});

it.each([
  [50, "ok"],
  [1, "warning"],
  [0.1, "problem"],
])("takes %s GB of free space for %s", (gigabytes, level) => {
  expect(spaceLeft(gigabytes * 2 ** 30).level).toBe(level);
});
