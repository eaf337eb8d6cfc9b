import { z } from "zod";
import { by, byOf, command, tenant, time } from "./params.ts";
import { shown } from "./present.ts";

const ROLES = ["write", "agent", "ops", "admin", "analyst", "privacy", "public"] as const;
const role = z.enum(ROLES, `the role has to be one of ${ROLES.join(", ")}`);

export const tokenCreate = command({
  name: "token.create",
  params: z.object({
    ...by,
    ...tenant,
    role,
    label: z.string().max(100).optional(),
    expiresAt: time.optional(),
  }),
  run: async ({ admin }, params) => {
    const wish = { role: params.role, label: params.label, expiresAt: params.expiresAt };
    return shown(await admin.createToken(params.tenant, wish, byOf(params)));
  },
});

export const tokenList = command({
  name: "token.list",
  params: z.object(tenant),
  run: async ({ admin }, params) => shown(await admin.tokens(params.tenant)),
});

export const tokenRotate = command({
  name: "token.rotate",
  params: z.object({ ...by, ...tenant, id: z.string().min(1), keepFor: z.int().nonnegative() }),
  run: async ({ admin }, params) =>
    shown(await admin.rotateToken(params.tenant, params.id, params.keepFor, byOf(params))),
});

export const tokenRevoke = command({
  name: "token.revoke",
  params: z.object({ ...by, ...tenant, id: z.string().min(1) }),
  run: async ({ admin }, params) => shown(await admin.revokeToken(params.tenant, params.id, byOf(params))),
});
