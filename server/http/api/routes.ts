import type { Live } from "../live.ts";
import { alertRoutes } from "./alerts.ts";
import type { ApiDeps } from "./deps.ts";
import { createDesk } from "./desk.ts";
import { judgingRoutes } from "./judging.ts";
import { manualRoutes } from "./manual.ts";
import { personRoutes } from "./persons.ts";
import { readingRoutes } from "./reading.ts";
import type { AnyRoute } from "./route.ts";
import { streamRoute } from "./stream.ts";
import { subjectRoutes } from "./subjects.ts";
import { tenantRoutes } from "./tenant-wide.ts";
import { undoRoutes } from "./undo.ts";

/** Every address below /api/v1, in the order in which the documentation shows them. */
export function apiRoutes(deps: ApiDeps, live: Live): readonly AnyRoute[] {
  const desk = createDesk(deps);
  return [
    ...subjectRoutes(deps),
    ...readingRoutes(deps),
    ...personRoutes(deps, desk),
    ...judgingRoutes(deps, desk),
    ...alertRoutes(deps, desk),
    ...manualRoutes(deps, desk),
    ...undoRoutes(deps, desk),
    ...tenantRoutes(deps, desk),
    streamRoute(live),
  ];
}
