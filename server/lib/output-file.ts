import { PlainError } from "./errors.ts";

/** By the code of the system's error: what is wrong with a file that somebody named, and can name anew. */
const REASONS: { readonly [code: string]: string } = {
  EACCES: "writing there is not allowed",
  EISDIR: "it is a folder",
  ENOENT: "its folder does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "what should be its folder is a file",
  EPERM: "writing there is not allowed",
  EROFS: "the disk is read-only",
};

/** The error as whoever named the file reads it; one that has nothing to do with the file stays as it is. */
export function unwritable(file: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  if (reason === undefined) return error;
  return new PlainError(`${file} cannot be written: ${reason}.`, { cause: error });
}
