import type { Incident, Rollout, Switches } from "../core/tenant.ts";
import type { PersonState, Tracked } from "../core/unit.ts";
import { hashId } from "../lib/ids.ts";

/* Revisions of things without a counter of their own: each changes with what an act may have changed. */

function revisionOf(...state: readonly unknown[]): string {
  return hashId("revision", JSON.stringify(state)).slice(0, 12);
}

export const rolloutRevision = ({ all, accounts, segments, percent }: Rollout) =>
  revisionOf(all, accounts, segments, percent);

export const switchesRevision = ({ tenant, patterns, channels }: Switches) =>
  revisionOf(tenant, patterns, channels);

export const personRevision = ({ stoppedAt, pausedUntil }: PersonState) => revisionOf(stoppedAt, pausedUntil);

export const matchRevision = (tracked: Tracked | null) =>
  revisionOf(tracked?.silenced ?? null, tracked?.pursuit?.state ?? null);

export const incidentRevision = ({ endedAt, broadcast }: Incident) => revisionOf(endedAt, broadcast);
