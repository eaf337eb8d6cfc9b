import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { CreatedTenant } from "../../server/actions/create-tenant.ts";
import { tooMany } from "../fakes/misbehaviour.ts";
import { type FakeSendgrid, startFakeSendgrid } from "../fakes/sendgrid.ts";
import { environmentOf, mailedTo, prepareNorthwind, readList, sendEvents, TENANT } from "./northwind.ts";
import { type Child, freePort, startChild } from "./process.ts";

/** A server of its own process, switched off and on again from another one, as an admin does in a hurry. */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const dataDir = mkdtempSync(join(tmpdir(), "forestall-switch-"));

let sendgrid: FakeSendgrid;
let server: Child;
let tenant: CreatedTenant;

beforeAll(async () => {
  sendgrid = await startFakeSendgrid();
  tenant = await prepareNorthwind(dataDir, sendgrid);
  server = await startChild({ dataDir, port: await freePort() });
}, 60_000);
afterAll(async () => {
  await server.kill("SIGTERM");
  await sendgrid.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const send = (type: string, account: string, data: object, times = 1) =>
  sendEvents(server, tenant, type, account, data, { times });
const get = <Row>(path: string) => readList<Row>(server, tenant, path);

/** Two people in a zone where it is about noon: a payment fails for one, the other runs into the rate limit. */
async function trouble(account: string): Promise<void> {
  const offset = 12 - new Date().getUTCHours();
  const timeZone = offset === 0 ? "UTC" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
  for (const role of ["billing", "technical"]) {
    const user = `${role}-${account}`;
    const data = { user, email: `${user}@customer.test`, timeZone, roles: [role] };
    await send("person.identified", account, data);
  }
  await send("billing.payment_failed", account, { recurring: true });
  await send("api.request_failed", account, { status: 429, user: `technical-${account}` }, 5);
}

interface Sent {
  readonly channel: string;
  readonly status: string;
}
const rowsOf = async (account: string): Promise<string[]> => {
  const rows = await get<Sent>(`/deliveries?account=${account}`);
  return rows.map(({ channel, status }) => `${channel} ${status}`).toSorted();
};
const stopsOf = async (account: string): Promise<string[]> => {
  const rows = await get<{ kind: string; reason: string; channel: string | null }>(
    `/decisions?account=${account}`,
  );
  return rows
    .filter(({ kind, reason }) => kind === "stop" && reason === "switched_off")
    .map(({ channel }) => channel ?? "");
};

async function forestall(...argv: string[]): Promise<void> {
  const launcher = join(root, "bin", "forestall.js");
  const { npm_command: _npm, ...inherited } = process.env;
  await promisify(execFile)(process.execPath, [launcher, ...argv], {
    cwd: root,
    env: { ...inherited, ...environmentOf(dataDir) },
  });
}

async function within(ms: number, look: () => Promise<unknown>): Promise<void> {
  await expect.poll(look, { timeout: ms, interval: 25 }).toBe(true);
}
const are = (rows: () => Promise<string[]>, expected: readonly string[]) => async () =>
  JSON.stringify(await rows()) === JSON.stringify(expected);

describe("a server that is switched off from a second process", { timeout: 60_000 }, () => {
  it.each([
    ["as a whole", []],
    ["by pattern", ["--pattern", "P-001,P-004"]],
    ["by channel", ["--channel", "email,in_app"]],
  ])("%s stops what is queued within a second, and goes on with what is new", async (name, what) => {
    const account = `queued-${name.replaceAll(" ", "-")}`;
    const before = sendgrid.mails.length;
    onTestFinished(() => sendgrid.play([]));
    sendgrid.play(() => tooMany("3"));
    await trouble(account);
    const queued = ["email queued", "in_app.notification queued"];
    await within(
      5_000,
      are(() => rowsOf(account), queued),
    );

    await forestall("pause", "--tenant", TENANT, ...what);

    const suppressed = queued.map((row) => row.replace("queued", "suppressed"));
    await within(1_000, async () => {
      const rows = await rowsOf(account);
      return suppressed.every((row) => rows.includes(row)) && !rows.some((row) => row.includes("queued"));
    });
    expect((await stopsOf(account)).toSorted()).toEqual(
      expect.arrayContaining(["email", "in_app.notification"]),
    );

    sendgrid.play([]);
    await forestall("resume", "--tenant", TENANT, ...what);
    await trouble(`new-${account}`);
    await within(
      10_000,
      are(() => rowsOf(`new-${account}`), ["email sent", "in_app.notification queued"]),
    );

    expect(await rowsOf(account)).not.toContainEqual(expect.stringMatching(/queued|sent/));
    expect(mailedTo(sendgrid, before)).toEqual([`billing-new-${account}@customer.test`]);
  });
});
