import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Running, startServer } from "../../../server/app.ts";
import { startZendeskHost, type ZendeskHost } from "../../../server/demo/zendesk-host/index.ts";
import { silentLogger } from "../../../server/lib/log.ts";
import { BY } from "../../admin/world.ts";
import { useBrowser } from "../../browser.ts";
import { configFor, scratchFolder } from "../../cli/world.ts";
import { adminOf } from "../../support/acting.ts";
import { STAGE } from "../../zendesk-host/stage.ts";
import { aBundle } from "./bundle.ts";

/** The smallest app there is: it says what it was told. */
const APP = `
const say = (name, value) => { document.body.dataset[name] = JSON.stringify(value); };
const client = window.ZAFClient.init();
say("client", client !== false);
client.on("app.registered", ({ context }) => say("location", context.location));
client.on("app.activated", (data) => say("activated", data));
client.on("colorScheme.changed", (scheme) => say("scheme", scheme));
const read = () => client.get("ticket.requester")
  .then((all) => say("requester", all["ticket.requester"]), (error) => say("failed", error.message));
client.on("ticket.requester.id.changed", read);
client.get(["ticket.id", "no.such.path"]).then((all) => say("bulk", all));
client.invoke("resize", { width: "100%", height: "250px" });
client.set("comment.type", "internalNote").then(() => client.invoke("comment.appendText", "a note"));
const session = JSON.parse(document.getElementById("forestall-session").textContent);
fetch(session.apiUrl + "/api/v1/risks", { headers: { authorization: "Bearer " + session.bearer } })
  .then((answer) => say("api", answer.status));
read();
`;

const browser = useBrowser();
let host: ZendeskHost;

beforeAll(async () => {
  host = await startZendeskHost({ appUrl: () => running?.url ?? "", stage: () => STAGE });
});
afterAll(() => host.close());

let running: Running | undefined;

/** A server, the stand-in around it, and whatever the test does with both. */
async function serve(): Promise<Running> {
  const config = { ...configFor(scratchFolder()), zendeskKeys: [host.keys.publicPem] };
  const { publicUrl: _fixed, ...rest } = config;
  const made = await startServer(
    { ...rest, publicUrl: null },
    { log: silentLogger, zendesk: { sdkUrl: host.sdkUrl, standIn: host.origin, builtIn: aBundle(APP) } },
  );
  onTestFinished(() => made.close());
  await adminOf(made).createTenant("acme", {}, BY);
  running = made;
  return made;
}

async function paired(): Promise<Running> {
  const made = await serve();
  const { code } = await adminOf(made).pairZendesk("acme", {}, BY);
  const { subdomain, installation } = STAGE;
  await adminOf(made).redeemZendesk(
    code,
    { host: `${subdomain}.zendesk.com`, installation: String(installation) },
    BY,
  );
  return made;
}

async function open(
  path = "/agent/tickets/4711",
): Promise<{ page: Page; app: Frame; said: Said; wrong: string[] }> {
  const page = await browser.page();
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  await page.goto(host.origin + path);
  const frame = await (await page.waitForSelector("#app")).contentFrame();
  if (frame === null) throw new Error("no frame");
  const said: Said = (name) =>
    frame
      .waitForFunction((key) => document.body?.dataset[key], name, { timeout: 10_000 })
      .then(async (found) => JSON.parse(String(await found.jsonValue())));
  return { page, app: frame, said, wrong };
}
type Said = (name: string) => Promise<unknown>;

