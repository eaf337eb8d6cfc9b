import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FrameLocator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../server/config.ts";
import type { Stage, StageUser } from "../../server/demo/zendesk-host/index.ts";
import { useBrowser } from "../browser.ts";
import { type Paired, startPaired, type Told } from "../zendesk-host/paired.ts";
import { STAGE } from "../zendesk-host/stage.ts";
import { type Built, buildApp } from "./bundle.ts";

/**
 * Nothing stands in for anything of ours: the built app, entered by a signed token through the stand-in for Zendesk,
 * with the real SDK, on a whole server with its store.
 */

const user = (id: number, name: string, names: Partial<StageUser> = {}): StageUser => ({
  ...{ id, name, email: null, externalId: null, role: "end-user" },
  ...names,
});
const MARA = user(1001, "Mara Lindqvist", { email: "mara@acme-robotics.example" });
const NUMBERED = user(1002, "Tobi Adeyemi");
const EXTERNAL = user(1003, "Noor Haddad", { externalId: "noor" });
const FOREIGN = user(7001, "Una Other", { email: "una@globex.example", externalId: "una" });
const STRANGER = user(9999, "Max Nobody");
const ticketOf = (id: number, requester: StageUser) => ({
  ...{ id, requester, subject: `A question of ${requester.name}`, status: "open" as const },
  ...{ createdAt: new Date().toISOString(), tags: ["rate_limit"], conversation: [] },
});
const stage: Stage = {
  ...STAGE,
  tickets: [MARA, NUMBERED, EXTERNAL, FOREIGN, STRANGER].map((each, i) => ticketOf(4711 + i, each)),
};

const identified = (id: string, account: string, data: object): Told => ({
  type: "person.identified",
  subject: `person/${id}`,
  data: { account, timeZone: "UTC", consent: { email: true }, ...data },
});
const refused = (id: string, account: string): Told => ({
  type: "api.request_failed",
  subject: `account/${account}`,
  data: { user: id, status: 429, endpoint: "/v1/export" },
});
const sixTimes = (event: Told): readonly Told[] => Array(6).fill(event);

const NOTHING = "Forestall knows nothing about this requester yet.";

const browser = useBrowser();
const folder = mkdtempSync(join(tmpdir(), "forestall-real-"));
let built: Built;
let house: Paired;
let page: Page;
let app: FrameLocator;
const wrong: string[] = [];

beforeAll(async () => {
  built = await buildApp();
  const { config } = loadConfig({ FORESTALL_DATA: folder, PORT: "0", LOG_LEVEL: "silent" }, folder);
  house = await startPaired({ config, stage, builtIn: built.folder, tenants: ["acme", "globex"] });
  await house.tell("acme", [
    {
      type: "account.updated",
      subject: "account/robotics",
      data: { name: "Acme Robotics", plan: "pro", owner: "dana@acme.example" },
    },
    identified("mara", "robotics", { email: MARA.email, name: MARA.name, identities: { zendesk: "1001" } }),
    identified("tobi", "robotics", { identities: { zendesk: "1002" } }),
    identified("noor", "nordwind", {}),
  ]);
  await house.tell("acme", sixTimes(refused("mara", "robotics")));
  await house.tellTicket("4711", MARA.id, "rate_limit");
  await house.tell("globex", [
    identified("una", "secret-account", { email: FOREIGN.email, identities: { zendesk: "7001" } }),
    ...sixTimes(refused("una", "secret-account")),
  ]);
  page = await browser.page({ viewport: { width: 1280, height: 800 }, locale: "en-US" });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  app = page.frameLocator("#app");
}, 60_000);
afterEach(() => expect(wrong.splice(0)).toEqual([]));
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (path: string): Promise<string> => {
  await page.goto(`${house.host.origin}/agent/${path}`);
  await app.locator(".panel[aria-busy=false]").waitFor();
  return heading();
};
/** The first answer of this kind to the page that is opened; what a page before still asks is let go first. */
const answerTo = async (asked: RegExp, path: string): Promise<{ lead: string; body: unknown }> => {
  await page.goto("about:blank");
  const body = page.waitForResponse(asked).then((response) => response.json());
  return { lead: await open(path), body: await body };
};
const heading = () => app.getByRole("heading", { level: 1 }).innerText();
const audit = async () =>
  (await house.app.store.audit("acme", { limit: 50 })).rows.map(({ action, actor, reason }) => ({
    ...{ action, actor, reason },
  }));

