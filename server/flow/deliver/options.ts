import { BREAKER } from "../breaker.ts";
import type { DeliverOptions } from "./contract.ts";

export const DELIVER: DeliverOptions = {
  callTimeout: 30_000,
  lease: 60_000,
  perWay: 8,
  perTenant: 16,
  perProvider: 64,
  firstWait: 1_000,
  longestWait: 5 * 60_000,
  doubtEvery: 30_000,
  absentAfter: 5 * 60_000,
  doubtFor: 24 * 3_600_000,
  spread: 30 * 60_000,
  fewReleased: 20,
  breaker: BREAKER,
  readEvery: 25,
};
