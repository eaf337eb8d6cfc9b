import { describe, expect, it } from "vitest";
import { createAppKeys, signEntry } from "../../../server/demo/zendesk-host/tokens.ts";
import { auditOf, BY } from "../../admin/world.ts";
import { adminOf } from "../../support/acting.ts";
import { aZendeskWorld, HOST, QUERY, stateIn, type ZendeskWorld } from "./world.ts";

const MINUTE = 60_000;

const formOf = async (world: ZendeskWorld) => stateIn((await world.load(await world.token())).text);
const codeOf = async (world: ZendeskWorld, tenant = "acme") =>
  (await adminOf(world.app).pairZendesk(tenant, {}, BY)).code;

describe("a pairing code", () => {
  it("connects the account, opens the page at once, and leaves a trace of who did it", async () => {
    const world = await aZendeskWorld();

    const { status, session } = await world.pair();

    expect(status).toBe(200);
    expect(session).toMatchObject({ view: "ticket", host: HOST });
    expect(await adminOf(world.app).zendeskPairings("acme")).toEqual([
      {
        tenant: "acme",
        host: HOST,
        installation: "4711",
        publicKeys: [],
        pairedAt: world.clock.now(),
        pairedBy: "agent:zendesk 31",
      },
    ]);
    expect(await auditOf(world.app)).toEqual(
      expect.arrayContaining(["zendesk.pair source/zendesk-app/4711", "zendesk.code zendesk-app"]),
    );
  });

  it("may be typed in small letters, without hyphens, with letters that look like digits", async () => {
    const world = await aZendeskWorld();
    const code = await codeOf(world);
    const typed = ` ${code.replaceAll("-", " ").toLowerCase().replaceAll("0", "o").replaceAll("1", "l")} `;

    const { session } = await world.post(`pair${QUERY}`, { state: await formOf(world), code: typed });

    expect(session).not.toBeNull();
  });

  it("counts once", async () => {
    const world = await aZendeskWorld();
    const code = await codeOf(world);
    const state = await formOf(world);
    const other = await world.load(await world.token({}, { installation: 99 }));
    await world.post(`pair${QUERY}`, { state, code });

    const again = await world.post(`pair${QUERY}`, { state: stateIn(other.text), code });

    expect(again.status).toBe(422);
    expect(again.text).toContain("not a code that counts");
    expect(await adminOf(world.app).zendeskPairings()).toHaveLength(1);
  });

  it("counts for one of two who type it at once", async () => {
    const world = await aZendeskWorld();
    const code = await codeOf(world);
    const states = await Promise.all(
      [1, 2].map(async (installation) =>
        stateIn((await world.load(await world.token({}, { installation }))).text),
      ),
    );

    const answers = await Promise.all(states.map((state) => world.post(`pair${QUERY}`, { state, code })));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    expect(await adminOf(world.app).zendeskPairings()).toHaveLength(1);
  });

  it("counts for ten minutes", async () => {
    const world = await aZendeskWorld();
    const code = await codeOf(world);
    world.clock.advance(10 * MINUTE);

    const { status, text } = await world.post(`pair${QUERY}`, { state: await formOf(world), code });

    expect(status).toBe(422);
    expect(text).toContain("older than ten minutes");
  });

  it("counts no more once another was made for the tenant", async () => {
    const world = await aZendeskWorld();
    const first = await codeOf(world);
    await codeOf(world);

    const { status } = await world.post(`pair${QUERY}`, { state: await formOf(world), code: first });

    expect(status).toBe(422);
  });

  it("does not move an account that belongs to a tenant already", async () => {
    const world = await aZendeskWorld();
    await adminOf(world.app).createTenant("other", {}, BY);
    const state = await formOf(world);
    await world.pair();

    const code = await codeOf(world, "other");
    const { status, text } = await world.post(`pair${QUERY}`, { state, code });

    expect(status).toBe(422);
    expect(text).toContain("connected already");
    expect((await adminOf(world.app).zendeskPairings()).map(({ tenant }) => tenant)).toEqual(["acme"]);
  });

  it("is not kept in plain", async () => {
    const world = await aZendeskWorld();
    const code = await codeOf(world);

    const rows = JSON.stringify(await world.app.store.sources());

    expect(rows).not.toContain(code);
    expect(rows).not.toContain(code.replaceAll("-", ""));
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  });
});

