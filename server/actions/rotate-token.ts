import { z } from "zod";
import { type Action, ADMINS } from "./contract.ts";
import { type CreatedToken, keepToken, liveToken, newToken, oneToken, tokenView } from "./tokens.ts";

const params = oneToken.extend({
  /** How long the old one still counts, in milliseconds. */
  keepFor: z.int().nonnegative(),
});

/** A new token in place of one. Until that ends both count, so that whoever uses it can be switched over in between. */
export const rotateToken: Action<typeof params, CreatedToken> = {
  name: "rotate-token",
  summary: "Make a new token in place of one",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["token.rotate"],
  undo: null,
  subject: () => "tokens",
  async run(context, { id, keepFor }, act) {
    const before = await liveToken(context, act.tenant, id);
    const { role, label } = before;
    const { token, row } = newToken(act.tenant, { role, label }, act.now);
    const end = act.now + keepFor;
    const expiresAt = before.expiresAt === null ? end : Math.min(before.expiresAt, end);
    const old = keepFor === 0 ? { ...before, revokedAt: act.now } : { ...before, expiresAt };
    await keepToken(context, act, row, old);
    return { ...tokenView(row), token };
  },
};
