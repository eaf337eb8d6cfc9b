import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { BacktestReport } from "../../server/cli/backtest/report.ts";
import { file, line, NOON, rateLimited } from "./events.ts";
import { as, aWorld, type World } from "./world.ts";

const MINUTE = 60;

async function backtest(world: World, lines: readonly string[], ...more: string[]): Promise<BacktestReport> {
  const events = world.write("events.ndjson", file(lines));
  return as<BacktestReport>(
    await world.run("backtest", "--events", events, "--holdout", "0", "--json", ...more),
  );
}

const firedBy = ({ matches }: BacktestReport, pattern: string) =>
  matches.filter((each) => each.pattern === pattern);
const webhook = (result: "failed" | "succeeded", at: number, endpoint = "https://acme.example/hook") =>
  line({
    type: `webhook.delivery_${result}`,
    at,
    data: { endpoint, status: result === "failed" ? 500 : 200 },
  });

describe("five refused calls", () => {
  const first = [0, 3 * MINUTE, 6 * MINUTE, 9 * MINUTE];

  it("fire P-001 when the last comes exactly 15:00 after the first", async () => {
    const report = await backtest(
      aWorld(),
      [...first, 15 * MINUTE].map((at) => rateLimited(at)),
    );

    expect(firedBy(report, "P-001")).toEqual([
      expect.objectContaining({ key: "account/acme", state: "open", firedAt: "2026-03-02T12:15:00.000Z" }),
    ]);
    expect(firedBy(report, "P-001")[0]?.events).toHaveLength(5);
  });

  it("do not when it comes a second later", async () => {
    const report = await backtest(
      aWorld(),
      [...first, 15 * MINUTE + 1].map((at) => rateLimited(at)),
    );

    expect(firedBy(report, "P-001")).toEqual([]);
  });

  it("need the fifth", async () => {
    const report = await backtest(
      aWorld(),
      first.map((at) => rateLimited(at)),
    );

    expect(firedBy(report, "P-001")).toEqual([]);
  });

  it("are four when one came twice", async () => {
    const twice = rateLimited(10 * MINUTE);

    const report = await backtest(aWorld(), [
      ...first.slice(0, 3).map((at) => rateLimited(at)),
      twice,
      twice,
    ]);

    expect(firedBy(report, "P-001")).toEqual([]);
  });
});

describe("three failed webhooks in a row", () => {
  it("fire P-003 for their endpoint", async () => {
    const report = await backtest(
      aWorld(),
      [0, 60, 120].map((at) => webhook("failed", at)),
    );

    expect(firedBy(report, "P-003")).toEqual([
      expect.objectContaining({ key: "account/acme;endpoint=https://acme.example/hook" }),
    ]);
  });

  it("do not with a success in between", async () => {
    const events = [
      webhook("failed", 0),
      webhook("failed", 60),
      webhook("succeeded", 90),
      webhook("failed", 120),
    ];

    expect(firedBy(await backtest(aWorld(), events), "P-003")).toEqual([]);
  });

  it("do not when they went to different endpoints", async () => {
    const events = ["a", "b", "c"].map((name, i) =>
      webhook("failed", i * 60, `https://acme.example/${name}`),
    );

    expect(firedBy(await backtest(aWorld(), events), "P-003")).toEqual([]);
  });
});

