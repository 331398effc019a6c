/** Where a line of the log goes; pino's signature, so that a pino logger fits as it is. */
export type LogLine = (fields: object, message: string) => void;

/** Structured log as a port. Fields must hold no token, key or prompt text. */
export interface Log {
  debug: LogLine;
  info: LogLine;
  warn: LogLine;
  error: LogLine;
}

/** A log that drops everything. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
