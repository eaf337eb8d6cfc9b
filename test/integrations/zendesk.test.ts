import { describe, expect, it } from "vitest";
import { zendesk } from "../../server/integrations/zendesk/index.ts";
import { TEST_SECRET } from "../../server/integrations/zendesk/settings.ts";
import { zendeskPost } from "../fixtures/sign.ts";
import { organizationCreated, ticketEvent, triggerBody, userCreated } from "../fixtures/zendesk.ts";

const NOW = Date.UTC(2026, 2, 2, 12);
const SECRET = "signing-secret";
const settingsWith = (given: object) => zendesk.settings.parse(given) as Record<string, unknown>;
const requestOf = (payload: unknown, secret = SECRET, at = NOW) => {
  const { headers, body } = zendeskPost(payload, secret, at);
  const url = "https://help.acme.test/webhooks/acme/zendesk";
  return { method: "POST", url, headers, body: Buffer.from(body), receivedAt: NOW };
};
const read = (payload: unknown, settings = settingsWith({})) => {
  const normalised = zendesk.source?.normalise(requestOf(payload), settings, "zendesk");
  if (normalised === undefined) throw new Error("Zendesk is a source");
  return normalised;
};
const verify = (request: ReturnType<typeof requestOf>, secrets: string[], settings = settingsWith({})) =>
  zendesk.source?.verify(request, secrets, settings);

