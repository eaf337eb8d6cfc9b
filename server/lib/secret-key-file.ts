import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { PlainError } from "./errors.ts";

const SECRET_KEY_BYTES = 32;

/** 32 bytes written as base64, base64url or hex; undefined when the text is anything else. */
export function parseSecretKey(text: string): Buffer | undefined {
  const word = text.trim();
  if (/^[0-9a-f]{64}$/i.test(word)) return Buffer.from(word, "hex");
  if (/^[\w+/-]{43}=?$/.test(word)) return Buffer.from(word, "base64");
  return undefined;
}

/** The key in the file, or undefined when there is no file. */
export function readSecretKeyFile(path: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new PlainError(`The secret key in ${path} cannot be read; check its owner and mode.`, {
      cause: error,
    });
  }
  const key = parseSecretKey(text);
  if (key === undefined) {
    throw new PlainError(
      `The secret key in ${path} is damaged; restore the file, or set FORESTALL_SECRET_KEY.`,
    );
  }
  return key;
}

/** Whether somebody besides the owner may read the file. Windows keeps no such mode. */
export function othersCanRead(path: string): boolean {
  return process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0;
}

/**
 * Makes a key and keeps it in a file that only its owner can read. The file appears at once and whole, on disk before
 * anything is encrypted with it; when another process was first, its key is the one.
 */
export function createSecretKeyFile(path: string): Buffer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  writeDurably(draft, `${randomBytes(SECRET_KEY_BYTES).toString("base64")}\n`);
  try {
    linkSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    unlinkSync(draft);
  }
  const key = readSecretKeyFile(path);
  if (key === undefined) throw new PlainError(`The secret key could not be kept in ${path}.`);
  return key;
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A new name in a folder is only safe once the folder is. Windows cannot open one. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
