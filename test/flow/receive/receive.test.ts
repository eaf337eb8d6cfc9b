import { describe, expect, it } from "vitest";
import type { Incoming } from "../../../server/core/event.ts";
import { MINUTE } from "../../../server/core/time.ts";
import type { Along, ReceiveResult } from "../../../server/flow/contract.ts";
import { createReceiver, labelOf, type Receiver, TooMany } from "../../../server/flow/receive.ts";
import { type Normalised, type Source, Unreadable } from "../../../server/integrations/contract.ts";
import { sha256Hex } from "../../../server/lib/ids.ts";
import { aDelivery, NOON } from "../../builders.ts";

const anEvent = (id: string, changes: Partial<Incoming> = {}): Incoming => ({
  ...{ source: "api", id, type: "api.request_failed", time: NOON, data: {} },
  ...changes,
});
const EMPTY: Normalised = { events: [], receipts: [], webhookId: null, ignored: [] };
const BODY = Buffer.from("signed and verified");

type Request = Parameters<Receiver["take"]>[0];

/** A receiver in front of a pipeline that takes everything, unless `answer` says something else. */
function aReceiver(answer: Partial<ReceiveResult> = {}) {
  const taken: { readonly tenant: string; readonly events: readonly Incoming[]; readonly along: Along }[] =
    [];
  const logged: string[] = [];
  let ids = 0;
  const receiver = createReceiver({
    pipeline: {
      receive: async (tenant, events, along = {}) => {
        taken.push({ tenant, events, along });
        return { accepted: events.length, duplicates: 0, rejected: [], ...answer };
      },
      control: async () => ({ seq: 1, effects: [] }),
    },
    store: {
      identify: async () => [null],
      delivery: async () => aDelivery({ id: "d1" }),
      deliveryByProviderId: async () => null,
    },
    newId: () => `id-${++ids}`,
    log: {
      warn: (_fields: unknown, text?: string) => void logged.push(`warn: ${text}`),
      error: (_fields: unknown, text?: string) => void logged.push(`error: ${text}`),
    },
  });
  return { receiver, taken, logged };
}

/** A request in which the source finds `found`, or fails as it says. */
function aRequest(found: Partial<Normalised> | Error, changes: Partial<Request> = {}): Request {
  const source: Source = {
    verify: () => ({ ok: true }),
    normalise: () => {
      if (found instanceof Error) throw found;
      return { ...EMPTY, ...found };
    },
  };
  return {
    ...{ tenant: "acme", system: "stripe", sourceId: "eu", source, settings: {} },
    request: { method: "POST", url: "https://a.test/", headers: {}, body: BODY, receivedAt: NOON },
    ...changes,
  };
}

const later = (request: Request, by: number): Request => ({
  ...request,
  request: { ...request.request, receivedAt: NOON + by },
});

