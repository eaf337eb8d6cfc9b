import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../server/lib/ids.ts";
import { adminOf } from "../support/acting.ts";
import { anAdminWorld, auditOf, BY } from "./world.ts";

describe("a new tenant", () => {
  it("is in dry run, with the shipped library and nothing switched off", async () => {
    const { app } = await anAdminWorld();

    const tenant = app.pipeline.tenant("acme");

    expect(tenant?.rollout).toEqual({ all: false, accounts: [], segments: [], percent: 0 });
    expect(tenant?.switches).toEqual({ tenant: false, patterns: [], channels: [] });
    expect(tenant?.library.version).toBe(app.library.version);
    expect(tenant?.channels).toMatchObject({ in_app: "live", human: "live", email: "preview", voice: "off" });
    expect(tenant?.notReady.get("api-rate-limit|email")).toBe(
      "links.rateLimitGuide is not set to a web address; supportUrl or supportEmail is not set: every message names a way to a person",
    );
  });

  it("gets tokens that the store knows by their hashes only", async () => {
    const { app, folder } = await anAdminWorld();

    const made = await adminOf(app).createTenant("globex", { name: "Globex" }, BY);

    const rows = (await app.store.tokens()).filter(({ tenant }) => tenant === "globex");
    expect(Object.keys(made.tokens)).toEqual(["write", "agent", "ops", "admin", "public"]);
    for (const [role, token] of Object.entries(made.tokens)) {
      expect(rows).toContainEqual(expect.objectContaining({ role, hash: sha256Hex(token) }));
    }
    await app.pipeline.drain();
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
    expect(files.some((text) => text.includes(made.tokens.admin) || text.includes(made.identitySecret))).toBe(
      false,
    );
    expect(files.some((text) => text.includes(sha256Hex(made.tokens.admin)))).toBe(true);
  });

  it("is there after a restart", async () => {
    const world = await anAdminWorld();

    const app = await world.reopen();

    expect(await adminOf(app).tenants()).toEqual([
      expect.objectContaining({ id: "acme", dryRun: true, paused: false }),
    ]);
    expect(app.pipeline.tenant("acme")?.library.patterns.length).toBeGreaterThan(30);
  });

  it("is refused a second time, and a bad name at once", async () => {
    const { app } = await anAdminWorld();

    await expect(adminOf(app).createTenant("acme", {}, BY)).rejects.toThrow("exists already");
    await expect(adminOf(app).createTenant("Acme!", {}, BY)).rejects.toThrow("cannot be a tenant's id");
  });

  it("gets no token while its making is cut off, and says what ends it", async () => {
    const { app } = await anAdminWorld();
    const settings = app.pipeline.tenant("acme")?.settings;
    if (settings === undefined) throw new Error("acme was just made");
    const before = (await app.store.tokens()).length;
    await app.pipeline.tenantControl("globex", { kind: "settings", settings });

    await expect(adminOf(app).createToken("globex", { role: "agent" }, BY)).rejects.toThrow(
      "The tenant globex was not made to its end: `forestall tenant create globex` does that.",
    );

    expect(await app.store.tokens()).toHaveLength(before);
    expect((await adminOf(app).createTenant("globex", {}, BY)).id).toBe("globex");
  });
});

