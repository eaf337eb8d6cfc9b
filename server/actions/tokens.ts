import { z } from "zod";
import type { Millis } from "../core/time.ts";
import { randomId, randomToken, sha256Hex } from "../lib/ids.ts";
import type { TokenRole, TokenRow } from "../store/contract.ts";
import type { Act, ActionContext } from "./contract.ts";
import { conflict, notFound } from "./refusal.ts";
import { tenantOf } from "./tenant.ts";

export const TOKEN_ROLES = [
  "write",
  "agent",
  "ops",
  "admin",
  "analyst",
  "privacy",
  "public",
] as const satisfies readonly TokenRole[];

export const oneToken = z.strictObject({ id: z.string().min(1) });

/** A token without the token. */
export interface TokenView {
  readonly id: string;
  readonly role: TokenRole;
  readonly label: string;
  readonly createdAt: Millis;
  readonly expiresAt: Millis | null;
  readonly revokedAt: Millis | null;
}
export interface CreatedToken extends TokenView {
  /** Shown once. */
  readonly token: string;
}

interface Wish {
  readonly role: TokenRole;
  readonly label?: string | undefined;
  readonly expiresAt?: Millis | null | undefined;
}

/** A fresh token and the row that knows it by its hash. */
export function newToken(tenant: string, wish: Wish, now: Millis): { token: string; row: TokenRow } {
  const { role, label = "", expiresAt = null } = wish;
  const token = randomToken(`fst_${role}`);
  const hash = sha256Hex(token);
  return {
    token,
    row: { id: typedId(), tenant, role, label, hash, createdAt: now, expiresAt, revokedAt: null },
  };
}

/** It is typed at the command line, where one that begins with a stroke would be taken for an option. */
function typedId(): string {
  for (;;) {
    const id = randomId();
    if (!id.startsWith("-")) return id;
  }
}

/**
 * The token with its audit row, then whoever has it in memory.
 * @param before the one that it takes the place of, as that is from now on
 */
export async function keepToken(
  { changed }: ActionContext,
  act: Act,
  row: TokenRow,
  before?: TokenRow,
): Promise<void> {
  const { id, role, label } = row;
  const rows = before === undefined ? [row] : [row, before];
  const changes = rows.map((each) => ({ kind: "token", row: each }) as const);
  await act.note({ subject: `token/${id}`, detail: { role, label } }, changes);
  await changed?.("tokens");
}

type Kept = Pick<ActionContext, "store" | "pipeline">;

export async function tokensOf(deps: Kept, tenant: string): Promise<readonly TokenRow[]> {
  tenantOf(deps, tenant);
  return (await deps.store.tokens()).filter((row) => row.tenant === tenant);
}

/** @throws Refusal when there is no such token, or it counts no more */
export async function liveToken(deps: Kept, tenant: string, id: string): Promise<TokenRow> {
  const row = (await tokensOf(deps, tenant)).find((each) => each.id === id);
  if (row === undefined) {
    throw notFound(`${tenant} has no token ${id}; \`forestall token list --tenant ${tenant}\` shows them.`);
  }
  if (row.revokedAt !== null) throw conflict(`The token ${id} was revoked already.`);
  return row;
}

export function tokenView({ id, role, label, createdAt, expiresAt, revokedAt }: TokenRow): TokenView {
  return { id, role, label, createdAt, expiresAt, revokedAt };
}
