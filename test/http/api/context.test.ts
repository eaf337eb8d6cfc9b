import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MINUTE } from "../../../server/core/time.ts";
import { endOf, textOf } from "../../../server/http/api/context/messages.ts";
import type { LinkActionBody, RequesterBody } from "../../../server/http/wire.ts";
import { aDelivery, NOON } from "../../builders.ts";
import { ask } from "./client.ts";
import { STORES } from "./stores.ts";
import type { World } from "./world.ts";

describe.each(STORES)("what an agent is told beside the score, on the store %s", (_name, makeWorld) => {
  let world: World;
  let token: string;
  beforeAll(async () => {
    world = await makeWorld();
    token = world.a.tokens.agent;
  });
  afterAll(() => world.close());
  beforeEach(() => world.clock.jumpTo(NOON + MINUTE));

  const get = (path: string) => ask<RequesterBody>(world, `GET ${path}`, { token });
  const native = (value: string) => ({ namespace: "native", value });
  let events = 0;
  const happens = (type: string, person: string, data: object, at = world.clock.now()) =>
    world.pipeline.receive(world.a.tenant, [
      {
        ...{ source: "zendesk", id: `context-${++events}`, type, time: at },
        ...{ account: native("acme"), person: native(person), data: { ...data } },
      },
    ]);

  it("the last message with its words and its end, the next step, and a draft that is no message yet", async () => {
    const { body } = await get("/requesters?externalId=u1");

    expect(body.context.lastMessage).toMatchObject({
      delivery: { id: world.a.delivery, channel: "in_app.notification" },
      ended: "waiting",
      text: { title: "About canary-t-one", body: "Here is what helps." },
    });
    expect(body.context.next).toMatchObject({ match: world.a.match, pattern: "P-001" });
    expect(body.context.draft).toContain("5 rate-limit errors on /v1/canary-t-one");
  });

  it("nothing, for a requester nobody knows", async () => {
    const { body } = await get("/requesters?email=who@nowhere.test&ticket=1");

    expect(body.person).toBeNull();
    expect(body.context).toEqual({
      ...{ prediction: null, lastMessage: null, openTickets: [], colleagues: [], moreColleagues: 0 },
      ...{ quiet: null, incidents: [], next: null, draft: null, reviews: [], alerts: [], replays: [] },
    });
  });

  it("what waits for approval, as it would go out", async () => {
    const { body } = await get(`/persons/${world.a.ownPerson}/context`);

    expect(body.context.reviews).toEqual([
      expect.objectContaining({ decision: world.a.review, match: world.a.reviewMatch, pattern: "P-900" }),
    ]);
    expect(body.context.quiet).toMatchObject({ reason: "paused", kind: "hold" });
  });

  it("that a ticket was seen coming, how long before, and what became of the message", async () => {
    const before = await get("/requesters?externalId=u1&ticket=501");
    await happens("ticket.created", "u1", { ticket: "501" });

    const { body } = await get("/requesters?externalId=u1&ticket=501");
    const without = await get("/requesters?externalId=u1");

    // The page opens before Zendesk's webhook has told of the ticket.
    expect(before.body.context.prediction).toMatchObject({ certainty: "likely", pattern: "P-001" });
    expect(body.context.prediction).toMatchObject({
      ticket: "501",
      match: world.a.match,
      certainty: "recorded",
      leadMs: 2 * MINUTE,
      message: { delivery: { id: world.a.delivery } },
    });
    expect(without.body.context.prediction).toBeNull();
  });

  it("that a ticket from before the trouble was not seen coming", async () => {
    const { body } = await get(
      `/requesters?externalId=u1&ticket=77&ticketAt=${new Date(NOON - 30 * MINUTE).toISOString()}`,
    );

    expect(body.context.prediction).toBeNull();
  });

  it("until when nothing goes out, and the ticket behind it", async () => {
    const { body } = await get("/persons/u1/context?ticket=501");

    expect(body.context.quiet).toMatchObject({
      reason: "cooldown",
      kind: "hold",
      until: new Date(NOON + MINUTE + 48 * 60 * MINUTE).toISOString(),
      ticket: "501",
    });
  });

  it("other open tickets, own and colleagues', without the one on the screen", async () => {
    await happens("ticket.created", "u1", { ticket: "502" });
    await happens("ticket.created", "u2", { ticket: "503" });
    await happens("ticket.created", "u2", { ticket: "504" });
    await happens("ticket.solved", "u2", { ticket: "504" });

    const { body } = await get("/persons/u1/context?ticket=501");

    const found = body.context.openTickets.map(({ ticket, own }) => [ticket, own]);
    expect(found.toSorted()).toEqual([
      ["502", true],
      ["503", false],
    ]);
  });

  it("colleagues who are in trouble too, and not oneself", async () => {
    await happens("security.alert", "u3", { kind: "new device" });
    const person = await get("/persons/u1/context");
    const self = await get("/persons/u3/context");

    expect(person.body.context.colleagues.map(({ person: id, score }) => [id, score > 80])).toEqual([
      ["u3", true],
    ]);
    expect(self.body.context.colleagues).toEqual([]);
  });

  it("an incident that covers what is the matter, and none that does not", async () => {
    const none = await get("/accounts/acme/context");
    await world.pipeline.control(
      world.a.tenant,
      { unit: "tenant" },
      {
        kind: "declare",
        scope: { kind: "pattern", name: "P-001" },
        running: true,
        actor: "ops:ana",
        reason: "seen",
      },
    );

    const { body } = await get("/accounts/acme/context");

    expect(none.body.context.incidents).toEqual([]);
    expect(body.context.incidents).toEqual([
      expect.objectContaining({ scope: { kind: "pattern", name: "P-001" }, endedAt: null }),
    ]);
  });

  describe("an agent who knows the requester", () => {
    const link = (id: string, body: object) =>
      ask<LinkActionBody>(world, `POST /persons/${id}/link`, {
        token,
        body: { reason: "wrote from home", ...body },
      });

    it("links them, and finds them by it from then on", async () => {
      const before = await get("/requesters?zendeskId=555");

      const { status, body } = await link("u1", { zendeskId: "555", email: "Pat.Home@Mail.test" });

      const after = [
        await get("/requesters?zendeskId=555"),
        await get("/requesters?email=pat.home@mail.test"),
      ];
      expect(status).toBe(200);
      expect(body).toMatchObject({ person: "u1", linked: ["zendeskId", "email"], undoable: true });
      expect(before.body.person).toBeNull();
      expect(after.map((each) => each.body.person?.id)).toEqual(["u1", "u1"]);
      expect(after[0]?.body.account?.id).toBe("acme");
    });

    it("takes it back: the names are nobody's again, and may be given to somebody else", async () => {
      const { body } = await link("u1", { zendeskId: "557", email: "wrong@mail.test" });

      const undone = await ask(world, `POST /actions/${body.action}/undo`, {
        token,
        body: { reason: "the wrong one" },
      });

      const after = [await get("/requesters?zendeskId=557"), await get("/requesters?email=wrong@mail.test")];
      expect(undone.status).toBe(200);
      expect(after.map((each) => each.body.person)).toEqual([null, null]);
      expect((await link("u2", { zendeskId: "557" })).status).toBe(200);
      expect((await get("/requesters?zendeskId=557")).body.person?.id).toBe("u2");
    });

    it("leaves a trace of it", async () => {
      await link("u1", { zendeskId: "556" });

      const { rows } = await world.store.audit(world.a.tenant, { subject: "person/u1" });
      expect(rows.map(({ action }) => action)).toContain("person.link");
    });

    it("cannot make two people one, nor link to a stranger, nor link nothing", async () => {
      const answers = [
        await link(world.a.ownPerson, { zendeskId: world.a.zendeskId }),
        await link("nobody", { zendeskId: "557" }),
        await link("u1", {}),
        await link("u1", { zendeskId: "abc" }),
      ];

      expect(answers.map(({ status }) => status)).toEqual([409, 404, 400, 400]);
      expect((await get(`/requesters?zendeskId=${world.a.zendeskId}`)).body.person?.id).toBe("u1");
    });
  });
});

