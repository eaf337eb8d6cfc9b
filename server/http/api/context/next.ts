import type { ManualQuestion } from "../../../actions/by-hand.ts";
import { matchRevision } from "../../../actions/revisions.ts";
import type { Tracked } from "../../../core/unit.ts";
import type * as wire from "../../wire.ts";
import { iso, whyOf } from "../present.ts";
import { type About, matchesAbout, unitsOf } from "./about.ts";
import { textOf } from "./messages.ts";

/** What the pattern's owner wrote for whoever has this before them. */
export function nextStep({ tenant }: About, top: Tracked | null): wire.NextStepBody | null {
  const pattern = top === null ? undefined : tenant.library.byId(top.match.pattern);
  if (top === null || pattern === undefined) return null;
  return {
    match: top.match.id,
    pattern: pattern.id,
    firstAction: pattern.firstAction,
    playbook: pattern.playbookText,
    owner: pattern.owner.role,
  };
}

/** A reply in the words of the pattern's own message; without one, in words that promise nothing. */
export async function draftReply(about: About, top: Tracked | null): Promise<string | null> {
  if (top === null) return null;
  const rendered = await renderFor(about, top, "in_app.message");
  const words = textOf(rendered);
  const body =
    words?.body ??
    `I can see what happened on your side: ${whyOf(about.tenant, top.match)}. I am looking into it.`;
  return `${["Hello,", body, remedyIn(rendered)].filter((part) => part !== null).join("\n\n")}\n`;
}

/** The one thing that helps, with its address, as the in-app message offers it. */
function remedyIn(rendered: unknown): string | null {
  const remedy =
    typeof rendered === "object" && rendered !== null && "remedy" in rendered ? rendered.remedy : null;
  if (typeof remedy !== "object" || remedy === null || !("label" in remedy && "url" in remedy)) return null;
  return `${String(remedy.label)}: ${String(remedy.url)}`;
}

/** Messages that wait until somebody approves them, with the text as it would go out. */
export async function reviews(about: About): Promise<readonly wire.ReviewBody[]> {
  const waiting = matchesAbout(about).filter(({ pursuit }) => pursuit?.state === "review");
  const found = await Promise.all(waiting.slice(0, 5).map((tracked) => reviewOf(about, tracked)));
  return found.filter((review) => review !== null);
}

async function reviewOf(about: About, tracked: Tracked): Promise<wire.ReviewBody | null> {
  const { deps, tenant } = about;
  const { match, pursuit } = tracked;
  const { rows } = await deps.store.decisions(tenant.id, { match: match.id, limit: 20 });
  const decision = rows.find(({ reason }) => reason === "review");
  if (decision === undefined || pursuit === null) return null;
  const channel = decision.channel ?? "email";
  return {
    decision: decision.id,
    match: match.id,
    pattern: match.pattern,
    name: tenant.library.byId(match.pattern)?.name ?? match.pattern,
    channel: decision.channel,
    dueBy: iso(pursuit.dueBy),
    text: textOf(await renderFor(about, tracked, channel)),
    revision: matchRevision(tracked),
  };
}

/** The pattern's message as the match's person would get it; null where it cannot be made. */
async function renderFor(
  about: About,
  tracked: Tracked,
  channel: ManualQuestion["channel"],
): Promise<unknown> {
  const { tenant, deps, now } = about;
  const pattern = tenant.library.byId(tracked.match.pattern) ?? null;
  const unit = unitsOf(about).find(({ id }) => id === tracked.match.unit);
  const id = tracked.pursuit?.person ?? about.person?.state.id ?? tracked.match.person;
  const person = unit?.persons.get(id ?? "");
  if (pattern === null || pattern.message === "" || unit === undefined || person === undefined) return null;
  const question = { tenant, unit, person, channel, template: pattern.message, tracked, pattern, now };
  return deps.render(question);
}
