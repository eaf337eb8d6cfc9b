import type { Live } from "../live.ts";
import { alertRoutes } from "./alerts.ts";
import type { ApiDeps } from "./deps.ts";
import { createDesk } from "./desk.ts";
import { incidentRoutes } from "./incidents.ts";
import { intakeRoutes } from "./intake.ts";
import { judgingRoutes } from "./judging.ts";
import { linkRoutes } from "./linking.ts";
import { listRoutes } from "./lists.ts";
import { manualRoutes } from "./manual.ts";
import { personRoutes } from "./persons.ts";
import { riskListRoutes } from "./risk-list.ts";
import type { AnyRoute } from "./route.ts";
import { streamRoute } from "./stream.ts";
import { subjectRoutes } from "./subjects.ts";
import { switchRoutes } from "./switches.ts";
import { stateRoutes, thingRoutes } from "./things.ts";
import { timelineRoutes } from "./timeline/index.ts";
import { undoRoutes } from "./undo.ts";

/** Every address below /api/v1, in the order in which the documentation shows them. */
export function apiRoutes(deps: ApiDeps, live: Live): readonly AnyRoute[] {
  const desk = createDesk(deps);
  return [
    ...subjectRoutes(deps),
    ...riskListRoutes(deps),
    ...timelineRoutes(deps),
    ...listRoutes(deps),
    ...intakeRoutes(deps),
    ...thingRoutes(deps),
    ...stateRoutes(deps),
    ...personRoutes(deps, desk),
    ...linkRoutes(deps, desk),
    ...judgingRoutes(deps, desk),
    ...alertRoutes(deps, desk),
    ...manualRoutes(deps, desk),
    ...undoRoutes(deps, desk),
    ...incidentRoutes(deps, desk),
    ...switchRoutes(deps),
    streamRoute(live),
  ];
}
