import { beforeEach, expect, it } from "vitest";
import type { Alert } from "../../server/core/delivery.ts";
import { DAY, MINUTE, SECOND } from "../../server/core/time.ts";
import { BadCredentials, InDoubt, type Outgoing, RetryLater } from "../../server/integrations/contract.ts";
import { createAlertMailer } from "../../server/jobs/alert-mailer.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { aTenant, NOON } from "../builders.ts";
import { fakeClock } from "../fake-clock.ts";

let alerts: Alert[];
let notified: string[];
let sent: Outgoing[];
let failures: Error[];
let clock: ReturnType<typeof fakeClock>;
let owners: { [role: string]: string };
let connected: boolean;

beforeEach(() => {
  alerts = [];
  notified = [];
  sent = [];
  failures = [];
  clock = fakeClock(NOON);
  owners = { "support-ops": "ops@cloud.test", default: "everybody@cloud.test" };
  connected = true;
});

const anAlert = (changes: Partial<Alert> = {}): Alert => ({
  id: `alert-${alerts.length + 1}`,
  tenant: "t1",
  unit: "account/acme",
  match: "match-1",
  pattern: "P-001",
  incident: null,
  account: "acme",
  person: "u1",
  kind: "critical",
  title: "API rate limit accumulation: acme",
  why: "12 rate-limit errors",
  firstAction: "Look at the endpoint.",
  playbook: "Offer batching.",
  owner: "support-ops",
  score: 85,
  createdAt: NOON,
  dueBy: NOON + 5 * MINUTE,
  state: "open",
  assignee: null,
  snoozedUntil: null,
  revision: 1,
  simulated: false,
  ...changes,
});

const mailer = () => {
  const adapter = {
    kind: "email",
    reconciles: "none",
    send: async (message: Outgoing) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      sent.push(message);
      return { providerId: null };
    },
  } as const;
  return createAlertMailer({
    store: {
      unnotifiedAlerts: async () => alerts.filter(({ id }) => !notified.includes(id)),
      markNotified: async (_tenant, id) => notified.push(id) > 0,
    },
    pipeline: { tenant: () => aTenant({ settings: { owners } }) },
    way: async () => (connected ? { system: "x", adapter, settings: {}, fingerprint: "x" } : null),
    render: async ({ title }) => ({ subject: title, text: `Text of ${title}`, html: "<p>Text</p>" }),
    overviewUrl: () => "https://help.test/",
    clock,
    log: silentLogger,
  });
};

it("writes to whoever holds the role, once", async () => {
  alerts = [anAlert()];
  const job = mailer();

  await job.run();
  await job.run();

  expect(sent).toMatchObject([
    {
      to: { address: "ops@cloud.test" },
      subject: "API rate limit accumulation: acme",
      headers: { "Auto-Submitted": "auto-generated" },
    },
  ]);
  expect(notified).toEqual(["alert-1"]);
});

it.each([
  ["the address itself", "ana@cloud.test", "ana@cloud.test"],
  ["the default for a role nobody holds", "product", "everybody@cloud.test"],
  ["the default for a name that is no address", "Ana Example", "everybody@cloud.test"],
])("writes to %s", async (_what, owner, address) => {
  alerts = [anAlert({ owner })];

  await mailer().run();

  expect(sent.map(({ to }) => to.address)).toEqual([address]);
});

it("sends one list instead of six mails, the most urgent first", async () => {
  alerts = Array.from({ length: 40 }, (_, i) => anAlert({ id: `a${i}`, score: i, title: `Title ${i}` }));

  await mailer().run();

  expect(sent).toHaveLength(1);
  expect(sent[0]?.subject).toBe("40 customers need somebody now");
  expect(sent[0]?.text.indexOf("Title 39")).toBeLessThan(sent[0]?.text.indexOf("Title 38") ?? 0);
  expect(sent[0]?.text).toContain("and 10 more");
  expect(notified).toHaveLength(40);
});

it("lets no title add a line of its own to the list", async () => {
  alerts = Array.from({ length: 6 }, (_, i) =>
    anAlert({ id: `a${i}`, title: "Hello\r\n\r\nAll of them: http://evil.test" }),
  );

  await mailer().run();

  expect(sent[0]?.text).not.toMatch(/^All of them: http:\/\/evil/m);
});

it("tries again when nothing was taken, later each time, and as late as the provider asks", async () => {
  alerts = [anAlert()];
  failures = [new RetryLater("503", null), new RetryLater("429", 2 * MINUTE)];
  const job = mailer();
  const at: number[] = [];

  for (let s = 0; s <= 300; s += 5) {
    const before = failures.length + sent.length * 10;
    await job.run();
    if (failures.length + sent.length * 10 !== before) at.push(s);
    await clock.advanceAsync(5 * SECOND);
  }

  expect(at).toEqual([0, 15, 135]);
  expect(sent).toHaveLength(1);
});

it("does not repeat a mail of which nobody knows whether it went out", async () => {
  alerts = [anAlert()];
  failures = [new InDoubt("no answer")];

  await mailer().run();

  expect(notified).toEqual(["alert-1"]);
});

it("keeps an alert that nobody can be told, and tells it once that changes", async () => {
  alerts = [anAlert()];
  owners = {};
  const job = mailer();
  await job.run();
  expect(notified).toEqual([]);

  owners = { default: "ops@cloud.test" };
  await clock.advanceAsync(MINUTE);
  await job.run();

  expect(notified).toEqual(["alert-1"]);
});

it("goes on to the next owner when one cannot be told", async () => {
  alerts = [anAlert({ owner: "a@cloud.test" }), anAlert({ id: "alert-2", owner: "b@cloud.test" })];
  failures = [new BadCredentials("wrong key")];

  await mailer().run();

  expect(notified).toEqual(["alert-2"]);
});

it("leaves it to the list of alerts when there is no way out for email", async () => {
  alerts = [anAlert()];
  connected = false;

  await mailer().run();

  expect(sent).toEqual([]);
  expect(notified).toEqual(["alert-1"]);
});

it("gives up after a day, so that old alerts do not stand in front of new ones", async () => {
  alerts = [anAlert()];
  owners = {};
  const job = mailer();
  await job.run();

  clock.jumpTo(NOON + DAY);
  await job.run();

  expect(notified).toEqual(["alert-1"]);
});
