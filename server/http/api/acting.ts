import type { AnyAction, Done, Request } from "../../actions/contract.ts";
import { API_ROLES } from "../auth.ts";
import type * as wire from "../wire.ts";
import { effectsBody } from "./present.ts";
import type { Call } from "./route.ts";

/** How the API has an action carried out: what a call says becomes a request, what was done a part of the answer. */

/** What a route says of itself when it is a door to these actions: who may come, and whether `If-Match` is taken. */
export function presenting(...acts: readonly [AnyAction, ...AnyAction[]]) {
  const [{ roles, revised }] = acts;
  const taken = API_ROLES.filter((role) => (roles as readonly string[]).includes(role));
  return { method: "post", roles: taken, ...(revised ? { revised } : {}), acts } as const;
}

export function requestOf<Params>(
  { tenant, token, actor, body, ifMatch, idempotencyKey }: Call<unknown, { readonly reason: string }>,
  params: Params,
): Request<Params> {
  const by = { actor, role: token.role, reason: body.reason, token: token.id };
  return { tenant, params, by, revision: ifMatch, key: idempotencyKey };
}

/** The part of the answer that every action has. */
export function doneBody({ action, undoable, effects }: Done<unknown>): wire.ActionBody {
  return { action: action ?? "", undoable, effects: effectsBody(effects) };
}
