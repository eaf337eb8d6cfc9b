import type { ChannelKind, Rollout, Switches, TenantState } from "../core/tenant.ts";
import { DRY_RUN } from "../core/tenant.ts";
import { PlainError } from "../lib/errors.ts";
import { auditOf } from "./audit.ts";
import type { By, Finding, LiveChange, SwitchChange } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";
import { isDryRun } from "./tenants.ts";

/**
 * Switches accounts on, step by step: what is named is added to what is live already. Nothing is sent by this alone;
 * what is due from now on is.
 */
export async function live(
  deps: AdminDeps,
  id: string,
  change: LiveChange,
  by: By,
  examine: (tenant: string) => Promise<readonly Finding[]>,
): Promise<Rollout> {
  const { rollout: before } = tenantOf(deps, id);
  const rollout = after(before, change);
  if (!isDryRun(rollout) && change.force !== true) await refuseIfIll(id, examine);
  const action = isDryRun(rollout) ? "rollout.dry-run" : "rollout.live";
  const control = (to: Rollout) => ({ kind: "rollout", rollout: to, ...by }) as const;
  await deps.pipeline.tenantControl(id, control(rollout), {
    audit: auditOf(deps, id, by, {
      action,
      subject: "rollout",
      detail: { ...rollout },
      undo: control(before),
    }),
  });
  return rollout;
}

function after(before: Rollout, change: LiveChange): Rollout {
  const { accounts = [], segments = [], percent, all, dryRun } = change;
  const names = accounts.length > 0 || segments.length > 0 || percent !== undefined || all === true;
  if (dryRun === true) {
    if (names) throw new PlainError("Give either --dry-run or what to switch on, not both.");
    return DRY_RUN;
  }
  if (!names) throw new PlainError("Say what to switch on: --accounts, --segment, --percent or --all.");
  return {
    all: before.all || all === true,
    accounts: [...new Set([...before.accounts, ...accounts])],
    segments: [...new Set([...before.segments, ...segments])],
    percent: percent ?? before.percent,
  };
}

async function refuseIfIll(
  tenant: string,
  examine: (tenant: string) => Promise<readonly Finding[]>,
): Promise<void> {
  const problems = (await examine(tenant)).filter(({ level }) => level === "problem");
  if (problems.length === 0) return;
  const list = problems.map(({ what }) => what).join("; ");
  throw new PlainError(
    `${tenant} is not ready to go live: ${list}. \`forestall doctor\` says what to do; --force goes live all the same.`,
  );
}

/** Switches the tenant, patterns or channels off. Judged again at every sending, so it holds for what is queued. */
export async function pause(deps: AdminDeps, id: string, change: SwitchChange, by: By): Promise<Switches> {
  const tenant = tenantOf(deps, id);
  for (const pattern of change.patterns ?? []) {
    if (tenant.library.byId(pattern) === undefined) throw new PlainError(`There is no pattern ${pattern}.`);
  }
  const { switches } = tenant;
  const next = isEverything(change)
    ? { ...switches, tenant: true }
    : {
        ...switches,
        patterns: [...new Set([...switches.patterns, ...(change.patterns ?? [])])],
        channels: [...new Set([...switches.channels, ...(change.channels ?? [])])],
      };
  return turn(deps, tenant, next, by, "switch.off", change);
}

/** Switches back on what is named; without a name the tenant as a whole, while single switches stay as they are. */
export async function resume(deps: AdminDeps, id: string, change: SwitchChange, by: By): Promise<Switches> {
  const tenant = tenantOf(deps, id);
  const { switches } = tenant;
  const isOn = <Name extends string>(name: Name, on: readonly Name[] = []) => !on.includes(name);
  const next = isEverything(change)
    ? { ...switches, tenant: false }
    : {
        ...switches,
        patterns: switches.patterns.filter((name) => isOn(name, change.patterns)),
        channels: switches.channels.filter((name) => isOn<ChannelKind>(name, change.channels)),
      };
  return turn(deps, tenant, next, by, "switch.on", change);
}

function isEverything({ patterns = [], channels = [] }: SwitchChange): boolean {
  return patterns.length === 0 && channels.length === 0;
}

async function turn(
  deps: AdminDeps,
  { id, switches: before }: TenantState,
  switches: Switches,
  by: By,
  action: string,
  change: SwitchChange,
): Promise<Switches> {
  const control = (to: Switches) => ({ kind: "switches", switches: to, ...by }) as const;
  await deps.pipeline.tenantControl(id, control(switches), {
    audit: auditOf(deps, id, by, {
      action,
      subject: "switches",
      detail: { ...change },
      undo: control(before),
    }),
  });
  return switches;
}