describe("how a message ended", () => {
  const sent = { status: "sent", sentAt: NOON } as const;
  it.each([
    [{ status: "queued" }, "waiting"],
    [{ status: "failed" }, "failed"],
    [{ status: "suppressed" }, "not_sent"],
    [{ status: "in_doubt" }, "unknown"],
    [{ status: "dry_run" }, "dry_run"],
    [sent, "sent"],
    [{ ...sent, deliveredAt: NOON }, "delivered"],
    [{ ...sent, deliveredAt: NOON, seenAt: NOON }, "opened"],
    [{ ...sent, channel: "sms", seenAt: NOON }, "delivered"],
    [{ ...sent, channel: "in_app.banner", seenAt: NOON }, "shown"],
    [{ ...sent, seenAt: NOON, clickedAt: NOON }, "clicked"],
  ] as const)("%j is told as %s", (changes, ended) => {
    expect(endOf(aDelivery(changes))).toBe(ended);
  });
});

describe("the words of a message", () => {
  it.each([
    [
      { kind: "email", subject: "S", text: "T", html: "<b>" },
      { title: "S", body: "T" },
    ],
    [
      { kind: "sms", text: "T" },
      { title: null, body: "T" },
    ],
    [
      { kind: "in_app", title: "A", body: "B", steps: ["one", "two"] },
      { title: "A", body: "B\none\ntwo" },
    ],
    [{ kind: "strange" }, null],
    [null, null],
    ["text", null],
  ])("of %j", (rendered, words) => {
    expect(textOf(rendered)).toEqual(words);
  });
});
