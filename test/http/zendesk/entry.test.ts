import { createHmac } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { createAppKeys, signEntry } from "../../../server/demo/zendesk-host/tokens.ts";
import { aZendeskWorld, HOST, QUERY, sessionIn, type ZendeskWorld } from "./world.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("the signed entry", () => {
  it("opens the page of a paired account, with a bearer and nothing that could run inline", async () => {
    const world = await aZendeskWorld();
    await world.pair();

    const { status, headers, text, session } = await world.load(await world.token());

    expect(status).toBe(200);
    expect(session).toMatchObject({
      role: "agent",
      user: "31",
      host: HOST,
      locale: "en",
      view: "ticket",
      apiUrl: "",
      refreshUrl: "/zendesk/session/refresh",
      expiresAt: "2026-03-02T12:15:00.000Z",
      sessionEndsAt: "2026-03-02T20:00:00.000Z",
    });
    expect(text).toContain('<script type="module" src="assets/main-abc123.js">');
    expect(text).toContain('<link rel="stylesheet" href="assets/main-def456.css">');
    expect(text).toContain("https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain(`frame-ancestors https://${HOST}`);
    expect(policy).not.toMatch(/unsafe|nonce|\*/);
    expect(headers.get("x-frame-options")).toBeNull();
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("set-cookie")).toBeNull();
  });

  it.each([
    ["ticket", "new_ticket_sidebar"],
    ["user", "user_sidebar"],
    ["dashboard", "nav_bar"],
  ] as const)("opens %s for the place %s", async (view, location) => {
    const world = await aZendeskWorld();
    await world.pair();

    const { session } = await world.load(await world.token({}, { location }), view);

    expect(session?.view).toBe(view);
  });

  it.each([
    ["an admin", { role: "admin" }, "admin"],
    ["an owner in the context", { context: { role: "owner" } }, "admin"],
    ["a role nobody knows", { role: "wizard" }, "agent"],
  ])("takes %s for what they are", async (_who, changes, role) => {
    const world = await aZendeskWorld();
    await world.pair();

    const { session } = await world.load(await world.token(changes));

    expect(session?.role).toBe(role);
  });

  it("speaks the language of the token, else of the browser", async () => {
    const world = await aZendeskWorld();
    await world.pair();
    const told = await world.load(await world.token({ locale: "pt" }));

    const token = await world.token();
    const asked = await world.post(`ticket${QUERY}`, { token }, { "accept-language": "xx, de-AT;q=0.8" });

    expect([told.session?.locale, asked.session?.locale]).toEqual(["pt-BR", "de"]);
  });

  it("speaks the agent's language before it is connected, and the browser's to who is not known", async () => {
    const world = await aZendeskWorld();
    const stranger = await world.load(await world.token({ locale: "fr-CA" }));
    const outside = await fetch(`${world.origin}/zendesk/ticket`, { headers: { "accept-language": "ja" } });
    const refused = await world.post(`ticket${QUERY}`, { token: "" }, { "accept-language": "de" });

    expect(stranger.text).toContain('<html lang="fr"');
    expect(stranger.text).toContain("Code d’association");
    expect(stranger.text).toContain("(acme.zendesk.com)");
    expect(await outside.text()).toContain("Zendesk 内で開いてください");
    expect(refused.text).toContain("Zendesks Angabe gilt nicht");
  });

  it("has what the script will ask for on its way at once, the texts of one language among it", async () => {
    const world = await aZendeskWorld();
    await world.pair();

    const { text } = await world.load(await world.token({ locale: "de" }));

    const ahead = [...text.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(([, href]) => href);
    expect(ahead).toEqual(["assets/shared-ghi789.js", "assets/de-mno345.js"]);
  });

  it("cannot be broken out of by what is in the address", async () => {
    const world = await aZendeskWorld();
    const hostile = encodeURIComponent('"></form><script>alert(1)</script>');

    const { text } = await world.load(await world.token(), "ticket", `${QUERY}&x=${hostile}&y='"><b>`);

    expect(text).toContain("Pairing code");
    expect(text).not.toMatch(/<script>|<b>/);
  });

  it("shows a plain page to who opens the address in a tab of its own", async () => {
    const world = await aZendeskWorld();

    const response = await fetch(`${world.origin}/zendesk/ticket`);

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
    expect(await response.text()).toContain("Open this in Zendesk");
  });
});