describe("the real SDK in the stand-in for Zendesk", () => {
  it("starts, and reads the requester of the ticket", async () => {
    await paired();

    const { app, said, wrong } = await open();

    expect(await said("client")).toBe(true);
    expect(await said("location")).toBe("ticket_sidebar");
    expect(await said("activated")).toEqual({ firstLoad: true });
    expect(await said("requester")).toMatchObject({
      id: 1001,
      name: "Mara Lindqvist",
      email: "mara@acme-robotics.example",
      externalId: "u1",
    });
    expect(await said("bulk")).toEqual({
      "ticket.id": 4711,
      errors: { "no.such.path": expect.objectContaining({ name: "ApiError", path: "no.such.path" }) },
    });
    expect(await said("api")).toBe(200);
    expect(new URL(app.url()).origin).not.toBe(host.origin);
    expect(wrong).toEqual([]);
  });

  it("resizes its frame and writes into the reply, which nobody sends", async () => {
    await paired();

    const { page, said } = await open();
    await said("requester");

    await page.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>("#editor")?.value === "a note",
    );
    expect(await page.textContent("#editor-type")).toBe("Internal note");
    expect(await page.locator("#app").evaluate((frame) => frame.style.height)).toBe("250px");
  });

  it("hears of another requester, also of one who comes while the first is being read", async () => {
    await paired();
    const { page, app, said } = await open("/agent/tickets/4711?latency=300");
    await page.waitForFunction("window.host.subscribed('ticket.requester.id.changed')");

    await page.evaluate(
      "window.host.requester({id: 1002, name: 'Tobi Adeyemi', email: null, externalId: null})",
    );

    await app.waitForFunction(() => document.body.dataset.requester?.includes("1002"));
    expect(await said("requester")).toMatchObject({ id: 1002, email: null, externalId: null });
  });

  it("hears of another theme, and of an answer that fails", async () => {
    await paired();
    const { page, said, app } = await open("/agent/tickets/4711?fail=ticket.requester&scheme=dark");
    expect(await said("failed")).toContain("ticket.requester");
    expect(await app.getAttribute("html", "data-scheme")).toBe("dark");

    await page.evaluate("window.host.scheme('light')");

    expect(await said("scheme")).toBe("light");
  });

  it("waits when Zendesk does not answer at all, and begins when it does so late", async () => {
    await paired();

    const never = await open("/agent/tickets/4711?handshake=never");
    expect(await never.said("client")).toBe(true);
    const late = await open("/agent/tickets/4711?handshake=800");

    expect(await late.said("location")).toBe("ticket_sidebar");
    expect(await never.app.evaluate(() => document.body.dataset.location)).toBeUndefined();
  });

  it.each([
    ["/agent/users/1001", "user_sidebar"],
    ["/agent/apps/forestall", "nav_bar"],
  ])("opens %s as %s", async (path, location) => {
    await paired();

    const { said } = await open(path);

    expect(await said("location")).toBe(location);
  });

  it("loads anew with a fresh token", async () => {
    await paired();
    const { page, app, said } = await open();
    await said("requester");

    await app.evaluate("window.before = true");
    await page.evaluate("window.host.reload()");
    await app.waitForFunction(
      "window.before === undefined && document.body?.dataset.requester !== undefined",
    );

    expect(await said("requester")).toMatchObject({ id: 1001 });
  });
});

it("asks an account that nobody knows for a code, and goes on to the app", async () => {
  const server = await serve();
  const { code } = await adminOf(server).pairZendesk("acme", {}, BY);
  const { app, said, wrong } = await open();

  await app.getByLabel("Pairing code").fill(code);
  await app.getByRole("button", { name: "Connect" }).click();

  expect(await said("requester")).toMatchObject({ id: 1001 });
  expect(await said("api")).toBe(200);
  expect(wrong).toEqual([]);
});

it("is not shown by a page that is not the Zendesk account's", async () => {
  await paired();
  const other = await startZendeskHost({
    appUrl: () => running?.url ?? "",
    stage: () => STAGE,
    keys: host.keys,
  });
  onTestFinished(() => other.close());
  const page = await browser.page();

  await page.goto(`${other.origin}/agent/tickets/4711`);
  const frame = await (await page.waitForSelector("#app")).contentFrame();
  await page.waitForTimeout(1_000);

  const text = await frame?.evaluate(() => document.body?.innerText ?? "").catch(() => "");
  expect(text).not.toContain("Mara");
  expect(
    await frame?.evaluate(() => document.getElementById("forestall-session")).catch(() => null),
  ).toBeNull();
});
