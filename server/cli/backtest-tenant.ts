import { compileLibrary } from "../core/matching/compile.ts";
import type { Pattern } from "../core/pattern.ts";
import {
  ALL_ON,
  type ChannelKind,
  DEFAULT_SETTINGS,
  DRY_RUN,
  NEVER_CHANGED,
  type Readiness,
  type TenantState,
} from "../core/tenant.ts";

/** Of the tenant a backtest is played for; it takes part in ids and in who is held out. */
export const BACKTEST_TENANT = "backtest";

const EVERYTHING_CONNECTED: { readonly [kind in ChannelKind]: Readiness } = {
  email: "live",
  sms: "live",
  voice: "live",
  push: "live",
  chat: "live",
  in_app: "live",
  human: "live",
  broadcast: "live",
};

/**
 * The tenant of a backtest. What plain events cannot say is assumed to stand in nobody's way: every channel is
 * connected, every message can be rendered, every account is live; all else is as a new tenant has it.
 */
export function backtestTenant(options: {
  readonly library: { readonly version: string; readonly patterns: readonly Pattern[] };
  /** Percent of accounts held out. */
  readonly holdout: number;
  /** IANA name; where the events name none. */
  readonly timeZone: string;
}): TenantState {
  const { library, holdout, timeZone } = options;
  return {
    id: BACKTEST_TENANT,
    seq: 0,
    settings: {
      ...DEFAULT_SETTINGS,
      name: "Backtest",
      timeZone,
      holdout: { ...DEFAULT_SETTINGS.holdout, percent: holdout },
      owners: { default: "owner@localhost" },
    },
    library: compileLibrary(library.patterns, library.version),
    patternChange: NEVER_CHANGED,
    channels: EVERYTHING_CONNECTED,
    notReady: new Map(),
    templates: new Map(),
    switches: ALL_ON,
    rollout: { ...DRY_RUN, all: true },
    productAreas: new Map(),
    incidents: [],
  };
}