describe("the order of a file", () => {
  const events = [0, 100, 200, 300, 400].map((at) => rateLimited(at, { id: `call-${at}` }));

  it("does not matter, as events are put in order of time", async () => {
    const inOrder = await backtest(aWorld(), events);
    const reversed = await backtest(aWorld(), events.toReversed());

    expect(inOrder.matches).toHaveLength(1);
    expect(reversed).toEqual(inOrder);
  });

  it("does not matter either when an event stands further from its place than memory reaches", async () => {
    const world = aWorld();
    const filling = Array.from({ length: 110_000 }, (_, at) =>
      line({ id: `page-${at}`, type: "page.viewed", at: 500 + at, subject: `person/p${at % 50}` }),
    );

    const report = await backtest(world, [...filling, ...events.toReversed()]);

    expect(firedBy(report, "P-001")).toMatchObject([{ firedAt: "2026-03-02T12:06:40.000Z" }]);
  }, 60_000);

  it("is that of arrival when asked for: what comes over five minutes late opens nothing", async () => {
    const late = [rateLimited(3_600, { id: "other", subject: "account/other" }), ...events];

    expect((await backtest(aWorld(), late, "--arrival", "file")).matches).toEqual([]);
    expect((await backtest(aWorld(), late)).matches).toHaveLength(1);
  });

  it("may be packed with gzip", async () => {
    const world = aWorld();
    const path = join(world.folder, "events.ndjson.gz");
    writeFileSync(path, gzipSync(file(events)));

    expect(as<BacktestReport>(await world.run("backtest", "--events", path, "--json")).matches).toHaveLength(
      1,
    );
  });
});

describe("what it says", () => {
  const burst = [0, 60, 120, 180, 240].map((at) => rateLimited(at));

  it("has the decision for a match, with its reason, channel and deadline", async () => {
    const report = await backtest(aWorld(), burst);

    expect(report.decisions[0]).toMatchObject({
      match: report.matches[0]?.id,
      pattern: "P-001",
      key: "account/acme",
      account: "acme",
      person: "u1",
      step: 0,
      kind: "send",
      reason: "none",
      channel: "in_app.notification",
      at: "2026-03-02T12:04:00.000Z",
      until: null,
    });
    expect(report.summary).toMatchObject({
      sent: 1,
      byReason: { none: 1 },
      byChannel: { "in_app.notification": 1 },
    });
  });

  it("has the score at the last event, or at the moment asked for", async () => {
    const now = await backtest(aWorld(), burst);
    const later = await backtest(aWorld(), burst, "--at", "2026-03-02T18:04:00Z");

    expect(now.scores).toEqual([{ key: "account/acme", score: 85, band: "critical" }]);
    // 85 points with a half-life of 6 hours.
    expect(later.scores).toEqual([{ key: "account/acme", score: 43, band: "watch" }]);
  });

  it("leaves out what comes after the moment asked for", async () => {
    const report = await backtest(aWorld(), burst, "--at", "2026-03-02T12:03:59Z");

    expect(report.matches).toEqual([]);
  });

  it("holds accounts out, or nobody", async () => {
    const all = Array.from({ length: 20 }, (_, n) =>
      [0, 60, 120, 180, 240].map((at) =>
        rateLimited(at, { subject: `account/a${n}`, data: { status: 429, user: `u${n}` } }),
      ),
    ).flat();

    const everybody = await backtest(aWorld(), all, "--holdout", "100");
    const nobody = await backtest(aWorld(), all);

    expect(everybody.summary.byReason).toEqual({ holdout: 20 });
    expect(nobody.summary.byReason.holdout).toBeUndefined();
  });
});

describe("who somebody is", () => {
  const login = (at: number, session: string) =>
    JSON.stringify({
      ...{ specversion: "1.0", id: `login-${at}`, source: "web", type: "auth.login_failed" },
      time: new Date(NOON + at * 1_000).toISOString(),
      data: { session },
    });
  const identified = (at: number, data: object) =>
    line({ type: "person.identified", at, subject: "person/u7", data: { user: "u7", ...data } });

  it("is learned from other names, from then on", async () => {
    const named = identified(0, { identities: { anonymous: "s-1" } });

    const report = await backtest(aWorld(), [named, login(60, "s-1"), login(120, "s-1"), login(180, "s-1")]);

    expect(firedBy(report, "P-002")).toMatchObject([{ key: "person/u7" }]);
  });

  it("does not show an address", async () => {
    const nobody = line({
      type: "person.identified",
      at: 0,
      subject: "account/acme",
      data: { user: null, email: "ana@acme.example" },
    });

    const report = await backtest(aWorld(), [nobody, ...[1, 2, 3, 4, 5].map((at) => rateLimited(at))]);

    expect(JSON.stringify(report)).not.toContain("ana@acme");
  });
});