describe("the form", () => {
  it("takes five tries in ten minutes of one installation, then also the right code waits", async () => {
    const world = await aZendeskWorld();
    const code = await codeOf(world);
    const state = await formOf(world);
    const tries = [];
    for (let i = 0; i < 5; i++)
      tries.push(await world.post(`pair${QUERY}`, { state, code: `WRON-GWRO-NG0${i}` }));

    const sixth = await world.post(`pair${QUERY}`, { state, code });

    expect(tries.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422]);
    expect(sixth.status).toBe(429);
    expect(sixth.text).toContain("Too many codes");
    expect(await adminOf(world.app).zendeskPairings()).toEqual([]);
  });

  it.each([
    ["without what Zendesk vouched for", async () => ""],
    ["with it changed", async (world: ZendeskWorld) => `x${await formOf(world)}`],
    [
      "with it from another page's form",
      async (world: ZendeskWorld) => {
        const { bearer } = (await world.pair()).session ?? { bearer: "" };
        return bearer.replace("fst_zendesk_", "");
      },
    ],
  ])("is refused %s", async (_how, stateOf) => {
    const world = await aZendeskWorld();
    const state = await stateOf(world);
    const code = await codeOf(world);

    const { status, session } = await world.post(`pair${QUERY}`, { state, code });

    expect(status).toBe(401);
    expect(session).toBeNull();
  });

  it("is refused when it is ten minutes old, or comes from another website", async () => {
    const world = await aZendeskWorld();
    const state = await formOf(world);
    const code = await codeOf(world);
    const elsewhere = await world.post(`pair${QUERY}`, { state, code }, { "sec-fetch-site": "cross-site" });
    world.clock.advance(10 * MINUTE);

    const late = await world.post(`pair${QUERY}`, { state, code });

    expect([elsewhere.status, late.status]).toEqual([401, 401]);
    expect(await adminOf(world.app).zendeskPairings()).toEqual([]);
  });
});

describe("a tenant with an app of its own", () => {
  it("comes in with its own key, and the shared one counts for it no more", async () => {
    const world = await aZendeskWorld();
    const own = createAppKeys();
    const { code } = await adminOf(world.app).pairZendesk("acme", { publicKeys: own.publicPem }, BY);
    const form = await world.load(await signEntry(own, world.claims()));
    await world.post(`pair${QUERY}`, { state: stateIn(form.text), code });

    const [mine, shared] = [
      await world.load(await signEntry(own, world.claims())),
      await world.load(await world.token()),
    ];

    expect(mine.session).not.toBeNull();
    expect(shared.status).toBe(401);
  });

  it("does not open another tenant's account with its key", async () => {
    const world = await aZendeskWorld();
    await world.pair();
    const foreign = createAppKeys();
    await adminOf(world.app).createTenant("other", {}, BY);
    await adminOf(world.app).pairZendesk("other", { publicKeys: foreign.publicPem }, BY);

    const { status, session } = await world.load(await signEntry(foreign, world.claims()));

    expect(status).toBe(401);
    expect(session).toBeNull();
  });
});

it("lists and removes pairings apart from the sources of events", async () => {
  const world = await aZendeskWorld();
  await world.pair();

  expect(await adminOf(world.app).sources("acme")).toEqual([]);
  await expect(
    adminOf(world.app).removeSource("acme", { system: "zendesk-app", id: "4711" }, BY),
  ).rejects.toThrow("has no source");
  expect(JSON.stringify(await adminOf(world.app).doctor("acme"))).not.toContain("zendesk-app");
  await expect(adminOf(world.app).unpairZendesk("acme", "1", BY)).rejects.toThrow("zendesk list");
});
