import { z } from "zod";
import { matchRevision } from "../../actions/revisions.ts";
import type { UnitControl } from "../../core/control.ts";
import type { Match } from "../../core/match.ts";
import { reasonWords } from "../../core/reasons.ts";
import type { Tracked } from "../../core/unit.ts";
import { conflict, invalid, notFound } from "../problem.ts";
import type * as wire from "../wire.ts";
import type { ApiDeps } from "./deps.ts";
import type { Desk } from "./desk.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { nothing, reasoned } from "./schemas.ts";

const ROLES = ["agent", "ops", "admin"] as const;

/** What a person says about a match: whether the trouble is real, and whether a held message may go out. */
export function judgingRoutes(deps: ApiDeps, desk: Desk): readonly Route[] {
  return [verdictRoute(deps, desk), reviewRoute(deps, desk)];
}

function verdictRoute(deps: ApiDeps, desk: Desk): Route {
  return route({
    method: "post",
    path: "/matches/:id/verdict",
    summary: "Say that a match is a false alarm, which takes its points off the score, or real",
    roles: ROLES,
    revised: true,
    query: nothing,
    body: z.strictObject({
      ...reasoned,
      verdict: z.enum(["false_alarm", "real"], "must be false_alarm or real"),
    }),
    reply: replies.matchAction,
    handle(call) {
      const subject = `match/${call.id}`;
      return desk.alone(call, subject, async () => {
        const { match, tracked } = await matchOf(deps, call.tenant, call.id);
        await desk.expect(call, subject, matchRevision(tracked));
        const { verdict, reason } = call.body;
        const control = { kind: "verdict", match: match.id, verdict, actor: call.actor, reason } as const;
        const done = await desk.act(call, { unit: match.unit }, control, {
          subject,
          action: `match.${verdict}`,
          reason,
          detail: { pattern: match.pattern, key: match.key },
          undo: undoOf(control, tracked?.silenced ?? null),
        });
        const body: wire.MatchActionBody = { ...done.body, match: match.id };
        return { body };
      });
    },
  });
}

type Verdict = Extract<UnitControl, { kind: "verdict" }>;

/** A verdict that changed nothing leaves nothing to take back. */
function undoOf(verdict: Verdict, silenced: Tracked["silenced"]): Verdict | null {
  const was = silenced === "false_alarm";
  if (verdict.verdict === "false_alarm") return was ? null : { ...verdict, undo: true };
  return was ? { ...verdict, verdict: "false_alarm" } : null;
}

function reviewRoute(deps: ApiDeps, desk: Desk): Route {
  return route({
    method: "post",
    path: "/decisions/:id/review",
    summary: "Approve, edit or reject a message that is held for review",
    roles: ROLES,
    revised: true,
    query: nothing,
    body: z.strictObject({
      ...reasoned,
      answer: z.enum(["approve", "edit", "reject"], "must be approve, edit or reject"),
      text: z.string().trim().min(1, "must not be empty").max(2_000).optional(),
    }),
    reply: replies.matchAction,
    async handle(call) {
      const { answer, text, reason } = call.body;
      if ((answer === "edit") !== (text !== undefined)) {
        throw invalid("body.text: give the new text with `edit`, and only then.");
      }
      const decision = await deps.store.decision(call.tenant, call.id);
      if (decision === null) throw notFound("There is no decision with this id.");
      if (decision.reason !== "review") {
        throw conflict(`This decision does not wait for a review: ${reasonWords(decision.reason)}.`);
      }
      const subject = `match/${decision.match}`;
      return desk.alone(call, subject, async () => {
        const { match, tracked } = await matchOf(deps, call.tenant, decision.match);
        if (tracked?.pursuit?.state !== "review") {
          throw await desk.tooLate(call.tenant, subject, "It waits for a review no more.");
        }
        await desk.expect(call, subject, matchRevision(tracked));
        const plain = { kind: "review", match: match.id, answer, actor: call.actor, reason } as const;
        const control = text === undefined ? plain : { ...plain, text };
        const done = await desk.act(call, { unit: match.unit }, control, {
          subject,
          action: `decision.${answer}`,
          reason,
          detail: { decision: decision.id, pattern: match.pattern },
          undo: { ...plain, undo: true },
        });
        const body: wire.MatchActionBody = { ...done.body, match: match.id };
        return { body };
      });
    },
  });
}

/** @throws Problem 404 */
export async function matchOf(
  deps: ApiDeps,
  tenant: string,
  id: string,
): Promise<{ match: Match; tracked: Tracked | null }> {
  const match = await deps.store.match(tenant, id);
  if (match === null) throw notFound("There is no match with this id.");
  const unit = await deps.pipeline.peek(tenant, match.unit);
  return { match, tracked: unit?.tracked.get(id) ?? null };
}