describe("a ticket event", () => {
  it("is whose ticket of which category, in nobody's words", () => {
    const { events, webhookId } = read(ticketEvent("ticket.created"));

    expect(webhookId).toBe("01HV2Q6T0C6F6S3W6J0W7N8M9P");
    expect(events).toEqual([
      {
        source: "zendesk",
        id: "0d8b1c2e-1111-4222-8333-444455556666",
        type: "ticket.created",
        time: Date.UTC(2026, 2, 2, 11, 59, 58, 672),
        person: { namespace: "zendesk", value: "900000000017" },
        account: { namespace: "zendesk", value: "900000000700" },
        data: { ticket: "4711", category: "billing", channel: "web_service" },
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/broken|invoices|Ana/);
  });

  it.each([
    ["ticket.status_changed", { current: "SOLVED", previous: "OPEN" }, "ticket.solved"],
    ["ticket.status_changed", { current: "CLOSED", previous: "SOLVED" }, "ticket.updated"],
    ["ticket.status_changed", { current: "OPEN", previous: "SOLVED" }, "ticket.reopened"],
    ["ticket.status_changed", { current: "PENDING", previous: "OPEN" }, "ticket.updated"],
    ["ticket.priority_changed", { current: "URGENT", previous: "HIGH" }, "ticket.updated"],
    ["ticket.comment_added", { comment: { id: "1", author: { id: 1, is_staff: true } } }, "ticket.updated"],
    ["ticket.custom_field_changed", {}, "ticket.updated"],
    ["ticket.merged", {}, "ticket.solved"],
    ["ticket.soft_deleted", {}, "ticket.solved"],
    ["ticket.satisfaction_score_changed", { current: "GOOD", previous: null }, "ticket.rated"],
    ["ticket.never_heard_of", {}, "ticket.updated"],
  ])("%s %j becomes %s", (type, event, expected) => {
    expect(read(ticketEvent(type, {}, event)).events[0]?.type).toBe(expected);
  });

  it("takes its category from the tags that the admin names", () => {
    const settings = settingsWith({ categoryTags: ["export"] });

    expect(read(ticketEvent("ticket.created"), settings).events[0]?.data.category).toBe("export");
    expect(read(ticketEvent("ticket.created", { tags: [] })).events[0]?.data).not.toHaveProperty("category");
  });

  it("may have numbers for ids, no requester, no organisation and no time", () => {
    const bare = {
      ...ticketEvent("ticket.created", { id: 4711, requester_id: 17, organization_id: null }),
      time: null,
    };

    const [event] = read(bare).events;

    expect(event).toMatchObject({ person: { value: "17" }, time: NOW, data: { ticket: "4711" } });
    expect(event?.account).toBeUndefined();
  });
});

describe("the guard against answering ourselves", () => {
  const settings = settingsWith({ integrationUserIds: ["900000000099"] });

  it.each([
    ["who acted is our own user", ticketEvent("ticket.status_changed", { actor_id: "900000000099" })],
    [
      "the comment is our own user's",
      ticketEvent("ticket.comment_added", {}, { comment: { author: { id: 900000000099 } } }),
    ],
    ["we opened the ticket", ticketEvent("ticket.created", { tags: ["forestall"] })],
    ["only our tags changed", ticketEvent("ticket.tags_changed", {}, { tags_added: ["forestall_helped"] })],
    ["a trigger tells of our ticket", triggerBody({ tags: "vip forestall" })],
  ])("ignores an event when %s", (_what, payload) => {
    expect(read(payload, settings)).toMatchObject({ events: [], ignored: [expect.any(String)] });
  });

  it("lets pass what customers and agents do on a ticket that we only marked", () => {
    const marked = ticketEvent(
      "ticket.status_changed",
      { tags: ["forestall_helped"] },
      { current: "SOLVED" },
    );

    expect(read(marked, settings).events[0]?.type).toBe("ticket.solved");
  });
});

describe("what a trigger sends", () => {
  it("names the requester and organisation by the tenant's own ids", () => {
    expect(read(triggerBody()).events).toEqual([
      {
        source: "zendesk",
        id: `4711:ticket.updated:${Date.UTC(2026, 2, 2, 11, 59, 58)}`,
        type: "ticket.updated",
        time: Date.UTC(2026, 2, 2, 11, 59, 58),
        person: { namespace: "native", value: "u-17" },
        alsoPerson: [{ namespace: "email", value: "ana@acme.test" }],
        account: { namespace: "native", value: "acme" },
        contact: { email: "ana@acme.test" },
        data: { ticket: "4711", category: "billing" },
      },
    ]);
  });

  it.each([
    [{ status: "Solved" }, "ticket.solved"],
    [{ status: "Closed" }, "ticket.solved"],
    [{ created_at: "2026-03-02T11:59:57Z" }, "ticket.created"],
    [{ event: "reopened" }, "ticket.reopened"],
    [{ event: "deleted" }, "ticket.updated"],
    [{ previous_status: "Solved", status: "Open" }, "ticket.reopened"],
  ])("with %j it becomes %s", (changes, expected) => {
    expect(read(triggerBody(changes)).events[0]?.type).toBe(expected);
  });

  it("may be written by an admin, with dates for people", () => {
    const own = {
      ticket_id: 4711,
      ticket_status: "Solved",
      tags: "billing",
      requester_email: "ana@acme.test",
      updated_at: "March 2, 2026",
      organization: "Acme Corp",
    };

    const [event] = read(own).events;

    expect(event).toMatchObject({
      id: "01HV2Q6T0C6F6S3W6J0W7N8M9P",
      type: "ticket.solved",
      time: NOW,
      person: { namespace: "email", value: "ana@acme.test" },
    });
    expect(event?.account).toBeUndefined();
  });

  it("is ignored when it is about something else", () => {
    expect(read({ devices: [], notification: { ticket_id: "5" } }).events).toEqual([]);
    expect(read([1]).events).toEqual([]);
  });
});

describe("users and organisations", () => {
  it("tell how Zendesk calls those we know", () => {
    expect(read(organizationCreated()).events).toMatchObject([
      {
        type: "account.updated",
        account: { namespace: "native", value: "acme" },
        alsoAccount: [{ namespace: "zendesk", value: "900000000700" }],
        data: { name: "Acme" },
      },
    ]);
    expect(read(userCreated()).events).toMatchObject([
      {
        type: "person.identified",
        person: { namespace: "native", value: "u-17" },
        alsoPerson: [{ namespace: "zendesk", value: "900000000017" }],
        account: { namespace: "zendesk", value: "900000000700" },
        contact: { email: "ana@acme.test", name: "Ana Ruiz" },
      },
    ]);
  });

  it("have Zendesk's name alone where the tenant gave none, and agents are no customers", () => {
    expect(read(organizationCreated({ external_id: null })).events[0]).toMatchObject({
      account: { namespace: "zendesk", value: "900000000700" },
    });
    expect(read(userCreated({ role: "agent" })).events).toEqual([]);
  });
});

describe("the signature", () => {
  it("holds for a quarter of an hour, as a retry may carry the first timestamp", () => {
    const minutes = (n: number) => requestOf(triggerBody(), SECRET, NOW - n * 60_000);

    expect(verify(minutes(0), [SECRET])).toEqual({ ok: true });
    expect(verify(minutes(15), [SECRET])).toEqual({ ok: true });
    expect(verify(minutes(16), [SECRET])).toEqual({ ok: false, reason: "expired" });
    expect(verify(minutes(-16), [SECRET])).toEqual({ ok: false, reason: "future" });
  });

  it("with the secret that everybody knows counts only where somebody says so", () => {
    const request = requestOf(triggerBody(), TEST_SECRET);

    expect(verify(request, [TEST_SECRET])).toEqual({ ok: false, reason: "mismatch" });
    expect(verify(request, [TEST_SECRET], settingsWith({ allowTestSecret: true }))).toEqual({ ok: true });
  });
});
