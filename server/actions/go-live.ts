import { z } from "zod";
import { DRY_RUN, type Rollout } from "../core/tenant.ts";
import { type Action, type ActionContext, ADMINS } from "./contract.ts";
import { names } from "./params.ts";
import { conflict, invalid } from "./refusal.ts";
import { rolloutRevision } from "./revisions.ts";
import { isDryRun, tenantOf } from "./tenant.ts";

const percent = "percent goes from 0 to 100";
const params = z.strictObject({
  all: z.boolean().optional(),
  accounts: names.optional(),
  segments: names.optional(),
  percent: z.number(percent).min(0, percent).max(100, percent).optional(),
  /** Beside what is live already, instead of in its place. */
  add: z.boolean().optional(),
  /** Nobody any more. */
  dryRun: z.boolean().optional(),
  /** Although `doctor` finds problems. */
  force: z.boolean().optional(),
});
type Wanted = z.output<typeof params>;

/**
 * Says who may be messaged. What is named is all that is live afterwards, so that nobody gets a message whom the last
 * word did not name; with `add` it comes beside what is live already. Nothing is sent by this alone; what is due from
 * now on is.
 */
export const goLive: Action<typeof params, Rollout> = {
  name: "go-live",
  summary: "Say which accounts may be messaged",
  params,
  roles: ADMINS,
  revised: true,
  audits: ["rollout.live", "rollout.dry-run"],
  undo: "rollout",
  subject: () => "rollout",
  async run(context, wanted, act) {
    const { rollout: before } = tenantOf(context, act.tenant);
    await act.expect(rolloutRevision(before));
    const rollout = after(before, wanted);
    const dryRun = isDryRun(rollout);
    if (!dryRun && wanted.force !== true) await refuseIfIll(context, act.tenant);
    const { actor, reason } = act.by;
    const control = (to: Rollout) => ({ kind: "rollout", rollout: to, actor, reason }) as const;
    await act.tenantControl(control(rollout), {
      action: dryRun ? "rollout.dry-run" : "rollout.live",
      // Whoever reads later why something left half ready.
      detail: { ...rollout, ...(wanted.force === true && !dryRun ? { forced: true } : {}) },
      undo: control(before),
    });
    return rollout;
  },
};

function after(before: Rollout, wanted: Wanted): Rollout {
  const { all = false, accounts = [], segments = [], add = false, dryRun = false } = wanted;
  const names = all || accounts.length > 0 || segments.length > 0 || wanted.percent !== undefined;
  if (dryRun) {
    if (names || add) throw invalid("Say either who goes live or that it is a dry run, not both.");
    return DRY_RUN;
  }
  if (!names) throw invalid("Say what to switch on: accounts, segments, a percentage, or all.");
  if (!add)
    return { all, accounts: unique(accounts), segments: unique(segments), percent: wanted.percent ?? 0 };
  return {
    all: before.all || all,
    accounts: unique([...before.accounts, ...accounts]),
    segments: unique([...before.segments, ...segments]),
    percent: wanted.percent ?? before.percent,
  };
}

const unique = (items: readonly string[]): readonly string[] => [...new Set(items)];

async function refuseIfIll(context: ActionContext, tenant: string): Promise<void> {
  const problems = (await context.examine(tenant)).filter(({ level }) => level === "problem");
  if (problems.length === 0) return;
  const list = problems.map(({ what }) => what).join("; ");
  throw conflict(
    `${tenant} is not ready to go live: ${list}. \`forestall doctor\` says what to do; with \`force\` it goes live all the same.`,
    { problems: problems.map(({ what, todo }) => ({ what, todo })) },
  );
}
