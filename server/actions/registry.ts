import type { AnyAction } from "./contract.ts";
import { goLive } from "./go-live.ts";
import { pause } from "./pause.ts";
import { resume } from "./resume.ts";

/** Every action there is. */
export const ACTIONS: readonly AnyAction[] = [goLive, pause, resume];