describe("an agent who opens a ticket", () => {
  it("reads how bad it is, whose it is and why, and that it was seen coming", async () => {
    const lead = await open("tickets/4711");

    expect(lead).toMatch(/^\d\d (alert|critical).*: 6 rate-limit errors on \/v1\/export/);
    const facts = (await app.locator(".facts li").allInnerTexts()).join("\n");
    expect(facts).toMatch(/Predicted .* by API rate limit/);
    await app.getByText("Acme Robotics").first().waitFor();
  });

  it("sees what happens while they look, without touching anything", async () => {
    const before = await open("tickets/4711");

    await house.tell("acme", Array(3).fill({ ...failedLogin("mara", "robotics") }));

    await app.getByRole("heading", { level: 1, name: /failed sign-ins|and 1 more/ }).waitFor();
    expect(Number.parseInt(await heading(), 10)).toBeGreaterThan(Number.parseInt(before, 10));
  });

  it("pauses messages and takes it back, and both are in the audit under their name", async () => {
    await open("tickets/4711");
    await app.getByRole("button", { name: "Pause messages", exact: true }).click();
    const dialog = app.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("on holiday");
    await dialog.locator("button[type=submit]").click();
    await app
      .getByText(/Messages are paused until/)
      .first()
      .waitFor();
    expect((await house.app.store.person("acme", "mara"))?.pausedUntil).toBeGreaterThan(Date.now());

    await app.getByRole("button", { name: "Undo" }).first().click();
    await app.getByText("Undone").first().waitFor();

    expect((await house.app.store.person("acme", "mara"))?.pausedUntil ?? null).toBeNull();
    const lines = await audit();
    const actor = expect.stringContaining("31");
    expect(lines).toContainEqual({ action: "person.pause", actor, reason: "on holiday" });
    expect(lines).toContainEqual(expect.objectContaining({ action: expect.stringContaining("undo"), actor }));
  });

  it.each([
    ["Zendesk's number", 4712, "tobi"],
    ["the external id", 4713, "noor"],
  ])("finds a requester without an address by %s", async (_name, ticket, person) => {
    const { body } = await answerTo(/\/api\/v1\/requesters/, `tickets/${ticket}`);

    expect(body).toMatchObject({ person: { id: person } });
    await app.getByRole("button", { name: "Pause messages", exact: true }).waitFor();
  });

  it("sees nothing of another tenant's customer, by whatever name", async () => {
    const { lead, body } = await answerTo(/\/api\/v1\/requesters/, "tickets/4714");

    expect(body).toMatchObject({ person: null, account: null, matchedBy: null });
    expect(lead).toBe(NOTHING);
    expect(await app.locator("body").innerText()).not.toMatch(/secret-account|rate-limit/);
  });

  it("is told that nothing is known of a stranger, and may say who they are", async () => {
    expect(await open("tickets/4715")).toBe(NOTHING);
    await app.getByRole("button", { name: "Link to a known person" }).waitFor();
  });

  it("gets the next requester when the ticket changes hands, and nothing of the one before", async () => {
    await open("tickets/4711");
    await page.evaluate((next) => {
      const { host } = window as unknown as { host: { requester(user: unknown): void } };
      host.requester(next);
    }, STRANGER);

    await app.getByText(NOTHING).waitFor();
    expect(await app.locator("body").innerText()).not.toContain("Acme Robotics");
  });
});

describe("elsewhere in Zendesk", () => {
  it("is the same beside a user", async () => {
    expect(await open("users/1001")).toMatch(/^\d\d (alert|critical)/);
  });

  it("is the list of accounts behind the icon in the bar", async () => {
    await page.goto(`${house.host.origin}/agent/apps/forestall`);

    await app.getByRole("button", { name: "Acme Robotics" }).waitFor();
    expect(await app.locator("body").innerText()).not.toContain("secret-account");
  });

  it("leads from the ticket to the page of the account, under an address that can be sent on", async () => {
    await open("tickets/4711");
    await app.getByRole("button", { name: "Acme Robotics" }).click();
    await page.waitForURL("**/agent/apps/forestall/account/robotics*");
    await app.locator(".detail-head strong", { hasText: "Acme Robotics" }).waitFor();

    expect(await heading()).toMatch(/^\d\d (alert|critical), from Acme Robotics/);
  });

  it("lists people by their names, and narrows by what there is", async () => {
    await page.goto(`${house.host.origin}/agent/apps/forestall`);
    await app.getByRole("button", { name: "People" }).click();
    await app.getByRole("button", { name: "Mara Lindqvist" }).waitFor();

    const answer = page.waitForResponse(/risks\?.*owner=/).then((response) => response.json());
    await app.getByLabel("Owner").selectOption("dana@acme.example");

    const { items } = await answer;
    expect(items).toMatchObject([{ id: "mara", name: "Mara Lindqvist", owner: "dana@acme.example" }]);
  });
});

function failedLogin(id: string, account: string): Told {
  return {
    type: "auth.login_failed",
    subject: `account/${account}`,
    data: { user: id, reason: "wrong_password" },
  };
}
