import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { METHODS } from "../../server/cli/methods.ts";
import { file, rateLimited } from "./events.ts";
import { as, aWorld, type World } from "./world.ts";

interface Created {
  readonly id: string;
  readonly tokens: { readonly [role: string]: string };
  readonly identitySecret: string;
}

async function withTenant(): Promise<World & { readonly created: Created }> {
  const world = aWorld();
  const created = as<Created>(await world.run("tenant", "create", "acme", "--json"));
  return { ...world, created };
}

describe.each([false, true])("with a server running: %s", (isRunning) => {
  const started = async () => {
    const world = await withTenant();
    if (isRunning) await world.serve();
    return world;
  };

  it("a tenant has its tokens, and its settings can be changed", async () => {
    const world = await started();
    expect(Object.keys(world.created)).toEqual(["id", "tokens", "identitySecret"]);
    expect(Object.keys(world.created.tokens)).toEqual(["write", "agent", "ops", "admin", "public"]);

    const set = [
      "--set",
      "product.name=Acme Cloud",
      "--set",
      "holdout.percent=5",
      "--set",
      'excluded=["a-1"]',
    ];
    const changed = await world.run("tenant", "settings", "acme", ...set);

    expect(as(changed)).toMatchObject({
      product: { name: "Acme Cloud" },
      holdout: { percent: 5 },
      excluded: ["a-1"],
    });
    expect(as(await world.run("tenant", "settings"))).toEqual(as(changed));
  });

  it("settings are shown in the spelling in which they can be given again", async () => {
    const world = await started();
    const before = await world.run("tenant", "settings");
    expect(as(before)).toMatchObject({
      quiet: { from: "21:00", to: "08:00" },
      gap: "2h",
      cap: { messages: 2, within: "1d" },
      cooldown: "2d",
      stale: "3d",
      muteFor: "30d",
      incident: { within: "10m", quietEnd: "30m" },
    });

    const changes = ["--set", "quiet.from=22:30", "--set", "gap=90m", "--set", "cooldown=1500"];
    const changed = as<object>(await world.run("tenant", "settings", ...changes));
    expect(changed).toMatchObject({ quiet: { from: "22:30" }, gap: "90m", cooldown: 1500 });

    const path = world.write("settings.json", before.out);
    expect(as(await world.run("tenant", "settings", "--file", path))).toEqual(as(before));
  });

  it("a source is connected, listed, rotated and removed", async () => {
    const world = await started();

    const added = as<{ url: string; secret: string }>(
      await world.run("source", "add", "segment", "--tenant", "acme", "--id", "web", "--json"),
    );
    const listed = as<{ url: string; createdAt: string }[]>(await world.run("source", "list", "--json"));
    const rotated = await world.run("source", "rotate", "segment", "--id", "web");
    const removed = await world.run("source", "remove", "segment", "--id", "web", "--reason", "moved");

    expect(added.url).toBe("https://help.example.com/webhooks/acme/segment/web");
    expect(listed).toEqual([expect.objectContaining({ url: added.url, lastReceivedAt: null })]);
    expect(listed[0]?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(rotated.out).toContain("--finish");
    expect(removed.code).toBe(0);
    expect((await world.run("source", "list")).out).toMatch(/^Nothing is connected yet/);
  });

  it("a channel, a token and the switches do what they say", async () => {
    const world = await started();

    const settings = [
      "--set",
      "apiKey=SG.abc",
      "--set",
      "baseUrl=http://127.0.0.1:9",
      "--set",
      "sandbox=true",
    ];
    const channel = await world.run("channel", "add", "sendgrid", ...settings);
    const token = await world.run("token", "create", "--role", "agent", "--expires", "90d");
    const paused = await world.run("pause", "--pattern", "P-001,P-002", "--channel", "sms");
    const resumed = await world.run("resume", "--pattern", "P-001,P-002", "--channel", "sms");

    expect(channel.out).toBe("email of acme goes through sendgrid (live).\n");
    expect(token.out).toMatch(/^fst_agent_\S{43}\n$/);
    expect(paused.out).toBe("acme: switched off are P-001, P-002, sms.\n");
    expect(resumed.out).toBe("acme: everything is switched on.\n");
  });

  it("in_app is one word for the channel and for what it goes through, with either stroke", async () => {
    const world = await started();
    const origins = ["--set", 'origins=["https://app.acme.example"]'];

    const dash = await world.run("channel", "add", "in-app", ...origins);
    const line = await world.run("channel", "add", "in_app", ...origins);
    const listed = await world.run("channel", "list");
    const paused = await world.run("pause", "--channel", "in-app");

    expect(dash.out).toBe("in_app of acme goes through in_app (live).\n");
    expect(line.out).toBe(dash.out);
    expect(listed.out).toContain("in_app");
    expect(listed.out).not.toContain("in-app");
    expect(paused.out).toBe("acme: switched off are in_app.\n");
  });

  it("a plain resume says how to switch on what was switched off by name", async () => {
    const world = await started();
    await world.run("pause", "--pattern", "P-001", "--channel", "sms");
    const remedy = "forestall resume --tenant acme --pattern P-001 --channel sms";

    const resumed = await world.run("resume");
    const doctor = await world.run("doctor");
    await world.run(...remedy.split(" ").slice(1));

    expect(resumed.out).toBe(
      `acme: switched off are P-001, sms.\nThey were switched off one by one: \`${remedy}\` switches them on.\n`,
    );
    expect(doctor.out).toContain(remedy);
    expect((await world.run("resume")).out).toBe("acme: everything is switched on.\n");
  });

  it("going live waits until nothing is wrong", async () => {
    const world = await started();
    const early = await world.run("live", "--percent", "10");
    await world.run("tenant", "settings", "--set", "owners.default=ops@acme.example");
    await world.run("import", world.write("h.ndjson", file([rateLimited(0)])));

    const later = await world.run("live", "--percent", "10", "--segment", "smb,enterprise");
    const back = await world.run("live", "--dry-run");

    expect(early).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^acme is not ready to go live: [^\n]*\n$/),
    });
    expect(later.out).toBe("acme: live for the segments smb, enterprise, 10 % of accounts.\n");
    expect(back.out).toBe("acme: dry run, nothing is sent.\n");
  });

  it("history comes in, a person is paused, exported and erased", async () => {
    const world = await started();
    const path = world.write("h.ndjson", file([0, 60, 120, 180, 240].map((at) => rateLimited(at))));

    const imported = await world.run("import", path);
    const pausedForGood = await world.run("pause", "--person", "u1");
    const paused = await world.run("pause", "--person", "u1", "--until", "7d");
    const exported = await world.run("export", "--person", "u1");
    const asked = await world.run("erase", "--person", "u1");
    const erased = await world.run("erase", "--person", "u1", "--yes", "--reason", "asked");

    expect(imported.out).toBe("5 events taken in, 0 known already.\n");
    expect(pausedForGood.out).toBe("u1 gets no messages until `forestall resume`.\n");
    expect(paused.out).toMatch(/^u1 gets no messages until \d{4}-/);
    const tables = exported.out
      .trimEnd()
      .split("\n")
      .map((text) => (JSON.parse(text) as { table: string }).table);
    expect(tables.filter((table) => table === "events")).toHaveLength(5);
    expect(asked).toMatchObject({ code: 1, err: "This cannot be undone: give --yes to do it.\n" });
    expect(erased.out).toMatch(/^Erased; /);
    expect(await world.run("export", "--person", "u1")).toMatchObject({ code: 1 });
  });

  it("a backup is a whole database beside the other one, and never overwrites", async () => {
    const world = await started();
    const copy = join(world.folder, "copy.db");

    const made = await world.run("backup", copy);
    const again = await world.run("backup", copy);
    const nowhere = await world.run("backup", join(copy, "b.db"));

    expect(made).toMatchObject({
      code: 0,
      out: expect.stringMatching(/copy\.db holds everything up to now/),
    });
    expect(again).toMatchObject({ code: 1, err: `${copy} exists already; a backup never overwrites.\n` });
    expect(nowhere).toMatchObject({
      code: 1,
      err: `${join(copy, "b.db")} cannot be written: what should be its folder is a file.\n`,
    });
    expect(readdirSync(world.folder).filter((name) => name.startsWith("copy"))).toEqual([
      "copy.db",
      "copy.db-sums",
    ]);
  });

  it("the doctor ends with 1 while there is a problem, and says so in one line", async () => {
    const world = await started();

    const ran = await world.run("doctor");

    expect(ran.code).toBe(1);
    expect(ran.out).toContain("PROBLEM  acme: nobody owns alerts");
    expect(ran.err).toBe("2 problems to solve.\n");
  });
});

