import { describe, expect, it } from "vitest";
import { adminOf } from "../support/acting.ts";
import { anAdminWorld, auditOf, BY } from "./world.ts";

/** Two people, or two commands, at the same moment: nobody's change takes back another's. */
describe("changes that come at the same moment", () => {
  it("of the settings all count", async () => {
    const { app } = await anAdminWorld();
    const names = Array.from({ length: 12 }, (_, i) => `link${i}`);

    await Promise.all(
      names.map((name) =>
        adminOf(app).saveSettings("acme", { links: { [name]: "https://acme.example/" } }, BY),
      ),
    );

    expect(Object.keys((await adminOf(app).settings("acme")).links).sort()).toEqual(names.sort());
    expect((await auditOf(app)).filter((line) => line === "settings.change settings")).toHaveLength(12);
  });

  it("of the switches all count: a stop of everything is not undone by a smaller one", async () => {
    const { app } = await anAdminWorld();

    await Promise.all([
      adminOf(app).pause("acme", {}, BY),
      adminOf(app).pause("acme", { channels: ["sms"] }, BY),
      adminOf(app).pause("acme", { patterns: ["P-001"] }, BY),
      adminOf(app).resume("acme", { patterns: ["P-002"] }, BY),
    ]);

    expect(app.pipeline.tenant("acme")?.switches).toEqual({
      tenant: true,
      patterns: ["P-001"],
      channels: ["sms"],
    });
  });

  it("of a source's secrets all count, and one id is given once", async () => {
    const { app } = await anAdminWorld();
    const wish = { system: "stripe", secrets: ["whsec_first123"] };

    const added = await Promise.allSettled(
      Array.from({ length: 4 }, () => adminOf(app).addSource("acme", wish, BY)),
    );
    await Promise.all([
      adminOf(app).rotateSource("acme", { system: "stripe", secret: "whsec_second12" }, BY),
      adminOf(app).rotateSource("acme", { system: "stripe", secret: "whsec_third123" }, BY),
    ]);

    const [row] = await app.store.sources("acme");
    expect(added.map(({ status }) => status).sort()).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
    ]);
    expect(row?.secrets).toEqual(["whsec_second12", "whsec_third123"]);
  });

  it("that make a tenant of the same name make one", async () => {
    const { app } = await anAdminWorld();

    const made = await Promise.allSettled(
      Array.from({ length: 3 }, () => adminOf(app).createTenant("globex", {}, BY)),
    );

    expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(
      (await app.store.tokens()).filter(({ tenant, role }) => tenant === "globex" && role === "write"),
    ).toHaveLength(1);
  });
});
