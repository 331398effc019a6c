import { type Level, pino } from 'pino';
import type { Config } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { CommandIo } from './io.ts';
import { prettyLine } from './pretty.ts';
import { createHide } from './secrets.ts';

/** Field names whose values never reach a line, at the top and one level down. */
const SECRET_FIELDS = [
  'token',
  'key',
  'apiKey',
  'secret',
  'password',
  'authorization',
  'Authorization',
  'proxy',
];

/** How lines are written. */
export interface LogStyle {
  readonly level: Config['log']['level'];
  /** Lines for people instead of JSON. */
  readonly pretty: boolean;
  /** Texts that are cut out of every line, wherever they stand. */
  readonly secrets: readonly string[];
}

/** Who is given a copy of the lines, as JSON, their secrets hidden. */
export interface LineKeeper {
  write(line: string): void;
}

/**
 * A log on the standard error stream (pino). Secrets are redacted by field name and by value.
 * @param keeper is given the same lines, and those of level `info` and above in any case, unless the log is silent
 */
export function createLog(style: LogStyle, io: Pick<CommandIo, 'stderr'>, keeper?: LineKeeper): Log {
  const { level, pretty, secrets } = style;
  const hide = createHide(secrets);
  const terminal: LineKeeper = {
    write: (line) => io.stderr(pretty ? prettyLine(hide(line)) : hide(line)),
  };
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.errWithCause, err: pino.stdSerializers.errWithCause },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '***' },
  };
  if (keeper === undefined || level === 'silent') return pino(options, terminal);
  const kept = lower(level, 'info');
  const copy = { write: (line: string) => keeper.write(hide(line)) };
  const streams = [
    { level, stream: terminal },
    { level: kept, stream: copy },
  ];
  return pino({ ...options, level: kept }, pino.multistream(streams));
}

function lower<Name extends Level>(one: Name, other: Name): Name {
  const { values } = pino.levels;
  return (values[one] ?? 0) < (values[other] ?? 0) ? one : other;
}
