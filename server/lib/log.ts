import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import { KnownSecrets, redactFields, redactPersonalData } from "./redact.ts";

export type Logger = Pick<PinoLogger, "trace" | "debug" | "info" | "warn" | "error" | "fatal"> & {
  child(bindings: Record<string, unknown>): Logger;
};

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Secrets to hide wherever they turn up. More can be added while the process runs. */
  readonly secrets?: KnownSecrets;
  /** Where lines go: standard error unless told, since standard output belongs to commands that print data. */
  readonly destination?: DestinationStream;
}

/**
 * One JSON object per line. Ids are fine to log; contact data and secrets are not, and three nets catch what slips:
 * values under telling names, addresses and phone numbers in text, and the secrets this process knows.
 */
export function createLogger(options: LogOptions): Logger {
  const secrets = options.secrets ?? new KnownSecrets();
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => asRecord(redactFields(fields)),
      },
      hooks: { streamWrite: (line) => secrets.hideIn(redactPersonalData(line)) },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
  return guarded(logger);
}

/** Pino redacts the fields of a line, but writes the bindings of a child as they come: they are cleaned here. */
function guarded(logger: PinoLogger): Logger {
  return {
    trace: logger.trace.bind(logger),
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    fatal: logger.fatal.bind(logger),
    child: (bindings) => guarded(logger.child(asRecord(redactFields(bindings)))),
  };
}

/** Says nothing: for tests and for commands that print their own result. */
export const silentLogger: Logger = createLogger({ level: "silent" });

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? { ...value } : {};
}
