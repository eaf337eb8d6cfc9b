import { resolve } from "node:path";
import type { Progress } from "../actions/contract.ts";
import type { App } from "../app/parts.ts";
import type { Config } from "../config.ts";
import { callControl, ServerNotRunning, socketPathOf } from "../jobs/control-socket.ts";
import { PlainError } from "../lib/errors.ts";
import { FolderLocked } from "../lib/folder-lock.ts";
import type { CliDeps } from "./deps.ts";
import type { MethodName, ResultOf } from "./methods.ts";
import { writeJson } from "./output.ts";
import { progressLine } from "./progress.ts";
import { plainLines } from "./text.ts";

/** What the commands of the command line share. */
export interface Cli {
  readonly deps: CliDeps;
  /** Carries a command out, by the server where one runs. */
  call<Name extends MethodName>(name: Name, params: Params, label?: string): Promise<ResultOf<Name>>;
  /** The tenant that was named, or the only one there is. */
  tenant(named: string | undefined): Promise<string>;
  config(): Config;
  path(named: string): string;
  /** Tells people something; what is in it cannot move the cursor or colour the terminal. */
  say(text: string): void;
  /** The same beside the data: on standard error. */
  warn(text: string): void;
  json(value: unknown): void;
}
export type Params = { readonly [name: string]: unknown };

/** A server that is just starting or stopping holds the folder and does not answer yet, or not any more. */
const TRIES = 20;
const BETWEEN_TRIES = 250;

export function createCli(deps: CliDeps): Cli {
  let config: Config | undefined;
  const read = () => {
    if (config !== undefined) return config;
    const loaded = deps.loadConfig();
    for (const warning of loaded.warnings) cli.warn(warning);
    config = loaded.config;
    return config;
  };
  const cli: Cli = {
    deps,
    config: read,
    path: (named) => resolve(deps.cwd, named),
    say: (text) => deps.stdout.write(`${plainLines(text)}\n`),
    warn: (text) => deps.stderr.write(`${plainLines(text)}\n`),
    json: (value) => writeJson(deps.stdout, value),
    call: (name, params, label) => call(deps, read(), name, { actor: `cli:${deps.user}`, ...params }, label),
    async tenant(named) {
      if (named !== undefined) return named;
      const tenants = await cli.call("tenants", {});
      const [only] = tenants;
      if (only === undefined)
        throw new PlainError("There is no tenant yet; `forestall tenant create <id>` makes one.");
      if (tenants.length === 1) return only.id;
      throw new PlainError(`Say which tenant with --tenant: ${tenants.map(({ id }) => id).join(", ")}.`);
    },
  };
  return cli;
}

async function call<Name extends MethodName>(
  deps: CliDeps,
  config: Config,
  name: Name,
  params: Params,
  label?: string,
): Promise<ResultOf<Name>> {
  const line = label === undefined ? undefined : progressLine(deps.stderr, label);
  const onProgress = (progress: Progress) => line?.update(progress);
  try {
    return await reach(deps, config, name, params, onProgress);
  } finally {
    line?.done();
  }
}

async function reach<Name extends MethodName>(
  deps: CliDeps,
  config: Config,
  name: Name,
  params: Params,
  onProgress: (progress: Progress) => void,
): Promise<ResultOf<Name>> {
  const path = socketPathOf(config.dataDir);
  for (let tries = 1; ; tries++) {
    try {
      const told = (value: unknown) => onProgress(value as Progress);
      return (await callControl({ path, method: name, params, onProgress: told })) as ResultOf<Name>;
    } catch (error) {
      if (!(error instanceof ServerNotRunning)) throw error;
    }
    try {
      return await withoutServer(deps, config, async (app) => {
        // Only needed where no server has it loaded already.
        const { runMethod } = await import("./methods.ts");
        return runMethod(app, name, params, { onProgress });
      });
    } catch (error) {
      if (!(error instanceof FolderLocked) || tries >= TRIES) throw error;
    }
    await new Promise((next) => setTimeout(next, BETWEEN_TRIES));
  }
}

async function withoutServer<Result>(
  deps: CliDeps,
  config: Config,
  work: (app: App) => Promise<Result>,
): Promise<Result> {
  const app = await deps.openApp(config);
  try {
    return jsonable(await work(app));
  } finally {
    await app.close();
  }
}

/** The same value that would have come through the socket. */
function jsonable<Value>(value: Value): Value {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);
}
