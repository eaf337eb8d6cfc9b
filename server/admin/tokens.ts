import type { Millis } from "../core/time.ts";
import { PlainError } from "../lib/errors.ts";
import { randomId, randomToken, sha256Hex } from "../lib/ids.ts";
import type { TokenRole, TokenRow } from "../store/contract.ts";
import { audit } from "./audit.ts";
import type { By, CreatedToken, TokenView } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";

export interface TokenWish {
  readonly role: TokenRole;
  readonly label?: string | undefined;
  readonly expiresAt?: Millis | null | undefined;
}

/** A fresh token and the row that knows it by its hash. */
export function newToken(tenant: string, wish: TokenWish, now: Millis): { token: string; row: TokenRow } {
  const { role, label = "", expiresAt = null } = wish;
  const token = randomToken(`fst_${role}`);
  const hash = sha256Hex(token);
  return {
    token,
    row: { id: randomId(), tenant, role, label, hash, createdAt: now, expiresAt, revokedAt: null },
  };
}

export async function listTokens(deps: AdminDeps, tenant: string): Promise<readonly TokenView[]> {
  tenantOf(deps, tenant);
  return (await rowsOf(deps, tenant)).map(viewOf);
}

export async function createToken(
  deps: AdminDeps,
  tenant: string,
  wish: TokenWish,
  by: By,
): Promise<CreatedToken> {
  tenantOf(deps, tenant);
  const now = deps.now();
  if (typeof wish.expiresAt === "number" && wish.expiresAt <= now) {
    throw new PlainError("The token would have expired already; give a time to come.");
  }
  const { token, row } = newToken(tenant, wish, now);
  await save(deps, row, by, "token.create");
  return { ...viewOf(row), token };
}

export async function rotateToken(
  deps: AdminDeps,
  tenant: string,
  id: string,
  keepFor: Millis,
  by: By,
): Promise<CreatedToken> {
  const before = await liveRow(deps, tenant, id);
  const { role, label } = before;
  // Until the old one ends, both count, so that whoever uses it can be switched over in between.
  const { token, row } = newToken(tenant, { role, label }, deps.now());
  await save(deps, row, by, "token.rotate");
  const end = deps.now() + keepFor;
  const expiresAt = before.expiresAt === null ? end : Math.min(before.expiresAt, end);
  const old = keepFor === 0 ? { ...before, revokedAt: deps.now() } : { ...before, expiresAt };
  await deps.store.saveToken(old);
  await deps.changed?.("tokens");
  return { ...viewOf(row), token };
}

export async function revokeToken(deps: AdminDeps, tenant: string, id: string, by: By): Promise<TokenView> {
  const before = await liveRow(deps, tenant, id);
  const row = { ...before, revokedAt: deps.now() };
  await save(deps, row, by, "token.revoke");
  return viewOf(row);
}

async function save(deps: AdminDeps, row: TokenRow, by: By, action: string): Promise<void> {
  const { id, role, label } = row;
  await audit(deps, row.tenant, by, { action, subject: `token/${id}`, detail: { role, label } });
  await deps.store.saveToken(row);
  await deps.changed?.("tokens");
}

async function rowsOf(deps: AdminDeps, tenant: string): Promise<readonly TokenRow[]> {
  return (await deps.store.tokens()).filter((row) => row.tenant === tenant);
}

async function liveRow(deps: AdminDeps, tenant: string, id: string): Promise<TokenRow> {
  tenantOf(deps, tenant);
  const row = (await rowsOf(deps, tenant)).find((each) => each.id === id);
  if (row === undefined) {
    throw new PlainError(
      `${tenant} has no token ${id}; \`forestall token list --tenant ${tenant}\` shows them.`,
    );
  }
  if (row.revokedAt !== null) throw new PlainError(`The token ${id} was revoked already.`);
  return row;
}

function viewOf({ id, role, label, createdAt, expiresAt, revokedAt }: TokenRow): TokenView {
  return { id, role, label, createdAt, expiresAt, revokedAt };
}
