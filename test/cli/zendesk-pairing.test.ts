import { expect, it } from "vitest";
import { createAppKeys } from "../../server/demo/zendesk-host/tokens.ts";
import { adminOf } from "../support/acting.ts";
import { aWorld } from "./world.ts";

it("makes a code, lists what it connected, and cuts it off again", async () => {
  const world = aWorld();
  await world.run("tenant", "create", "acme");
  const server = await world.serve();

  const made = await world.run("zendesk", "pair", "--tenant", "acme");
  const code = made.out.trim();
  const by = { actor: "agent:zendesk 31", reason: "" };
  await adminOf(server).redeemZendesk(code, { host: "acme.zendesk.com", installation: "4711" }, by);
  const listed = await world.run("zendesk", "list", "--tenant", "acme");
  const gone = await world.run("zendesk", "unpair", "4711", "--tenant", "acme");
  const after = await world.run("zendesk", "list", "--tenant", "acme", "--json");

  expect(made).toMatchObject({ code: 0, err: expect.stringContaining("type this code there until") });
  expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  expect(listed.out).toContain("acme.zendesk.com");
  expect(gone.code).toBe(0);
  expect(JSON.parse(after.out)).toEqual([]);
});

it("gives the code as JSON, and takes a key of the tenant's own", async () => {
  const world = aWorld();
  await world.run("tenant", "create", "acme");
  const key = world.write("key.pem", createAppKeys().publicPem);

  const made = await world.run("zendesk", "pair", "--key", key, "--json");

  expect(JSON.parse(made.out)).toMatchObject({ tenant: "acme", code: expect.any(String) });
});

it.each([
  ["a file that is not there", () => "none.pem", "cannot be read"],
  [
    "a private key",
    () => createAppKeys().privateKey.export({ type: "pkcs8", format: "pem" }),
    "holds no public key",
  ],
  ["something cut short", () => createAppKeys().publicPem.slice(0, 200), "holds no public key"],
])("says in one line that %s is no key", async (name, textOf, says) => {
  const world = aWorld();
  await world.run("tenant", "create", "acme");
  const text = String(textOf());
  const key = name === "a file that is not there" ? text : world.write("key.pem", text);

  const { code, err, out } = await world.run("zendesk", "pair", "--key", key);

  expect(code).toBe(1);
  expect(err).toContain(says);
  expect(out).toBe("");
});
