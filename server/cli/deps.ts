import type { App } from "../app/parts.ts";
import type { LoadedConfig } from "../config.ts";

/** Where a command writes. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** A server that listens. */
export interface RunningServer {
  readonly app: App;
  /** Where it is reached on this machine. */
  readonly url: string;
  close(): Promise<void>;
}

export interface DemoOptions {
  readonly port?: number;
  readonly incident: boolean;
}

/** What the command line needs of the process and of the rest, so that tests can give their own. */
export interface CliDeps {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly version: string;
  /** Who gives the command, for the audit. */
  readonly user: string;
  /** Files are named relative to it. */
  readonly cwd: string;
  readonly now: () => number;
  /** Reads the settings of this process; makes the secret key when there is none. */
  loadConfig(): LoadedConfig;
  /** Opens the application without serving it. @throws FolderLocked when a server holds the data folder */
  openApp(config: LoadedConfig["config"]): Promise<App>;
  startServer(config: LoadedConfig["config"]): Promise<RunningServer>;
  /** In a data folder of its own, unless another is set. */
  runDemo(options: DemoOptions): Promise<void>;
  /** Calls back at each signal that asks this process to stop. */
  onStop(listener: () => void): void;
  exit(code: number): never;
}
