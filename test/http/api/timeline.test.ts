import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mergeStreams, type Row, type Stream } from "../../../server/http/api/timeline/merge.ts";
import type { PageBody, TimelineItem } from "../../../server/http/wire.ts";
import { NOON } from "../../builders.ts";
import { ask } from "./client.ts";
import { STORES } from "./stores.ts";
import type { World } from "./world.ts";

describe.each(STORES)("a timeline on the store %s", (_name, makeWorld) => {
  let world: World;
  let token: string;
  beforeAll(async () => {
    world = await makeWorld();
    token = world.a.tokens.agent;
  });
  afterAll(() => world.close());
  beforeEach(() => world.clock.jumpTo(NOON));

  const page = (path: string) => ask<PageBody<TimelineItem>>(world, `GET ${path}`, { token });
  async function all(path: string, limit: number): Promise<readonly TimelineItem[]> {
    const items: TimelineItem[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const query: string = after === "" ? "" : `&after=${after}`;
      const { body, status } = await page(`${path}?limit=${limit}${query}`);
      expect(status).toBe(200);
      items.push(...body.items);
      after = body.next;
    }
    return items;
  }

  it("mixes signals, matches and messages of a person, newest first", async () => {
    const { body } = await page("/persons/u1/timeline");

    const kinds = new Set(body.items.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(["match", "message", "signal"]);
    const times = body.items.map(({ at }) => at);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it("shows the exact words that were sent", async () => {
    const { body } = await page("/accounts/acme/timeline");

    const message = body.items.find((item) => item.kind === "message");
    expect(message).toMatchObject({
      message: {
        delivery: { id: world.a.delivery },
        text: { title: "About canary-t-one", body: "Here is what helps." },
      },
    });
  });

  it("shows what was not sent and why, and who did what", async () => {
    const own = await page(`/persons/${world.a.ownPerson}/timeline`);

    expect(own.body.items).toContainEqual(
      expect.objectContaining({
        kind: "not_sent",
        decision: expect.objectContaining({ reason: "review", kind: "hold" }),
      }),
    );
    expect(own.body.items).toContainEqual(
      expect.objectContaining({
        kind: "action",
        action: expect.objectContaining({ actor: "agent:ana", action: "person.pause", undoable: true }),
      }),
    );
  });

  it.each([1, 2, 3, 7])("is the same in pages of %d", async (limit) => {
    const whole = (await page("/persons/u1/timeline?limit=200")).body.items;

    const pieces = await all("/persons/u1/timeline", limit);

    const names = (items: readonly TimelineItem[]) => items.map(({ kind, id }) => `${kind} ${id}`);
    expect(names(pieces)).toEqual(names(whole));
    expect(whole.length).toBeGreaterThan(6);
  });

  it("refuses the cursor of another person's", async () => {
    const { body } = await page("/persons/u1/timeline?limit=1");

    const { status } = await page(`/persons/${world.a.ownPerson}/timeline?after=${body.next}`);

    expect(status).toBe(400);
  });

  it("knows no stranger", async () => {
    expect((await page("/persons/nobody/timeline")).status).toBe(404);
    expect((await page(`/persons/${world.b.ownPerson}/timeline`)).status).toBe(404);
  });

  it("goes on where it was when something new came on top", async () => {
    const whole = await all("/persons/u1/timeline", 200);
    const first = await page("/persons/u1/timeline?limit=3");
    await world.pipeline.receive(world.a.tenant, [
      {
        ...{ source: "gateway", id: `late-${_name}`, type: "api.request_failed", time: NOON },
        account: { namespace: "native", value: "acme" },
        person: { namespace: "native", value: "u1" },
        data: { status: 500 },
      },
    ]);

    const second = await page(`/persons/u1/timeline?limit=3&after=${first.body.next}`);

    const ids = [...first.body.items, ...second.body.items].map(({ id }) => id);
    expect(ids).toEqual(whole.slice(0, 6).map(({ id }) => id));
  });
});

describe("a list that grows while it is read", () => {
  it("shows each old row once, also when more came on top than fit a page", async () => {
    let rows: Row<string>[] = [];
    const add = (n: number) => {
      const base = rows.length;
      const fresh = Array.from({ length: n }, (_, i) => {
        const at = base + n - i;
        return { at, id: `r${at}`, make: () => `r${at}` };
      });
      rows = [...fresh, ...rows];
    };
    const stream: Stream<string> = {
      name: "e",
      async read(after) {
        const start = after === undefined ? 0 : rows.findIndex(({ at }) => at < Number(after));
        const shown = start < 0 ? [] : rows.slice(start, start + 10);
        const last = shown.at(-1);
        return { rows: shown, next: last === undefined || last.at === 1 ? null : String(last.at) };
      },
    };
    add(40);
    const seen: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 100; page++) {
      const merged = await mergeStreams([stream], after, 3);
      seen.push(...merged.rows);
      if (merged.next === null) break;
      after = merged.next;
      if (page === 0) add(25);
    }

    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => `r${40 - i}`));
  });
});

describe("10,000 events", () => {
  /** A list of `n` rows in pages of 100, as the store gives them. */
  function listOf(
    name: string,
    n: number,
    step: number,
  ): { stream: Stream<string>; rows: Row<string>[]; reads: number[] } {
    const rows = Array.from({ length: n }, (_, i) => {
      const at = (n - i) * step;
      return { at, id: `${name}${i}`, make: () => `${String(at).padStart(9, "0")} ${name}${i}` };
    });
    const reads: number[] = [];
    const stream: Stream<string> = {
      name,
      async read(after) {
        const start = Number(after ?? 0);
        reads.push(start);
        const end = start + 100;
        return { rows: rows.slice(start, end), next: end < n ? String(end) : null };
      },
    };
    return { stream, rows, reads };
  }

  it("come in pages that together are every row once, in order", async () => {
    const lists = [listOf("e", 10_000, 7), listOf("m", 300, 211), listOf("d", 1, 5), listOf("f", 0, 1)];
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: { rows: readonly string[]; next: string | null } = await mergeStreams(
        lists.map(({ stream }) => stream),
        after ?? undefined,
        200,
      );
      seen.push(...page.rows);
      after = page.next;
    } while (after !== null);

    expect(seen).toHaveLength(10_301);
    expect(new Set(seen).size).toBe(10_301);
    const times = seen.map((row) => row.slice(0, 9));
    expect(times).toEqual(times.toSorted().reverse());
  });

  it("cost a page no more than the rows it shows, however far down", async () => {
    const list = listOf("e", 10_000, 7);
    const far = JSON.stringify({ e: { a: "9000" } });

    await mergeStreams([list.stream], far, 50);

    expect(list.reads).toEqual([9_000]);
  });
});
