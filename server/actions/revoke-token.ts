import { type Action, ADMINS } from "./contract.ts";
import { keepToken, liveToken, oneToken, type TokenView, tokenView } from "./tokens.ts";

export const revokeToken: Action<typeof oneToken, TokenView> = {
  name: "revoke-token",
  summary: "Make a token worthless",
  params: oneToken,
  roles: ADMINS,
  revised: false,
  audits: ["token.revoke"],
  undo: null,
  subject: () => "tokens",
  async run(context, { id }, act) {
    const row = { ...(await liveToken(context, act.tenant, id)), revokedAt: act.now };
    await keepToken(context, act, row);
    return tokenView(row);
  },
};
