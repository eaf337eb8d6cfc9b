import { describe, expect, it } from "vitest";
import { sentry } from "../../server/integrations/sentry/index.ts";
import { anError, errorCreated, eventAlert, issue, legacyHook, metricAlert } from "../fixtures/sentry.ts";
import { sentryPost } from "../fixtures/sign.ts";

const NOW = Date.UTC(2026, 2, 2, 12, 0, 3);
const SECRET = "client-secret";
const settings = sentry.settings.parse({}) as Record<string, unknown>;
const requestOf = (
  payload: unknown,
  resource: string | null,
  url = "https://help.acme.test/webhooks/acme/sentry",
) => {
  const post = sentryPost(payload, SECRET, resource ?? "");
  const headers = resource === null ? {} : post.headers;
  return { method: "POST", url, headers, body: Buffer.from(post.body), receivedAt: NOW };
};
const read = (payload: unknown, resource: string | null) => {
  const normalised = sentry.source?.normalise(requestOf(payload, resource), settings, "sentry");
  if (normalised === undefined) throw new Error("Sentry is a source");
  return normalised;
};
const verify = (request: ReturnType<typeof requestOf>, secrets = [SECRET]) =>
  sentry.source?.verify(request, secrets, settings);

describe("an error of somebody", () => {
  it("is about the person and the account of the tag, without message, query or address of the machine", () => {
    const { events, webhookId } = read(eventAlert(), "event_alert");

    expect(webhookId).toBe("0c7e1f0a-8a35-4c7c-9a1f-5d0f1f6f3b11");
    expect(events).toEqual([
      {
        source: "sentry",
        id: "event:0f0e0d0c0b0a09080706050403020100",
        type: "app.error",
        time: Date.UTC(2026, 2, 2, 12, 0, 0, 125),
        account: { namespace: "native", value: "acme" },
        person: { namespace: "native", value: "u-17" },
        alsoPerson: [{ namespace: "email", value: "ana@acme.test" }],
        contact: { email: "ana@acme.test" },
        data: { errorCode: "ExportError", screen: "export.run(api/export.ts)", severity: "error" },
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/198\.51|token|Q1/);
  });

  it("happened once, however many rules and resources tell of it", () => {
    const ids = [read(eventAlert(), "event_alert"), read(errorCreated(), "error")].map(
      ({ events }) => events[0]?.id,
    );

    expect(new Set(ids).size).toBe(1);
  });

  it("is a failed API call when a tag has its status, with the path it went to", () => {
    const tags = [["status_code", "429"]];

    expect(read(eventAlert(anError({ tags })), "event_alert").events[0]).toMatchObject({
      type: "api.request_failed",
      data: { status: 429, endpoint: "/v1/export" },
    });
  });

  it("is a crash when it is fatal", () => {
    expect(read(eventAlert(anError({ level: "fatal" })), "event_alert").events[0]?.type).toBe("app.crashed");
  });

  it("may be nobody's, have tags of any form, and no time", () => {
    const bare = { event_id: "1", tags: { account: "acme" }, user: null };
    const listed = { event_id: "2", tags: [{ key: "account", value: "acme" }, null, ["x"]] };

    for (const event of [bare, listed]) {
      const [made] = read(eventAlert(event), "event_alert").events;
      expect(made).toMatchObject({ account: { value: "acme" }, time: NOW });
      expect(made?.person).toBeUndefined();
    }
  });
});

describe("an issue or alert", () => {
  it("that escalates degrades a component of its own, and being resolved ends that", () => {
    const [worse] = read(issue("created"), "issue").events;
    const [better] = read(issue("resolved", { status: "resolved", substatus: null }), "issue").events;

    expect(worse).toMatchObject({
      type: "service.degraded",
      time: NOW,
      data: { component: "api/API-4", severity: "error" },
    });
    expect(better).toMatchObject({ type: "service.recovered", data: { component: "api/API-4" } });
    expect(worse?.account ?? worse?.person).toBeUndefined();
  });

  it.each([["assigned"], ["archived"], ["ignored"], ["something new"]])(
    "that is %s is acknowledged",
    (action) => {
      expect(read(issue(action), "issue")).toMatchObject({ events: [], ignored: [expect.any(String)] });
    },
  );

  it("that is merely new is no degraded service", () => {
    expect(read(issue("created", { substatus: "new" }), "issue").events).toEqual([]);
  });

  it("comes again after it was resolved as another event, and repeated as the same", () => {
    const first = read(issue("unresolved", { substatus: "regressed" }), "issue").events[0]?.id;
    const again = read(issue("unresolved", { substatus: "regressed" }), "issue").events[0]?.id;
    const later = read(issue("unresolved", { substatus: "regressed", count: "43" }), "issue").events[0]?.id;

    expect(again).toBe(first);
    expect(later).not.toBe(first);
  });

  it("on a figure of the organisation degrades a component, and is about no customer", () => {
    expect(read(metricAlert("critical"), "metric_alert").events[0]).toMatchObject({
      type: "service.degraded",
      data: { component: "api", severity: "critical" },
    });
    expect(read(metricAlert("resolved"), "metric_alert").events[0]).toMatchObject({
      type: "service.recovered",
      data: { component: "api" },
    });
  });
});

describe("what says nothing about a customer", () => {
  it.each([
    ["installation", { action: "created", data: { installation: { uuid: "x" } } }],
    ["comment", { action: "created", data: { comment: "see #4", issue_id: 4 } }],
    ["seer", { action: "created", data: {} }],
    ["event_alert", { action: "triggered", data: {} }],
    ["error", []],
    ["issue", { action: "created", data: { issue: { id: 1 } } }],
    ["metric_alert", null],
    ["__proto__", { action: "created" }],
  ])("is acknowledged: %s", (resource, payload) => {
    expect(read(payload, resource)).toMatchObject({ events: [], ignored: [expect.any(String)] });
  });
});

describe("the legacy plugin", () => {
  const at = (query: string) =>
    requestOf(legacyHook(), null, `https://help.acme.test/webhooks/acme/sentry/legacy${query}`);

  it("is believed for the token in its address and for nothing else", () => {
    expect(verify(at(`?token=${SECRET}`))).toEqual({ ok: true });
    expect(verify(at(""))).toEqual({ ok: false, reason: "missing" });
    expect(verify(at("?token="))).toEqual({ ok: false, reason: "missing" });
    expect(verify(at("?token=wrong"))).toEqual({ ok: false, reason: "mismatch" });
    expect(verify(at(`?token=${SECRET}&token=x`))).toEqual({ ok: false, reason: "missing" });
    expect(verify(at("?token="), [""])?.ok).toBe(false);
  });

  it("cannot stand in for a signature where the headers say that there should be one", () => {
    const post = requestOf(
      eventAlert(),
      "event_alert",
      `https://help.acme.test/webhooks/acme/sentry?token=${SECRET}`,
    );
    const unsigned = { ...post, headers: { "sentry-hook-resource": "event_alert" } };

    expect(verify(unsigned)).toEqual({ ok: false, reason: "missing" });
  });

  it("tells of an error", () => {
    expect(read(legacyHook(), null).events).toMatchObject([
      {
        id: "event:1f0e0d0c0b0a09080706050403020100",
        type: "api.request_failed",
        person: { value: "u-18" },
        data: { status: 502, endpoint: "/cart/17" },
      },
    ]);
  });
});
