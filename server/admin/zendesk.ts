import type { Millis } from "../core/time.ts";
import { PlainError } from "../lib/errors.ts";
import { createKeyedLock } from "../lib/keyed-lock.ts";
import { newPairingCode, pairingCodeHash } from "../lib/pairing-code.ts";
import { readPublicKeys } from "../lib/public-keys.ts";
import type { SourceRow } from "../store/contract.ts";
import { audit } from "./audit.ts";
import type { By, PairingCode, Redeemed, ZendeskAccount, ZendeskPairing } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";

/**
 * Which Zendesk account belongs to which tenant. A pairing is kept among the tenant's sources: one row per
 * installation, and one called `pairing` while a code waits for being typed.
 */
export const ZENDESK_APP = "zendesk-app";
const WAITING = "pairing";

/** A code is typed in while somebody is looking at it. */
export const CODE_LASTS: Millis = 10 * 60_000;

/** Two who type the same code at once: the first is paired. */
const lock = createKeyedLock();

/** Makes a code that pairs one Zendesk account with this tenant, once; an earlier one counts no more. */
export async function makePairingCode(
  deps: AdminDeps,
  tenant: string,
  given: { readonly publicKeys?: string | undefined },
  by: By,
): Promise<PairingCode> {
  tenantOf(deps, tenant);
  const publicKeys = given.publicKeys === undefined ? [] : readPublicKeys(given.publicKeys, "This file");
  const code = newPairingCode();
  const expiresAt = deps.now() + CODE_LASTS;
  await audit(deps, tenant, by, { action: "zendesk.code", subject: "zendesk-app", detail: { expiresAt } });
  await deps.store.saveSource({
    ...{ tenant, system: ZENDESK_APP, id: WAITING, settings: { expiresAt, publicKeys } },
    ...{ secrets: [pairingCodeHash(code)], createdAt: deps.now(), lastReceivedAt: null },
  });
  await deps.changed?.("sources");
  return { tenant, code, expiresAt };
}

/** What a typed code leads to. */
export function redeemPairingCode(
  deps: AdminDeps,
  code: string,
  account: ZendeskAccount,
  by: By,
): Promise<Redeemed> {
  return lock.hold(ZENDESK_APP, async () => {
    const rows = (await deps.store.sources()).filter(({ system }) => system === ZENDESK_APP);
    if (rows.some((row) => isFor(row, account))) return { kind: "taken" };
    const hash = pairingCodeHash(code);
    const waiting = rows.find(({ id, secrets }) => id === WAITING && secrets.includes(hash));
    if (waiting === undefined) return { kind: "wrong" };
    await deps.store.removeSource(waiting.tenant, ZENDESK_APP, WAITING);
    if (Number(waiting.settings.expiresAt) <= deps.now()) return { kind: "expired" };
    await pair(deps, waiting, account, by);
    return { kind: "paired", tenant: waiting.tenant };
  });
}

async function pair(
  deps: AdminDeps,
  { tenant, settings }: SourceRow,
  { host, installation }: ZendeskAccount,
  by: By,
): Promise<void> {
  const subject = `source/${ZENDESK_APP}/${installation}`;
  await audit(deps, tenant, by, { action: "zendesk.pair", subject, detail: { host } });
  const { publicKeys } = settings;
  await deps.store.saveSource({
    ...{ tenant, system: ZENDESK_APP, id: installation, secrets: [] },
    settings: { host, installation, publicKeys, pairedBy: by.actor },
    ...{ createdAt: deps.now(), lastReceivedAt: null },
  });
  await deps.changed?.("sources");
}

export async function listPairings(deps: AdminDeps, tenant?: string): Promise<readonly ZendeskPairing[]> {
  if (tenant !== undefined) tenantOf(deps, tenant);
  const rows = await deps.store.sources(tenant);
  return rows.filter(({ system, id }) => system === ZENDESK_APP && id !== WAITING).map(viewOf);
}

/** With them an account that is not paired yet may ask for the code. */
export async function waitingKeys(deps: AdminDeps): Promise<readonly string[]> {
  const rows = await deps.store.sources();
  return rows
    .filter(({ system, id }) => system === ZENDESK_APP && id === WAITING)
    .filter(({ settings }) => Number(settings.expiresAt) > deps.now())
    .flatMap(keysOf);
}

/** Cuts an account off: its pages show nothing more, sessions that are open end within seconds. */
export async function unpair(deps: AdminDeps, tenant: string, installation: string, by: By): Promise<void> {
  const found = (await listPairings(deps, tenant)).find((each) => each.installation === installation);
  if (found === undefined) {
    throw new PlainError(
      `${tenant} has no installation ${installation}; \`forestall zendesk list --tenant ${tenant}\` shows them.`,
    );
  }
  const subject = `source/${ZENDESK_APP}/${installation}`;
  await audit(deps, tenant, by, { action: "zendesk.unpair", subject, detail: { host: found.host } });
  await deps.store.removeSource(tenant, ZENDESK_APP, installation);
  await deps.changed?.("sources");
}

function isFor({ id, settings }: SourceRow, { host, installation }: ZendeskAccount): boolean {
  return id === installation && settings.host === host;
}

function viewOf({ tenant, id, settings, createdAt }: SourceRow): ZendeskPairing {
  const { host, pairedBy } = settings;
  return {
    tenant,
    host: String(host),
    installation: id,
    publicKeys: keysOf({ settings }),
    pairedAt: createdAt,
    pairedBy: String(pairedBy),
  };
}

function keysOf({ settings: { publicKeys } }: Pick<SourceRow, "settings">): readonly string[] {
  return Array.isArray(publicKeys) ? publicKeys.map(String) : [];
}
