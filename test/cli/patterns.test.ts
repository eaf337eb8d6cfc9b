import { describe, expect, it } from "vitest";
import { as, aWorld } from "./world.ts";

type Row = { readonly [name: string]: unknown };

describe("patterns list --json", () => {
  it("has the fields that other programs rely on", async () => {
    const rows = as<readonly Row[]>(await aWorld().run("patterns", "list", "--json"));

    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(
        "id name version family issue timing urgent risk confidence halfLife quiet per channels status".split(
          " ",
        ),
      );
    }
  });

  it("says of P-002 what the library says", async () => {
    const rows = as<readonly Row[]>(await aWorld().run("patterns", "list", "--json"));

    expect(rows.find(({ id }) => id === "P-002")).toMatchObject({
      issue: "account_lockout",
      timing: "immediate",
      urgent: true,
      risk: 90,
      halfLife: "2h",
      per: ["person"],
      channels: ["in_app.prompt", "sms", "human.phone"],
      status: "active",
    });
  });

  it("takes channels from the issue's row where a pattern names none", async () => {
    const rows = as<readonly Row[]>(await aWorld().run("patterns", "list", "--json"));

    expect(rows.filter(({ channels }) => (channels as readonly string[]).length === 0)).toEqual([]);
  });
});

it("shows lengths of time as pattern files spell them", async () => {
  const shown = await aWorld().run("patterns", "show", "P-001");
  const { when, history } = as<{ when: Row; history: Row }>(
    await aWorld().run("patterns", "show", "P-001", "--json"),
  );

  expect(shown.out).toMatch(/\nwhen .*"within":"15m"/);
  expect(when).toMatchObject({ kind: "count", count: 5, within: "15m" });
  expect(history).toMatchObject({ leadTime: "23m" });
});

it("spells every length of every pattern", async () => {
  const rows = as<readonly Row[]>(await aWorld().run("patterns", "list", "--json"));

  for (const { id } of rows) {
    const { when, history } = as<Row>(await aWorld().run("patterns", "show", String(id), "--json"));
    expect(JSON.stringify([when, history]), String(id)).not.toMatch(/\d{5}/);
  }
});

it("shows a pattern by its id, in any case", async () => {
  const ran = await aWorld().run("patterns", "show", "p-001");

  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(/^id +P-001\nname +API rate limit accumulation\n/);
  expect(ran.out).toMatch(/\nfirstAction +\S/);
});
