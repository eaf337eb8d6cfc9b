import { describe, expect, it } from "vitest";
import { API_CALLS as ROUTED } from "../../server/http/ingest/calls.ts";
import { segment } from "../../server/integrations/segment/index.ts";
import { API_CALLS as READ_HERE } from "../../server/integrations/segment/source.ts";
import { segmentPost } from "../fixtures/sign.ts";

const NOW = Date.UTC(2026, 2, 2, 12);
const SECRET = "shared-secret";
const settingsWith = (given: object) => segment.settings.parse(given) as Record<string, unknown>;
const requestOf = (
  payload: unknown,
  url = "https://help.acme.test/webhooks/acme/segment",
  more: object = {},
) => {
  const { headers, body } = segmentPost(payload, SECRET);
  const all: Record<string, string> = { ...headers, ...more };
  return { method: "POST", url, headers: all, body: Buffer.from(body), receivedAt: NOW };
};
const read = (payload: unknown, url?: string, settings = settingsWith({}), more: object = {}) => {
  const normalised = segment.source?.normalise(requestOf(payload, url, more), settings, "segment");
  if (normalised === undefined) throw new Error("Segment is a source");
  return normalised;
};
const verify = (request: ReturnType<typeof requestOf>) => segment.source?.verify(request, [SECRET], {});
const call = (changes: object = {}) => ({
  type: "track",
  messageId: "m-1",
  userId: "u-17",
  anonymousId: "anon-1",
  event: "Login Failed",
  properties: { reason: "password", ip: "198.51.100.7" },
  context: { ip: "198.51.100.7", groupId: "acme", locale: "de-DE", timezone: "Europe/Berlin" },
  timestamp: "2026-03-02T11:59:00.000Z",
  ...changes,
});

describe("a tracked event", () => {
  it("becomes one of ours through the dictionary, without addresses of machines", () => {
    const { events } = read(call());

    expect(events).toEqual([
      {
        source: "segment",
        id: "m-1",
        type: "auth.login_failed",
        time: Date.UTC(2026, 2, 2, 11, 59),
        account: { namespace: "native", value: "acme" },
        person: { namespace: "native", value: "u-17" },
        data: { reason: "password", session: "anon-1" },
      },
    ]);
  });

  it("keeps a type of ours, maps the tenant's own name, and keeps unknown names without data", () => {
    const settings = settingsWith({
      names: { "Export Exploded": { type: "action.failed", set: { action: "export" } } },
    });
    const named = (event: string) => read(call({ event }), undefined, settings).events[0];

    expect(named("webhook.delivery_failed")?.type).toBe("webhook.delivery_failed");
    expect(named("Export Exploded")).toMatchObject({ type: "action.failed", data: { action: "export" } });
    expect(named("Purchased an Item")).toMatchObject({ type: "Purchased an Item", data: {} });
    expect(named("__proto__")?.data).toEqual({});
  });

  it("is about the anonymous visitor where nobody is logged in", () => {
    expect(read(call({ userId: null })).events[0]?.person).toEqual({
      namespace: "anonymous",
      value: "anon-1",
    });
  });

  it("has the same name on every delivery when its sender gave none", () => {
    const nameless = call({ messageId: undefined });
    const [first, again] = [read(nameless), read(nameless)].map(({ events }) => events[0]?.id);

    expect(first).toMatch(/^hash:[0-9a-f]{64}$/);
    expect(again).toBe(first);
    expect(read(call({ messageId: undefined, event: "Signed In" })).events[0]?.id).not.toBe(first);
  });
});

describe("the time of a call", () => {
  const at = (changes: object) =>
    read({ batch: [call(changes)], sentAt: "2026-03-02T12:00:00.000Z" }).events[0]?.time;

  it("is the sender's word where its clock is right within a minute", () => {
    expect(at({})).toBe(Date.UTC(2026, 2, 2, 11, 59));
  });

  it("is moved by the error of a clock that is wrong, as Segment itself does", () => {
    const wrong = { batch: [call({ timestamp: "2026-03-02T08:59:00Z" })], sentAt: "2026-03-02T09:00:00Z" };

    expect(read(wrong).events[0]?.time).toBe(Date.UTC(2026, 2, 2, 11, 59));
  });

  it("is not moved twice: what Segment passes on is already right", () => {
    const passedOn = call({ sentAt: "2026-03-02T09:00:00Z", receivedAt: "2026-03-02T11:59:30Z" });

    expect(read(passedOn).events[0]?.time).toBe(Date.UTC(2026, 2, 2, 11, 59));
  });

  it("is now where there is none", () => {
    expect(at({ timestamp: undefined })).toBe(NOW);
  });
});

