import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { SignJWT } from "jose";
import { type Running, startServer } from "../../server/app.ts";
import { controlHandlers } from "../../server/cli/methods.ts";
import { runCli } from "../../server/cli/program.ts";
import type { TenantState } from "../../server/core/tenant.ts";
import { DAY } from "../../server/core/time.ts";
import { createAppKeys, entryClaims, signEntry } from "../../server/demo/zendesk-host/tokens.ts";
import { silentLogger } from "../../server/lib/log.ts";
import type { AuditRow } from "../../server/store/contract.ts";
import { NOON } from "../builders.ts";
import { configFor } from "../cli/world.ts";
import { type FakeClock, fakeClock } from "../fake-clock.ts";
import { stateIn } from "../http/zendesk/world.ts";
import { adminOf } from "../support/acting.ts";

/** A running server with all its doors, over one store: the command line comes in by the control socket. */
export interface House {
  readonly app: Running;
  readonly clock: FakeClock;
  readonly folder: string;
  /** A tenant of its own for one try at one door: what is done there touches no other. */
  scene(): Promise<Scene>;
  cli(argv: readonly string[]): Promise<Heard>;
  /** @returns the path of a file with this text */
  write(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

export interface Scene {
  readonly house: House;
  readonly tenant: string;
  readonly tokens: { readonly [role: string]: string };
  state(): TenantState;
  post(path: string, body: object): Promise<Heard>;
  cli(...argv: readonly string[]): Promise<Heard>;
  /** The form of the page behind a message to u1. */
  page(delivery: string, action: string, form: string): Promise<Heard>;
  /** What u1 says about a message in the product. */
  product(delivery: string, action: string, body: object): Promise<Heard>;
  /** Types a pairing code, as an agent whom Zendesk has let in. */
  zendesk(code: string): Promise<Heard>;
  /** What the audit holds, oldest first. */
  audit(tenant?: string): Promise<readonly AuditRow[]>;
}

/** What a door answered: what it drew, or the sentence with which it refused. */
export type Heard =
  | { readonly refused: null; readonly drawn: unknown }
  | { readonly refused: string; readonly drawn: null };

/** The app in Zendesk, for which it vouches. */
const KEYS = createAppKeys();
/** Each is connected once. */
let installations = 4_000;

export async function openHouse(): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), "forestall-doors-"));
  const clock = fakeClock(NOON);
  const config = { ...configFor(join(folder, "data")), zendeskKeys: [KEYS.publicPem] };
  const app = await startServer(config, { clock, handlers: controlHandlers, log: silentLogger });
  let tenants = 0;
  const house: House = {
    app,
    clock,
    folder,
    cli: async (argv) => {
      const [out, err]: [string[], string[]] = [[], []];
      const never = () => Promise.reject(new Error("the server is asked, nobody else"));
      const code = await runCli(argv, {
        ...{ stdout: { write: (text) => out.push(text) }, stderr: { write: (text) => err.push(text) } },
        ...{ stdin: Readable.from([]), version: "0", user: "tester", cwd: folder, now: clock.now },
        loadConfig: () => ({ config, warnings: [] }),
        ...{ openApp: never, startServer: never, runDemo: never, onStop: () => {} },
        exit: () => {
          throw new Error("exit");
        },
      });
      return code === 0 ? done(out.join("")) : refused(err.join("").trimEnd());
    },
    async scene() {
      tenants += 1;
      return sceneOf(house, `tenant-${tenants}`);
    },
    async write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    async close() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return house;
}

async function sceneOf(house: House, tenant: string): Promise<Scene> {
  const { app } = house;
  const by = { actor: "system:test", reason: "set up" };
  const { tokens, identitySecret } = await adminOf(app).createTenant(tenant, { name: "Acme" }, by);
  return {
    house,
    tenant,
    tokens,
    state() {
      const state = app.pipeline.tenant(tenant);
      if (state === null) throw new Error(`${tenant} is gone`);
      return state;
    },
    async post(path, body) {
      const response = await fetch(`${app.url}/api/v1${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${tokens.admin}`, "content-type": "application/json" },
        body: JSON.stringify({ reason: "a test", ...body }),
      });
      const answer: { readonly detail?: string } = await response.json();
      return response.ok ? done(answer) : refused(answer.detail ?? "");
    },
    cli: (...argv) => house.cli([...argv, "--tenant", tenant]),
    async page(delivery, action, form) {
      const row = await app.store.delivery(tenant, delivery);
      const expiresAt = house.clock.now() + DAY;
      const claims = {
        tenant,
        person: "u1",
        delivery,
        match: row?.match ?? "",
        purpose: "page",
        expiresAt,
      } as const;
      const response = await fetch(`${app.url}/p/${app.personTokens.sign(claims)}/${action}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: form,
        redirect: "manual",
      });
      return response.status === 303 ? done(null) : refused(`The page answers ${response.status}.`);
    },
    async product(delivery, action, body) {
      const seconds = house.clock.now() / 1_000;
      const identity = await new SignJWT({ sub: "u1", aud: "forestall", iat: seconds, exp: seconds + 3_600 })
        .setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode(identitySecret));
      const response = await fetch(`${app.url}/in-app/v1/messages/${delivery}/${action}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${tokens.public}`,
          "content-type": "application/json",
          "forestall-identity": identity,
        },
        body: JSON.stringify(body),
      });
      // A page for customers says less than a program wants to know.
      return response.ok ? done(null) : refused(`The page answers ${response.status}.`);
    },
    async zendesk(code) {
      installations += 1;
      const wish = {
        subdomain: "acme",
        installation: installations,
        user: 31,
        location: "ticket_sidebar",
      } as const;
      const token = await signEntry(KEYS, entryClaims({ ...wish, now: house.clock.now() }));
      const query = "?origin=https://acme.zendesk.com&app_guid=guid-1";
      const ask = (path: string, fields: Record<string, string>) =>
        fetch(`${app.url}/zendesk/${path}${query}`, { method: "POST", body: new URLSearchParams(fields) });
      const form = await (await ask("ticket", { token })).text();
      const page = await ask("pair", { state: stateIn(form), code });
      // The app itself is not built here, so who is let in is told that it is missing.
      return page.status === 422 ? refused(`The page answers ${page.status}.`) : done(null);
    },
    audit: async (of = tenant) => (await app.store.audit(of, { limit: 200 })).rows.toReversed(),
  };
}

export const done = (drawn: unknown): Heard => ({ refused: null, drawn });
export const refused = (sentence: string): Heard => ({ refused: sentence, drawn: null });

/**
 * The same for all tenants and doors: names of tenants, and ids that are drawn or hashed, are replaced; who it was and by
 * which token is the door's own.
 */
export function comparable(value: unknown, tenant: string): unknown {
  const text = JSON.stringify(value ?? null)
    .replaceAll(tenant, "TENANT")
    .replaceAll(/[A-Za-z0-9_-]{20,}/g, "ID");
  return JSON.parse(text);
}

export interface ComparableRow {
  readonly action: string;
  readonly rest: unknown;
}

export function comparableRow(row: AuditRow, tenant: string): ComparableRow {
  const { action, subject, detail, undo } = row;
  const { token: _token, afterSeq: _afterSeq, ...rest } = detail;
  const { actor: _actor, ...control } = { actor: null, ...undo };
  // Customers give no reason; what stands there is where they said it.
  const reason = row.actor === "customer" ? "" : row.reason;
  return { action, rest: comparable({ subject, reason, detail: rest, undo: control }, tenant) };
}
