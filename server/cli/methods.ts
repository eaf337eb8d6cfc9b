import { z } from "zod";
import { backup } from "../actions/backup.ts";
import { changeSettings } from "../actions/change-settings.ts";
import { changeSource } from "../actions/change-source.ts";
import { connectChannel } from "../actions/connect-channel.ts";
import { connectSource } from "../actions/connect-source.ts";
import type { Action, AnyAction, LongWork } from "../actions/contract.ts";
import { createTenant } from "../actions/create-tenant.ts";
import { createToken } from "../actions/create-token.ts";
import { erasePerson } from "../actions/erase-person.ts";
import { exportPerson } from "../actions/export-person.ts";
import { exportTenant } from "../actions/export-tenant.ts";
import { goLive } from "../actions/go-live.ts";
import { importEvents } from "../actions/import-events.ts";
import { importSuppressions } from "../actions/import-suppressions.ts";
import { makePairingCode } from "../actions/make-pairing-code.ts";
import { pause } from "../actions/pause.ts";
import { pausePerson } from "../actions/pause-person.ts";
import type { PersonChanged } from "../actions/preferences.ts";
import { removeSource } from "../actions/remove-source.ts";
import { resume } from "../actions/resume.ts";
import { resumePerson } from "../actions/resume-person.ts";
import { revokeToken } from "../actions/revoke-token.ts";
import { rotateSecret } from "../actions/rotate-secret.ts";
import { rotateToken } from "../actions/rotate-token.ts";
import { takeLibrary } from "../actions/take-library.ts";
import { unpairZendesk } from "../actions/unpair-zendesk.ts";
import type { App } from "../app/parts.ts";
import { Overloaded } from "../flow/contract.ts";
import type { Handlers } from "../jobs/control-socket.ts";
import { PlainError } from "../lib/errors.ts";
import { plainIssues } from "../lib/plain-issues.ts";
import { RecordRefused } from "../store/contract.ts";
import { shown } from "./present.ts";
import { spelled } from "./settings-text.ts";

/**
 * What the command line can ask for, by name: actions under their own, and what is only looked at. It is carried out in
 * the server when one runs and in the calling process when none does. Parameters and results are JSON, as both may have
 * to travel through the control socket.
 */
export interface Method<Shown> {
  /** What it has carried out, where it is more than a look. */
  readonly action: AnyAction | null;
  /** @throws PlainError, with a sentence for the person who gave the command */
  run(app: App, params: unknown, work: LongWork): Promise<Shown>;
}

const as = <Value>(value: Value): Value => value;
const untilWhen = ({ person, state }: PersonChanged) => shown({ person, until: state.pausedUntil });
const ofOne = z.object({ tenant: z.string().min(1).max(64) });
const ofOneOrAll = z.object({ tenant: z.string().optional() });

export const METHODS = {
  "create-tenant": doing(createTenant, as),
  "change-settings": doing(changeSettings, spelled),
  "take-library": doing(takeLibrary, as),
  "connect-source": doing(connectSource, shown),
  "change-source": doing(changeSource, shown),
  "rotate-secret": doing(rotateSecret, shown),
  "remove-source": doing(removeSource, as),
  "connect-channel": doing(connectChannel, as),
  "create-token": doing(createToken, shown),
  "rotate-token": doing(rotateToken, shown),
  "revoke-token": doing(revokeToken, shown),
  "go-live": doing(goLive, as),
  pause: doing(pause, as),
  resume: doing(resume, as),
  "pause-person": doing(pausePerson, untilWhen),
  "resume-person": doing(resumePerson, untilWhen),
  "import-events": doing(importEvents, as),
  "import-suppressions": doing(importSuppressions, as),
  "export-person": doing(exportPerson, as),
  "export-tenant": doing(exportTenant, as),
  "erase-person": doing(erasePerson, as),
  backup: doing(backup, as),
  "make-pairing-code": doing(makePairingCode, shown),
  "unpair-zendesk": doing(unpairZendesk, as),
  tenants: looking(z.object({}), async ({ reads }) => shown(await reads.tenants())),
  settings: looking(ofOne, async ({ reads }, { tenant }) => spelled(await reads.settings(tenant))),
  sources: looking(ofOneOrAll, async ({ reads }, { tenant }) => shown(await reads.sources(tenant))),
  channels: looking(ofOne, ({ reads }, { tenant }) => reads.channels(tenant)),
  tokens: looking(ofOne, async ({ reads }, { tenant }) => shown(await reads.tokens(tenant))),
  "zendesk-pairings": looking(ofOneOrAll, async ({ reads }, { tenant }) =>
    shown(await reads.zendeskPairings(tenant)),
  ),
  doctor: looking(ofOneOrAll, ({ reads }, { tenant }) => reads.doctor(tenant)),
} as const;

export type Methods = typeof METHODS;
export type MethodName = keyof Methods;
export type ResultOf<Name extends MethodName> = Awaited<ReturnType<Methods[Name]["run"]>>;

/** Who gives the command, and why: the command line fills it in. Everything else is for the action to read. */
const given = z.looseObject({
  actor: z.string().min(1).max(200),
  reason: z.string().trim().max(500).default(""),
  /** Not of what concerns the installation as a whole. */
  tenant: z.string().max(64).default(""),
});

/** @param show what is told of the result */
function doing<Params extends z.ZodType, Result, Shown>(
  action: Action<Params, Result>,
  show: (result: Result) => Shown,
): Method<Shown> {
  return {
    action,
    async run({ actions }, request, work) {
      const { actor, reason, tenant, ...params } = parsed(given, request);
      const by = { actor, role: "operator", reason, token: null } as const;
      return show((await actions.runUnread(action, { tenant, params, by, work })).result);
    },
  };
}

function looking<Params extends z.ZodType, Shown>(
  params: Params,
  look: (app: App, params: z.output<Params>) => Promise<Shown>,
): Method<Shown> {
  return { action: null, run: async (app, request) => look(app, parsed(params, request)) };
}

function parsed<Params extends z.ZodType>(params: Params, request: unknown): z.output<Params> {
  const read = params.safeParse(request);
  if (!read.success) throw new PlainError(`${plainIssues(read.error)}.`);
  return read.data;
}

/** The same, each with its own result. */
const BY_NAME: { readonly [Name in MethodName]: Method<ResultOf<Name>> } = METHODS;

/**
 * Carries a command out on an open application.
 * @throws PlainError when the parameters cannot be used, or the act is refused
 */
export async function runMethod<Name extends MethodName>(
  app: App,
  name: Name,
  params: unknown,
  work: LongWork = {},
): Promise<ResultOf<Name>> {
  try {
    return await BY_NAME[name].run(app, params, work);
  } catch (error) {
    // Nothing is wrong with the command: it can be given again.
    if (error instanceof Overloaded) throw new PlainError(`Try again: ${error.message}.`, { cause: error });
    // Whoever runs Forestall has to know, and nothing of the record is in it.
    if (error instanceof RecordRefused) throw new PlainError(error.message, { cause: error });
    throw error;
  }
}

/** The commands as a running server offers them on its control socket. */
export function controlHandlers(app: App): Handlers {
  return Object.fromEntries(
    (Object.keys(METHODS) as MethodName[]).map((name) => [
      name,
      (params: unknown, { progress, signal }: { progress(value: unknown): void; signal: AbortSignal }) =>
        runMethod(app, name, params, { onProgress: progress, signal }),
    ]),
  );
}
