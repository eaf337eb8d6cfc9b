import type { Request, Response } from "express";
import type { Decision } from "../../core/decision.ts";
import type { Effect } from "../../core/effect.ts";
import type { Match } from "../../core/match.ts";
import { SECOND } from "../../core/time.ts";
import type { Committed } from "../../flow/contract.ts";
import { createEventStream, eventText } from "../../lib/event-stream.ts";
import type { PageDeps } from "./deps.ts";
import { isWorthALine, lineOf } from "./facts/decisions.ts";
import { decisionRow } from "./view/decisions.ts";

/** Parts of the page that are read anew when something of theirs changed. */
export type Part = "accounts" | "messages" | "incident" | "counts";

export interface PageLive {
  open(request: Request, response: Response): void;
  close(): void;
}

const CHANGED_EVERY = SECOND;
/** So many pages of one browser may listen; more than that is a mistake. */
const MOST_LISTENERS = 50;

/**
 * The page's own stream: every decision as a finished line, and which parts changed, at most once a second. Nothing
 * is kept for those who come late: a page reads everything anew when it connects.
 */
export function createPageLive(deps: PageDeps): PageLive {
  const stream = createEventStream<null>({ timers: deps.timers, most: MOST_LISTENERS });
  const changed = new Set<Part>();
  let waiting = false;
  /** One line after the other, in the order of the decisions. */
  let lines: Promise<void> = Promise.resolve();

  const say = (event: string, data: unknown) => stream.say({ text: () => eventText(event, data) });
  const tellChanges = () => {
    waiting = false;
    if (changed.size === 0) return;
    say("changed", [...changed]);
    changed.clear();
  };
  const note = (part: Part) => {
    changed.add(part);
    if (waiting) return;
    waiting = true;
    deps.timers.after(CHANGED_EVERY, tellChanges);
  };
  const tellDecision = (row: Decision, match: Match | undefined) => {
    lines = lines
      .then(async () => say("decision", { html: decisionRow(await lineOf(deps, row, match)).toString() }))
      .catch((error: unknown) => deps.log.warn({ err: error }, "a decision could not be shown"));
  };

  const leave = deps.pipeline.subscribe((committed) => {
    if (committed.tenant !== deps.tenant || stream.listeners === 0) return;
    const matches = matchesOf(committed);
    for (const effect of committed.effects) {
      if (effect.kind === "decision" && isWorthALine(effect.row))
        tellDecision(effect.row, matches.get(effect.row.match));
      for (const part of partsOf(effect)) note(part);
    }
  });

  return {
    open(_request, response) {
      if (!stream.open(response, null)) response.status(429).set("retry-after", "30").end();
    },
    close() {
      leave();
      stream.close();
    },
  };
}

function matchesOf({ effects }: Committed): ReadonlyMap<string, Match> {
  return new Map(
    effects.flatMap((effect) => (effect.kind === "match" ? [[effect.row.id, effect.row] as const] : [])),
  );
}

function partsOf(effect: Effect): readonly Part[] {
  switch (effect.kind) {
    case "score":
    case "account":
      return ["accounts"];
    case "decision":
      return ["counts"];
    case "delivery":
      return ["messages", "counts"];
    case "tenant":
      return effect.control.kind === "incident" ? ["incident"] : [];
    default:
      return [];
  }
}