/** Every way somebody may try to come in without Zendesk's word. */
const ATTACKS: readonly (readonly [string, (world: ZendeskWorld) => Promise<string> | string])[] = [
  ["no token", () => ""],
  ["something that is no token", () => "a.b.c"],
  ["a token of 9,000 characters", (world) => world.token({ padding: "x".repeat(9_000) })],
  ["alg none", (world) => `${part({ alg: "none" })}.${part(world.claims())}.`],
  ["alg none with a signature", (world) => `${part({ alg: "None" })}.${part(world.claims())}.AAAA`],
  [
    "HS256 with the public key as the secret",
    (world) => {
      const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(world.claims())}`;
      return `${text}.${createHmac("sha256", world.keys.publicPem).update(text).digest("base64url")}`;
    },
  ],
  [
    "PS256 with the right key",
    (world) => new SignJWT(world.claims()).setProtectedHeader({ alg: "PS256" }).sign(world.keys.privateKey),
  ],
  ["another app's key", (world) => signEntry(createAppKeys(), world.claims())],
  [
    "a key that the token brings along",
    async (world) => {
      const foreign = createAppKeys();
      const { exportJWK } = await import("jose");
      const jwk = await exportJWK(foreign.privateKey);
      return new SignJWT(world.claims())
        .setProtectedHeader({ alg: "RS256", jwk: { kty: "RSA", n: jwk.n ?? "", e: jwk.e ?? "" } })
        .sign(foreign.privateKey);
    },
  ],
  [
    "claims changed after signing",
    async (world) => {
      const [head, , signature] = (await world.token()).split(".");
      return `${head}.${part({ ...world.claims(), sub: "1", role: "admin" })}.${signature}`;
    },
  ],
  ["an expired token", (world) => world.token({ exp: seconds(world) - 31 })],
  ["a token that counts from later on", (world) => world.token({ nbf: seconds(world) + 31 })],
  ["a token signed in the future", (world) => world.token({ iat: seconds(world) + 31 })],
  [
    "a token signed long ago that never ends",
    (world) => world.token({ iat: seconds(world) - 700, exp: seconds(world) + 9e6 }),
  ],
  ["a lookalike host", (world) => world.token(hosts("acme.zendesk.com.evil.test"))],
  ["a host with a name before it", (world) => world.token(hosts("evil.test/acme.zendesk.com"))],
  ["a host with a user before it", (world) => world.token(hosts("evil@acme.zendesk.com"))],
  ["a host in capitals", (world) => world.token(hosts("ACME.ZENDESK.COM"))],
  ["an issuer without https", (world) => world.token({ iss: "http://acme.zendesk.com" })],
  ["an issuer that is not the audience's", (world) => world.token({ iss: "https://other.zendesk.com" })],
  ["an audience of another host", (world) => world.token({ aud: audience("other.zendesk.com") })],
  [
    "an audience that is no installation",
    (world) => world.token({ aud: "https://acme.zendesk.com/api/v2/users/1.json" }),
  ],
  ["two audiences", (world) => world.token({ aud: [audience(HOST), audience("other.zendesk.com")] })],
  ["a subject that is no user", (world) => world.token({ sub: "admin" })],
  [
    "another place of the app",
    (world) => world.token({ context: { product: "support", location: "nav_bar" } }),
  ],
  ["another product", (world) => world.token({ context: { product: "sell", location: "ticket_sidebar" } })],
  ["a customer", (world) => world.token({ role: "end-user" })],
  ...(["exp", "iat", "iss", "aud", "sub"] as const).map(
    (claim) =>
      [`a token without ${claim}`, (world: ZendeskWorld) => world.token({ [claim]: undefined })] as const,
  ),
];

const seconds = ({ clock }: ZendeskWorld) => Math.floor(clock.now() / 1_000);
const audience = (host: string) => `https://${host}/api/v2/apps/installations/4711.json`;
const hosts = (host: string): JWTPayload => ({ iss: `https://${host}`, aud: audience(host) });

describe("is refused, with nothing of the tenant's in the answer:", () => {
  it.each(ATTACKS)("%s", async (_name, forge) => {
    const world = await aZendeskWorld();
    await world.pair();

    const { status, text } = await world.load(await forge(world));

    expect([401, 403]).toContain(status);
    expect(sessionIn(text)).toBeNull();
    expect(text).not.toContain("fst_zendesk_");
    expect(text).not.toContain("Pairing code");
  });

  it.each([
    ["another origin", "?origin=https://evil.test&app_guid=g"],
    ["the origin of another account", "?origin=https://other.zendesk.com&app_guid=g"],
    ["no origin", "?app_guid=g"],
    ["two origins", `?origin=https://${HOST}&origin=https://evil.test`],
  ])("%s", async (_name, query) => {
    const world = await aZendeskWorld();
    await world.pair();

    const { status, session } = await world.load(await world.token(), "ticket", query);

    expect(status).toBe(401);
    expect(session).toBeNull();
  });

  it("a token that was used before, also where its page was another", async () => {
    const world = await aZendeskWorld();
    await world.pair();
    const token = await world.token({ context: undefined });
    const first = await world.load(token);

    const again = [await world.load(token), await world.load(token, "user")];
    world.clock.advance(149_000);
    const late = await world.load(token);

    expect(first.session).not.toBeNull();
    expect(again.map(({ status }) => status)).toEqual([401, 401]);
    expect(again[0]?.text).toContain("opened before");
    expect(late.status).toBe(401);
  });

  it("everything while no key is known", async () => {
    const world = await aZendeskWorld({ keys: [] });

    const { status, text } = await world.load(await world.token());

    expect(status).toBe(401);
    expect(text).toContain("FORESTALL_ZENDESK_KEYS");
  });

  it("another account: it is asked for a code and sees nothing", async () => {
    const world = await aZendeskWorld();
    await world.pair();

    const others = [
      await world.load(await world.token({}, { installation: 4712 })),
      await world.load(
        await world.token({}, { subdomain: "other" }),
        "ticket",
        QUERY.replace("acme", "other"),
      ),
    ];

    for (const { session, text } of others) {
      expect(session).toBeNull();
      expect(text).toContain("Pairing code");
    }
  });

  it("takes several keys side by side while they are changed", async () => {
    const newer = createAppKeys();
    const world = await aZendeskWorld({ keys: [newer.publicPem, createAppKeys().publicPem] });
    const old = await world.load(await world.token());

    const fresh = await world.load(await signEntry(newer, world.claims()));

    expect([old.status, fresh.status]).toEqual([401, 200]);
  });
});
