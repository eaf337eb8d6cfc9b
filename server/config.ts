import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { PlainError } from "./lib/errors.ts";
import { LOG_LEVELS, type LogLevel } from "./lib/log.ts";
import { readPublicKeys } from "./lib/public-keys.ts";
import {
  createSecretKeyFile,
  othersCanRead,
  parseSecretKey,
  readSecretKeyFile,
} from "./lib/secret-key-file.ts";

/** What the person who runs the server decides. What a tenant decides lives in the store. */
export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Where the server is reached from outside, without a slash at the end; null: wherever it listens. */
  readonly publicUrl: string | null;
  /** Absolute path of the folder with the database, the control socket and, if need be, the secret key. */
  readonly dataDir: string;
  /** 32 bytes that wrap every person's key: without them stored contact data cannot be read. */
  readonly secretKey: Buffer;
  readonly logLevel: LogLevel;
  /** Which proxies may name the client's address: none, that many hops, or these addresses and ranges. */
  readonly trustProxy: false | number | readonly string[];
  /** Whether providers' addresses may lie on this machine: for tests and the demo. */
  readonly allowLoopbackProviders: boolean;
  /** PEM: the public keys of the app in Zendesk, newest first. Without one its pages let nobody in. */
  readonly zendeskKeys?: readonly string[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** Lines for the person who starts the server. */
  readonly warnings: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const SECRET_KEY_FILE = "secret-key";

/** Every variable: what it may be, what it is when it is not set, and what to write when it is wrong. */
const VARIABLES = {
  PORT: {
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .refine((port) => port <= 65_535)
      .default(3000),
    write: "a whole number from 0 to 65535, such as 3000",
  },
  HOST: {
    schema: z.union([z.ipv4(), z.ipv6(), z.hostname()]).default("127.0.0.1"),
    write: "an address to listen on: 127.0.0.1 for this machine alone, 0.0.0.0 for every network",
  },
  FORESTALL_PUBLIC_URL: {
    schema: z
      .url({ protocol: /^https?$/ })
      .refine((text) => !/[?#]|^[^/]*\/\/[^/]*@/.test(text))
      .transform((text) => text.replace(/\/+$/, ""))
      .nullable()
      .default(null),
    write: "the address under which customers reach this server, such as https://help.example.com",
  },
  FORESTALL_DATA: {
    schema: z.string().default("./data"),
    write: "the path of a folder, such as ./data",
  },
  FORESTALL_SECRET_KEY: {
    schema: z
      .string()
      .transform((text) => parseSecretKey(text))
      .refine((key) => key !== undefined)
      .optional(),
    write: "32 random bytes as base64 or hex, such as the output of `openssl rand -base64 32`",
  },
  LOG_LEVEL: {
    schema: z.enum(LOG_LEVELS).default("info"),
    write: `one of ${LOG_LEVELS.join(", ")}`,
  },
  FORESTALL_TRUST_PROXY: {
    schema: z
      .string()
      .default("0")
      .transform(readTrustProxy)
      .refine((value) => value !== undefined),
    write: "how many proxies stand in front, such as 1, or their addresses and ranges, separated by commas",
  },
  FORESTALL_ZENDESK_KEYS: {
    schema: z.string().nullable().default(null),
    write: "the path of a file with the public key of the app in Zendesk, such as ./zendesk-keys.pem",
  },
  FORESTALL_ALLOW_LOOPBACK_PROVIDERS: {
    schema: z.stringbool({ truthy: ["1", "true", "yes"], falsy: ["0", "false", "no"] }).default(false),
    write: "1 or 0",
  },
} as const;

type Name = keyof typeof VARIABLES;
type Value<N extends Name> = z.output<(typeof VARIABLES)[N]["schema"]>;

/** Values that must not be repeated in an error message. */
const SECRET: readonly string[] = ["FORESTALL_SECRET_KEY"];

/**
 * Reads the settings of this process. Makes the data folder's secret key when none is given.
 * @param env usually the process's environment; an empty value counts as not set
 * @param cwd what relative paths start from
 * @throws PlainError naming the first wrong variable and what to write instead
 */
export function loadConfig(env: Environment, cwd: string): LoadedConfig {
  const dataDir = resolve(cwd, read(env, "FORESTALL_DATA"));
  const settings = {
    port: read(env, "PORT"),
    host: read(env, "HOST"),
    publicUrl: read(env, "FORESTALL_PUBLIC_URL"),
    dataDir,
    logLevel: read(env, "LOG_LEVEL"),
    trustProxy: read(env, "FORESTALL_TRUST_PROXY") ?? false,
    allowLoopbackProviders: read(env, "FORESTALL_ALLOW_LOOPBACK_PROVIDERS"),
    ...zendeskKeys(read(env, "FORESTALL_ZENDESK_KEYS"), cwd),
  };
  const { key, warnings } = secretKey(read(env, "FORESTALL_SECRET_KEY"), resolve(dataDir, SECRET_KEY_FILE));
  return { config: { ...settings, secretKey: key }, warnings: [...warnings, ...unknownVariables(env)] };
}

function read<N extends Name>(env: Environment, name: N): Value<N>;
function read(env: Environment, name: Name): unknown {
  const text = env[name]?.trim();
  const result = VARIABLES[name].schema.safeParse(text === "" ? undefined : text);
  if (result.success) return result.data;
  const found = SECRET.includes(name) ? "not a key" : `"${text}"`;
  throw new PlainError(`${name} is ${found}; write ${VARIABLES[name].write}.`);
}

function readTrustProxy(text: string): false | number | readonly string[] | undefined {
  if (/^(0|false|no)$/i.test(text)) return false;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const addresses = text.split(",").map((part) => part.trim());
  const each = z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]));
  return each.safeParse(addresses).success ? addresses : undefined;
}

/** Several keys in one file count side by side, while they are changed. */
function zendeskKeys(file: string | null, cwd: string): Pick<Config, "zendeskKeys"> {
  if (file === null) return {};
  const path = resolve(cwd, file);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new PlainError(`FORESTALL_ZENDESK_KEYS names ${path}, which cannot be read.`, { cause: error });
  }
  return { zendeskKeys: readPublicKeys(text, path) };
}

function secretKey(given: Buffer | undefined, path: string): { key: Buffer; warnings: readonly string[] } {
  const kept = readSecretKeyFile(path);
  const open =
    kept !== undefined && othersCanRead(path) ? [`Others can read ${path}; run \`chmod 600 ${path}\`.`] : [];
  if (given !== undefined) {
    const differs = kept !== undefined && !kept.equals(given);
    const lost = `FORESTALL_SECRET_KEY is not the key in ${path}: what was stored with that one cannot be read.`;
    return { key: given, warnings: differs ? [...open, lost] : open };
  }
  if (kept !== undefined) return { key: kept, warnings: open };
  const made = `FORESTALL_SECRET_KEY is not set: made a key in ${path}. Keep a copy; contact data is lost without it.`;
  return { key: makeKey(path), warnings: [made] };
}

function makeKey(path: string): Buffer {
  try {
    return createSecretKeyFile(path);
  } catch (error) {
    if (error instanceof PlainError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlainError(
      `The data folder cannot be written (${reason}); set FORESTALL_DATA to one that can.`,
      {
        cause: error,
      },
    );
  }
}

/** A misspelt variable would otherwise be a setting that silently does nothing. */
function unknownVariables(env: Environment): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith("FORESTALL_") && !Object.hasOwn(VARIABLES, name))
    .map((name) => `${name} is not a setting of Forestall and does nothing.`);
}