describe("settings", () => {
  it("are merged: what a patch does not name stays", async () => {
    const { app } = await anAdminWorld();
    await adminOf(app).saveSettings("acme", { links: { billing: "https://acme.example/billing" } }, BY);

    const saved = await adminOf(app).saveSettings(
      "acme",
      {
        links: { usage: "https://acme.example/usage" },
        quiet: { from: "22:30" },
        gap: "90m",
        cap: { messages: "3" },
      },
      BY,
    );

    expect(saved.links).toEqual({
      billing: "https://acme.example/billing",
      usage: "https://acme.example/usage",
    });
    expect(saved.quiet).toEqual({ from: 22 * 60 + 30, to: 8 * 60 });
    expect(saved.gap).toBe(90 * 60_000);
    expect(saved.cap).toEqual({ messages: 3, within: 86_400_000 });
    expect(app.pipeline.tenant("acme")?.settings).toEqual(saved);
  });

  it("lose an entry of a map that is null", async () => {
    const { app } = await anAdminWorld();
    await adminOf(app).saveSettings(
      "acme",
      { owners: { default: "a@b.example", billing: "c@d.example" } },
      BY,
    );

    const saved = await adminOf(app).saveSettings("acme", { owners: { billing: null } }, BY);

    expect(saved.owners).toEqual({ default: "a@b.example" });
  });

  it("make messages ready as soon as their link is there", async () => {
    const { app } = await anAdminWorld();

    await adminOf(app).saveSettings(
      "acme",
      {
        product: { supportEmail: "help@acme.example" },
        links: { rateLimitGuide: "https://acme.example/limits" },
      },
      BY,
    );

    expect(app.pipeline.tenant("acme")?.notReady.has("api-rate-limit|email")).toBe(false);
    expect(app.pipeline.tenant("acme")?.notReady.has("payment-failed|email")).toBe(true);
  });

  it.each([
    [{ links: { billing: "javascript:alert(1)" } }, "links.billing: write a web address"],
    [{ owners: { default: "nobody" } }, "owners.default: write an email address"],
    [{ timeZone: "Mars" }, "timeZone: write an IANA time zone"],
    [{ quiet: { from: "25:00" } }, "quiet.from: write a time such as 21:00"],
    [{ gap: "soon" }, "gap: write a duration"],
    [{ gap: "32d" }, "gap: can be at most 31d"],
    [{ cap: { within: "745h" } }, "cap.within: can be at most 31d"],
    [{ bands: { watch: 70 } }, "bands have to rise"],
    [{ colour: "red" }, 'Unrecognized key: "colour"'],
    [{ product: { color: "red" } }, "product.color: write a colour"],
  ])("that cannot be are refused by name: %j", async (patch, says) => {
    const { app } = await anAdminWorld();
    const before = app.pipeline.tenant("acme")?.settings;

    await expect(adminOf(app).saveSettings("acme", patch, BY)).rejects.toThrow(says);
    expect(app.pipeline.tenant("acme")?.settings).toEqual(before);
  });

  it("leave a trail that names what changed, and can be undone", async () => {
    const { app } = await anAdminWorld();

    await adminOf(app).saveSettings("acme", { owners: { default: "secret-owner@acme.example" } }, BY);

    const { rows } = await app.store.audit("acme", { subject: "settings" });
    const [row] = rows;
    expect(row).toMatchObject({
      action: "settings.change",
      actor: "cli:tester",
      detail: { changed: ["owners"] },
    });
    expect(row?.undo).toMatchObject({ kind: "settings", settings: { owners: {} } });
  });
});

describe("tokens", () => {
  it("count until they are revoked", async () => {
    const { app } = await anAdminWorld();
    const made = await adminOf(app).createToken("acme", { role: "agent", label: "desk" }, BY);

    await adminOf(app).revokeToken("acme", made.id, BY);

    const row = await app.tokenBook.find(made.token);
    expect(row).toMatchObject({ role: "agent", label: "desk", revokedAt: app.now() });
    await expect(adminOf(app).revokeToken("acme", made.id, BY)).rejects.toThrow("revoked already");
    expect(await auditOf(app)).toEqual(expect.arrayContaining([`token.revoke token/${made.id}`]));
  });

  it("overlap while they are rotated", async () => {
    const { app } = await anAdminWorld();
    const old = await adminOf(app).createToken("acme", { role: "ops" }, BY);

    const fresh = await adminOf(app).rotateToken("acme", old.id, 3_600_000, BY);

    expect(await app.tokenBook.find(old.token)).toMatchObject({
      expiresAt: app.now() + 3_600_000,
      revokedAt: null,
    });
    expect(await app.tokenBook.find(fresh.token)).toMatchObject({ role: "ops", expiresAt: null });
  });

  it("of another tenant cannot be touched", async () => {
    const { app } = await anAdminWorld();
    await adminOf(app).createTenant("globex", {}, BY);
    const made = await adminOf(app).createToken("acme", { role: "agent" }, BY);

    await expect(adminOf(app).revokeToken("globex", made.id, BY)).rejects.toThrow("globex has no token");
    expect((await adminOf(app).tokens("globex")).map(({ id }) => id)).not.toContain(made.id);
  });
});
