/** From the address of a Redis server to what the client needs. A password never gets into a message. */

/** Where a Redis server is, and as whom to log in. */
export interface RedisTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Number of the database. */
  readonly database: number;
  /** For messages: the address without user and password. */
  readonly name: string;
}

const DEFAULT_PORT = 6379;

/**
 * Reads `redis[s]://[[user][:password]@]host[:port][/database]`.
 * @throws Error when it is none; the message does not repeat it, since it may hold a password
 */
export function redisTarget(url: string): RedisTarget {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isRedis = parsed?.protocol === 'redis:' || parsed?.protocol === 'rediss:';
  const database = /^\/?(\d*)$/.exec(parsed?.pathname ?? '-')?.[1];
  if (parsed === undefined || !isRedis || parsed.hostname === '' || database === undefined) {
    throw new Error('store.url must look like redis://user:password@host:6379/0.');
  }
  const port = parsed.port === '' ? DEFAULT_PORT : Number(parsed.port);
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port,
    tls: parsed.protocol === 'rediss:',
    username: decoded(parsed.username),
    password: decoded(parsed.password),
    database: Number(database),
    name: `${parsed.protocol}//${parsed.hostname}:${port}${database === '' ? '' : `/${database}`}`,
  };
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    // A sign of percent that stands for itself.
    return text;
  }
}
