import { backtest } from "../backtest.ts";
import { decision } from "../decision.ts";
import { batches, latency, singleEvents } from "../ingest.ts";
import { memory } from "../memory.ts";
import { peers } from "../peers.ts";
import { sidebar } from "../sidebar.ts";
import { soak } from "../soak.ts";
import { start } from "../start.ts";
import { store } from "../store.ts";
import type { Bench } from "./figures.ts";

/** All parts, in the order of the page. */
export const BENCHES: readonly Bench[] = [
  decision,
  peers,
  latency,
  batches,
  singleEvents,
  memory,
  start,
  backtest,
  soak,
  store,
  sidebar,
];
