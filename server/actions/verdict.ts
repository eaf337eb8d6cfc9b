import { z } from "zod";
import type { UnitControl } from "../core/control.ts";
import type { Tracked } from "../core/unit.ts";
import { type Action, AGENTS } from "./contract.ts";
import { matchOf } from "./match.ts";
import { idText } from "./params.ts";
import { matchRevision } from "./revisions.ts";

const params = z.strictObject({
  match: idText,
  verdict: z
    .enum(["false_alarm", "real"], "must be false_alarm or real")
    .describe(
      "`false_alarm` takes its points off the score; `real` says that it was right, and gives them back",
    ),
});

export const verdict: Action<typeof params, { readonly match: string }> = {
  name: "verdict",
  summary: "Say that a match is a false alarm, which takes its points off the score, or real",
  params,
  roles: AGENTS,
  revised: true,
  audits: ["match.false_alarm", "match.real"],
  undo: "verdict",
  subject: ({ match }) => `match/${match}`,
  async run(context, { match: id, verdict: said }, act) {
    const { match, tracked } = await matchOf(context, act.tenant, id);
    await act.expect(matchRevision(tracked));
    const { actor, reason } = act.by;
    const control = { kind: "verdict", match: id, verdict: said, actor, reason } as const;
    await act.control({ unit: match.unit }, control, {
      action: `match.${said}`,
      detail: { pattern: match.pattern, key: match.key },
      undo: undoOf(control, tracked?.silenced ?? null),
    });
    return { match: id };
  },
};

type Verdict = Extract<UnitControl, { kind: "verdict" }>;

/** A verdict that changed nothing leaves nothing to take back. */
function undoOf(given: Verdict, silenced: Tracked["silenced"]): Verdict | null {
  const was = silenced === "false_alarm";
  if (given.verdict === "false_alarm") return was ? null : { ...given, undo: true };
  return was ? { ...given, verdict: "false_alarm" } : null;
}
