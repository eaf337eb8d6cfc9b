import type { App } from "../admin/contract.ts";
import { Overloaded } from "../flow/contract.ts";
import type { Handlers } from "../jobs/control-socket.ts";
import { PlainError } from "../lib/errors.ts";
import { plainIssues } from "../lib/plain-issues.ts";
import { RecordRefused } from "../store/contract.ts";
import { backup } from "./backup.ts";
import { channelAdd, channelList } from "./channel.ts";
import type { Command, Context } from "./contract.ts";
import { doctor } from "./doctor.ts";
import { importEvents, importSuppressions } from "./import.ts";
import { erase, exportData } from "./privacy.ts";
import { live, pause, pausePerson, resume, resumePerson } from "./rollout.ts";
import { sourceAdd, sourceList, sourceRemove, sourceRotate, sourceSet } from "./source.ts";
import { libraryTake, tenantCreate, tenantList, tenantSettings } from "./tenant.ts";
import { tokenCreate, tokenList, tokenRevoke, tokenRotate } from "./token.ts";
import { zendeskList, zendeskPair, zendeskUnpair } from "./zendesk.ts";

/** Every command there is, by name. */
export const COMMANDS = {
  "tenant.create": tenantCreate,
  "tenant.list": tenantList,
  "tenant.settings": tenantSettings,
  "library.take": libraryTake,
  "source.add": sourceAdd,
  "source.list": sourceList,
  "source.set": sourceSet,
  "source.rotate": sourceRotate,
  "source.remove": sourceRemove,
  "channel.add": channelAdd,
  "channel.list": channelList,
  "token.create": tokenCreate,
  "token.list": tokenList,
  "token.rotate": tokenRotate,
  "token.revoke": tokenRevoke,
  live,
  pause,
  resume,
  "person.pause": pausePerson,
  "person.resume": resumePerson,
  "import.events": importEvents,
  "import.suppressions": importSuppressions,
  export: exportData,
  erase,
  backup,
  doctor,
  "zendesk.pair": zendeskPair,
  "zendesk.list": zendeskList,
  "zendesk.unpair": zendeskUnpair,
} as const;

export type Commands = typeof COMMANDS;
export type CommandName = keyof Commands;
export type ResultOf<Name extends CommandName> = Awaited<ReturnType<Commands[Name]["run"]>>;

/** The same, each with its own result; what the parameters are is for the command to find out. */
const BY_NAME: { readonly [Name in CommandName]: Command<unknown, ResultOf<Name>> } = COMMANDS;

/**
 * Carries a command out on an open application.
 * @throws PlainError when the parameters cannot be used, or the command refuses
 */
export async function runCommand<Name extends CommandName>(
  app: App,
  name: Name,
  params: unknown,
  context: Context = {},
): Promise<ResultOf<Name>> {
  const command = BY_NAME[name];
  const read = command.params.safeParse(params);
  if (!read.success) throw new PlainError(`${plainIssues(read.error)}.`);
  try {
    return await command.run(app, read.data, context);
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
    (Object.keys(COMMANDS) as CommandName[]).map((name) => [
      name,
      (params: unknown, { progress, signal }: { progress(value: unknown): void; signal: AbortSignal }) =>
        runCommand(app, name, params, { onProgress: progress, signal }),
    ]),
  );
}
