import { z } from "zod";
import { type Action, ADMINS } from "./contract.ts";
import { moment } from "./params.ts";
import { invalid } from "./refusal.ts";
import { tenantOf } from "./tenant.ts";
import { type CreatedToken, keepToken, newToken, TOKEN_ROLES, tokenView } from "./tokens.ts";

const params = z.strictObject({
  role: z.enum(TOKEN_ROLES, `the role has to be one of ${TOKEN_ROLES.join(", ")}`),
  label: z.string().max(100).optional(),
  expiresAt: moment.nullish(),
});

export const createToken: Action<typeof params, CreatedToken> = {
  name: "create-token",
  summary: "Make a token",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["token.create"],
  undo: null,
  subject: () => "tokens",
  async run(context, wish, act) {
    tenantOf(context, act.tenant);
    if (typeof wish.expiresAt === "number" && wish.expiresAt <= act.now) {
      throw invalid("The token would have expired already; give a time to come.");
    }
    const { token, row } = newToken(act.tenant, wish, act.now);
    await keepToken(context, act, row);
    return { ...tokenView(row), token };
  },
};
