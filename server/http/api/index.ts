import type { Router } from "express";
import type { Timers } from "../../lib/clock.ts";
import type { TokenBook } from "../auth.ts";
import { createLive, type Live } from "../live.ts";
import type { ApiDeps } from "./deps.ts";
import type { AnyRoute } from "./route.ts";
import { apiRouter, type Quotas } from "./router.ts";
import { apiRoutes } from "./routes.ts";

export interface ApiOptions {
  readonly deps: ApiDeps;
  readonly tokens: TokenBook;
  readonly timers: Timers;
  /** Version of the product, for the OpenAPI document. */
  readonly version: string;
  readonly quotas?: Quotas;
  readonly heartbeatMs?: number;
}

export interface Api {
  /** To be mounted at /api/v1. */
  readonly router: Router;
  readonly routes: readonly AnyRoute[];
  readonly live: Live;
}

/** The read, write and live API of all tenants. */
export function createApi({ deps, tokens, timers, version, quotas, heartbeatMs }: ApiOptions): Api {
  const live = createLive({
    deps,
    timers,
    tokenNow: (token) => tokens.byId(token.tenant, token.id),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  });
  const routes = apiRoutes(deps, live);
  const router = apiRouter({
    routes,
    tokens,
    clock: deps.clock,
    version,
    ...(quotas === undefined ? {} : { quotas }),
  });
  return { router, routes, live };
}