describe("how well a pattern foretells tickets", () => {
  const burst = (account: string, from = 0) =>
    [0, 60, 120, 180, 240].map((at) =>
      rateLimited(from + at, { subject: `account/${account}`, data: { status: 429, user: `${account}-u` } }),
    );
  const ticket = (account: string, at: number, category?: string) =>
    line({
      source: "zendesk",
      type: "ticket.created",
      at,
      subject: `account/${account}`,
      data: {
        user: `${account}-u`,
        ticket: `${account}-${at}`,
        ...(category === undefined ? {} : { category }),
      },
    });

  it("counts a ticket of the account, of the same or no category, that comes in time", async () => {
    const world = aWorld();
    const tickets = world.write(
      "tickets.ndjson",
      file([
        ticket("a", 240 + 600, "api_integration"), // foretold, 10 min ahead
        ticket("b", 240 + 1_800), // foretold: it may be about anything
        ticket("c", 1_000, "billing"), // about something else
        ticket("d", 1_000, "rate_limit"), // of the pattern's own category, nothing fired
      ]),
    );
    const events = [...burst("a"), ...burst("b"), ...burst("c"), ...burst("e")];

    const { patterns } = await backtest(world, events, "--tickets", tickets);

    expect(patterns["P-001"]).toEqual({
      fired: 4,
      tickets: 3,
      precision: 0.5,
      recall: 2 / 3,
      leadTimeMedianS: 1_200,
    });
    expect(patterns["P-004"]).toEqual({
      fired: 0,
      // Its own, and the two that may be about anything.
      tickets: 3,
      precision: null,
      recall: 0,
      leadTimeMedianS: null,
    });
  });

  it("does not count one that was there before", async () => {
    const { patterns } = await backtest(aWorld(), [ticket("a", -60, "api_integration"), ...burst("a")]);

    expect(patterns["P-001"]).toMatchObject({ fired: 1, tickets: 1, precision: 0, recall: 0 });
  });
});

describe("lines that cannot be used", () => {
  it("are told, and the rest is played", async () => {
    const world = aWorld();
    const events = world.write(
      "events.ndjson",
      file(["{", ...[0, 1, 2, 3, 4].map((at) => rateLimited(at)), '{"specversion":"1.0","id":"x"}', ""]),
    );

    const ran = await world.run("backtest", "--events", events);

    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^5 events until/);
    expect(ran.err).toContain("2 lines could not be used");
    expect(ran.err).toContain(`${events}:1: not JSON`);
    expect(ran.err).toContain(`${events}:7: source is missing`);
  });

  it("end it when there is nothing else", async () => {
    const world = aWorld();

    const ran = await world.run("backtest", "--events", world.write("events.ndjson", "hello\n"));

    expect(ran).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^No event in .* can be used; line 1: not JSON/),
    });
  });
});

it("plays a library of one's own", async () => {
  const world = aWorld();
  world.write(
    "P-900.yaml",
    [
      "id: P-900",
      "name: One refused call",
      "issue: api_integration",
      "when: { once: api.request_failed, per: [account] }",
      "risk: 70",
      "confidence: 1",
      "halfLife: 6h",
      "recipient: actor",
      "timing: short",
      "history: { correlation: 0.5, prevention: 0.5, leadTime: 10m }",
      "typicalTicket: Why was my call refused?",
      "message: api-rate-limit",
      "owner: { role: support-ops }",
      "playbook: api-rate-limit.md",
      "status: active",
    ].join("\n"),
  );

  const report = await backtest(world, [rateLimited(0)], "--patterns", world.folder);

  expect(Object.keys(report.patterns)).toEqual(["P-900"]);
  expect(report.matches).toEqual([expect.objectContaining({ pattern: "P-900" })]);
});
