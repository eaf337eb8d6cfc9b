import { describe, expect, it } from "vitest";
import { adminOf } from "../support/acting.ts";
import { anAdminWorld, auditOf, BY } from "./world.ts";

const secretsOf = async ({ app }: Awaited<ReturnType<typeof anAdminWorld>>, system: string) =>
  (await app.store.sources("acme")).find((row) => row.system === system)?.secrets;

describe("a source", () => {
  it("has an address under the public one, with its id when there are several", async () => {
    const { app } = await anAdminWorld();

    const first = await adminOf(app).addSource("acme", { system: "stripe", secrets: ["whsec_12345678"] }, BY);
    const second = await adminOf(app).addSource(
      "acme",
      { system: "stripe", id: "eu", secrets: ["whsec_87654321"] },
      BY,
    );

    expect(first.url).toBe("https://help.example.com/webhooks/acme/stripe");
    expect(second.url).toBe("https://help.example.com/webhooks/acme/stripe/eu");
    expect(first.secret).toBeNull();
  });

  it("gets a secret made here where the system lets us choose, shown once", async () => {
    const world = await anAdminWorld();

    const made = await adminOf(world.app).addSource("acme", { system: "segment" }, BY);

    expect(made.secret).toMatch(/^fst_source_.{43}$/);
    expect(await secretsOf(world, "segment")).toEqual([made.secret]);
    expect(JSON.stringify(await adminOf(world.app).sources("acme"))).not.toContain(made.secret);
  });

  it("of a system that makes its own secret waits for it", async () => {
    const { app } = await anAdminWorld();

    const made = await adminOf(app).addSource("acme", { system: "stripe" }, BY);

    expect(made).toMatchObject({ secret: null, secrets: 0 });
    expect(made.todo.join(" ")).toContain("forestall source rotate stripe --tenant acme --secret");
    await expect(adminOf(app).rotateSource("acme", { system: "stripe" }, BY)).rejects.toThrow(
      "Stripe makes the secret",
    );
  });

  it("of Zendesk warns of the secret that everybody can read in its documentation", async () => {
    const { app } = await anAdminWorld();
    const published = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";

    const tried = await adminOf(app).addSource("acme", { system: "zendesk", secrets: [published] }, BY);
    const real = { system: "zendesk", id: "real", secrets: ["a-secret-of-our-own"] };
    const good = await adminOf(app).addSource("acme", real, BY);

    expect(tried.todo.join(" ")).toContain("nothing signed with it is taken");
    expect(good.todo.join(" ")).not.toContain("Warning");
    expect((await adminOf(app).doctor("acme")).map(({ level, what }) => `${level} ${what}`)).toContain(
      "problem the source zendesk/default has a secret that everybody knows",
    );
  });

  it("has two secrets while they are rotated, and one afterwards", async () => {
    const world = await anAdminWorld();
    const admin = adminOf(world.app);
    await admin.addSource("acme", { system: "stripe", secrets: ["whsec_first123"] }, BY);

    await admin.rotateSource("acme", { system: "stripe", secret: "whsec_second12" }, BY);
    const during = await secretsOf(world, "stripe");
    await admin.rotateSource("acme", { system: "stripe", finish: true }, BY);

    expect(during).toEqual(["whsec_first123", "whsec_second12"]);
    expect(await secretsOf(world, "stripe")).toEqual(["whsec_second12"]);
  });

  it("never has more than two secrets", async () => {
    const world = await anAdminWorld();
    await adminOf(world.app).addSource("acme", { system: "stripe", secrets: ["whsec_first123"] }, BY);

    for (const secret of ["whsec_second12", "whsec_third123"]) {
      await adminOf(world.app).rotateSource("acme", { system: "stripe", secret }, BY);
    }

    expect(await secretsOf(world, "stripe")).toEqual(["whsec_second12", "whsec_third123"]);
  });

  it("keeps its secret and its other settings when one is changed", async () => {
    const world = await anAdminWorld();
    const { store } = world.app;
    const admin = adminOf(world.app);
    await admin.addSource(
      "acme",
      { system: "stripe", secrets: ["whsec_first123"], settings: { testMode: false } },
      BY,
    );

    await admin.changeSource("acme", { system: "stripe", settings: { accountKeys: ["customer"] } }, BY);

    const [row] = await store.sources("acme");
    expect(row?.settings).toMatchObject({ testMode: false, accountKeys: ["customer"] });
    expect(row?.secrets).toEqual(["whsec_first123"]);
    await expect(
      admin.changeSource("acme", { system: "stripe", settings: { testMode: 7 } }, BY),
    ).rejects.toThrow("testMode: ");
  });

  it("can be the receipts of a channel", async () => {
    const { app } = await anAdminWorld();

    const made = await adminOf(app).addSource("acme", { system: "sendgrid", secrets: ["MFkwEwYHKoZI"] }, BY);

    expect(made.url).toBe("https://help.example.com/receipts/acme/sendgrid");
  });

  it("is gone when it is removed", async () => {
    const { app } = await anAdminWorld();
    await adminOf(app).addSource("acme", { system: "sentry", secrets: ["0123456789abcdef"] }, BY);

    await adminOf(app).removeSource("acme", { system: "sentry" }, BY);

    expect(await adminOf(app).sources("acme")).toEqual([]);
    expect(await auditOf(app)).toEqual(
      expect.arrayContaining(["source.add source/sentry/default", "source.remove source/sentry/default"]),
    );
  });

  it.each([
    [{ system: "fax" }, 'Nothing comes in from "fax"; write one of cloudevents,'],
    [{ system: "stripe", id: "../etc" }, "cannot be a source's id"],
    [{ system: "stripe", secrets: ["short"] }, "cannot be the secret"],
    [{ system: "stripe", settings: { testMode: "maybe" } }, "Stripe cannot use this: testMode: "],
  ])("is refused with a reason: %j", async (wish, says) => {
    const { app } = await anAdminWorld();

    await expect(adminOf(app).addSource("acme", wish, BY)).rejects.toThrow(says);
    expect(await adminOf(app).sources("acme")).toEqual([]);
  });
});

describe("a channel", () => {
  it("is live once its provider is connected, and keeps its credentials to itself", async () => {
    const { app } = await anAdminWorld();

    const saved = await adminOf(app).saveChannel(
      "acme",
      { system: "sendgrid", settings: { apiKey: "SG.secret-key", baseUrl: "http://127.0.0.1:9" } },
      BY,
    );

    expect(saved).toMatchObject({ kind: "email", readiness: "live", system: "sendgrid" });
    expect(app.pipeline.tenant("acme")?.channels).toMatchObject({ email: "live", sms: "preview" });
    expect(JSON.stringify([saved, await adminOf(app).channels("acme")])).not.toContain("secret-key");
    expect((await app.store.channels("acme"))[0]?.settings).toMatchObject({ apiKey: "SG.secret-key" });
  });

  it.each([
    [{ system: "pigeon", settings: {} }, 'Nothing is sent through "pigeon"'],
    [{ system: "sendgrid", settings: { apiKey: "key" } }, "apiKey: a SendGrid API key starts with SG"],
    [
      { system: "sendgrid", settings: { apiKey: "SG.1", baseUrl: "http://10.0.0.1" } },
      "baseUrl cannot be used: the address is not on the public internet",
    ],
  ])("is refused with a reason: %j", async (wish, says) => {
    const { app } = await anAdminWorld();

    await expect(adminOf(app).saveChannel("acme", wish, BY)).rejects.toThrow(says);
    expect(app.pipeline.tenant("acme")?.channels.email).toBe("preview");
  });
});
