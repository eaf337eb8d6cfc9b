import { chmodSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { PlainError } from "../lib/errors.ts";
import { type Foreign, isRecord } from "../lib/foreign.ts";
import { hashId } from "../lib/ids.ts";
import type { Logger } from "../lib/log.ts";

/**
 * How commands reach a running server: a unix socket in the data folder, which only the folder's owner can open.
 * One JSON-RPC 2.0 message per line. While a handler works it may send `progress` notifications; when the caller
 * hangs up, its `signal` is aborted.
 */

/** Answers one method. What it throws as PlainError is told to the caller word for word, everything else is not. */
export type Handler = (params: unknown, context: HandlerContext) => Promise<unknown> | unknown;
export type Handlers = Readonly<Record<string, Handler>>;

export interface HandlerContext {
  progress(value: unknown): void;
  readonly signal: AbortSignal;
}

export interface ControlServer {
  readonly path: string;
  close(): Promise<void>;
}

/** Nobody listens: no server runs on this data folder. */
export class ServerNotRunning extends Error {
  override readonly name = "ServerNotRunning";
}
/** The server took the call and could not carry it out; its log says why. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
}

const NAME = "control.sock";
/** `sun_path` holds 104 bytes on macOS and 108 on Linux, with the zero at the end. */
const LONGEST_PATH = 103;
/** A call carries patterns and settings, never event files. */
const LONGEST_LINE = 16 * 1024 * 1024;

const PARSE_ERROR = -32_700;
const NO_METHOD = -32_601;
const INTERNAL = -32_603;
/** Of the range that JSON-RPC leaves to applications: a refusal in plain words. */
const PLAIN = -32_000;

/** Where the socket of a data folder is. A path that is too long for a socket gets a short one that stands for it. */
export function socketPathOf(folder: string): string {
  const path = join(folder, NAME);
  if (Buffer.byteLength(path) <= LONGEST_PATH) return path;
  const user = process.getuid?.() ?? 0;
  return join(tmpdir(), `forestall-${user}`, `${hashId("control", folder)}.sock`);
}

/**
 * Listens for commands. A socket file left by a server that was killed is replaced.
 * @throws PlainError when another server answers on it
 */
export async function serveControl(options: {
  readonly path: string;
  readonly handlers: Handlers;
  readonly log: Logger;
}): Promise<ControlServer> {
  const { path, handlers, log } = options;
  preparePlace(dirname(path));
  await removeStale(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    talk(socket, handlers, log);
  });
  await listenPrivately(server, path);
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        // Closing removes the socket file.
        server.close(() => resolve());
        for (const socket of sockets) socket.destroySoon();
      }),
  };
}

/** The folder has to be ours alone, also the one that stands in for a path that is too long. */
function preparePlace(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(folder);
  const me = process.getuid?.();
  if (me !== undefined && uid !== me && me !== 0) {
    throw new PlainError(`${folder} belongs to another user; the control socket cannot be put there.`);
  }
}

async function removeStale(path: string): Promise<void> {
  let isSocket: boolean;
  try {
    isSocket = lstatSync(path).isSocket();
  } catch {
    return;
  }
  if (!isSocket) throw new PlainError(`${path} is in the way: it is not a socket; move it elsewhere.`);
  if (await answers(path)) throw new PlainError("A server runs on this data folder already.");
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** The mask makes the file private from its first moment; a worker thread cannot set one, and only tests run in one. */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const mask = isMainThread ? process.umask(0o177) : null;
    try {
      server.once("error", reject);
      server.listen(path, () => {
        chmodSync(path, 0o600);
        server.off("error", reject);
        resolve();
      });
    } finally {
      if (mask !== null) process.umask(mask);
    }
  });
}

interface Request {
  readonly id: string | number;
  readonly method: string;
  readonly params: unknown;
}

