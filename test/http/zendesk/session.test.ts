import { expect, it } from "vitest";
import { BY } from "../../admin/world.ts";
import { adminOf } from "../../support/acting.ts";
import { aZendeskWorld, type ZendeskWorld } from "./world.ts";

const MINUTE = 60_000;

async function opened(changes: { role?: "agent" | "admin" } = {}) {
  const world = await aZendeskWorld();
  await world.pair();
  const { session } = await world.load(await world.token({}, changes));
  if (session === null) throw new Error("the page was not opened");
  return { world, bearer: session.bearer };
}

const risks = (world: ZendeskWorld, bearer: string) => world.api(bearer, "GET /risks");

it("opens the API of its tenant in its role, and no other's", async () => {
  const { world, bearer } = await opened();
  await adminOf(world.app).createTenant("other", {}, BY);
  await world.app.pipeline.receive("other", [
    {
      ...{ source: "app", id: "e1", type: "account.signed_up", time: world.clock.now() },
      account: { namespace: "native", value: "their-customer" },
      data: { name: "Theirs" },
    },
  ]);

  const mine = await risks(world, bearer);
  const theirs = await world.api(bearer, "GET /accounts/their-customer/risk");
  const audit = await world.api(bearer, "GET /audit");

  expect([mine.status, theirs.status, audit.status]).toEqual([200, 404, 403]);
});

it("lets an admin do what an agent may not", async () => {
  const { world, bearer } = await opened({ role: "admin" });

  const { status } = await world.api(bearer, "GET /audit");

  expect(status).toBe(200);
});

it.each([
  [{}, "agent:zendesk 31"],
  [{ "forestall-actor": "Ana Ruiz" }, "agent:Ana Ruiz (zendesk 31)"],
  [{ "forestall-actor": "admin:root (zendesk 1)" }, "agent:admin:root zendesk 1 (zendesk 31)"],
])("writes down the Zendesk user, whatever name is sent: %j", async (headers, actor) => {
  const { world, bearer } = await opened();
  await world.app.pipeline.receive("acme", [
    {
      ...{ source: "app", id: "e1", type: "person.identified", time: world.clock.now() },
      person: { namespace: "native", value: "u1" },
      data: {},
    },
  ]);

  const { status } = await world.api(bearer, "POST /persons/u1/pause", {
    body: JSON.stringify({ reason: "asked for it", for: "2h" }),
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", ...headers },
  });

  expect(status).toBe(200);
  const { rows } = await world.app.store.audit("acme", { subject: "person/u1" });
  expect(rows[0]?.actor).toBe(actor);
});

it("ends after 15 minutes, and says so in a word for the page", async () => {
  const { world, bearer } = await opened();
  world.clock.advance(15 * MINUTE - 1);
  const before = await risks(world, bearer);

  world.clock.advance(1);
  const after = await risks(world, bearer);
  const refreshed = await world.refresh(bearer);

  expect(before.status).toBe(200);
  expect(after).toMatchObject({ status: 401, body: { reason: "session_expired" } });
  expect(refreshed).toMatchObject({ status: 401, body: { reason: "session_expired" } });
});

it("is kept open by refreshing, for 8 hours and not a moment longer", async () => {
  const { world, bearer } = await opened();
  let current = bearer;
  let refreshes = 0;
  let last = await world.refresh(current);
  while (last.status === 200 && refreshes < 100) {
    current = last.body.bearer;
    refreshes += 1;
    world.clock.advance(10 * MINUTE);
    last = await world.refresh(current);
  }

  const end = await risks(world, current);

  expect(refreshes).toBe(48);
  expect(last.body.reason).toBe("session_expired");
  expect(end.status).toBe(401);
});

it("counts on a server that was started anew", async () => {
  const { world, bearer } = await opened();
  const { createSessions } = await import("../../../server/http/zendesk/sessions.ts");
  const { createSealer } = await import("../../../server/lib/sealed-text.ts");
  const again = createSessions({
    sealer: createSealer(world.app.config.secretKey, "forestall/zendesk-session/v1"),
    clock: world.clock,
    isPaired: async () => true,
  });

  const row = await again.with(world.app.tokenBook).find(bearer);

  expect(row).toMatchObject({ tenant: "acme", role: "agent", session: { user: "31" } });
});

it("ends within seconds when the account is cut off", async () => {
  const { world, bearer } = await opened();
  await adminOf(world.app).unpairZendesk("acme", "4711", BY);
  world.clock.advance(5_000);

  const [asked, refreshed] = [await risks(world, bearer), await world.refresh(bearer)];

  expect([asked.status, refreshed.status]).toEqual([401, 401]);
});

it.each([
  ["its role", (claims: Record<string, unknown>) => ({ ...claims, role: "admin" })],
  ["its tenant", (claims: Record<string, unknown>) => ({ ...claims, tenant: "other" })],
  ["its end", (claims: Record<string, unknown>) => ({ ...claims, expiresAt: 8.64e15 })],
])("cannot be changed in %s", async (_what, change) => {
  const { world, bearer } = await opened();
  const [text = "", mac = ""] = bearer.replace("fst_zendesk_", "").split(".");
  const claims = JSON.parse(Buffer.from(text, "base64url").toString());
  const forged = Buffer.from(JSON.stringify(change(claims))).toString("base64url");

  const answers = [
    await risks(world, `fst_zendesk_${forged}.${mac}`),
    await risks(world, `fst_zendesk_${text}.${mac.slice(0, -1)}`),
    await risks(world, `fst_zendesk_${text}`),
  ];

  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
});

it("is not made by what was sealed for the pairing form", async () => {
  const { world } = await opened();
  const { createSealer } = await import("../../../server/lib/sealed-text.ts");
  const other = createSealer(world.app.config.secretKey, "forestall/zendesk-pairing/v1");
  const claims = {
    ...{ id: "x", tenant: "acme", host: "acme.zendesk.com", installation: "4711", user: "1", role: "admin" },
    ...{ startedAt: 0, expiresAt: 8.64e15 },
  };

  const { status } = await risks(world, `fst_zendesk_${other.seal(claims)}`);

  expect(status).toBe(401);
});

it("keeps a live stream open no longer than itself", async () => {
  const { world, bearer } = await opened();
  const response = await fetch(`${world.origin}/api/v1/stream`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  const reader = response.body?.getReader();
  await reader?.read();

  await world.clock.advanceAsync(16 * MINUTE);

  const ended = await Promise.race([
    (async () => {
      try {
        while ((await reader?.read())?.done === false);
      } catch {
        // Cut off.
      }
      return true;
    })(),
    new Promise((resolve) => setTimeout(() => resolve(false), 3_000)),
  ]);
  expect(ended).toBe(true);
});