describe("two terminals", () => {
  it("see the same at once: what one switches off, the server knows", async () => {
    const world = await withTenant();
    const running = await world.serve();

    await world.run("pause", "--tenant", "acme");

    expect(running.pipeline.tenant("acme")?.switches.tenant).toBe(true);
  });

  it("what was imported with the server running can be seen in it", async () => {
    const world = await withTenant();
    const running = await world.serve();

    const lines = [0, 60, 120, 180, 240].map((at) => rateLimited(at));
    await world.run("import", world.write("h.ndjson", file(lines)), "--tenant", "acme");

    expect((await running.store.matches("acme", {})).rows).toEqual([
      expect.objectContaining({ pattern: "P-001" }),
    ]);
  });
});

describe("which tenant", () => {
  it("has to be said when there are several", async () => {
    const world = await withTenant();
    await world.run("tenant", "create", "globex");

    expect(await world.run("pause")).toMatchObject({
      code: 1,
      err: "Say which tenant with --tenant: acme, globex.\n",
    });
  });
});

it("values that others chose cannot move the cursor of a terminal", async () => {
  const world = await withTenant();
  const path = join(world.folder, "evil.ndjson");
  writeFileSync(
    path,
    `${rateLimited(0, { type: "evil\u009b31m" })}\n${rateLimited(1, { type: "\u202eevil" })}\n`,
  );

  const ran = await world.run("import", path);

  expect(ran.out).toContain("evil");
  expect((ran.out + ran.err).replaceAll("\n", "")).not.toMatch(/\p{C}/u);
});

it("every act is named on the socket as in the code", () => {
  for (const [name, { action }] of Object.entries(METHODS)) expect(action?.name ?? name).toBe(name);
});