describe("the events of a request", () => {
  it("go to the pipeline with what is kept of the request itself", async () => {
    const { receiver, taken } = aReceiver();
    const events = [anEvent("a"), anEvent("b")];

    expect(await receiver.take(aRequest({ events, webhookId: "evt_1", ignored: ["a ping"] }))).toEqual({
      ...{ accepted: 2, duplicates: 0, rejected: [], ignored: ["a ping"], receipts: 0, deadLetter: null },
    });
    expect(taken).toEqual([
      {
        ...{ tenant: "acme", events },
        along: {
          reception: {
            ...{ id: "id-1", tenant: "acme", system: "stripe", sourceId: "eu" },
            ...{ bodyHash: sha256Hex(BODY), bytes: BODY.length, receivedAt: NOON, webhookId: "evt_1" },
          },
        },
      },
    ]);
  });

  it("are refused one by one, with the place where each stood", async () => {
    const { receiver, taken } = aReceiver();
    const events = [anEvent("a"), anEvent(""), anEvent("c")];

    const { accepted, rejected } = await receiver.take(aRequest({ events }));

    expect({ accepted, rejected }).toEqual({
      accepted: 2,
      rejected: [{ index: 1, reason: "id has to have 1 to 256 characters" }],
    });
    expect(taken[0]?.events.map(({ id }) => id)).toEqual(["a", "c"]);
  });

  it("keep their places among parts that the source refused, and that the pipeline did", async () => {
    const { receiver } = aReceiver({ accepted: 0, rejected: [{ index: 1, reason: "too late" }] });
    const events = [anEvent(""), anEvent("b"), anEvent("c")];
    const refused = [{ index: 4, reason: "no type" }];

    const { rejected } = await receiver.take(aRequest({ events, positions: [3, 5, 2], rejected: refused }));

    expect(rejected).toEqual([
      { index: 2, reason: "too late" },
      { index: 3, reason: "id has to have 1 to 256 characters" },
      { index: 4, reason: "no type" },
    ]);
  });

  it("are counted once where several are reports of one happening", async () => {
    const { receiver, taken } = aReceiver();
    const report = { kind: "charge", names: { charge: "ch_1" }, within: MINUTE, detail: 1 };
    const events = [anEvent("a", { report }), anEvent("b", { report: { ...report, kind: "invoice" } })];
    await receiver.take(aRequest({ events }));

    expect(taken[0]?.events.map(({ id }) => id)).toEqual(["a", "a"]);
  });

  it("are history only when they were brought in on purpose", async () => {
    const { receiver, taken } = aReceiver();
    await receiver.take(aRequest({ events: [anEvent("a")] }, { backfill: true }));
    await receiver.take(aRequest({ events: [anEvent("b")] }));

    expect(taken.map(({ events }) => events[0]?.backfill)).toEqual([true, undefined]);
  });

  it("are believed less when they came with a token that anybody can read", async () => {
    const { receiver, taken } = aReceiver();
    const events = [anEvent("a", { contact: { email: "mallory@example.test" } })];
    await receiver.take(aRequest({ events }, { public: true }));
    await receiver.take(aRequest({ events }));

    expect(taken.map((each) => each.events[0]?.contact)).toEqual([undefined, events[0]?.contact]);
  });

  it("are as many as may be at once, those that cannot be used included", async () => {
    const { receiver } = aReceiver();
    const two = { events: [anEvent("a")], rejected: [{ index: 1, reason: "no type" }] };

    await expect(receiver.take(aRequest(two, { mostEvents: 1 }))).rejects.toThrow(TooMany);
    await expect(receiver.take(aRequest(two, { mostEvents: 2 }))).resolves.toMatchObject({ accepted: 1 });
    const events = [anEvent("a"), anEvent("b")];
    await expect(receiver.take(aRequest({ events }, { mostEvents: 1 }))).rejects.toThrow("2 events at once");
    await expect(receiver.take(aRequest({ events }))).resolves.toMatchObject({ accepted: 2 });
  });
});

