import type { Live } from "../live.ts";
import { alertRoutes } from "./alerts.ts";
import type { ApiDeps } from "./deps.ts";
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
  return [
    ...subjectRoutes(deps),
    ...riskListRoutes(deps),
    ...timelineRoutes(deps),
    ...listRoutes(deps),
    ...intakeRoutes(deps),
    ...thingRoutes(deps),
    ...stateRoutes(deps),
    ...personRoutes(deps),
    ...linkRoutes(deps),
    ...judgingRoutes(deps),
    ...alertRoutes(deps),
    ...manualRoutes(deps),
    ...undoRoutes(deps),
    ...incidentRoutes(deps),
    ...switchRoutes(deps),
    streamRoute(live),
  ];
}
