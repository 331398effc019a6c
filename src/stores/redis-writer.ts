import { GatewayError } from '../core/errors.ts';
import { replyCode } from './redis-errors.ts';
import type { RedisLease } from './redis-lease.ts';
import { type RedisLink, type Script, scriptOf, type Word } from './redis-link.ts';

/**
 * Stands before every script that writes. KEYS: lease. ARGV: holder, deadline, prefix, then the script's own. A gateway
 * that was paused, or whose command was late, changes nothing.
 */
const GUARD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('CORDGATE_LEASE not the holder') end
local time = redis.call('TIME')
if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[2]) then
  return redis.error_reply('CORDGATE_LATE too late')
end
local P = ARGV[3]
`;

/** The guard's refusals: the lease has ended, or the server's clock was set. Nothing was written. */
const REFUSALS = ['CORDGATE_LEASE', 'CORDGATE_LATE'];

/** One command as a script, so that it is guarded like all others. ARGV: the command. */
const COMMAND = guarded('return redis.call(unpack(ARGV, 4))');

/** A script that writes: `P` is the prefix of keys, its own words begin at `ARGV[4]`. */
export function guarded(source: string): Script {
  return scriptOf(GUARD + source);
}

/** Writes in the name of the lease's holder, and knows the names of keys. */
export class RedisWriter {
  readonly link: RedisLink;
  readonly prefix: string;
  private readonly lease: RedisLease;

  constructor(link: RedisLink, lease: RedisLease, prefix: string) {
    this.link = link;
    this.lease = lease;
    this.prefix = prefix;
  }

  /** The full name of a key. */
  key(name: string): string {
    return this.prefix + name;
  }

  /** Runs a guarded script. @throws GatewayError store_unavailable, internal */
  async write(script: Script, words: readonly Word[]): Promise<unknown> {
    this.lease.check();
    try {
      return await this.attempt(script, words);
    } catch (error) {
      const isRefused = error instanceof GatewayError && REFUSALS.includes(replyCode(error.cause));
      if (!isRefused) throw error;
      // The lease may have ended while the store was down, with nobody else waiting for it.
      await this.lease.renew();
      return await this.attempt(script, words);
    }
  }

  /** Runs one command that writes. @throws GatewayError store_unavailable, internal */
  async command(...words: readonly Word[]): Promise<unknown> {
    return this.write(COMMAND, words);
  }

  private attempt(script: Script, words: readonly Word[]): Promise<unknown> {
    const head = () => [this.lease.value, String(this.lease.deadlineMs()), this.prefix];
    return this.link.run(script, [this.key('lease')], () => [...head(), ...words]);
  }
}
