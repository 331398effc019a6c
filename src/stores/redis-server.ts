import { GatewayError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { RedisLink } from './redis-link.ts';

const OLDEST_VERSION = 7;

/**
 * Looks whether a server can keep a store, and warns of settings under which it may lose something.
 * @throws Error when it is too old, GatewayError store_unavailable
 */
export async function checkServer(link: RedisLink, log: Log): Promise<void> {
  const info = await infoOf(link);
  const store = link.target.name;
  const version = info.get('redis_version');
  if (version !== undefined && Number.parseInt(version, 10) < OLDEST_VERSION) {
    throw new Error(
      `The store ${store} is Redis ${version}; cordgate needs Redis ${OLDEST_VERSION} or later.`,
    );
  }
  if (info.get('aof_enabled') === '0') {
    log.warn({ store }, 'redis runs without "appendonly yes": what it took last may be lost when it ends');
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction' && info.get('maxmemory') !== '0') {
    log.warn(
      { store, policy },
      'redis may throw tasks away when its memory is full: set maxmemory-policy noeviction',
    );
  }
}

/** Empty for a user that may not ask. */
async function infoOf(link: RedisLink): Promise<Map<string, string>> {
  try {
    const text = String(await link.call(['INFO']));
    return new Map(text.split('\r\n').map((line) => line.split(':', 2) as [string, string]));
  } catch (error) {
    if (error instanceof GatewayError && error.cause instanceof Error && /NOPERM/.test(error.cause.message))
      return new Map();
    throw error;
  }
}