describe("a request without events", () => {
  it("is a sign of life of its source, noted once a minute", async () => {
    const { receiver, taken } = aReceiver();
    for (const by of [0, MINUTE - 1, MINUTE, 2 * MINUTE - 1]) await receiver.take(later(aRequest({}), by));

    expect(taken.map(({ along }) => along.reception?.receivedAt)).toEqual([NOON, NOON + MINUTE]);
    expect(taken.flatMap(({ events }) => events)).toEqual([]);
  });

  it("is noted anew when the clock was set back", async () => {
    const { receiver, taken } = aReceiver();
    for (const by of [0, -MINUTE]) await receiver.take(later(aRequest({}), by));

    expect(taken).toHaveLength(2);
  });

  it.each([["tenant"], ["system"], ["sourceId"]])("is noted for each %s by itself", async (which) => {
    const { receiver, taken } = aReceiver();
    await receiver.take(aRequest({}));
    await receiver.take({ ...aRequest({}), [which]: "another" });
    await receiver.take(aRequest({}));

    expect(taken).toHaveLength(2);
  });

  it("is remembered of ten thousand sources, and then of all anew", async () => {
    const { receiver, taken } = aReceiver();
    const nth = (i: number) => receiver.take({ ...aRequest({}), sourceId: `s${i}` });
    for (let i = 0; i < 10_000; i++) await nth(i);
    await nth(0);
    expect(taken).toHaveLength(10_000);

    await nth(10_000);
    await nth(0);
    expect(taken).toHaveLength(10_002);
  });

  it("changes nothing", async () => {
    const { receiver } = aReceiver({ accepted: 0 });
    const nothing = { accepted: 0, duplicates: 0, rejected: [], ignored: [], receipts: 0, deadLetter: null };

    expect(await receiver.take(aRequest({}))).toEqual(nothing);
    expect(await receiver.take(aRequest({}))).toEqual(nothing);
  });

  it("may hold receipts", async () => {
    const { receiver } = aReceiver();
    const receipts = [{ id: "r1", at: NOON, delivery: "d1", receipt: "delivered" }] as const;

    expect(await receiver.take(aRequest({ receipts }))).toMatchObject({ receipts: 1 });
  });
});

describe("a request that cannot be read", () => {
  const broken = aRequest(new Unreadable("no JSON"));

  it("is refused where the sender can do something about it", async () => {
    const { receiver, taken } = aReceiver();

    await expect(receiver.take(broken)).rejects.toThrow("no JSON");
    expect(taken).toEqual([]);
  });

  it("is put aside with its body where the sender would only repeat it", async () => {
    const { receiver, taken, logged } = aReceiver({ accepted: 0 });

    expect(await receiver.takeOrPutAside(broken)).toEqual({
      ...{ accepted: 0, duplicates: 0, rejected: [], ignored: [], receipts: 0, deadLetter: "no JSON" },
    });
    expect(taken).toHaveLength(1);
    expect(taken[0]).toMatchObject({
      ...{ tenant: "acme", events: [] },
      along: {
        reception: { tenant: "acme", webhookId: null, bytes: BODY.length },
        deadLetter: {
          ...{ tenant: "acme", system: "stripe", sourceId: "eu", receivedAt: NOON },
          ...{ reason: "no JSON", body: BODY },
        },
      },
    });
    expect(logged).toEqual(["warn: put aside an ingest request that cannot be read"]);
  });

  it("because of a mistake of ours is put aside too, and told as an error without its contents", async () => {
    const { receiver, taken, logged } = aReceiver({ accepted: 0 });
    const { deadLetter } = await receiver.takeOrPutAside(aRequest(new TypeError("secret is undefined")));

    expect(deadLetter).toBe("the source failed");
    expect(taken[0]?.along.deadLetter?.reason).toBe("the source failed");
    expect(logged[0]).toBe("error: a source failed on an ingest request");
  });

  it("is no concern of one that can be", async () => {
    const { receiver, logged } = aReceiver();

    expect(await receiver.takeOrPutAside(aRequest({ events: [anEvent("a")] }))).toMatchObject({
      ...{ accepted: 1, deadLetter: null },
    });
    expect(logged).toEqual([]);
  });
});

describe("what events say they came from", () => {
  it.each([
    ["stripe", "stripe", "stripe"],
    ["stripe", "default", "stripe"],
    ["stripe", "eu", "stripe/eu"],
  ])("is, for %s with the source %s, %s", (system, sourceId, label) => {
    expect(labelOf(system, sourceId)).toBe(label);
  });

  it("is told to the source", async () => {
    const { receiver } = aReceiver();
    const labels: string[] = [];
    const request = aRequest({});
    const source: Source = {
      ...request.source,
      normalise: (_request, _settings, label) => {
        labels.push(label);
        return EMPTY;
      },
    };
    await receiver.take({ ...request, source });

    expect(labels).toEqual(["stripe/eu"]);
  });
});
