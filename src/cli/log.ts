import { pino } from 'pino';
import type { Config } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { CommandIo } from './io.ts';
import { prettyLine } from './pretty.ts';

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

/** Texts shorter than this are not searched for in lines: they would hit ordinary words. */
const SHORTEST_SECRET = 6;

/** How lines are written. */
export interface LogStyle {
  readonly level: Config['log']['level'];
  /** Lines for people instead of JSON. */
  readonly pretty: boolean;
  /** Texts that are cut out of every line, wherever they stand. */
  readonly secrets: readonly string[];
}

/** Every text of a configuration that must not reach a line: tokens, keys, the secret, the proxy's credentials. */
export function secretsOf({ accounts, auth, webhooks, discord }: Config): string[] {
  const proxy = discord.proxy === null ? null : URL.parse(discord.proxy);
  return [
    ...accounts.map((account) => account.token),
    ...auth.keys.map((entry) => entry.key),
    webhooks.secret ?? '',
    proxy?.password ?? '',
    decodeURIComponent(proxy?.password ?? ''),
  ].filter((secret) => secret.length >= SHORTEST_SECRET);
}

/** A log on the standard error stream (pino). Secrets are redacted by field name and by value. */
export function createLog(style: LogStyle, io: Pick<CommandIo, 'stderr'>): Log {
  const write = (line: string) => {
    const clean = style.secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
    io.stderr(style.pretty ? prettyLine(clean) : clean);
  };
  const options = {
    level: style.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.errWithCause, err: pino.stdSerializers.errWithCause },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '***' },
  };
  return pino(options, { write });
}