function talk(socket: Socket, handlers: Handlers, log: Logger): void {
  const gone = new AbortController();
  const say = (message: object) => {
    if (socket.writable) socket.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  };
  socket.on("error", () => socket.destroy());
  socket.on("close", () => gone.abort());
  readLines(socket, (line) => {
    const request = readRequest(line);
    if (request === null) return say({ id: null, error: { code: PARSE_ERROR, message: "not a request" } });
    void carryOut(request, handlers, say, gone.signal, log);
  });
}

async function carryOut(
  { id, method, params }: Request,
  handlers: Handlers,
  say: (message: object) => void,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (handler === undefined) {
    const message = `This server does not know the command ${method}.`;
    return say({ id, error: { code: NO_METHOD, message } });
  }
  const progress = (value: unknown) => say({ method: "progress", params: { id, value } });
  try {
    const result = await handler(params, { progress, signal });
    say({ id, result: result ?? null });
  } catch (error) {
    if (error instanceof PlainError) return say({ id, error: { code: PLAIN, message: error.message } });
    log.error({ err: error, method }, "command failed");
    say({ id, error: { code: INTERNAL, message: "The command failed; the server's log says why." } });
  }
}

function readRequest(line: string): Request | null {
  const message = parse(line);
  if (message === null) return null;
  const { id, method, params } = message;
  const named = typeof id === "string" || typeof id === "number";
  return named && typeof method === "string" ? { id, method, params } : null;
}

function parse(line: string): Foreign | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** A line that never ends would fill the memory: whoever sends one is cut off. */
function readLines(socket: Socket, take: (line: string) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) return socket.destroy();
    for (const line of lines) if (line !== "") take(line);
  });
}

const ENDED =
  "The server ended before it answered: look whether the command was carried out, or give it again.";

/** While an upgrade is under way, one of the two is still the old one. */
const OTHER_VERSION =
  "`forestall serve` runs as another version than this command: restart the server, and give the command again.";

export interface Call {
  readonly path: string;
  readonly method: string;
  readonly params?: unknown;
  /** Long commands report how far they are. */
  readonly onProgress?: (value: unknown) => void;
  /** Milliseconds without a word from the server; none by default, as an import may take long. */
  readonly timeout?: number;
}

/**
 * Has a running server carry out a command.
 * @throws ServerNotRunning, PlainError with the server's own words, CallFailed
 */
export function callControl({ path, method, params = null, onProgress, timeout }: Call): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const settle = (end: () => void) => {
      end();
      socket.destroy();
    };
    if (timeout !== undefined) {
      socket.setTimeout(timeout, () =>
        settle(() => reject(new CallFailed(`The server has not answered within ${timeout / 1_000} s.`))),
      );
    }
    socket.on("connect", () =>
      socket.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })}\n`),
    );
    socket.on("error", (error) => settle(() => reject(connectError(error))));
    socket.on("close", () => settle(() => reject(new CallFailed(ENDED))));
    readLines(socket, (line) => {
      const message = parse(line);
      if (message?.method === "progress") return onProgress?.(progressOf(message.params));
      settle(() => conclude(message, resolve, reject));
    });
  });
}

function connectError(error: Error): Error {
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTSOCK") {
    return new ServerNotRunning("No server runs on this data folder.", { cause: error });
  }
  if (code === "EACCES" || code === "EPERM") {
    return new PlainError("Only the user who started the server can give it commands.", { cause: error });
  }
  return new CallFailed(ENDED, { cause: error });
}

function progressOf(params: unknown): unknown {
  return typeof params === "object" && params !== null && "value" in params ? params.value : null;
}

function conclude(
  message: Foreign | null,
  resolve: (result: unknown) => void,
  reject: (error: Error) => void,
): void {
  if (message !== null && "result" in message) return resolve(message.result);
  if (message === null || !("error" in message)) return reject(new PlainError(OTHER_VERSION));
  const { error } = message;
  const plain =
    typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : INTERNAL;
  if (code === NO_METHOD) return reject(new PlainError(`${plain} ${OTHER_VERSION}`));
  reject(code === PLAIN ? new PlainError(plain) : new CallFailed(plain));
}
