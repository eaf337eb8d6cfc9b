import { describe, expect, it } from "vitest";
import type { Incoming } from "../../server/core/event.ts";
import { DAY } from "../../server/core/time.ts";
import { isKnown } from "../../server/core/vocabulary.ts";
import { createHistory } from "../../server/demo/generator.ts";
import { actorOf } from "../../server/demo/history/planting.ts";
import type { Cast, Happening, Step } from "../../server/demo/history/story.ts";
import { told } from "../../server/demo/history/story.ts";
import { TROUBLES } from "../../server/demo/history/troubles.ts";
import { createRandom } from "../../server/demo/random.ts";
import { createSenders } from "../../server/demo/senders/index.ts";
import type { DemoKeys } from "../../server/demo/tenant.ts";
import { createReportJoiner } from "../../server/flow/receive/reports.ts";
import type { RawRequest } from "../../server/integrations/contract.ts";
import { createRegistry } from "../../server/integrations/registry.ts";
import { systemClock } from "../../server/lib/clock.ts";
import { createOutbound } from "../../server/lib/outbound-line.ts";

const URL = "http://127.0.0.1:3000";
const KEYS: DemoKeys = {
  write: "fst_write_demo",
  public: "fst_public_demo",
  identitySecret: "identity",
  secrets: { sentry: "s1", stripe: "s2", zendesk: "s3", twilio: "s4" },
};
const integrations = createRegistry({
  outbound: createOutbound({ allowLoopback: false }),
  clock: systemClock,
});

interface Sent {
  readonly path: string;
  readonly request: RawRequest;
}

/** What the vendors send of these happenings, as the server would get it. */
async function sent(send: (senders: ReturnType<typeof createSenders>) => Promise<void>): Promise<Sent[]> {
  const requests: Sent[] = [];
  const post = async (path: string, body: string, headers: { readonly [name: string]: string }) => {
    const request = {
      method: "POST",
      url: URL + path,
      headers,
      body: Buffer.from(body),
      receivedAt: Date.now(),
    };
    requests.push({ path, request });
  };
  await send(createSenders(post, KEYS, () => URL));
  return requests;
}

/** As ingest would: signed webhooks are verified with the source's secret, the rest comes with its token. */
function read({ path, request }: Sent): readonly Incoming[] {
  const [, area = "", , system = ""] = path.split("/");
  if (area === "webhooks") {
    const source = integrations.get(system)?.source;
    const secret = KEYS.secrets[system as keyof DemoKeys["secrets"]];
    expect(source?.verify(request, [secret], {})).toEqual({ ok: true });
    expect(source?.verify(request, [`${secret}x`], {})).toMatchObject({ ok: false });
    return source?.normalise(request, {}, system).events ?? [];
  }
  const name = path === "/v1/events" ? "cloudevents" : "segment";
  const shown = request.headers.authorization ?? "";
  const token =
    name === "segment" ? Buffer.from(shown.slice(6), "base64").toString().slice(0, -1) : shown.slice(7);
  expect(token).toBe(KEYS.write);
  return integrations.get(name)?.source?.normalise(request, {}, name).events ?? [];
}

const world = createHistory({ seed: "senders", end: Date.now(), patterns: [] }).world;

function castFor(trouble: (typeof TROUBLES)[number]): Cast {
  const random = createRandom(trouble.pattern);
  const account = random.pick(
    world.accounts.filter((each) => each.people.length >= 5 && trouble.fits?.(each) !== false),
  );
  const actor = actorOf(account, trouble.actor, random);
  const colleagues = account.people.filter((person) => person !== actor);
  return { account, actor, colleagues, random, at: Date.now() - DAY, serial: "x-1" };
}

describe.each(TROUBLES.map((trouble) => [trouble.pattern, trouble] as const))(
  "the webhooks of %s",
  (_id, trouble) => {
    const cast = castFor(trouble);
    const tell = (steps: readonly Step[]) => told(cast.account, Date.now() - 60_000, steps);

    it("are signed as their vendors do, and become what happened, to whom it happened", async () => {
      const happenings = [...tell(trouble.script(cast)), ...tell(trouble.ending?.(cast) ?? [])];
      for (const happening of happenings) {
        const requests = await sent((senders) => senders.tell(happening));
        const join = createReportJoiner();
        const events = requests.flatMap(read).map((event) => join("demo", event));
        const first = events.filter(
          ({ id }, place) => events.findIndex((event) => event.id === id) === place,
        );
        const own = first.filter(({ type }) => type === happening.type);

        // One failed payment is told three times and stays one.
        expect(own.length, happening.type).toBe(1);
        expect(isKnown(happening.type)).toBe(true);
        expect(own[0]?.data).toMatchObject(comparable(happening));
        expect(who(own[0])).toContain(happening.account.id);
        if (happening.person !== null && happening.data.recurring !== true) {
          expect(who(own[0])).toContain(happening.person.id);
        }
      }
    });
  },
);

describe("somebody who texts back", () => {
  it("is heard through Twilio's signature, and stops everything", async () => {
    const [stop] = await sent((senders) => senders.textBack("+12025550123", "STOP"));
    const receipts = integrations.get("twilio")?.channel?.receipts;
    if (stop === undefined || receipts === undefined) throw new Error("nothing was sent");

    expect(receipts.verify(stop.request, [KEYS.secrets.twilio], {})).toEqual({ ok: true });
    expect(receipts.normalise(stop.request, {}, "twilio").receipts).toMatchObject([
      { who: { namespace: "phone", value: "+12025550123" }, change: { kind: "stop" } },
    ]);
  });
});

describe("a ticket", () => {
  it("comes from Zendesk under its own ids, opened and solved", async () => {
    const cast = castFor(TROUBLES[0] ?? raise());
    const base = {
      at: Date.now(),
      account: cast.account,
      person: cast.actor,
      data: { ticket: "91", category: "login" },
    };
    const happenings: Happening[] = [
      { ...base, type: "ticket.created" },
      { ...base, type: "ticket.solved" },
    ];
    const events = (
      await sent(async (senders) => {
        for (const happening of happenings) await senders.tell(happening);
      })
    ).flatMap(read);

    expect(events.map(({ type }) => type)).toEqual(["ticket.created", "ticket.solved"]);
    expect(events[0]).toMatchObject({
      person: { namespace: "zendesk", value: cast.actor.zendeskId },
      data: { ticket: "91", category: "login" },
    });
  });
});

/** What vendors tell in a shape of their own: amounts in cents come back as dollars, a checkout as an intent. */
function comparable({ data, type }: Happening): object {
  const { checkout: _checkout, errorCode: _code, severity: _severity, ...rest } = data;
  if (type.startsWith("billing.")) {
    const { declineCode, ...paid } = rest;
    return type.endsWith("failed")
      ? { ...paid, ...(declineCode === undefined ? {} : { declineCode }) }
      : paid;
  }
  if (type === "app.crashed") return { ...rest, severity: "fatal" };
  const { latencyMs: _latency, ...without } = rest;
  return type === "api.request_failed" ? without : rest;
}

/** The names under which the event's people and account may be known. */
function who(event: Incoming | undefined): readonly string[] {
  const account = world.accounts.find(({ stripeId }) => stripeId === event?.account?.value)?.id;
  return [account, event?.account?.value, event?.person?.value].filter((name) => name !== undefined);
}

function raise(): never {
  throw new Error("there are no troubles");
}