describe("the other calls", () => {
  it("identify: contact data goes apart, everything else is who somebody is", () => {
    const traits = {
      email: "ana@acme.test",
      phone: "+15550100",
      firstName: "Ana",
      lastName: "Ruiz",
      roles: ["admin"],
      consent: { sms: true },
      company: { id: "acme", name: "Acme" },
      address: { street: "Main St" },
    };
    const [event] = read(call({ type: "identify", traits, context: {} })).events;

    expect(event).toMatchObject({
      type: "person.identified",
      person: { namespace: "native", value: "u-17" },
      account: { namespace: "native", value: "acme" },
      alsoPerson: [
        { namespace: "anonymous", value: "anon-1" },
        { namespace: "email", value: "ana@acme.test" },
        { namespace: "phone", value: "+15550100" },
      ],
      contact: { email: "ana@acme.test", phone: "+15550100", name: "Ana Ruiz" },
      data: { roles: ["admin"], consent: { sms: true } },
    });
    expect(JSON.stringify(event)).not.toContain("Main St");
  });

  it("group: what an account is, and who belongs to it", () => {
    const traits = { name: "Acme", plan: "Enterprise", MRR: 830, employees: 329 };

    expect(read(call({ type: "group", groupId: "acme", traits })).events[0]).toMatchObject({
      type: "account.updated",
      account: { namespace: "native", value: "acme" },
      person: { namespace: "native", value: "u-17" },
      data: { name: "Acme", plan: "Enterprise", mrr: 830, timeZone: "Europe/Berlin" },
    });
  });

  it("page and screen: where somebody was, without the query", () => {
    const properties = { url: "https://app.acme.test/pricing?email=ana", title: "Pricing" };

    expect(read(call({ type: "page", properties })).events[0]).toMatchObject({
      type: "page.viewed",
      data: { page: "/pricing" },
    });
    expect(read(call({ type: "screen", name: "Billing", properties: {} })).events[0]?.data).toEqual({
      page: "Billing",
    });
  });

  it("alias: another name of the same person", () => {
    expect(read(call({ type: "alias", previousId: "anon-0" })).events[0]).toMatchObject({
      type: "person.identified",
      person: { namespace: "native", value: "u-17" },
      alsoPerson: [
        { namespace: "anonymous", value: "anon-0" },
        { namespace: "native", value: "anon-0" },
      ],
    });
  });

  it("anything else is acknowledged, and what cannot be used is named by its place", () => {
    const batch = [
      call({ type: "delete" }),
      call({ type: undefined }),
      call({ event: undefined }),
      { type: "identify", traits: {} },
      { type: "group" },
      { type: "alias", userId: "u-1" },
      null,
      call(),
    ];

    expect(read({ batch })).toMatchObject({
      events: [{ id: "m-1" }],
      positions: [7],
      rejected: [{ index: 1 }, { index: 2 }, { index: 3 }, { index: 4 }, { index: 5 }, { index: 6 }],
      ignored: ["a call of type delete"],
    });
  });
});

describe("the address of the API", () => {
  it.each([
    ["track", "auth.login_failed"],
    ["t", "auth.login_failed"],
    ["identify", "person.identified"],
    ["page/", "page.viewed"],
    ["screen?x=/v1/track", "page.viewed"],
  ])("/v1/%s names the call, whatever the body says", (path, type) => {
    const body = call({ type: undefined });

    expect(read(body, `https://help.acme.test/v1/${path}`).events[0]?.type).toBe(type);
  });

  it("has every name that is routed here", () => {
    expect([...ROUTED].sort()).toEqual([...READ_HERE].sort());
  });
});

describe("the signature of a batch", () => {
  const batch = [call(), call({ messageId: "m-2" }), call({ messageId: "m-3" })];
  const extra = { "x-forestall-secret": SECRET };

  it("covers the first element, so only that one is taken", () => {
    expect(verify(requestOf(batch))).toEqual({ ok: true });
    expect(read(batch)).toMatchObject({
      events: [{ id: "m-1" }],
      ignored: [expect.stringContaining("2 elements")],
    });
  });

  it("is of no use to whoever puts another element in front", () => {
    const { headers } = segmentPost(batch, SECRET);
    const forged = { ...requestOf([call({ messageId: "forged" }), ...batch]), headers };

    expect(verify(forged)).toEqual({ ok: false, reason: "mismatch" });
  });

  it("is joined by a secret header that covers all", () => {
    expect(verify(requestOf(batch, undefined, extra))).toEqual({ ok: true });
    expect(read(batch, undefined, settingsWith({}), extra).events).toHaveLength(3);
  });

  it("is not made up for by a wrong secret header", () => {
    expect(verify(requestOf(batch, undefined, { "x-forestall-secret": "wrong" }))?.ok).toBe(false);
    expect(verify(requestOf(call(), undefined, { "x-forestall-secret": `${SECRET}, ${SECRET}` }))?.ok).toBe(
      false,
    );
  });
});
